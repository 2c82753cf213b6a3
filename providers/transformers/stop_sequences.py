"""Texts at which an answer ends: cut off, and held back from a stream until it is known to be none."""

from __future__ import annotations

from collections.abc import Sequence


def before_stop(text: str, stops: Sequence[str]) -> str | None:
    """What stands before the first stop, None when there is none."""
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return text[: min(found)] if found else None


class StopReader:
    """Lets a text that comes in pieces through, up to the first stop."""

    def __init__(self, stops: Sequence[str]) -> None:
        self.is_over = False
        self._stops = stops
        self._held = ""

    def take(self, text: str) -> str:
        """What of the text so far stands before any stop."""
        if self.is_over:
            return ""
        self._held += text
        cut = before_stop(self._held, self._stops)
        if cut is not None:
            self.is_over = True
            return cut
        kept = max((_begun(self._held, stop) for stop in self._stops), default=0)
        out, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return out

    def end(self) -> str:
        """What was held back and was no stop."""
        held, self._held = ("" if self.is_over else self._held), ""
        return held


def _begun(text: str, stop: str) -> int:
    """How many characters at the end of the text may be the beginning of the stop."""
    return next((size for size in range(len(stop) - 1, 0, -1) if text.endswith(stop[:size])), 0)
