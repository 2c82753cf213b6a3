"""The small uniform chat call: what goes in, what comes out, whatever the SDK."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from modelcatalog.providers.adapter.tool_types import Tool, ToolCall

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class AnswerError(Exception):
    """The service answered with success, but what it sent is no answer: an HTML page, nothing, half a stream.

    `status`, `url` and `method` are those of the call, None where they aren't known.
    """

    def __init__(
        self, message: str, *, status: int | None = None, url: str | None = None, method: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.url = url
        self.method = method


class TokenError(Exception):
    """No token came from where a call's credentials are, so that nothing was sent to the service."""


class Usage(NamedTuple):
    """Tokens, as the service counted them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class ChatCall:
    """One call. What is None is not sent.

    `messages` are mappings with `role` and `content`. An assistant's may hold `tool_calls` (as in a reply),
    and the result of each goes back in a message with the role `tool` and its `tool_call_id`. `tool_choice`
    is auto, none, required, or the name of a tool. `extra` are keywords of the SDK's own call. `emulate_tools`: the
    model has no tools of its own; they are described in the prompt.
    """

    model: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Tool] = ()
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | Sequence[str] | None = None
    seed: int | None = None
    tool_choice: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    emulate_tools: bool = False

    @classmethod
    def of(
        cls,
        model: str,
        messages: str | Iterable[Mapping[str, Any]],
        request_args: Mapping[str, Any] = _EMPTY,
        options: Mapping[str, Any] = _EMPTY,
        *,
        emulate_tools: bool = False,
    ) -> ChatCall:
        """From an adapter's `request_args`, and options: fields of the call by name, the rest is extra.

        Raises ArgumentError for what no service could understand: messages that are none, a number that is a text.
        """
        from modelcatalog.providers.adapter.chat_checks import check_options, checked_messages, checked_tools

        fields = {name: value for name, value in options.items() if name in OPTIONS}
        check_options(fields)
        fields["tools"] = tuple(map(Tool.of, checked_tools(fields.get("tools"))))
        extra = _joined(request_args, {name: value for name, value in options.items() if name not in OPTIONS})
        return cls(model, checked_messages(messages), extra=extra, emulate_tools=emulate_tools, **fields)


OPTIONS = frozenset({"tools", "max_tokens", "temperature", "top_p", "stop", "seed", "tool_choice"})
"""The options of a call that mean the same with every SDK."""


@dataclass(frozen=True)
class ChatReply:
    """An answer. `raw` is the SDK's own object; `model` what the service says it used.

    `stop_reason` is stop, length, tool_calls or content_filter, whatever the service calls it.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    stop_reason: str | None = None
    model: str | None = None
    raw: Any = field(default=None, repr=False)

    @property
    def message(self) -> dict[str, Any]:
        """The answer as a message of the next call."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.tool_calls:
            message["tool_calls"] = list(self.tool_calls)
        return message


@dataclass(frozen=True)
class ChatChunk:
    """A piece of an answer. Only the last holds more than text: whole tool calls, usage, and why it ended."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    stop_reason: str | None = None
    usage: Usage | None = None
    raw: Any = field(default=None, repr=False)


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the second wins; mappings that stand in both under one name (extra_body) are joined."""
    joined = {**first, **second}
    for name in first.keys() & second.keys():
        if isinstance(first[name], Mapping) and isinstance(second[name], Mapping):
            joined[name] = {**first[name], **second[name]}
    return joined
