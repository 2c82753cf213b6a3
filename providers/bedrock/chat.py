"""The uniform calls with a client of Bedrock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.bedrock.codec import Pieces, keywords, reply
from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.chat.guard import Guard

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply


class Converse(ChatCalls):
    """Bedrock's Converse, which has one form for the models of all publishers."""

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        return keywords(call)

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.converse(**sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.converse_stream(**sent)

    def events(self, stream: Any) -> Any:
        return stream["stream"]

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer)

    def decoder(self, call: ChatCall) -> Pieces:
        return Pieces()

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        model = quote(call.model, safe="") if call is not None else ""
        return ConverseGuard(client, f"/model/{model}/converse{'-stream' if stream else ''}")


# botocore's for event streams, and those of the HTTP libraries below it.
_BROKEN = frozenset(
    {
        "ParserError",
        "ChecksumMismatch",
        "InvalidHeadersLength",
        "InvalidPayloadLength",
        "ResponseParserError",
        "ValueError",
        "KeyError",
        "TypeError",
        "AttributeError",
    }
)
_CUT = frozenset(
    {"HTTPError", "ClientError", "ProtocolError", "IncompleteReadError", "ResponseStreamingError"}
)


class ConverseGuard(Guard):
    """An answer of botocore is a dictionary, and its exceptions don't hold the address of the request."""

    OTHER_FORM = "The answer can't be read, it has another form"

    def __init__(self, client: Any, path: str) -> None:
        super().__init__(cut=_CUT, unreadable=_BROKEN)
        self._client, self._path = client, path

    def received(self, answer: Any) -> Any:
        self.answered = True
        facts = answer.get("ResponseMetadata", {})
        self.status = facts.get("HTTPStatusCode")
        self.kind = facts.get("HTTPHeaders", {}).get("content-type", "none").partition(";")[0]
        return answer

    def response_of(self, answer: Any) -> Any:
        return None

    def text_of(self, error: Exception) -> str | None:
        # botocore's ClientError has a response of its own: a refusal inside the stream.
        refused = "response" in vars(error) and not isinstance(error, AnswerError)
        return None if refused else super().text_of(error)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        self.url = self._address()
        if self.status is None and _in_parser(error):
            self.status = 200
        super().__exit__(kind, error, trace)

    def explain(self, error: Exception) -> None:
        if self.url is not None and not hasattr(error, "modelcatalog_url"):
            error.__dict__["modelcatalog_url"] = self.url

    def _address(self) -> str | None:
        try:
            return f"{self._client.meta.endpoint_url}{self._path}"
        except AttributeError:  # never opened
            return None


def _in_parser(error: BaseException) -> bool:
    """Whether the SDK failed on JSON of another shape, which it takes on trust."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    return isinstance(error, AttributeError | TypeError) and name.endswith("botocore.parsers")


CALLS = Converse()
