"""What a model thinks aloud at the beginning of its answer: text, in which a tool call is only talked of."""

from __future__ import annotations

OPEN, CLOSE = "<think>", "</think>"


class ThoughtReader:
    """Parts an answer that comes in pieces. `is_open`: the prompt has opened the thought already."""

    def __init__(self, *, is_open: bool = False) -> None:
        self._is_open = is_open
        self._is_over = False
        self._held = ""

    def take(self, text: str) -> tuple[str, str]:
        """What of the text so far is thought, tags and all, and what comes after it."""
        self._held += text
        if not self._is_open:
            start = self._held.lstrip()
            self._is_open = start.startswith(OPEN)
            self._is_over = self._is_over or not (self._is_open or OPEN.startswith(start))
        if self._is_over:
            return "", self._all()
        if not self._is_open:
            return "", ""
        thought, tag, rest = self._held.partition(CLOSE)
        if tag:
            self._is_over, self._held = True, ""
            return thought + tag, rest
        kept = next((size for size in range(len(CLOSE) - 1, 0, -1) if thought.endswith(CLOSE[:size])), 0)
        self._held = thought[len(thought) - kept :]
        return thought[: len(thought) - kept], ""

    def end(self) -> tuple[str, str]:
        """What was held back."""
        is_thought = self._is_open and not self._is_over
        return (self._all(), "") if is_thought else ("", self._all())

    def _all(self) -> str:
        held, self._held = self._held, ""
        return held
