"""Log records without secrets, for an application that writes down what the SDKs say at DEBUG level."""

from __future__ import annotations

from logging import Filter, LogRecord

from modelcatalog.catalog.redaction.secret import live_secrets, redact, redact_exception


class SecretFilter(Filter):
    """For a handler of `logging`: redacts every live Secret in the records that pass, whoever wrote them.

    `handler.addFilter(SecretFilter())`. A filter of a logger would miss those of the loggers below it.
    """

    def filter(self, record: LogRecord) -> bool:
        known = live_secrets()
        text = record.getMessage()
        if (clean := redact(text, known)) != text:
            record.msg, record.args = clean, None
        if record.exc_info and record.exc_info[1] is not None:
            redact_exception(record.exc_info[1], known)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, known)
        return True
