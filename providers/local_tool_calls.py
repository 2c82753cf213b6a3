"""Tool calls in the forms that open models were trained to write them in, read out of their text.

Four forms, each from the chat templates of the models that write it:

    <tool_call>{"name": ..., "arguments": {...}}</tool_call>                             Hermes, Qwen 2.5 and 3
    <tool_call><function=NAME><parameter=P>...</parameter></function></tool_call>        Qwen 3 Coder
    [TOOL_CALLS][{"name": ..., "arguments": {...}}], or [TOOL_CALLS]NAME[ARGS]{...}      Mistral
    {"name": ..., "parameters": {...}}, alone or after <|python_tag|>                    Llama 3
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from modelcatalog.providers.chat import ToolCall
from modelcatalog.providers.tool_emulation_text import OPEN, Reader, call_of

_MISTRAL, _LLAMA = "[TOOL_CALLS]", "<|python_tag|>"
_MARKS = (OPEN, _MISTRAL, _LLAMA)
_DECODER = json.JSONDecoder()
_BLOCK = re.compile(r"<tool_call>\s*(<function=.*?)(?:</tool_call>|\Z)", re.DOTALL)
_FUNCTION = re.compile(r"<function=([^>\s]+)>(.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([^>\s]+)>\n?(.*?)\n?(?:</parameter>|\Z)", re.DOTALL)
_NAMED = re.compile(
    r"\s*(?:\[TOOL_CALLS\])?\s*([A-Za-z_][\w.-]*)\s*(?:\[CALL_ID\]\w+)?\s*(?:\[ARGS\])?\s*(?=\{)"
)


class CallReader:
    """Reads an answer that comes in pieces: text goes out at once, from the first sign of a call on it waits.

    `special` are the tokenizer's special tokens as text; they are taken out, but for those that mark a call.
    """

    def __init__(self, first: int = 1, special: Sequence[str] = ()) -> None:
        self.calls: tuple[ToolCall, ...] = ()
        self._first = first
        self._held = ""
        self._said = ""
        self._is_calling = False
        others = [text for text in special if text not in _MARKS]
        self._special = re.compile("|".join(map(re.escape, others))) if others else None
        self._waits_for = (*_MARKS, *others)

    def take(self, text: str) -> str:
        """What of the text so far is certain to be no call."""
        self._held = self._without_special(self._held + text)
        if self._is_calling or (not self._said and self._held.lstrip()[:1] == "{"):
            return ""
        at = min((at for mark in _MARKS if (at := self._held.find(mark)) >= 0), default=-1)
        if at >= 0:
            self._is_calling = True
            out = self._held[:at].rstrip()
        else:
            out = self._held[: len(self._held) - self._begun()]
            out = out.rstrip() if self._said or out.strip() else ""
        self._held = self._held[len(out) :]
        self._said += out
        return out

    def end(self) -> str:
        """The rest of what is no call; `calls` are known now."""
        held, self._held = self._without_special(self._held), ""
        text, self.calls = read(held, self._first)
        if not self.calls:
            return held
        return f"\n{text}" if self._said and text else text

    def _without_special(self, text: str) -> str:
        return text if self._special is None else self._special.sub("", text)

    def _begun(self) -> int:
        """How many signs at the end may be the beginning of a mark or of a special token."""
        longest = max(map(len, self._waits_for))
        for size in range(min(longest - 1, len(self._held)), 0, -1):
            tail = self._held[-size:]
            if any(mark.startswith(tail) for mark in self._waits_for):
                return size
        return 0


def read(text: str, first: int = 1) -> tuple[str, tuple[ToolCall, ...]]:
    """What of a whole answer is no call, and the calls. Never raises: a call that can't be read says so itself."""
    if _MISTRAL in text:
        before, _, rest = text.partition(_MISTRAL)
        return before.strip(), _numbered(_mistral(rest), first, rest)
    if _BLOCK.search(text):
        found = [value for block in _BLOCK.findall(text) for value in _functions(block)]
        return _BLOCK.sub("", text).strip(), _numbered(found, first, text)
    if OPEN in text:
        reader = Reader(first)
        rest = reader.take(text) + reader.end()
        return rest, tuple(reader.calls)
    before, mark, rest = text.partition(_LLAMA)
    if not mark:
        before, rest = "", text
    values = list(_objects(rest))
    named = [value for value in values if isinstance(value, dict) and isinstance(value.get("name"), str)]
    if named and len(named) == len(values):
        return before.strip(), _numbered(named, first, rest)
    return text.replace(_LLAMA, ""), ()


def _mistral(text: str) -> Iterator[Any]:
    if text.lstrip().startswith("["):
        try:
            value, _ = _DECODER.raw_decode(text.lstrip())
        except (ValueError, RecursionError):
            value = None
        yield from value if isinstance(value, list) and value else [None]
        return
    at, count = 0, 0
    while match := _NAMED.match(text, at):
        count += 1
        try:
            arguments, at = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            yield {"name": match[1], "arguments": text[match.end() :]}
            return
        yield {"name": match[1], "arguments": arguments}
    if not count:
        yield None


def _functions(block: str) -> Iterator[dict[str, Any]]:
    for name, body in _FUNCTION.findall(block):
        yield {"name": name, "arguments": {key: _value(value) for key, value in _PARAMETER.findall(body)}}


def _value(text: str) -> Any:
    """A parameter that stands between tags: JSON where it is JSON, else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _objects(text: str) -> Iterator[Any]:
    """The JSON values of a text that holds nothing else but blanks and semicolons between them; else none."""
    values, at = [], 0
    while at < len(text):
        if text[at].isspace() or text[at] == ";":
            at += 1
            continue
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        values.append(value)
    yield from values


def _numbered(values: Sequence[Any] | Iterator[Any], first: int, text: str) -> tuple[ToolCall, ...]:
    return tuple(
        call_of(f"call_{number}", value, text.strip(), "the call can't be read" if value is None else None)
        for number, value in enumerate(values, first)
    )
