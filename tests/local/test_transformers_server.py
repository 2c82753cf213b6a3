"""A model served by `transformers serve`, reached over HTTP by a catalog entry: the real server, in its own process."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from modelcatalog.providers.testing.recording_server import closed_port
from modelcatalog.resolver import probe, resolve

from support.command import command_in
from support.server_process import running
from support.trusting import trusted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MODEL = "tiny"
ANY_KEY = {"LAB_API_KEY": "any"}  # the server asks for none


@pytest.fixture(scope="module")
def url(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where it listens. Its model is a folder in the one that it was started in, and goes by that name."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(tiny_model, folder / MODEL)
    port = closed_port()
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--device", "cpu", "--dtype", "float32", MODEL]
    environment = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1"}
    with running(command, f"http://127.0.0.1:{port}/health", folder, environment, patience=100):
        yield f"http://127.0.0.1:{port}/v1"


@pytest.fixture
def two_lines(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose catalog file has an entry of two lines, and its key in the environment."""
    file = tmp_path / "models.yaml"
    file.write_text(f"catalog: 1\nproviders:\n  lab:\n    base_url: {url}\n", encoding="utf-8")
    trusted(file)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_API_KEY", ANY_KEY["LAB_API_KEY"])
    return tmp_path


@pytest.mark.usefixtures("two_lines")
def test_an_entry_of_two_lines_chats_and_streams() -> None:
    with resolve(f"lab/{MODEL}", sync=True, client_type=openai.OpenAI) as model:
        reply = model.chat("Hello", max_tokens=6)
        assert (reply.stop_reason, reply.usage and reply.usage.output_tokens) == ("length", 6)
        *pieces, last = model.stream("Hello", max_tokens=6)
        assert "".join(piece.text for piece in pieces)
        assert last.stop_reason == "length"


@pytest.mark.usefixtures("two_lines")
async def test_an_entry_of_two_lines_chats_and_streams_without_blocking() -> None:
    async with resolve(f"lab/{MODEL}", client_type=openai.AsyncOpenAI) as model:
        reply = await model.chat("Hello", max_tokens=6)
        assert (reply.stop_reason, reply.usage and reply.usage.output_tokens) == ("length", 6)
        *pieces, last = [piece async for piece in model.stream("Hello", max_tokens=6)]
        assert "".join(piece.text for piece in pieces)
        assert last.stop_reason == "length"


@pytest.mark.usefixtures("two_lines")
async def test_the_servers_list_names_its_model() -> None:
    async with resolve(f"lab/{MODEL}", client_type=openai.AsyncOpenAI) as model:
        assert [listed.id async for listed in model.client.models.list()] == [MODEL]


def test_the_bundled_entry_needs_no_key(url: str) -> None:
    with resolve(f"transformers-server/{MODEL}", sync=True, base_url=url) as model:
        assert model.chat("Hello", max_tokens=3).stop_reason == "length"


@pytest.mark.usefixtures("two_lines")
def test_a_probe_finds_the_model(url: str) -> None:
    report = probe(f"lab/{MODEL}")
    assert (report.ok, report.step, report.url) == (True, None, url)
    assert report.first_token is not None


@pytest.mark.usefixtures("two_lines")
def test_a_probe_of_a_wrong_model_names_the_one_that_is_served() -> None:
    report = probe("lab/tinny")
    assert (report.ok, report.step, report.status) == (False, "model", 400)
    assert "Server is pinned to 'tiny'" in report.detail
    assert report.hint == "Did you mean 'tiny'?"
    assert probe("lab/gpt-4o").hint == "The service lists 1, such as tiny."


def test_the_command_probes_it(two_lines: Path) -> None:
    done = command_in(two_lines)("probe", f"lab/{MODEL}", "--json", **ANY_KEY)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["probes"][0]["ok"]
