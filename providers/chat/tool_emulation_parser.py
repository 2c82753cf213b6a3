"""Tool calls as tagged JSON in a text: writing them, and reading them out of what a model wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from modelcatalog.providers.adapter.tool_types import ToolCall

OPEN, CLOSE = "<tool_call>", "</tool_call>"

# Models wrap JSON into a fence of Markdown, tags or not.
_HEAD = re.compile(r"\s*(?:```(?:json)?\s*)?")
_TAIL = re.compile(r"\s*(?:```\s*)?")
_NAME = re.compile(r'"name"\s*:\s*"([^"\\]+)"')
_DECODER = json.JSONDecoder()


def as_json(value: Any) -> str:
    """The value in one line, in which no tag can stand: every < is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    if not text.isascii():
        try:
            text.encode()
        except (
            UnicodeEncodeError
        ):  # half a pair of surrogates, which a model can write and no request can carry
            text = json.dumps(value)
    return text.replace("<", "\\u003c")


def written(call: ToolCall) -> str:
    """The call as a model writes it; one that couldn't be read, as it was written."""
    if call.error is None or not call.text:
        return f"{OPEN}{as_json({'name': call.name, 'arguments': dict(call.arguments)})}{CLOSE}"
    # From here it is the whole call that couldn't be read, from a service with tools of its own the arguments.
    whole = not call.name or f'"{call.name}"' in call.text
    return f"{OPEN}{call.text if whole else as_json({'name': call.name, 'arguments': call.text})}{CLOSE}"


def read(text: str, first: int = 1) -> tuple[str, tuple[ToolCall, ...]]:
    """What of a text is no call, and the calls. Never raises: a call that can't be read says so in its `error`.

    `first` is the number of the first call; its id is made of it.
    """
    reader = Reader(first)
    rest = reader.take(text) + reader.end()
    return rest, tuple(reader.calls)


class Reader:
    """Reads a text that comes in pieces, however it is cut."""

    def __init__(self, first: int = 1) -> None:
        self.calls: list[ToolCall] = []
        self._first = first
        self._held = ""
        # White space beside a call belongs to the call; what it is beside is known only later.
        self._blank = ""
        self._said = False
        self._after_call = False

    def take(self, text: str) -> str:
        """What of the text so far is certain to be no call."""
        self._held += text
        return "".join(self._decided(at_end=False))

    def end(self) -> str:
        """The rest of what is no call."""
        return "".join([*self._decided(at_end=True), "" if self._after_call else self._blank])

    def _decided(self, *, at_end: bool) -> Iterator[str]:
        while self._held:
            before, tag, rest = self._held.partition(OPEN)
            if not tag:
                kept = 0 if at_end else _begun(self._held, OPEN)
                yield self._trimmed(self._held[: len(self._held) - kept])
                self._held = self._held[len(self._held) - kept :]
                return
            yield self._trimmed(before)
            found = _found(rest, at_end=at_end)
            if found is None:
                self._held = OPEN + rest
                return
            if found.values is None:
                yield self._trimmed(OPEN)
            else:
                self._blank, self._after_call = "", True
                for value in found.values:
                    number = self._first + len(self.calls)
                    self.calls.append(call_of(f"call_{number}", value, found.text, found.error))
            self._held = rest[found.length :]

    def _trimmed(self, text: str) -> str:
        """The text as it goes out: without white space around calls, with a line break in their place."""
        if self._after_call:
            text = text.lstrip()
            if not text:
                return ""
            self._after_call = False
            text = f"\n{text}" if self._said else text
        solid = text.rstrip()
        if not solid:
            self._blank += text
            return ""
        out = self._blank + solid
        self._blank, self._said = text[len(solid) :], True
        return out


class _Found(NamedTuple):
    """What follows an opening tag: how much of the text it takes, and the calls; None when it is only text."""

    length: int
    values: Sequence[Any] | None
    text: str = ""
    error: str | None = None


def _found(rest: str, *, at_end: bool) -> _Found | None:
    """What stands after an opening tag; None when that can't be known before more has come."""
    start = _end(_HEAD, rest)
    is_json = rest[start : start + 1] in ("{", "[")
    if is_json:
        try:
            value, stop = _DECODER.raw_decode(rest, start)
        except (ValueError, RecursionError):
            if not at_end:
                return None
        else:
            stop = _end(_TAIL, rest, stop)
            if rest.startswith(CLOSE, stop):
                values = value if isinstance(value, list) and value else [value]
                return _Found(stop + len(CLOSE), values, rest[start:stop].strip())
            if not at_end and _may_continue(rest[stop:]):
                return None
    closed, opened = rest.find(CLOSE), rest.find(OPEN)
    if closed >= 0 and not 0 <= opened < closed:
        text = rest[:closed].strip()
        return _Found(closed + len(CLOSE), [None], text, f"the call is no JSON: {_reason(text)}")
    if opened < 0 and not at_end:
        return None
    if not is_json:
        return _Found(0, None)
    length = opened if opened >= 0 else len(rest)
    return _Found(length, [None], rest[:length].strip(), f"the call has no end: {CLOSE} is missing")


def _reason(text: str) -> str:
    try:
        _DECODER.raw_decode(text, _end(_HEAD, text))
    except (ValueError, RecursionError) as error:
        return str(error)
    return "something stands after it"


def _end(pattern: re.Pattern[str], text: str, start: int = 0) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _may_continue(rest: str) -> bool:
    return CLOSE.startswith(rest) or "```".startswith(rest)


def _begun(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    return next((size for size in range(len(tag) - 1, 0, -1) if text.endswith(tag[:size])), 0)


def call_of(identity: str, value: Any, text: str, error: str | None) -> ToolCall:
    """A call from what was read of it; `error` says what is wrong with one that could not be."""
    if error is not None:
        name = _NAME.search(text)
        return ToolCall(identity, name[1] if name else "", {}, error, text)
    if isinstance(value, Mapping) and isinstance(value.get("function"), Mapping):  # OpenAI's form of it
        value = value["function"]
    if not isinstance(value, Mapping):
        return ToolCall(identity, "", {}, "the call is JSON, but no object", text)
    name = value.get("name")
    if not isinstance(name, str) or not name.strip():
        return ToolCall(identity, "", {}, "the call has no name", text)
    # Llama was taught to write parameters.
    arguments = value.get("arguments", value.get("parameters"))
    if isinstance(arguments, str) and arguments.strip():
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError) as reason:
            return ToolCall(identity, name, {}, f"the arguments are no JSON: {reason}", text)
    if arguments is not None and arguments != "" and not isinstance(arguments, Mapping):
        return ToolCall(identity, name, {}, "the arguments are JSON, but no object", text)
    return ToolCall(identity, name, dict(arguments or {}))
