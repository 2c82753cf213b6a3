"""The uniform calls with a model of transformers: the client, which is ours, has them itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from modelcatalog.providers.chat.calls import ChatCalls

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
    from modelcatalog.providers.transformers.client import TransformersModel


class TransformersCalls(ChatCalls):
    """Those of `TransformersModel`."""

    def chat(self, client: TransformersModel, call: ChatCall) -> ChatReply:
        return client.chat(call)

    async def achat(self, client: TransformersModel, call: ChatCall) -> ChatReply:
        return await client.achat(call)

    def stream(self, client: TransformersModel, call: ChatCall) -> Iterator[ChatChunk]:
        return client.stream(call)

    def astream(self, client: TransformersModel, call: ChatCall) -> AsyncIterator[ChatChunk]:
        return client.astream(call)

    def list_models(self, client: TransformersModel, path: str = "") -> list[str]:
        """The models of the hub whose files are in this machine's cache."""
        hub = import_module("huggingface_hub")
        try:
            cached = hub.scan_cache_dir().repos
        except hub.errors.CacheNotFound:
            return []
        return sorted(repo.repo_id for repo in cached if repo.repo_type == "model")

    async def alist_models(self, client: TransformersModel, path: str = "") -> list[str]:
        """`list_models`; it looks at files only."""
        return self.list_models(client, path)


CALLS = TransformersCalls()
