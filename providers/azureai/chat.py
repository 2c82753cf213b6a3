"""The uniform calls with a client of azure-ai-inference."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, NoReturn, Self

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.completions_codec import keywords
from modelcatalog.providers.chat.completions_json import Pieces, reply
from modelcatalog.providers.chat.response_errors import answer_error, is_ours
from modelcatalog.providers.chat.tool_emulation import Emulation


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    emulation = Emulation(client, call)
    with _Call(emulation.call) as one:
        answer = client.complete(**one.keywords(stream=False))
        return emulation.reply(reply(_plain(answer), answer))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    emulation = Emulation(client, call)
    with _Call(emulation.call) as one:
        answer = await client.complete(**one.keywords(stream=False))
        return emulation.reply(reply(_plain(answer), answer))


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    emulation = Emulation(client, call)
    yield from emulation.pieces(_pieces(client, emulation.call))


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    emulation = Emulation(client, call)
    async for piece in emulation.apieces(_apieces(client, emulation.call)):
        yield piece


def list_models(client: Any, path: str = "") -> NoReturn:
    """There is no list: an endpoint serves what was deployed to it."""
    raise NotImplementedError(
        "azure-ai-inference lists no models: the model is the name of a deployment. For an endpoint with a single "
        "model, client.get_model_info() tells which one it is."
    )


async def alist_models(client: Any, path: str = "") -> NoReturn:
    """`list_models`, with the async client."""
    list_models(client, path)


def _pieces(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    pieces = Pieces()
    with _Call(call) as one, client.complete(**one.keywords(stream=True)) as chunks:
        for chunk in chunks:
            yield from pieces.take_json(chunk.as_dict(), chunk)
        yield pieces.end()


async def _apieces(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    pieces = Pieces()
    with _Call(call) as one:
        async with await client.complete(**one.keywords(stream=True)) as chunks:
            async for chunk in chunks:
                for piece in pieces.take_json(chunk.as_dict(), chunk):
                    yield piece
            yield pieces.end()


class _Call:
    """One call: its keywords, and, of what goes wrong once the service has said success, an AnswerError."""

    def __init__(self, call: ChatCall) -> None:
        self._call = call
        self._request: Any = None
        self._response: Any = None

    def keywords(self, *, stream: bool) -> dict[str, Any]:
        sent = keywords(self._call, host="", stream=stream)
        sent.pop("stream_options", None)  # the SDK has no such keyword; services send the usage unasked
        if isinstance(sent.get("stop"), str):
            sent["stop"] = [sent["stop"]]
        for name, keep in (("raw_request_hook", self._sent), ("raw_response_hook", self._came)):
            sent[name] = _both(keep, sent.get(name))
        return sent

    def _sent(self, request: Any) -> None:
        self._request = request.http_request

    def _came(self, answer: Any) -> None:
        self._response = answer.http_response

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        response = self._response
        if isinstance(error, Exception) and not hasattr(error, "request"):
            error.__dict__["request"] = self._request  # for `failure`, which tells the address
        if response is None or response.status_code != 200 or not isinstance(error, Exception):
            return
        names = {one.__name__ for one in type(error).__mro__}
        if isinstance(error, AnswerError):
            text = str(error)
        elif is_ours(error) or "TimeoutError" in names or "ServiceResponseTimeoutError" in names:
            return
        elif names & {"DecodeError", "ValueError", "TypeError", "AttributeError", "KeyError"}:
            text = "The answer can't be read, it isn't JSON"
        elif names & {"AzureError", "OSError", "ClientError"}:
            text = "The connection was cut in the middle of the answer"
        else:
            return
        raise answer_error(text, response) from error


def _plain(answer: Any) -> Any:
    """The answer as JSON; of another form than the SDK's, it is that already."""
    return answer.as_dict() if hasattr(answer, "as_dict") else answer


def _both(keep: Any, hook: Any) -> Any:
    """Ours and the caller's own."""
    if hook is None:
        return keep

    def both(value: Any) -> Any:
        keep(value)
        return hook(value)

    return both
