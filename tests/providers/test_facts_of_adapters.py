"""What each adapter says of itself before its SDK is imported: addresses, packages, modules, variables."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.connection import Connection
from modelcatalog.providers.adapter.packages import is_old
from modelcatalog.providers.adapter.registry import ADAPTERS, load_adapter

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

# The ends of addresses that people copy out of the documentation of other tools.
PASTED = {
    "anthropic": "/v1/messages /messages /v1/models",
    "anthropic_bedrock": "/model /v1/messages /messages",
    "anthropic_vertex": "/projects",
    "azureai": "/chat/completions /info",
    "bedrock": "/model",
    "cloudflare": "/run /models/search /models",
    "cohere": "/v2/chat /v1/chat /v1/models /v2 /v1",
    "google": "/v1beta/models /v1/models /v1 /v1beta /v1alpha",
    "google_legacy": "/v1beta/models /v1beta /v1",
    "google_vertex": "/v1 /v1beta1",
    "groq": "/openai/v1/chat/completions /openai/v1/models /openai/v1 /openai /v1/chat/completions /chat/completions",
    "mistral": "/v1/chat/completions /chat/completions /v1/models",
    "mistral_azure": "/models/chat/completions /v1/chat/completions /chat/completions /models",
    "openai": "/chat/completions /completions /responses /embeddings /models",
    "openai_azure": "/openai",
    "vertex": "/v1 /v1beta1",
}
# The version that the path has, where the SDK does not add it (False), or does (True).
VERSIONS = {
    "anthropic": ("/v1", True),
    "anthropic_vertex": ("/v1", False),
    "cohere": ("/v2", True),
    "google": ("", True),
    "google_legacy": ("", True),
    "google_vertex": ("", True),
    "groq": ("/v1", True),
    "mistral": ("/v1", True),
    "mistral_azure": ("/v1", True),
    "openai": ("/v1", False),
    "vertex": ("", True),
}
# Addresses of other services of the same vendor, and what to do instead; None where they are right.
URLS: list[tuple[str, str, str | None]] = [
    ("anthropic", "https://api.anthropic.com", None),
    ("anthropic", "https://bedrock-runtime.us-east-1.amazonaws.com", "anthropic/bedrock"),
    ("anthropic", "https://us-east5-aiplatform.googleapis.com/v1", "anthropic/vertex"),
    ("anthropic_bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com", None),
    ("anthropic_bedrock", "https://api.anthropic.com/v1", "anthropic without qualifier"),
    ("anthropic_bedrock", "https://b.amazonaws.com/model/x/invoke", "Write https://b.amazonaws.com."),
    ("anthropic_vertex", "https://aiplatform.googleapis.com/v1", None),
    ("anthropic_vertex", "https://aiplatform.googleapis.com/", "Write https://aiplatform.googleapis.com/v1."),
    ("anthropic_vertex", "https://proxy.acme.dev", None),
    ("anthropic_vertex", "https://a.dev/v1/projects/p/x", "Write https://a.dev/v1."),
    ("azureai", "https://a.services.ai.azure.com/models", None),
    ("azureai", "https://a.services.ai.azure.com/openai/v1", "adapter openai"),
    ("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com", None),
    ("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1", "adapter openai"),
    ("cloudflare", "https://api.cloudflare.com/client/v4/accounts/x/ai", None),
    ("cloudflare", "https://api.cloudflare.com/client/v4/accounts/x/ai/v1", "cloudflare/compat"),
    ("cohere", "https://api.cohere.com", None),
    ("cohere", "https://api.cohere.ai/compatibility", "cohere/compat"),
    ("cohere", "https://api.cohere.ai/compatibility/v1", "cohere/compat"),
    ("google", "https://generativelanguage.googleapis.com", None),
    ("google", "https://generativelanguage.googleapis.com/v1beta/openai", "adapter openai"),
    ("google_legacy", "https://generativelanguage.googleapis.com/v1beta/openai", "adapter openai"),
    ("google_legacy", "https://generativelanguage.googleapis.com", None),
    ("google_vertex", "https://aiplatform.googleapis.com", None),
    ("google_vertex", "https://a.dev/v1/projects/p/locations/l", "Write https://a.dev/v1."),
    ("groq", "https://api.groq.com", None),
    ("mistral", "https://api.mistral.ai", None),
    ("mistral", "https://a.services.ai.azure.com", "mistral/azure"),
    ("mistral_azure", "https://a.services.ai.azure.com", None),
    ("mistral_azure", "https://api.mistral.ai/v1", "mistral without qualifier"),
    ("openai", "https://api.openai.com/v1", None),
    ("openai", "https://a.openai.azure.com/openai/deployments", "openai/azure"),
    ("openai", "https://a.openai.azure.com/openai/deployments/gpt", "openai/azure"),
    ("openai_azure", "https://a.openai.azure.com", None),
    ("openai_azure", "https://a.openai.azure.com/openai/", None),
    ("openai_azure", "https://a.openai.azure.com/openai/v1", "without qualifier"),
    ("openai_azure", "https://a.openai.azure.com/openai/deployments/x", "Write https://a.openai.azure.com."),
    ("vertex", "https://aiplatform.googleapis.com", None),
    ("vertex", "https://a.dev/v1/projects/p", "Write https://a.dev/v1."),
]
NAMES = sorted(ADAPTERS)


@pytest.mark.parametrize("name", NAMES)
def test_ends_that_are_pasted_are_known(name: str) -> None:
    rule = load_adapter(name).URL_RULE
    if name == "goodfire":
        assert all(end.startswith("/") for end in (*rule.strip, rule.version))
        return
    assert [*rule.strip] == PASTED.get(name, "").split()
    assert (rule.version, rule.forbid_version) == VERSIONS.get(name, ("", False))


@pytest.mark.parametrize(("name", "url", "instead"), URLS)
def test_an_address_of_another_service_is_refused_with_what_to_do(
    name: str, url: str, instead: str | None
) -> None:
    problem = load_adapter(name).url_problem(url)
    if instead is None:
        assert problem is None
    else:
        assert problem is not None
        assert problem.startswith(url)
        assert instead in problem


@pytest.mark.parametrize("name", NAMES)
def test_each_package_is_asked_for_as_the_extra_installs_it(name: str) -> None:
    adapter = load_adapter(name)
    for package in (adapter.PACKAGE, *adapter.FURTHER_PACKAGES):
        assert package.extra in EXTRAS
        assert re.fullmatch(r"[a-z][\w.]*", package.import_name)
        said = [one for one in EXTRAS[package.extra] if re.match(rf"{package.distribution}\b", one)]
        for one in said:
            least = re.search(r">=([\d.]+)", one)
            assert least is None or not is_old(least[1], package.minimum)
    assert any(re.match(rf"{adapter.PACKAGE.distribution}\b", one) for one in EXTRAS[adapter.PACKAGE.extra])


@pytest.mark.parametrize("name", NAMES)
def test_modules_classes_and_words_are_there(name: str) -> None:
    adapter = load_adapter(name)
    for module in (adapter.CALLS, adapter.FAILURES):
        assert module.startswith("modelcatalog.providers.")
        assert find_spec(module) is not None
    sync, other = adapter.CLIENTS
    assert sync.rpartition(".")[0]
    assert other.rpartition(".")[0]
    assert adapter.client_name(sync=True) == sync
    assert adapter.client_name(sync=False) == other
    assert adapter.TARGETS
    known = {field.name for field in fields(Connection)}
    assert all(re.fullmatch(r"[a-z][a-z_.]*", word) for word in (*adapter.TARGETS, *adapter.ARGUMENTS))
    assert all(re.fullmatch(r"[a-z][a-z_]*", word) for word in adapter.SETTINGS)
    assert not adapter.SETTINGS & (known - {"auth"})
    for variable in (*adapter.KEY_VARIABLES, *(one.variable for one in adapter.AMBIENT)):
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", variable)
    assert all(one.effect for one in adapter.AMBIENT)
    assert adapter.MODELS_PATH == "" or adapter.MODELS_PATH.startswith("/")
    assert len({one.variable for one in adapter.AMBIENT}) == len(adapter.AMBIENT)


def test_each_adapter_is_an_object_of_its_own_class() -> None:
    classes = {name: type(load_adapter(name)) for name in NAMES}
    assert len({*classes.values()}) == len(NAMES)
    for name, kind in classes.items():
        assert load_adapter(name) is load_adapter(name)
        module, _, own = ADAPTERS[name].partition(":")
        assert (kind.__module__, kind.__name__) == (module, own)


def test_what_an_adapter_can_be_asked_is_known() -> None:
    adapters = {name: load_adapter(name) for name in NAMES}
    assert {name for name, one in adapters.items() if one.identifies} == {
        *("anthropic_bedrock", "anthropic_vertex", "bedrock", "google_vertex", "vertex")
    }
    assert {name for name, one in adapters.items() if one.proves} == {"openai", "openai_azure"}
    assert {name for name, one in adapters.items() if one.NO_LIST} == {
        *(
            "anthropic_bedrock",
            "anthropic_vertex",
            "azureai",
            "bedrock",
            "goodfire",
            "mistral_azure",
            "vertex",
        )
    }
    assert {name for name, one in adapters.items() if one.IN_PROCESS} == {"hf", "vllm"}
    for name in ("bedrock", "mistral_azure"):
        with pytest.raises(NotImplementedError, match=f"^{re.escape(adapters[name].NO_LIST)}$"):
            adapters[name].list_models(object())
    for one in adapters.values():
        if not one.identifies:
            with pytest.raises(NotImplementedError):
                one.identify(Connection(provider="acme", qualifier=None, model="m"))
