"""OpenAI's chat completions as plain JSON, for services that send them to another client than the openai SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat import completions_codec as openai_wire

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatChunk, ChatReply


def reply(completion: Any, raw: Any = None) -> ChatReply:
    """The answer in a chat completion. Raises AnswerError when there is none in it."""
    if isinstance(completion, Mapping):
        return replace(openai_wire.reply(as_object(completion)), raw=raw or completion)
    return openai_wire.reply(completion)


class Pieces(openai_wire.Pieces):
    """Puts together an answer that is streamed as JSON."""

    def take_json(self, chunk: Any, raw: Any = None) -> Iterator[ChatChunk]:
        """What a chunk adds to the text, if anything."""
        for piece in self.take(as_object(chunk)):
            yield replace(piece, raw=raw or chunk)


class ObjectPieces:
    """Puts together an answer that is streamed as objects of an SDK, each of which `plain` makes into JSON."""

    def __init__(self, plain: Callable[[Any], Any]) -> None:
        self._plain, self._pieces = plain, Pieces()

    def take(self, event: Any) -> Iterator[ChatChunk]:
        """What an object adds to the text, if anything."""
        return self._pieces.take_json(self._plain(event), event)

    def end(self) -> ChatChunk:
        """The last piece. Raises AnswerError for a stream that is empty or cut."""
        return self._pieces.end()


def as_object(value: Any) -> Any:
    """JSON as the openai SDK's objects are: names as attributes. Arguments of calls stay as they are."""
    if isinstance(value, Mapping):
        return SimpleNamespace(
            **{str(name): item if name == "arguments" else as_object(item) for name, item in value.items()}
        )
    return [as_object(item) for item in value] if isinstance(value, list) else value
