"""A real server of vLLM's, reached by the bundled entry and by one of two lines."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ProviderCallError
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import closed_port
from modelcatalog.resolver import load_catalog, probe, resolve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KEY = "right-key-0123456789"


@pytest.fixture(scope="module")
def url(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's base URL."""
    port = closed_port()
    words = f"--host 127.0.0.1 --port {port} --served-model-name org/tiny --api-key {KEY} --dtype float32"
    words += " --max-model-len 512 --max-num-seqs 4 --enforce-eager --disable-uvicorn-access-log"
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-P", "-m", "vllm.entrypoints.openai.api_server", "--model", str(tiny_model)]
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, *words.split()], stdout=out, stderr=out, env=_environment(log.parent)
        )
    try:
        while not _answers(f"http://127.0.0.1:{port}/health"):
            assert server.poll() is None, log.read_text("utf-8")[-4000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(300)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    quiet = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
    return {**kept, **quiet, "HOME": str(home), "VLLM_CPU_KVCACHE_SPACE": "1"}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(params=["vllm-server", "mine"])
def provider(request: pytest.FixtureRequest, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The bundled entry with its variables, and one that a person has written in two lines."""
    name: str = request.param
    if name == "mine":
        Path("models.yaml").write_text(
            f"catalog: 1\nproviders:\n  mine:\n    base_url: {url}\n    api_key: optional\n", encoding="utf-8"
        )
        monkeypatch.setenv("MODELCATALOG_FILES", "models.yaml")
        monkeypatch.setenv("MINE_API_KEY", KEY)
    else:
        monkeypatch.setenv("VLLM_SERVER_BASE_URL", url)
        monkeypatch.setenv("VLLM_SERVER_API_KEY", KEY)
    return name


def test_it_is_probed_and_answers(provider: str) -> None:
    report = probe(f"{provider}/org/tiny", timeout=60)
    assert report.ok, report
    assert report.tokens_per_second


def test_a_chat_and_a_stream_give_the_same_answer(provider: str) -> None:
    options: dict[str, Any] = {"temperature": 0, "max_tokens": 12, "extra_body": {"ignore_eos": True}}

    async def both() -> tuple[str, str]:
        async with resolve(f"{provider}/org/tiny") as model:
            reply = await model.chat("Hello", **options)
            assert reply.usage is not None
            assert reply.usage.output_tokens == 12
            return reply.text, "".join([chunk.text async for chunk in model.stream("Hello", **options)])

    whole, pieces = asyncio.run(both())
    assert whole == pieces != ""


def test_its_models_are_found(provider: str) -> None:
    adapter = load_adapter(load_catalog().entry(provider).adapter)
    with resolve(f"{provider}/org/tiny", sync=True) as model:
        assert adapter.list_models(model.client) == ["org/tiny"]
    report = probe(f"{provider}/org/tinny", timeout=60)
    assert report.step == "model"
    assert report.hint == "Did you mean 'org/tiny'?"


def test_a_wrong_key_is_refused(provider: str) -> None:
    with (
        resolve(f"{provider}/org/tiny", sync=True, api_key="wrong-key-0123456789") as model,
        pytest.raises(ProviderCallError, match="401") as caught,
    ):
        model.chat("Hello")
    assert (caught.value.step, caught.value.status) == ("auth", 401)
