"""The uniform calls with a GenerativeModel as the client: over REST, those of an async caller in a thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.ended.generative_model.arguments import sorted_out
from modelcatalog.providers.ended.generative_model.threads import each_in_thread, in_thread
from modelcatalog.providers.google import codec
from modelcatalog.providers.google.answers import GenerateContent

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall
    from modelcatalog.providers.adapter.tool_types import Tool


class RestCalls(GenerateContent):
    """What differs between the two packages is left to their own. A blocked prompt or answer is a reply."""

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

    def request(self, model: Any, extra: dict[str, Any]) -> Any:
        """The package's request with the defaults of the model object and these keywords, its contents to be set."""
        raise NotImplementedError

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        """The request as an object of protobuf, and the keywords that go beside it."""
        extra = sorted_out(call.extra)
        options = dict(extra.pop("request_options", None) or {})
        extra["generation_config"] = {**extra.get("generation_config", {}), **codec.options(call)}
        request = self.request(client, extra)
        request.model = self.path(client, call.model)
        request.contents = codec.contents(call.messages, ids=self.ids, signatures=self.signatures)
        if (system := codec.system_instruction(call.messages)) is not None:
            request.system_instruction = system
        if call.tools:
            request.tools = [{"function_declarations": [self._declared(tool) for tool in call.tools]}]
        if call.tool_choice is not None:
            request.tool_config = codec.tool_config(call.tool_choice)
        return {"request": request, **options}

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return self.service(client).generate_content(**sent)

    def asend(self, client: Any, sent: dict[str, Any]) -> Any:
        return in_thread(self.send, client, sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return _cancelled(self.service(client).stream_generate_content(**sent))

    async def aopen(self, client: Any, sent: dict[str, Any]) -> AsyncIterator[Any]:
        return each_in_thread(await in_thread(self.open, client, sent))

    def _declared(self, tool: Tool) -> dict[str, Any]:
        return {"name": tool.name, "description": tool.description, **self.parameters(tool)}


def _cancelled(responses: Any) -> Iterator[Any]:
    """The stream, cancelled when it is left."""
    try:
        yield from responses
    finally:
        responses.cancel()
