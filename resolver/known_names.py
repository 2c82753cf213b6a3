"""What people mean by names that no catalog file has: providers as other tools call them, and families of models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "aws": ("bedrock",),
    "amazon-bedrock": ("bedrock",),
    "bedrock-converse": ("bedrock",),
    "azure": ("openai/azure",),
    "azure-ai": ("openai/azure",),
    "azure-openai": ("openai/azure",),
    "azureopenai": ("openai/azure",),
    "chatgpt": ("openai",),
    "claude": ("anthropic",),
    "cloudflare-workers-ai": ("cloudflare",),
    "workers-ai": ("cloudflare",),
    "fireworks-ai": ("fireworks",),
    "gemini": ("google",),
    "google-ai-studio": ("google",),
    "google-genai": ("google",),
    "google-gla": ("google",),
    "googleai": ("google",),
    "google-vertex": ("google/vertex",),
    "google-vertexai": ("google/vertex",),
    "vertex-ai": ("google/vertex",),
    "vertexai": ("google/vertex",),
    "hosted-vllm": ("vllm-server",),
    "huggingface": ("hf-inference-providers", "huggingface-inference", "hf"),
    "transformers": ("hf",),
    "llama.cpp": ("llama-cpp-python",),
    "llamacpp": ("llama-cpp-python",),
    "lm-studio": ("lmstudio",),
    "mistralai": ("mistral",),
    "ollama-chat": ("ollama",),
    "together-ai": ("together",),
    "togetherai": ("together",),
    "x-ai": ("grok",),
    "x.ai": ("grok",),
}
"""Names in other tools (LiteLLM, LangChain, Pydantic AI, OpenRouter), with `-` for `_`. Meant is the first
entry that the catalog has and that is active.
"""

FAMILIES: dict[str, tuple[str, str]] = {
    "gpt": ("openai", "openai"),
    "chatgpt": ("openai", "openai"),
    "o1": ("openai", "openai"),
    "o3": ("openai", "openai"),
    "o4": ("openai", "openai"),
    "claude": ("anthropic", "anthropic"),
    "gemini": ("google", "google"),
    "mistral": ("mistral", "mistralai"),
    "ministral": ("mistral", "mistralai"),
    "magistral": ("mistral", "mistralai"),
    "codestral": ("mistral", "mistralai"),
    "devstral": ("mistral", "mistralai"),
    "pixtral": ("mistral", "mistralai"),
    "grok": ("grok", "x-ai"),
    "deepseek": ("deepseek", "deepseek"),
    "command": ("cohere", "cohere"),
    "kimi": ("moonshot", "moonshotai"),
    "glm": ("zai", "z-ai"),
    "qwen": ("qwen", "qwen"),
    "llama": ("meta", "meta-llama"),
}
"""The first word of a model ID: the provider whose own models begin so, and the folder that OpenRouter has for them."""

GATEWAYS = ("openrouter",)
"""Providers of everybody's models, in folders named for who made them."""


def meant(name: str, catalog: Catalog, more: Iterable[str] = ()) -> list[str]:
    """The entries that may be meant by a provider's name that no file has, the likeliest first; the successor of
    one that is deprecated or retired. `more` are further names that are known.
    """
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    folded = name.strip().casefold().replace("_", "-")
    known = [one for one in ELSEWHERE.get(folded, ()) if current(one, catalog) == one]
    if known:
        return known[:1]
    near = nearest(name.strip(), [*more, *catalog.providers, *catalog.provider_aliases])
    going = [one if one not in catalog.providers else current(one, catalog) for one in near]
    return [one for one in dict.fromkeys(going) if one is not None]


def serving(model: str, catalog: Catalog) -> list[str]:
    """Names for a model ID that was given without a provider: by those who make such models, and by gateways."""
    first = model.casefold().replace("-", " ").split(" ")[0].rstrip("0123456789.")
    known = FAMILIES.get(first) or FAMILIES.get(model.casefold()[:2])
    found = [f"{one}/{model}" for one in catalog.providers[:1000] if catalog.facts(one, model)]
    if known is not None:
        own, folder = known
        found += [f"{own}/{model}"] if current(own, catalog) == own else []
        found += [f"{one}/{folder}/{model}" for one in GATEWAYS if current(one, catalog) == one]
    return list(dict.fromkeys(found))


def current(entry: str, catalog: Catalog) -> str | None:
    """The entry, if there is one and it goes on; its successor, if it has one; else None."""
    from modelcatalog.catalog.diagnostics.errors import CatalogError

    provider, _, qualifier = entry.partition("/")
    try:
        if catalog.find(provider) is None:
            return None
        found = catalog.entry(provider, qualifier or None)
    except CatalogError:
        return entry  # its own error says more
    except KeyError:
        return None
    return entry if found.status == "active" else found.replacement
