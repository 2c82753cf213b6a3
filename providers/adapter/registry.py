"""Which adapters there are, ours by a table and those of installed extensions, and loading one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.providers.adapter.adapter import Adapter
from modelcatalog.providers.adapter.entry_points import Extension, adapter_modules

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.validation.semantics import AdapterFacts


ADAPTERS = {
    "anthropic": "modelcatalog.providers.anthropic.anthropic:Anthropic",
    "anthropic_bedrock": "modelcatalog.providers.anthropic.anthropic_bedrock:AnthropicBedrock",
    "anthropic_vertex": "modelcatalog.providers.anthropic.anthropic_vertex:AnthropicVertex",
    "azureai": "modelcatalog.providers.ended.azureai.azureai:AzureAI",
    "bedrock": "modelcatalog.providers.bedrock.bedrock:Bedrock",
    "cloudflare": "modelcatalog.providers.cloudflare.cloudflare:Cloudflare",
    "cohere": "modelcatalog.providers.cohere.cohere:Cohere",
    "goodfire": "modelcatalog.providers.ended.goodfire.goodfire:Goodfire",
    "google": "modelcatalog.providers.google.google:Google",
    "google_legacy": "modelcatalog.providers.ended.google_legacy.google_legacy:GoogleLegacy",
    "google_vertex": "modelcatalog.providers.google.google_vertex:GoogleVertex",
    "groq": "modelcatalog.providers.groq.groq:Groq",
    "hf": "modelcatalog.providers.transformers.hf:HuggingFace",
    "mistral": "modelcatalog.providers.mistral.mistral:Mistral",
    "mistral_azure": "modelcatalog.providers.mistral.mistral_azure:MistralAzure",
    "openai": "modelcatalog.providers.openai.openai:OpenAI",
    "openai_azure": "modelcatalog.providers.openai.openai_azure:AzureOpenAI",
    "vertex": "modelcatalog.providers.ended.vertex.vertex:Vertex",
    "vllm": "modelcatalog.providers.vllm.vllm:VLLM",
}
"""Name of an adapter -> module and class."""


def is_adapter(name: str) -> bool:
    """Whether there is an adapter of this name, here or in an installed extension. Imports nothing."""
    return name in ADAPTERS or name in adapter_modules()


def adapter_names() -> list[str]:
    """The adapters that there are, ours and those of extensions. Imports none of them."""
    return sorted({*ADAPTERS, *adapter_modules()})


def load_adapter(name: str) -> Adapter:
    """The adapter of this name. Its SDK is not imported. Raises LookupError when there is none, and CatalogError when
    the extension that brings it can't be used.
    """
    if name in ADAPTERS:
        return _instance(ADAPTERS[name])
    brought = adapter_modules().get(name)
    if not brought:
        raise LookupError(f"there is no adapter {name!r}; there are {', '.join(adapter_names())}")
    if len(brought) > 1:
        who = ", ".join(extension.distribution for extension in brought)
        raise _unusable(brought[0], f"is brought by several packages: {who}")
    return _load_extension(brought[0])


class InstalledAdapters:
    """The adapters of this installation. Asking for their facts imports no SDK."""

    def has(self, name: str) -> bool:
        return is_adapter(name)

    def names(self) -> Iterable[str]:
        return adapter_names()

    def facts(self, name: str) -> AdapterFacts:
        return load_adapter(name)


INSTALLED = InstalledAdapters()
"""For the catalog's checks."""


def extension_problems() -> list[Problem]:
    """What is wrong with installed extensions, as far as is seen without importing them."""
    problems = []
    for name, brought in adapter_modules().items():
        if name in ADAPTERS:
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


# An adapter has no state: one instance for each class.
@cache
def _instance(value: str) -> Adapter:
    adapter: Adapter = _class(value)()
    return adapter


def _class(value: str) -> Any:
    module, _, name = value.partition(":")
    return getattr(import_module(module), name)


def _load_extension(extension: Extension) -> Adapter:
    if ":" not in extension.value:
        raise _unusable(extension, f"is the module {extension.value}; expected MODULE:CLASS")
    try:
        kind = _class(extension.value)
    except Exception as error:
        raise _unusable(extension, f"can't be loaded: {type(error).__name__}: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, Adapter)):
        parent = f"{Adapter.__module__}.{Adapter.__name__}"
        raise _unusable(extension, f"is {extension.value}, which is no class derived from {parent}")
    if absent := [part for part in _REQUIRED if not hasattr(kind, part)]:
        raise _unusable(extension, f"has no {', '.join(absent)}")
    return _instance(extension.value)


_REQUIRED = ("PACKAGE", "CALLS", "CLIENTS")


def _unusable(extension: Extension, why: str) -> CatalogError:
    return CatalogError([_problem(extension, f"its adapter {extension.name!r} {why}")])


def _problem(extension: Extension, message: str) -> Problem:
    from modelcatalog.catalog.diagnostics.problem import Problem

    return Problem(
        path=f"package {extension.distribution}", line=0, column=0, message=message, code="broken-extension"
    )
