"""The uniform calls with a client of Bedrock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, NoReturn, Self
from urllib.parse import quote

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.bedrock.codec import Pieces, keywords, reply
from modelcatalog.providers.chat.response_errors import is_ours
from modelcatalog.providers.chat.tool_emulation import Emulation


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    emulation = Emulation(client, call)
    with _Call(client, emulation.call, "converse") as one:
        return emulation.reply(reply(one.came(client.converse(**keywords(emulation.call)))))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    emulation = Emulation(client, call)
    with _Call(client, emulation.call, "converse") as one:
        return emulation.reply(reply(one.came(await client.converse(**keywords(emulation.call)))))


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
    """There is no list at this service."""
    raise NotImplementedError(
        "bedrock-runtime lists no models: another service does that, with rights of its own "
        "(client 'bedrock', list_foundation_models)."
    )


async def alist_models(client: Any, path: str = "") -> NoReturn:
    """`list_models`, with the async client."""
    list_models(client, path)


def _pieces(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    pieces = Pieces()
    with _Call(client, call, "converse-stream") as one:
        events = one.came(client.converse_stream(**keywords(call)))["stream"]
        try:
            for event in events:
                yield from pieces.take(event)
        finally:
            events.close()
        yield pieces.end()


async def _apieces(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    pieces = Pieces()
    with _Call(client, call, "converse-stream") as one:
        events = one.came(await client.converse_stream(**keywords(call)))["stream"]
        try:
            async for event in events:
                for piece in pieces.take(event):
                    yield piece
        finally:
            events.close()
        yield pieces.end()


class _Call:
    """One call. An error of it knows its address; what fails once the service has said success is an AnswerError."""

    def __init__(self, client: Any, call: ChatCall, operation: str) -> None:
        self._client = client
        self._path = f"/model/{quote(call.model, safe='')}/{operation}"
        self._status: int | None = None
        self._kind = "none"

    def came(self, answer: Any) -> Any:
        """The SDK's answer, whatever it holds."""
        facts = answer.get("ResponseMetadata", {})
        self._status = facts.get("HTTPStatusCode")
        self._kind = facts.get("HTTPHeaders", {}).get("content-type", "none").partition(";")[0]
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception):
            return
        url = self._url()
        text = _unreadable(error) if self._status == 200 or _in_parser(error) else None
        if text is not None:
            text = f"{text} (content type {self._kind})."
            raise AnswerError(text, status=self._status, url=url, method="POST") from error
        if url is not None and not hasattr(error, "modelcatalog_url"):
            error.__dict__["modelcatalog_url"] = url  # for `failure`: the SDK's own don't hold it

    def _url(self) -> str | None:
        try:
            return f"{self._client.meta.endpoint_url}{self._path}"
        except AttributeError:  # never opened
            return None


# botocore's for event streams, and those of the HTTP libraries below it.
_BROKEN = {
    "ParserError",
    "ChecksumMismatch",
    "InvalidHeadersLength",
    "InvalidPayloadLength",
    "ResponseParserError",
}
_CUT = {"HTTPError", "ClientError", "ProtocolError", "IncompleteReadError", "ResponseStreamingError"}


def _unreadable(error: Exception) -> str | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, AnswerError):
        return str(error)
    if is_ours(error):
        return None
    if "TimeoutError" in names or "ReadTimeoutError" in names:
        return None
    if names & _BROKEN or names & {"ValueError", "KeyError", "TypeError", "AttributeError"}:
        return "The answer can't be read, it has another form"
    if (
        "response" not in vars(error) and names & _CUT
    ):  # botocore's ClientError has one: a refusal inside the stream
        return "The connection was cut in the middle of the answer"
    return None


def _in_parser(error: BaseException) -> bool:
    """Whether the SDK stumbled over JSON of another shape, which it takes on trust."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    return isinstance(error, AttributeError | TypeError) and name.endswith("botocore.parsers")
