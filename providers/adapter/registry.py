"""Which adapters there are, ours by a table and those of installed extensions, and loading one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.providers.adapter.adapter import Adapter
from modelcatalog.providers.adapter.entry_points import Extension, adapter_modules

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem


def is_adapter(name: str) -> bool:
    """Whether `adapter: name` has a module, here or in an installed extension. Imports nothing."""
    return name in _adapters() or name in adapter_modules()


def adapter_names() -> list[str]:
    """The adapters that there are, ours and those of extensions. Imports none of them."""
    return sorted(_adapters().union(adapter_modules()))


def load_adapter(name: str) -> Adapter:
    """The adapter of this name. Its SDK is not imported. Raises LookupError when there is none, and CatalogError when
    the extension that brings it can't be used.
    """
    if name in _adapters():
        return cast("Adapter", import_module(_MODULES[name]))
    brought = adapter_modules().get(name)
    if not brought:
        raise LookupError(f"there is no adapter {name!r}; there are {', '.join(adapter_names())}")
    if len(brought) > 1:
        who = ", ".join(extension.distribution for extension in brought)
        raise _unusable(brought[0], f"the adapter {name!r} is brought by several packages: {who}")
    return _load_extension(brought[0])


def extension_problems() -> list[Problem]:
    """What is wrong with installed extensions, as far as can be told without importing them."""
    problems = []
    for name, brought in adapter_modules().items():
        if name in _adapters():
            problems += [
                _problem(extension, f"its adapter {name!r} has the name of one of ours, and isn't used")
                for extension in brought
            ]
        elif len(brought) > 1:
            others = ", ".join(extension.distribution for extension in brought[1:])
            problems.append(
                _problem(brought[0], f"its adapter {name!r} is brought by {others} too; none is used")
            )
    return problems


def _load_extension(extension: Extension) -> Adapter:
    try:
        module = import_module(extension.value.partition(":")[0])
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise _unusable(extension, f"its adapter {extension.name!r} can't be imported: {reason}") from error
    lacks = [part for part in _PARTS if not hasattr(module, part)]
    if lacks:
        raise _unusable(extension, f"its adapter {extension.name!r} lacks {', '.join(lacks)}")
    return cast("Adapter", module)


_PARTS = [part for part in (*Adapter.__annotations__, *vars(Adapter)) if not part.startswith("_")]


def _unusable(extension: Extension, message: str) -> CatalogError:
    return CatalogError([_problem(extension, message)])


def _problem(extension: Extension, message: str) -> Problem:
    from modelcatalog.catalog.diagnostics.problem import Problem

    return Problem(
        path=f"package {extension.distribution}", line=0, column=0, message=message, code="broken-extension"
    )


_MODULES = {
    "anthropic": "modelcatalog.providers.anthropic.anthropic",
    "anthropic_bedrock": "modelcatalog.providers.anthropic.anthropic_bedrock",
    "anthropic_vertex": "modelcatalog.providers.anthropic.anthropic_vertex",
    "azureai": "modelcatalog.providers.azureai.azureai",
    "bedrock": "modelcatalog.providers.bedrock.bedrock",
    "cloudflare": "modelcatalog.providers.cloudflare.cloudflare",
    "goodfire": "modelcatalog.providers.ended.goodfire.goodfire",
    "google": "modelcatalog.providers.google.google",
    "google_legacy": "modelcatalog.providers.ended.google_legacy.google_legacy",
    "google_vertex": "modelcatalog.providers.google.google_vertex",
    "groq": "modelcatalog.providers.groq.groq",
    "hf": "modelcatalog.providers.transformers.hf",
    "mistral": "modelcatalog.providers.mistral.mistral",
    "mistral_azure": "modelcatalog.providers.mistral.mistral_azure",
    "openai": "modelcatalog.providers.openai.openai",
    "openai_azure": "modelcatalog.providers.openai.openai_azure",
    "vertex": "modelcatalog.providers.ended.google_legacy.vertex",
    "vllm": "modelcatalog.providers.vllm.vllm",
}


def _adapters() -> frozenset[str]:
    return frozenset(_MODULES)
