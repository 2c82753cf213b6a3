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
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.chat.tool_emulation_parser import CLOSE, OPEN, call_of
from modelcatalog.providers.chat.tool_emulation_parser import read as read_tagged

_FUNCTION, _MISTRAL, _LLAMA = "<function=", "[TOOL_CALLS]", "<|python_tag|>"
_MARKS = (OPEN, _FUNCTION, _MISTRAL, _LLAMA)
# Special tokens of some models that stand inside a call.
_INSIDE = (CLOSE, "[CALL_ID]", "[ARGS]")

_DECODER = json.JSONDecoder()
# Qwen 3 Coder forgets the outer tag now and then; one that is cut off has no closing tag.
_HEAD = re.compile(r"(?:<tool_call>\s*)?<function=([^>\s]+)>")
_END = re.compile(r"</function>(?:\s*</tool_call>|(?=\s*(?:<tool_call>|<function=|\Z)))")
_PARAMETER = re.compile(
    r"<parameter=([^>\s]+)>\n?(.*?)\n?(?:</parameter>\s*(?=<parameter=|\Z)|(?=<parameter=)|\Z)", re.DOTALL
)
_CONSTANTS = {"True": True, "False": False, "None": None}  # templates write values as Python does
_NAMED = re.compile(r"\s*([^\s\[\]{}]+)?\s*(?:\[CALL_ID\]\s*\w+\s*)?(?:\[ARGS\]\s*)?(?=[\[{])")


class CallReader:
    """Reads an answer that comes in pieces: text goes out at once, from the first sign of a call on it waits.

    `special` are the tokenizer's special tokens as text: they are taken out, but for those that mark a call. `tools`
    are those that were offered: their schemas say what a value is that stands between tags.
    """

    def __init__(self, first: int = 1, special: Sequence[str] = (), tools: Sequence[Tool] = ()) -> None:
        self.calls: tuple[ToolCall, ...] = ()
        self._first = first
        self._tools = tools
        self._special = _SpecialTokens([text for text in special if text not in (*_MARKS, *_INSIDE)])
        self._beginnings = _beginnings(_MARKS)
        self._held = ""
        self._has_said = False
        self._is_calling = False

    def take(self, text: str) -> str:
        """What of the text so far is certain to be no call."""
        self._held += self._special.take(text)
        if not self._has_said and self._held.lstrip()[:1] == "{":
            self._is_calling = True
        if self._is_calling:
            return ""
        at = _first_mark(self._held)
        self._is_calling = at is not None
        end = len(self._held) - _begun(self._held, self._beginnings) if at is None else at
        # White space beside a call belongs to the call.
        out = self._held[:end].rstrip()
        self._held = self._held[len(out) :]
        self._has_said = self._has_said or bool(out)
        return out

    def end(self) -> str:
        """The rest of what is no call; `calls` are known now."""
        self._held += self._special.end()
        text, self.calls = read(self._held, self._first, self._tools)
        self._held = ""
        return f"\n{text}" if self.calls and self._has_said and text else text


def read(text: str, first: int = 1, tools: Sequence[Tool] = ()) -> tuple[str, tuple[ToolCall, ...]]:
    """What of a whole answer is no call, and the calls. Never raises: a call that can't be read says so itself."""
    at = _first_mark(text)
    before, rest = (text[:at], text[at:]) if at is not None else ("", text)
    if rest.startswith((OPEN, _FUNCTION)):
        after, calls = _tagged(rest, first, {tool.name: tool for tool in tools})
    elif rest.startswith(_MISTRAL):
        after, calls = _mistral(rest, first)
    else:
        after, calls = _llama(rest, first, {tool.name for tool in tools})
    if not calls:
        return before + after, ()
    return "\n".join(filter(None, (before.strip(), after.strip()))), calls


def _first_mark(text: str) -> int | None:
    return min((at for mark in _MARKS if (at := text.find(mark)) >= 0), default=None)


# ---- Hermes, Qwen


def _tagged(text: str, first: int, tools: Mapping[str, Tool]) -> tuple[str, tuple[ToolCall, ...]]:
    """Blocks of JSON, and of functions written as tags; what stands between them is text."""
    said: list[str] = []
    calls: list[ToolCall] = []
    while text:
        head = _HEAD.search(text)
        rest, found = read_tagged(text[: head.start()] if head else text, first + len(calls))
        said.append(rest)
        calls.extend(found)
        if head is None:
            break
        call, text = _function(head, text, f"call_{first + len(calls)}", tools)
        calls.append(call)
    return "\n".join(part for one in said if (part := one.strip() if calls else one)), tuple(calls)


def _function(
    head: re.Match[str], text: str, identity: str, tools: Mapping[str, Tool]
) -> tuple[ToolCall, str]:
    """The call whose head this is, and the text after it."""
    name = head[1]
    end = _END.search(text, head.end())
    if end is None:  # half a call would do something else than the whole one
        written = text[head.start() :].strip()
        return ToolCall(identity, name, {}, "the call has no end: </function> is missing", written), ""
    body = text[head.end() : end.start()].strip()
    schema = tools[name].parameters.get("properties") if name in tools else None
    types = schema if isinstance(schema, Mapping) else {}
    arguments = {key: _value(value, types.get(key)) for key, value in _PARAMETER.findall(body)}
    return ToolCall(identity, name, arguments), text[end.end() :]


def _value(text: str, schema: Any) -> Any:
    """A parameter that stands between tags: what its schema says that it is, else JSON where it is JSON."""
    kinds = _kinds(schema)
    if "string" in kinds:
        return None if "null" in kinds and text in ("null", "None") else text
    if text.strip() in _CONSTANTS:
        return _CONSTANTS[text.strip()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _kinds(schema: Any) -> frozenset[str]:
    """The types that a schema allows, as far as it says so at its top."""
    if not isinstance(schema, Mapping):
        return frozenset()
    said = schema.get("type")
    kinds = {said} if isinstance(said, str) else {one for one in said or () if isinstance(one, str)}
    for choice in (*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())):
        kinds |= _kinds(choice)
    return frozenset(kinds)


# ---- Mistral


def _mistral(text: str, first: int) -> tuple[str, tuple[ToolCall, ...]]:
    values: list[Any] = []
    at = 0
    while text.startswith(_MISTRAL, at):
        match = _NAMED.match(text, at + len(_MISTRAL))
        if match is None:
            values.append(None)
            at = len(text)
            break
        try:
            value, at = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            values.append({"name": match[1], "arguments": text[match.end() :]} if match[1] else None)
            at = len(text)
            break
        if match[1]:
            values.append({"name": match[1], "arguments": value})
        else:
            values.extend(value if isinstance(value, list) and value else [value or None])
        at = len(text) - len(text[at:].lstrip())
    return text[at:], _numbered(values, first, text)


# ---- Llama


def _llama(text: str, first: int, names: set[str]) -> tuple[str, tuple[ToolCall, ...]]:
    """Objects of JSON, several of them with semicolons between; any other text is no call."""
    body = text.removeprefix(_LLAMA)
    values = list(_objects(body))
    if values and all(_is_call(value, names) for value in values):
        return "", _numbered(values, first, body)
    return text.replace(_LLAMA, ""), ()


def _is_call(value: Any, names: set[str]) -> bool:
    """An answer may be JSON with a name in it, and no call."""
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        return False
    return value["name"] in names or "parameters" in value or "arguments" in value


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


def _numbered(values: Sequence[Any], first: int, text: str) -> tuple[ToolCall, ...]:
    return tuple(
        call_of(f"call_{number}", value, text.strip(), "the call can't be read" if value is None else None)
        for number, value in enumerate(values, first)
    )


# ---- Marks that come in pieces


class _SpecialTokens:
    """Takes these tokens out of a text that comes in pieces."""

    def __init__(self, tokens: Sequence[str]) -> None:
        ordered = sorted(filter(None, tokens), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._beginnings = _beginnings(ordered)
        self._held = ""

    def take(self, text: str) -> str:
        if self._pattern is None:
            return text
        self._held += text
        *whole, rest = self._pattern.split(self._held)
        kept = _begun(rest, self._beginnings)
        self._held = rest[len(rest) - kept :]
        return "".join(whole) + rest[: len(rest) - kept]

    def end(self) -> str:
        held, self._held = self._held, ""
        return held


class _Beginnings(NamedTuple):
    texts: frozenset[str]
    longest: int


def _beginnings(marks: Sequence[str]) -> _Beginnings:
    texts = frozenset(mark[:size] for mark in marks for size in range(1, len(mark)))
    return _Beginnings(texts, max(map(len, texts), default=0))


def _begun(text: str, beginnings: _Beginnings) -> int:
    """How many characters at the end of the text may be the beginning of a mark."""
    sizes = range(min(beginnings.longest, len(text)), 0, -1)
    return next((size for size in sizes if text[-size:] in beginnings.texts), 0)
