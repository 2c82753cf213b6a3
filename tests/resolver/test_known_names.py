"""What is meant by names of other tools and by the first words of models, each of them, and by names that are near."""

from __future__ import annotations

import pytest

from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.known_names import ELSEWHERE, FAMILIES, current, meant, serving

# As LiteLLM, LangChain, Pydantic AI and OpenRouter call them.
NAMES = dict(
    line.split()
    for line in """\
aws bedrock
amazon-bedrock bedrock
bedrock-converse bedrock
azure openai/azure
azure_ai openai/azure
azure-openai openai/azure
AzureOpenAI openai/azure
chatgpt openai
claude anthropic
cloudflare-workers-ai cloudflare
workers_ai cloudflare
fireworks_ai fireworks
gemini google
google-ai-studio google
google_genai google
google-gla google
googleai google
google-vertex google/vertex
google_vertexai google/vertex
vertex_ai google/vertex
vertexai google/vertex
hosted_vllm vllm-server
huggingface hf-inference-providers
transformers hf
llama.cpp llama-cpp-python
llamacpp llama-cpp-python
lm_studio lmstudio
mistralai mistral
ollama_chat ollama
together_ai together
togetherai together
x-ai grok
x.ai grok
""".splitlines()
)
MODELS = {
    "openai": ("openai", ["gpt-5", "GPT-4o", "chatgpt-4o", "o1", "o3-mini", "o4-mini"]),
    "anthropic": ("anthropic", ["claude-sonnet-4"]),
    "google": ("google", ["gemini-2.5-pro"]),
    "mistral": (
        "mistralai",
        ["mistral-large", "ministral-8b", "magistral", "codestral-1", "devstral", "pixtral"],
    ),
    "grok": ("x-ai", ["grok-4"]),
    "deepseek": ("deepseek", ["deepseek-chat"]),
    "cohere": ("cohere", ["command-a"]),
    "moonshot": ("moonshotai", ["kimi-k2"]),
    "zai": ("z-ai", ["glm-4.5", "glm4"]),
    "qwen": ("qwen", ["qwen3-32b", "Qwen2.5-72B"]),
    "meta": ("meta-llama", ["llama3.3-70b", "llama-4"]),
}
ALL = {*(name.partition("/")[0] for name in NAMES.values()), *MODELS, "openrouter"}


def catalog_with(**entries: object) -> Catalog:
    """Every provider that is meant by something, and these."""
    plain = {name: {"status": "active"} for name in ALL}
    new = {name: {"base_url": "https://a.example/v1"} for name in ALL - {*load_catalog().providers}}
    return load_catalog(overlay={"providers": {**plain, **new, **entries}})


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return catalog_with()


@pytest.mark.parametrize(("name", "entry"), NAMES.items())
def test_name_of_another_tool_means_an_entry(catalog: Catalog, name: str, entry: str) -> None:
    assert meant(f" {name} ", catalog) == [entry]


def test_every_name_of_another_tool_is_looked_at() -> None:
    assert set(ELSEWHERE) == {name.casefold().replace("_", "-") for name in NAMES}
    assert len(FAMILIES) == 20


@pytest.mark.parametrize(
    ("provider", "folder", "model"),
    [(provider, folder, model) for provider, (folder, models) in MODELS.items() for model in models],
)
def test_model_is_served_by_who_makes_it_and_by_a_gateway(
    catalog: Catalog, provider: str, folder: str, model: str
) -> None:
    assert serving(model, catalog) == [f"{provider}/{model}", f"openrouter/{folder}/{model}"]


def test_models_that_the_catalog_knows_come_first() -> None:
    own = {"base_url": "https://b.example/v1", "models": {"gpt-5": {"context_window": 9}}}
    found = serving("gpt-5", catalog_with(acme=own))
    assert found == ["acme/gpt-5", "openai/gpt-5", "openrouter/openai/gpt-5"]
    assert serving("nothing-like-it", catalog_with(acme=own)) == []


def test_who_has_ended_is_not_meant() -> None:
    catalog = catalog_with(
        openai={"status": "retired", "replacement": "grok"},
        openrouter={"status": "deprecated"},
        anthropic={"status": "deprecated", "replacement": "google/vertex"},
    )
    assert serving("gpt-5", catalog) == []
    assert meant("chatgpt", catalog) == []
    assert meant("opnai", catalog) == ["grok"]
    assert meant("anthropc", catalog) == ["google/vertex"]
    assert meant("openroutr", catalog) == []
    assert (current("openai", catalog), current("grok", catalog)) == ("grok", "grok")


def test_entry_that_no_file_has_is_not_meant(catalog: Catalog) -> None:
    assert current("nosuch", catalog) is None
    assert current("openai/nosuch", catalog) is None
    assert current("openai/azure", catalog) == "openai/azure"


def test_entry_with_problems_is_meant_all_the_same() -> None:
    broken = catalog_with(acme={"bas_url": "x"})
    assert current("acme", broken) == "acme"
    assert meant("acm", broken) == ["acme"]


def test_further_names_may_be_meant(catalog: Catalog) -> None:
    assert meant("my-own-nam", catalog, ["my-own-name"]) == ["my-own-name"]
    assert meant("nothing-like-it", catalog) == []


def test_second_choice_is_meant_where_the_first_is_missing() -> None:
    names = ("hf-inference-providers", "huggingface-inference", "hf")
    for at, name in enumerate(names):
        entries = {one: {"base_url": "https://a.example/v1", "status": "active"} for one in names[at:]}
        gone = dict.fromkeys(names[:at])
        assert meant("huggingface", catalog_with(**entries, **gone)) == [name]
