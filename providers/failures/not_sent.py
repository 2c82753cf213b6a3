"""Calls that were never sent: a text that can't be encoded, an argument of a wrong type, a fault of our own code."""

from __future__ import annotations

from collections.abc import Sequence

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.providers.adapter.chat_types import AnswerError, TokenError
from modelcatalog.providers.failures.transport import HEADER, Cause, causes

# Of these classes themselves: what an SDK or an HTTP library means by a subclass is its own affair.
_PLAIN = (
    AttributeError,
    IndexError,
    KeyError,
    NameError,
    OverflowError,
    RecursionError,
    TypeError,
    UnicodeDecodeError,
    ValueError,
)
# Checks of pydantic and botocore, by name.
_CHECKS = {"ParamValidationError", "PydanticSerializationError", "ValidationError"}
# What an SDK's error has once there was an answer.
_ANSWERED = ("body", "raw_response", "response", "status_code")


def not_sent(error: BaseException, secrets: Sequence[str] = ()) -> Cause | None:
    """Why nothing was sent, where the fault lies with the call or with our own code; None for any other error.

    Only what this error was raised from counts, not what was being handled at the time: a call may be made where the
    error of another one is being handled.
    """
    for one in causes(error, hidden=False):
        if isinstance(one, AnswerError | TokenError) or hasattr(one, "modelcatalog_answered"):
            return None
        if isinstance(one, ArgumentError):
            return Cause("local", "argument", one.message)
        if isinstance(one, UnicodeEncodeError):
            return _encoding(one, secrets)
        if type(one) in _PLAIN or type(one).__name__ in _CHECKS:
            return None if str(one).startswith(HEADER) else _argument(one)
        if any(getattr(type(one), name, None) or vars(one).get(name) is not None for name in _ANSWERED):
            return None
    return None


def _argument(error: BaseException) -> Cause:
    return Cause("local", "argument", f"{type(error).__name__}: {error}")


def _encoding(error: UnicodeEncodeError, secrets: Sequence[str]) -> Cause | None:
    """Texts are sent as UTF-8, which has every character but half a surrogate pair; headers are not."""
    character = error.object[error.start : error.start + 1]
    is_half = "\ud800" <= character <= "\udfff"
    if not is_half or error.encoding != "utf-8" or redact(error.object, secrets) != error.object:
        return None
    said = f"{character!r} at {error.start} in what would be sent is half of a surrogate pair."
    return Cause("local", "encoding", f"A text can't be encoded: {said}")
