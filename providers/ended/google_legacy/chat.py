"""The calls that both adapters on GenerativeModel objects make in one way: chat and stream; sync, async by a thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.ended.google_legacy.rest import each_in_thread, in_thread
from modelcatalog.providers.google import codec as wire
from modelcatalog.providers.google.decoder import Pieces, reply
from modelcatalog.providers.google.request_tracking import watched

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply, Tool
    from modelcatalog.providers.adapter.connection import Connection

# Keywords of generate_content; all other arguments are for its generation_config.
KEYWORDS = frozenset(
    {"generation_config", "safety_settings", "tools", "tool_config", "request_options", "labels"}
)


class RestCalls:
    """What differs between the two packages is left to the adapters."""

    ids = True
    signatures = False

    def service(self, model: Any) -> Any:
        """The service client below a model object."""
        raise NotImplementedError

    def path(self, model: Any, name: str) -> str:
        """The name of a model in the path of a request."""
        raise NotImplementedError

    def parameters(self, tool: Tool) -> dict[str, Any]:
        """The arguments of a tool, for its declaration."""
        raise NotImplementedError

    def prepared(self, model: Any, extra: dict[str, Any]) -> Any:
        """The package's request with the defaults of the model object and these keywords, its contents to be set."""
        raise NotImplementedError

    def chat(self, client: Any, call: ChatCall) -> ChatReply:
        """One answer. Raises the SDK's exceptions, or AnswerError. A blocked prompt or answer is a reply."""
        request, options = self._request(client, call)
        with watched():
            return reply(self.service(client).generate_content(request=request, **options))

    async def achat(self, client: Any, call: ChatCall) -> ChatReply:
        """`chat`, in a thread."""
        answer: ChatReply = await in_thread(self.chat, client, call)
        return answer

    def stream(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]:
        """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
        pieces = Pieces()
        request, options = self._request(client, call)
        with watched():
            responses = self.service(client).stream_generate_content(request=request, **options)
            try:
                for response in responses:
                    yield from pieces.take(response)
                yield pieces.end()
            finally:
                responses.cancel()

    async def astream(self, client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
        """`stream`, each piece in a thread."""
        async for chunk in each_in_thread(self.stream(client, call)):
            yield chunk

    def _request(self, client: Any, call: ChatCall) -> tuple[Any, dict[str, Any]]:
        """The request as an object of protobuf, and the keywords that go beside it."""
        extra = sorted_out(call.extra)
        options = dict(extra.pop("request_options", None) or {})
        extra["generation_config"] = {**extra.get("generation_config", {}), **wire.options(call)}
        request = self.prepared(client, extra)
        request.model = self.path(client, call.model)
        request.contents = wire.contents(call.messages, ids=self.ids, signatures=self.signatures)
        if (system := wire.system_instruction(call.messages)) is not None:
            request.system_instruction = system
        if call.tools:
            request.tools = [{"function_declarations": [self._declared(tool) for tool in call.tools]}]
        if call.tool_choice is not None:
            request.tool_config = wire.tool_config(call.tool_choice)
        return request, options

    def _declared(self, tool: Tool) -> dict[str, Any]:
        return {"name": tool.name, "description": tool.description, **self.parameters(tool)}


def request_args(connection: Connection) -> dict[str, Any]:
    """Keywords for each `generate_content`. Safety settings are not among them: the model object holds those."""
    given = {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}
    return sorted_out(given)


def sorted_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of `generate_content`: what isn't one by itself is a part of the generation's configuration."""
    keywords = {name: value for name, value in given.items() if name in KEYWORDS}
    rest = {name: value for name, value in given.items() if name not in KEYWORDS}
    if rest:
        keywords["generation_config"] = {**(keywords.get("generation_config") or {}), **rest}
    return keywords
