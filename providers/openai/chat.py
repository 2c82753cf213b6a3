"""Chat, stream and list of models with the clients of openai's SDK, and of others made like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.chat.calls import MOST_MODELS, ChatCalls
from modelcatalog.providers.chat.completions_codec import Pieces, keywords, no_answer, reply
from modelcatalog.providers.chat.guard import Guard

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply


class Completions(ChatCalls):
    """Chat completions. `usage_option`: the SDK has an option by which usage is sent at the end of a stream."""

    SEND = "chat.completions.with_raw_response.create"
    OPEN = "chat.completions.create"
    DECODER: ClassVar[type[Any]] = Pieces
    usage_option = True

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        return keywords(call, host=client.base_url.host, stream=stream, usage_option=self.usage_option)

    def parse(self, answer: Any) -> Any:
        return answer.parse()

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer)

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        return (
            Guard()
            if call is not None
            else Guard(url=f"{str(client.base_url).rstrip('/')}{path}", method="GET")
        )

    def models(self, client: Any, path: str) -> Any:
        return client.get(path, cast_to=object)

    def model_names(self, answer: Any) -> list[str]:
        return names_in(answer)


def names_in(page: object) -> list[str]:
    """The names in a list of models. Raises AnswerError where there is no list in it."""
    # A page of OpenAI's has its items below `data`; Together sends the bare list, on which the SDK's own method fails.
    items = page.get("data") if isinstance(page, dict) else page
    if not isinstance(items, list):
        raise AnswerError(no_answer("list of models", page))
    ids = (
        item.get("id") or item.get("name") if isinstance(item, dict) else item for item in items[:MOST_MODELS]
    )
    return [identity for identity in ids if isinstance(identity, str)]


def prove(client: Any, path: str) -> None:
    """One request to a path that only a valid key gets an answer from. Raises as `chat` does."""
    answer = client.get(path, cast_to=object)
    if not isinstance(answer, dict):
        url = f"{str(client.base_url).rstrip('/')}{path}"
        raise AnswerError(f"{no_answer('account', answer)}.", status=200, url=url, method="GET")


CALLS = Completions()
