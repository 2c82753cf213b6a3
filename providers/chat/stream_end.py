"""Whether a stream came to its end."""

from __future__ import annotations

from modelcatalog.providers.adapter.chat_types import AnswerError


def require_end(events: int, stop_reason: str | None) -> None:
    """Raises AnswerError for a stream without events, or one that broke off before the model gave a reason to stop."""
    if not events:
        raise AnswerError("The stream was empty")
    if stop_reason is None:
        raise AnswerError(f"The stream broke off after {events} pieces, before the model had ended")
