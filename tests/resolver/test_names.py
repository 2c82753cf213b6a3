"""Model names: what is accepted, what is refused, and what the person reads."""

from __future__ import annotations

import pytest

from modelcatalog.catalog.diagnostics.errors import (
    MalformedModelError,
    UnknownProviderError,
    UnknownQualifierError,
)
from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.resolver import load_catalog, parse

EXTRA = {
    "providers": {
        "nebius": {"base_url": "https://api.example.com/v1"},
        "vendor": {"base_url": "https://v.example.com/v1", "qualifiers": {"bedrock": {}, "vertex": {}}},
    },
    "aliases": {"fast": "grok/grok-4-fast", "best": "fast"},
}


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog(overlay=EXTRA)


@pytest.mark.parametrize(
    ("name", "provider", "qualifier", "model"),
    [
        ("openai/gpt-5", "openai", None, "gpt-5"),
        ("openai:gpt-5", "openai", None, "gpt-5"),
        (" openai/gpt-5 ", "openai", None, "gpt-5"),
        ("OpenAI/gpt-5", "openai", None, "gpt-5"),
        ("openai/GPT-5", "openai", None, "GPT-5"),
        ("ollama/qwen:7b", "ollama", None, "qwen:7b"),
        ("ollama:models/x", "ollama", None, "models/x"),
        ("ollama/models/x:tag", "ollama", None, "models/x:tag"),
        ("openrouter/anthropic/claude-sonnet-4", "openrouter", None, "anthropic/claude-sonnet-4"),
        ("openrouter/azure/x", "openrouter", None, "azure/x"),
        ("together/meta-llama/X", "together", None, "meta-llama/X"),
        ("cf/meta/llama", "cloudflare", None, "meta/llama"),
        ("cf/@cf/meta/llama", "cloudflare", None, "@cf/meta/llama"),
        ("xai/grok-4", "grok", None, "grok-4"),
        ("openai/azure/dep", "openai", "azure", "dep"),
        ("openai/Azure/dep", "openai", "azure", "dep"),
        ("openai:azure/dep", "openai", "azure", "dep"),
        ("openai/azure/a/b", "openai", "azure", "a/b"),
        ("vendor/bedrock/anthropic.claude-x-v2:0", "vendor", "bedrock", "anthropic.claude-x-v2:0"),
        ("vendor/vertex/claude-x@20241022", "vendor", "vertex", "claude-x@20241022"),
        ("openai/meta-llama/X", "openai", None, "meta-llama/X"),
        ("openai//azzure/x", "openai", None, "azzure/x"),
        ("openai//azure/x", "openai", None, "azure/x"),
        ("fast", "grok", None, "grok-4-fast"),
        ("best", "grok", None, "grok-4-fast"),
    ],
)
def test_name_is_taken_apart(
    catalog: Catalog, name: str, provider: str, qualifier: str | None, model: str
) -> None:
    ref = parse(name, catalog=catalog)
    assert (ref.provider, ref.qualifier, ref.model) == (provider, qualifier, model)
    assert ref.requested == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "the model name is empty; expected PROVIDER/MODEL"),
        ("   ", "the model name is empty; expected PROVIDER/MODEL"),
        ("openai", "no model in 'openai'; expected openai/MODEL"),
        ("openai/", "no model in 'openai/'; expected openai/MODEL"),
        ("openai:", "no model in 'openai:'; expected openai/MODEL"),
        ("openai/azure", "no model in 'openai/azure'; expected openai/azure/MODEL"),
        ("openai/azure/", "no model in 'openai/azure/'; expected openai/azure/MODEL"),
        ("/x", "no provider before the slash in '/x'; expected PROVIDER/MODEL"),
        (
            "gpt-5",
            "no provider in 'gpt-5'; expected PROVIDER/MODEL\nhint: openai/gpt-5, openrouter/openai/gpt-5",
        ),
    ],
)
def test_malformed_name_says_what_it_lacks(catalog: Catalog, name: str, text: str) -> None:
    with pytest.raises(MalformedModelError) as caught:
        parse(name, catalog=catalog)
    assert str(caught.value) == text
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("name", "suggestions"),
    [
        ("opnrouter/x", ("openrouter",)),
        ("opnai/x", ("openai",)),
        ("opnai:gpt-5", ("openai",)),
        ("nebuis/x", ("nebius",)),
        ("zzz/x", ()),
    ],
)
def test_unknown_provider_is_answered_with_providers_only(
    catalog: Catalog, name: str, suggestions: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownProviderError) as caught:
        parse(name, catalog=catalog)
    assert caught.value.suggestions == suggestions
    assert caught.value.provider == name.replace(":", "/").partition("/")[0]


def test_unknown_provider_text() -> None:
    with pytest.raises(UnknownProviderError) as caught:
        parse("opnrouter/x")
    assert str(caught.value) == "no provider 'opnrouter'\nhint: openrouter/x"
    assert (caught.value.message, caught.value.hint) == ("no provider 'opnrouter'", "openrouter/x")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "vendor/bedrok/claude",
            "'bedrok' is close to a qualifier of vendor: bedrock\n"
            "hint: vendor/bedrock/claude, or vendor//bedrok/claude (if bedrok is part of the model's name)",
        ),
        (
            "vendor/azure/x",
            "'azure' is a qualifier of openai, mistral, but not of vendor, which has bedrock, vertex\n"
            "hint: openai/azure/x, mistral/azure/x, or vendor//azure/x (if azure is part of the model's name)",
        ),
    ],
)
def test_near_miss_of_a_qualifier_never_reaches_another_service(
    catalog: Catalog, name: str, text: str
) -> None:
    with pytest.raises(UnknownQualifierError) as caught:
        parse(name, catalog=catalog)
    assert str(caught.value) == text
