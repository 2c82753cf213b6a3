"""The uniform calls with the clients of the cohere SDK: OpenAI's messages and tools, answers of its own form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace as Object
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.chat.completions_codec import Pieces, keywords, no_answer, reply
from modelcatalog.providers.chat.guard import Guard

_NAMES = {"top_p": "p", "stop": "stop_sequences"}
_CHOICES = {"auto": None, "none": "NONE", "required": "REQUIRED"}
# cohere/types/chat_finish_reason.py of cohere 7.3, in the words of the uniform call.
_REASONS = {"COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls"}
_UNREADABLE = frozenset({"ApiError", "ParsingError", "SSEError", "TypeError"})


class CohereGuard(Guard):
    """The SDK's exceptions hold status and headers themselves, but for those that come after success alone."""

    def response_of(self, answer: Any) -> Any:
        name, text = type(answer).__name__, str(answer)
        if name == "SSEError" or (name == "TypeError" and "model_construct()" in text):
            # The first one's text ends with the content type.
            return Object(status_code=200, headers={"content-type": text.partition("got ")[2].strip("'")})
        return answer if isinstance(answer, Exception) and getattr(answer, "headers", None) else None


class CoherePieces(Pieces):
    """Puts a streamed answer together, each event as the chunk that OpenAI would have sent."""

    def take(self, event: Any) -> Iterator[ChatChunk]:
        delta, index = (getattr(event, name, None) for name in ("delta", "index"))
        message = getattr(delta, "message", None)
        content, call = (getattr(message, name, None) for name in ("content", "tool_calls"))
        function = getattr(call, "function", None)
        calls = [Object(index=index, id=getattr(call, "id", ""), function=function)] if function else []
        part = Object(content=getattr(content, "text", None), tool_calls=calls)
        if event.type == "message-end" or calls or part.content:
            for piece in super().take(_completion(delta, delta=part)):
                yield replace(piece, raw=event)


def _completion(holder: Any, **choice: Any) -> Any:
    """In OpenAI's form, what holds finish reason and usage in Cohere's."""
    reason, usage = (getattr(holder, name, None) for name in ("finish_reason", "usage"))
    reason = _REASONS.get(reason, reason.lower()) if isinstance(reason, str) else None
    tokens = [
        getattr(getattr(usage, "tokens", None), name, None) for name in ("input_tokens", "output_tokens")
    ]
    given, made = (int(count) if isinstance(count, float | int) else None for count in tokens)
    counts = Object(prompt_tokens=given, completion_tokens=made)
    return Object(choices=[Object(finish_reason=reason, **choice)], usage=counts)


class CohereChat(ChatCalls):
    """Version 2 of Cohere's chat."""

    SEND, OPEN, DECODER = "chat", "chat_stream", CoherePieces

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        usual = keywords(replace(call, tool_choice=None), host="", stream=False).items()
        sent = {_NAMES.get(name, name): value for name, value in usual if name != "stream"}
        if isinstance(call.stop, str):
            sent["stop_sequences"] = [call.stop]
        if (choice := call.tool_choice) is not None:
            sent["tool_choice"] = _CHOICES.get(choice, "REQUIRED")
            if choice not in _CHOICES:  # no tool can be named: without the others, it has to be that one
                sent["tools"] = [tool for tool in sent["tools"] if tool["function"]["name"] == choice]
        return {name: value for name, value in sent.items() if value is not None}

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        if getattr(answer, "message", None) is None:
            raise AnswerError(no_answer("message", answer))
        return replace(reply(_completion(answer, message=answer.message)), raw=answer)

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        base = str(client._client_wrapper.get_base_url()).rstrip("/")  # noqa: SLF001  it isn't shown elsewhere
        url, method = (f"{base}/v2/chat", "POST") if call is not None else (f"{base}{path}", "GET")
        return CohereGuard(unreadable=_UNREADABLE, url=url, method=method)

    def models(self, client: Any, path: str) -> Any:
        return client.models.list(page_size=1000)  # the longest page there is

    def model_names(self, answer: Any) -> list[str]:
        if not isinstance(models := getattr(answer, "models", None), list):
            raise AnswerError(no_answer("list of models", answer))
        return [one.name for one in models if isinstance(getattr(one, "name", None), str)]


CALLS = CohereChat()
