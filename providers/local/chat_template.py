"""A chat for a model in this process: the text that it gets, by its own chat template, and its answer read.

A model without a template gets a plain one (`FALLBACK`):

    System: You are terse.

    User: Hello

    Assistant:

and its answer ends where it begins to write the next turn. Tools are written by the template where that knows tools,
else in the prompt (`tool_emulation`). What a model thinks aloud (`<think>...</think>`) is a part of its text, in which
no call is looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.chat.tool_emulation_parser import Reader
from modelcatalog.providers.chat.tool_emulation_prompt import number_of_calls, wish, with_system, with_tools
from modelcatalog.providers.local.messages import Message, described, forms, uniform_messages
from modelcatalog.providers.local.reasoning import OPEN as THOUGHT
from modelcatalog.providers.local.reasoning import ThoughtReader
from modelcatalog.providers.local.template_options import is_coded, kwargs_of, no_template, template_text
from modelcatalog.providers.local.tool_call_parsers import CallReader

if TYPE_CHECKING:
    import os

    from modelcatalog.providers.adapter.chat_types import ChatCall
    from modelcatalog.providers.adapter.tool_types import ToolCall

FALLBACK = (
    "{% for message in messages %}{{ message.role | capitalize }}: {{ message.content }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
FALLBACK_STOP = ("\nUser:", "\nSystem:", "\nAssistant:")


class Prompt(NamedTuple):
    """What the model gets. `add_special_tokens`: whether the tokenizer has to begin it; `stop`: where answers end,
    besides the places that the call names. `token_ids`, where they are given, are what the text alone can't say: of
    mistral-common's marks in a text its tokenizer makes plain words.
    """

    text: str
    add_special_tokens: bool
    stop: tuple[str, ...]
    token_ids: tuple[int, ...] | None = None


class AnswerReader(Protocol):
    """Reads an answer that comes in pieces; text that may be a tool call waits until it is known to be none."""

    def take(self, text: str, /) -> str:
        """What of the text so far is for the user."""

    def end(self) -> tuple[str, tuple[ToolCall, ...]]:
        """The rest of the text, and the calls."""


class ChatFormat:
    """How chats with one model are written.

    `template` is the text of a Jinja template, the path of a file that holds one, or the name of one of the
    tokenizer's own where it has several. `template_kwargs` are given to the template (`enable_thinking=False`).
    `emulate_tools`: tell of tools in the prompt (True), by the template (False), or as the template knows them (None).
    Raises ArgumentError for a template that isn't found, or is none.
    """

    def __init__(
        self,
        tokenizer: Any,
        template: str | os.PathLike[str] | None = None,
        template_kwargs: Mapping[str, Any] | None = None,
        emulate_tools: bool | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._kwargs = kwargs_of(template_kwargs)
        self._emulate = emulate_tools
        own = getattr(tokenizer, "chat_template", None)
        is_name = isinstance(own, Mapping) and isinstance(template, str) and template in own
        self._template = str(template) if is_name else template_text(template)
        self._is_coded = is_coded(tokenizer)
        if self._is_coded and template is not None:
            raise no_template(f"{type(tokenizer).__name__} writes chats by code of its own")
        self.is_fallback = self._template is None and not own and not self._is_coded
        if self._template is not None:
            self._demand_jinja()

    def prompt(self, call: ChatCall) -> Prompt:
        """The text for a call. Raises ArgumentError for messages that the template, or any text model, can't take."""
        self._demand_tools(call)
        if self._emulates(call):
            call = with_tools(call)
        elif call.tools:
            call = _with_choice(call)
        messages, tools = uniform_messages(call.messages), [described(tool) for tool in call.tools]
        if self._is_coded:
            token_ids = self._render(messages, tools)
            return Prompt(self._tokenizer.decode(token_ids), False, (), tuple(token_ids))
        text = self._render(messages, tools)
        return Prompt(text, self.is_fallback, FALLBACK_STOP if self.is_fallback else ())

    def reader(self, call: ChatCall) -> AnswerReader:
        """A reader for the answer to a call, as it comes in pieces."""
        first = number_of_calls(call.messages) + 1
        if not call.tools or call.tool_choice == "none":
            return _Plain(self.is_fallback)
        thought = ThoughtReader(is_open=self.prompt(call).text.rstrip().endswith(THOUGHT))
        reader = Reader(first) if self._emulates(call) else CallReader(first, self._special, call.tools)
        return _Calls(reader, thought, self.is_fallback)

    def reply(self, call: ChatCall, text: str, stop_reason: str) -> tuple[str, tuple[ToolCall, ...], str]:
        """What a whole answer says: text, calls, and why it ended."""
        reader = self.reader(call)
        said = reader.take(text)
        rest, calls = reader.end()
        return said + rest, calls, "tool_calls" if calls and stop_reason == "stop" else stop_reason

    def keeps_special_tokens(self, call: ChatCall) -> bool:
        """Whether the answer is to be decoded with its special tokens: some models mark a call with one."""
        return bool(call.tools) and call.tool_choice != "none" and not self._emulates(call)

    @cached_property
    def knows_tools(self) -> bool:
        """Whether the template has a place for tools."""
        if self.is_fallback or self._is_coded:
            return self._is_coded
        text = self._tokenizer.get_chat_template(self._template, tools=[{}])
        environment = import_module("jinja2").Environment(extensions=["jinja2.ext.loopcontrols"])
        try:
            return "tools" in import_module("jinja2.meta").find_undeclared_variables(environment.parse(text))
        except import_module("jinja2").TemplateSyntaxError:  # {% generation %}, which only transformers knows
            return "tools" in text

    @cached_property
    def _special(self) -> Sequence[str]:
        # Those with a role of their own, and all others: a tokenizer tells of them in two places.
        added = self._tokenizer.added_tokens_decoder
        others = [] if self._is_coded else [token.content for token in added.values() if token.special]
        return [*self._tokenizer.all_special_tokens, *others]

    def _emulates(self, call: ChatCall) -> bool:
        if self._emulate is not None:
            return self._emulate
        used = bool(call.tools) or any(
            message.get("tool_calls") or message.get("role") == "tool" for message in call.messages
        )
        return used and not self.knows_tools

    def _demand_tools(self, call: ChatCall) -> None:
        choice = call.tool_choice
        names = [tool.name for tool in call.tools]
        if choice not in (None, "auto", "none", *names) and (choice != "required" or not names):
            raise ArgumentError(
                f"tool_choice is {choice!r}, and the tools of this call are: {', '.join(names) or 'none'}.",
                argument="tool_choice",
            )
        if names and choice != "none" and not self._emulates(call) and not self.knows_tools:
            raise ArgumentError(
                "The model's chat template has no place for tools: leave emulate_tools out, or set it to true.",
                argument="emulate_tools",
            )

    def _demand_jinja(self) -> None:
        """A mistake in a template of the user's is said when it is given, not at the first call."""
        jinja = import_module("jinja2")
        try:
            self._apply([{"role": "user", "content": "Hello"}], [])
        except jinja.TemplateSyntaxError as error:
            raise ArgumentError(
                f"chat_template is no template of Jinja: {error.message} (line {error.lineno}).",
                argument="chat_template",
            ) from error
        except (jinja.TemplateError, TypeError, ValueError):
            return  # it may want other messages than this one

    def _render(self, messages: list[Message], tools: list[dict[str, Any]]) -> Any:
        wrong: tuple[type[Exception], ...] = (import_module("jinja2").TemplateError, TypeError, ValueError)
        if self._is_coded:  # mistral-common's own errors have no other base
            wrong = (Exception,)
        refusal: Exception | None = None
        for form in forms(messages):
            try:
                return self._apply(form, tools)
            except wrong as error:
                refusal = error
        raise ArgumentError(
            f"The model's chat template doesn't take these messages: {str(refusal).rstrip('.')}.",
            argument="messages",
        ) from refusal

    def _apply(self, messages: list[Message], tools: list[dict[str, Any]]) -> Any:
        """The text; tokens where there is code in a template's place."""
        template = FALLBACK if self.is_fallback else self._template
        return self._tokenizer.apply_chat_template(
            messages,
            tools=tools or None,
            tokenize=self._is_coded,
            return_dict=False,
            **({"chat_template": template} if template is not None else {}),
            **{"add_generation_prompt": True, **self._kwargs},
        )


class _Plain:
    """Every piece is text. A model without a template puts blanks around its answer."""

    def __init__(self, strips: bool) -> None:
        self._strips = strips
        self._has_said = False
        self._blank = ""

    def take(self, text: str) -> str:
        if not self._strips:
            return text
        text = self._blank + text
        solid = text.rstrip()
        self._blank = text[len(solid) :]
        out = solid if self._has_said else solid.lstrip()
        self._has_said = self._has_said or bool(out)
        return out

    def end(self) -> tuple[str, tuple[ToolCall, ...]]:
        return "", ()


class _Calls:
    """The text without the calls in it."""

    def __init__(self, reader: Reader | CallReader, thought: ThoughtReader, strips: bool) -> None:
        self._reader = reader
        self._thought = thought
        self._plain = _Plain(strips)

    def take(self, text: str) -> str:
        thought, rest = self._thought.take(text)
        return self._plain.take(thought + self._reader.take(rest))

    def end(self) -> tuple[str, tuple[ToolCall, ...]]:
        thought, rest = self._thought.end()
        said = self._plain.take(thought + self._reader.take(rest) + self._reader.end())
        return said, tuple(self._reader.calls)


def _with_choice(call: ChatCall) -> ChatCall:
    """No template has a word for the caller's choice: it is written in the system's."""
    choice = call.tool_choice
    if choice in (None, "auto"):
        return call
    if choice == "none":
        return replace(call, tools=())
    tools = tuple(tool for tool in call.tools if choice in ("required", tool.name))
    return replace(call, tools=tools, messages=with_system(call.messages, wish(str(choice))))
