"""Adapter for transformers: a model of the Hugging Face hub, or of a folder, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package
from modelcatalog.providers.adapter.connection import Built
from modelcatalog.providers.adapter.emulate_tools import NAME as EMULATE
from modelcatalog.providers.adapter.emulate_tools import is_wanted
from modelcatalog.providers.adapter.packages import import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection
    from modelcatalog.providers.local.hardware import Machine

_CLIENT = "modelcatalog.providers.transformers.client.TransformersModel"


class HuggingFace(Adapter):
    """`TransformersModel`, which is ours: it owns a model and a tokenizer of transformers."""

    PACKAGE = Package("transformers", "transformers", "5.0", "hf")
    # accelerate, which the extra brings too, is needed for device=auto alone.
    FURTHER_PACKAGES = (Package("torch", "torch", "2.6", "hf"),)
    CALLS = "modelcatalog.providers.transformers.chat"
    FAILURES = "modelcatalog.providers.transformers.failure"
    CLIENTS = (_CLIENT, _CLIENT)
    IN_PROCESS = True
    TARGETS = frozenset({"model", "request", "adapter"})
    SETTINGS = frozenset({"api_key"})
    ARGUMENTS = frozenset(
        {
            "device",
            "model_path",
            "tokenizer",
            "tokenizer_path",
            "chat_template",
            "template_kwargs",
            "batch_size",
            "batch_wait",
            "max_connections",
            EMULATE,
        }
    )
    # HF_HOME, HF_ENDPOINT, HF_HUB_OFFLINE and the like say where the library keeps and finds files: they stay its own.
    AMBIENT = (
        Ambient("HF_TOKEN", "would be sent to the hub as the token"),
        Ambient("HUGGING_FACE_HUB_TOKEN", "would be sent to the hub as the token"),
    )

    def machine(self, model: str, arguments: Mapping[str, Mapping[str, object]]) -> Machine:
        """What this machine has for the model, as far as can be seen without loading anything."""
        from modelcatalog.providers.local.hardware import look

        return look(model, arguments.get("adapter", {}))

    def parameters(self, target: str) -> frozenset[str] | None:
        """The names that this target takes. Those of `model` are compared when the model is loaded."""
        if target == "request":
            from modelcatalog.providers.transformers.generation import generation_options

            return generation_options(import_sdk(self.PACKAGE))
        return self.ARGUMENTS if target == "adapter" else None

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """The model, loaded. Looks at the hub for one that is neither in a folder nor in the cache.

        Raises ArgumentError for a folder that doesn't exist, a device that isn't here and the like, and what
        transformers raises.
        """
        adapter = connection.arguments.get("adapter", {})
        size, wait = _batches(adapter)
        # Whoever has no template for tools gets them in the prompt: the client itself decides that, and does it.
        emulate = is_wanted(connection) if adapter.get(EMULATE) is not None else None
        sdk = import_sdk(self.PACKAGE)
        from modelcatalog.providers.local.chat_template import ChatFormat
        from modelcatalog.providers.local.hardware import refuse_http
        from modelcatalog.providers.transformers.client import TransformersModel
        from modelcatalog.providers.transformers.loading import load_model, load_tokenizer, source_of

        refuse_http(connection)
        arguments = {"token": _token(connection), **connection.arguments.get("model", {})}
        source = source_of(sdk, connection.model, adapter, arguments)
        tokenizer = load_tokenizer(source)
        template, kwargs = adapter.get("chat_template"), adapter.get("template_kwargs")
        written = ChatFormat(tokenizer, template, kwargs, emulate)  # type: ignore[arg-type]
        client = TransformersModel(
            load_model(source),
            tokenizer,
            connection.model,
            written,
            batch_size=size,
            batch_wait=wait,
            timeout=connection.timeout,
        )
        return Built(client, close=client.close) if sync else Built(client, aclose=client.aclose)


def _token(connection: Connection) -> str | bool | None:
    """The hub's token: the one that was settled, else the one that `hf auth login` has kept, but no variable's."""
    token = reveal(connection.settings.get("api_key")) if connection.auth == "key" else None
    if callable(token):
        token = reveal(token())
    if token:
        return str(token)
    return False if any(one.variable in connection.ambient for one in HuggingFace.AMBIENT) else None


def _batches(adapter: Mapping[str, object]) -> tuple[int, float]:
    """Calls in a batch at most, and seconds of silence after which a smaller one goes."""
    from modelcatalog.providers.transformers.batcher import SILENCE, SIZE

    name = "batch_size" if adapter.get("batch_size") is not None else "max_connections"
    size = adapter.get(name)
    size = SIZE if size is None else size
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ArgumentError(f"{name} is {size!r}; expected a whole number from 1 on.", argument=name)
    wait = adapter.get("batch_wait")
    wait = SILENCE if wait is None else wait
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait < float("inf"):
        raise ArgumentError(f"batch_wait is {wait!r}; expected seconds, 0 or more.", argument="batch_wait")
    return size, float(wait)
