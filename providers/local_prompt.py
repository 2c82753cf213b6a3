"""A chat for a model in this process: the text that it gets, by its own chat template, and its answer read.

A model without a template gets a plain one (`FALLBACK`):

    System: You are terse.

    User: Hello

    Assistant:

and its answer ends where it begins to write the user's next turn. Tools are told by the template where that knows
tools, else in the prompt (`tool_emulation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from modelcatalog.catalog.errors import ArgumentError
from modelcatalog.providers.chat import ChatCall, Tool, ToolCall
from modelcatalog.providers.local_tool_calls import CallReader
from modelcatalog.providers.tool_emulation_prompt import number_of_calls, with_tools
from modelcatalog.providers.tool_emulation_text import Reader

FALLBACK = (
    "{% for message in messages %}{{ message.role | capitalize }}: {{ message.content }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
FALLBACK_STOP = ("\nUser:", "\nSystem:")


class Prompt(NamedTuple):
    """What the model gets. `add_special_tokens`: whether the tokenizer has to begin it; `stop`: where answers end,
    besides the places that the call names.
    """

    text: str
    add_special_tokens: bool
    stop: tuple[str, ...]


class AnswerReader(Protocol):
    """Reads an answer that comes in pieces; text that may be a tool call waits until it is known to be none."""

    def take(self, text: str, /) -> str:
        """What of the text so far is for the user."""

    def end(self) -> tuple[str, tuple[ToolCall, ...]]:
        """The rest of the text, and the calls."""


class ChatFormat:
    """How chats with one model are written.

    `template` is the text of a Jinja template or the path of a file that holds one, in place of the tokenizer's own.
    `template_kwargs` are given to the template (`enable_thinking=False`). `emulate_tools`: tell of tools in the
    prompt (True), by the template (False), or as the template knows them (None).
    """

    def __init__(
        self,
        tokenizer: Any,
        template: str | None = None,
        template_kwargs: Mapping[str, Any] | None = None,
        emulate_tools: bool | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._template = None if template is None else _read(template)
        self._kwargs = dict(template_kwargs or {})
        self._emulate = emulate_tools
        self.is_fallback = self._template is None and not _has_template(tokenizer)

    def prompt(self, call: ChatCall) -> Prompt:
        """The text for a call. Raises ArgumentError for messages that the template, or any text model, can't take."""
        emulates = self._emulates(call)
        if emulates:
            call = with_tools(call)
        messages = [_message(message) for message in call.messages]
        tools = [_tool(tool) for tool in call.tools] if call.tool_choice != "none" else []
        text = self._render(messages, tools)
        return Prompt(text, self.is_fallback, FALLBACK_STOP if self.is_fallback else ())

    def reader(self, call: ChatCall) -> AnswerReader:
        """A reader for the answer to a call, as it comes in pieces."""
        first = number_of_calls(call.messages) + 1
        if not call.tools or call.tool_choice == "none":
            return _Plain(self.is_fallback)
        if self._emulates(call):
            return _Calls(Reader(first), self.is_fallback)
        return _Calls(CallReader(first, self._special), self.is_fallback)

    def reply(self, call: ChatCall, text: str, stop_reason: str) -> tuple[str, tuple[ToolCall, ...], str]:
        """What a whole answer says: text, calls, and why it ended."""
        reader = self.reader(call)
        said = reader.take(text)
        rest, calls = reader.end()
        return said + rest, calls, "tool_calls" if calls and stop_reason == "stop" else stop_reason

    def keeps_special_tokens(self, call: ChatCall) -> bool:
        """Whether the answer is to be decoded with its special tokens: some models mark a call with one."""
        return bool(call.tools) and call.tool_choice != "none" and not self._emulates(call)

    @property
    def _special(self) -> Sequence[str]:
        return [str(token) for token in getattr(self._tokenizer, "all_special_tokens", ())]

    def _emulates(self, call: ChatCall) -> bool:
        if self._emulate is not None:
            return self._emulate
        used = bool(call.tools) or any(
            message.get("tool_calls") or message.get("role") == "tool" for message in call.messages
        )
        return used and not self.knows_tools

    @property
    def knows_tools(self) -> bool:
        """Whether the template has a place for tools."""
        if self.is_fallback:
            return False
        if self._template is None and not hasattr(self._tokenizer, "get_chat_template"):
            return True  # mistral-common, which has its own code in a template's place
        text = self._template or self._tokenizer.get_chat_template(tools=[{}])
        environment = import_module("jinja2").Environment(extensions=["jinja2.ext.loopcontrols"])
        try:
            return "tools" in import_module("jinja2.meta").find_undeclared_variables(environment.parse(text))
        except import_module("jinja2").TemplateSyntaxError:  # {% generation %}, which only transformers knows
            return "tools" in text

    def _render(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> str:
        error_class = import_module("jinja2").TemplateError
        try:
            return self._apply(messages, tools)
        except error_class as error:
            folded = _without_system(messages)
            if folded is None:
                raise _refused(error) from error
        try:
            return self._apply(folded, tools)
        except error_class as error:
            raise _refused(error) from error

    def _apply(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> str:
        template = FALLBACK if self.is_fallback else self._template
        text: str = self._tokenizer.apply_chat_template(
            messages,
            tools=tools or None,
            tokenize=False,
            **({"chat_template": template} if template is not None else {}),
            **{"add_generation_prompt": True, **self._kwargs},
        )
        return text


class _Plain:
    """Every piece is text. A model without a template puts a blank before its answer."""

    def __init__(self, strips: bool) -> None:
        self._strips = strips

    def take(self, text: str) -> str:
        if self._strips:
            text = text.lstrip()
            self._strips = not text
        return text

    def end(self) -> tuple[str, tuple[ToolCall, ...]]:
        return "", ()


class _Calls:
    """The text without the calls in it."""

    def __init__(self, reader: Reader | CallReader, strips: bool) -> None:
        self._reader = reader
        self._plain = _Plain(strips)

    def take(self, text: str) -> str:
        return self._plain.take(self._reader.take(text))

    def end(self) -> tuple[str, tuple[ToolCall, ...]]:
        rest = self._plain.take(self._reader.end())
        return rest, tuple(self._reader.calls)


def _read(template: str) -> str:
    """The template itself, or what the file holds whose path it is."""
    if "{" in template:
        return template
    path = Path(template).expanduser()
    if not path.is_file():
        raise ArgumentError(
            f"chat_template is neither the text of a template nor a file that is there: {template!r}.",
            argument="chat_template",
        )
    return path.read_text(encoding="utf-8")


def _has_template(tokenizer: Any) -> bool:
    if not hasattr(tokenizer, "get_chat_template"):
        return hasattr(tokenizer, "apply_chat_template")
    return bool(tokenizer.chat_template)


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as templates want it: its content a text, its calls in OpenAI's form, arguments as a mapping."""
    told = {**message, "content": "".join(_texts(message.get("content")))}
    if calls := message.get("tool_calls"):
        told["tool_calls"] = [_call(call) for call in calls]
    return told


def _texts(content: Any) -> Iterator[str]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    for part in content:
        if not isinstance(part, Mapping) or part.get("type") != "text":
            kind = part.get("type") if isinstance(part, Mapping) else type(part).__name__
            raise ArgumentError(f"A model in this process takes text only, not {kind}.", argument="messages")
        yield str(part["text"])


def _call(call: Any) -> dict[str, Any]:
    if isinstance(call, ToolCall):
        function = {"name": call.name, "arguments": dict(call.arguments)}
        return {"id": call.id, "type": "function", "function": function}
    from modelcatalog.providers.tool_emulation_prompt import uniform

    return _call(uniform(call))


def _tool(tool: Tool) -> dict[str, Any]:
    inner = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": inner}


def _without_system(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The same with the system's words before the first user's, for templates that know no system; None if neither."""
    said = [message["content"] for message in messages if message.get("role") == "system"]
    rest = [message for message in messages if message.get("role") != "system"]
    at = next((at for at, message in enumerate(rest) if message.get("role") == "user"), None)
    if not said or at is None:
        return None
    rest[at] = {**rest[at], "content": "\n\n".join([*said, rest[at]["content"]])}
    return rest


def _refused(error: Exception) -> ArgumentError:
    return ArgumentError(
        f"The model's chat template doesn't take these messages: {error}.", argument="messages"
    )
