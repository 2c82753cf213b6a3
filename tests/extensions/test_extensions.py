"""Extensions: packages that bring an adapter and a catalog file, installed for real."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer, as_json
from modelcatalog.providers.testing.recording_server import RecordingServer

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme-extension"
KEY = "acme-key-0123456789abcdef"
PARENT = "from modelcatalog.providers.adapter.adapter import Adapter\n"


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages that holds the example: what pip writes, without asking an index."""
    folder = tmp_path / "site"
    install(
        folder,
        "acme-models",
        EXAMPLE / "acme_models",
        "acme = acme_models.adapter:Acme",
        "acme = acme_models",
    )
    return folder


def install(site: Path, name: str, package: Path | None, adapter: str, catalog: str = "") -> None:
    info = site / f"{name.replace('-', '_')}-1.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n", encoding="utf-8")
    points = f"[modelcatalog.adapters]\n{adapter}\n"
    points += f"[modelcatalog.catalogs]\n{catalog}\n" if catalog else ""
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    if package is not None:
        (site / package.name).symlink_to(package)


def catalog(site: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modelcatalog.resolver.cli", *words],
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_provider_of_an_extension_answers(site: Path, server: RecordingServer) -> None:
    server.answer(Answer((b'{"said": "from acme"}\n{"end": "stop"}\n',), kind="application/x-ndjson"))
    given = {"ACME_NATIVE_API_KEY": KEY, "ACME_NATIVE_BASE_URL": server.origin}
    done = catalog(site, "chat", "acme-native/small", "hi", "-M", "mood=kind", **given)
    assert (done.stdout, done.returncode) == ("from acme\n", 0), done.stderr
    assert server.last.headers["x-acme-key"] == KEY
    assert server.last.json == {
        "model": "small",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "mood": "kind",
    }


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (as_json({"message": "no such key"}, 401), "failed at auth: 401 for POST {url}: no such key."),
        (
            answers.html(200),
            "The answer is an HTML page: the address is not that of an API (content type text/html).",
        ),
        (as_json({"heard": 1}), "The stream broke off before its end."),
    ],
)
def test_failure_of_an_extension_is_explained_as_any_other(
    site: Path, server: RecordingServer, answer: Answer, said: str
) -> None:
    server.answer(answer)
    given = {"ACME_NATIVE_API_KEY": KEY, "ACME_NATIVE_BASE_URL": server.origin}
    done = catalog(site, "chat", "acme-native/small", "hi", **given)
    words = " ".join(done.stderr.split())
    assert done.returncode != 0
    assert said.format(url=f"{server.origin}/say") in words
    assert f"POST {server.origin}/say" in words


def test_example_keeps_the_contract_that_its_own_tests_state(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, EXAMPLE / "tests"],
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b1\d\d passed", done.stdout)
    assert not re.search("skipped|failed|error", done.stdout.splitlines()[-1])


def test_adapter_that_is_named_as_a_module_is_a_finding(site: Path) -> None:
    install(site, "older-models", None, "older = acme_models.adapter")
    (site.parent / "mine.yaml").write_text(
        "catalog: 1\nproviders: {older: {adapter: older, base_url: 'http://127.0.0.1:9'}}\n", encoding="utf-8"
    )
    done = catalog(site, "explain", "older/x", "-f", "mine.yaml", OLDER_API_KEY="k")
    assert "its adapter 'older' is the module acme_models.adapter; expected MODULE:CLASS" in done.stderr


def test_extension_is_listed_explained_and_valid(site: Path) -> None:
    assert "acme-native" in catalog(site, "list").stdout
    plan = json.loads(catalog(site, "explain", "acme-native/x", "--json", ACME_NATIVE_API_KEY=KEY).stdout)
    assert plan["adapter"] == "acme"
    assert plan["position"] == "acme-models/models.yaml:4"
    assert catalog(site, "validate").returncode == 0


def test_file_of_an_extension_lies_below_the_users(site: Path) -> None:
    mine = "catalog: 1\nproviders: {acme-native: {base_url: 'https://mine.example'}}\n"
    (site.parent / "mine.yaml").write_text(mine, encoding="utf-8")
    done = catalog(site, "explain", "acme-native/x", "-f", "mine.yaml", ACME_NATIVE_API_KEY=KEY)
    assert "https://mine.example" in done.stdout


def test_removed_extension_is_gone_at_once(site: Path) -> None:
    assert "acme-native" in catalog(site, "list").stdout
    (site / "acme_models-1.0.0.dist-info" / "entry_points.txt").unlink()
    (site / "acme_models-1.0.0.dist-info" / "METADATA").unlink()
    (site / "acme_models-1.0.0.dist-info").rmdir()
    assert "acme-native" not in catalog(site, "list").stdout


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("raise RuntimeError('broken on purpose')", "can't be loaded: RuntimeError: broken on purpose"),
        ("import nosuchmodule", "can't be loaded: ModuleNotFoundError"),
        ("", "can't be loaded: AttributeError: module 'broken_models.adapter' has no attribute 'Broken'"),
        (
            "class Broken: pass",
            "is broken_models.adapter:Broken, which is no class derived from modelcatalog.",
        ),
        (f"{PARENT}class Broken(Adapter): pass", "has no PACKAGE, CALLS, CLIENTS"),
        (
            f"{PARENT}class Broken(Adapter):\n    PACKAGE = CLIENTS = CALLS = 1 / 0",
            "can't be loaded: ZeroDivisionError",
        ),
    ],
)
def test_broken_extension_is_a_finding_and_takes_nobody_down(site: Path, code: str, text: str) -> None:
    package = site.parent / "made" / "broken_models"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "adapter.py").write_text(code, encoding="utf-8")
    (package / "models.yaml").write_text(
        "catalog: 1\nproviders: {broken: {adapter: broken, base_url: 'http://127.0.0.1:9'}}\n",
        encoding="utf-8",
    )
    install(site, "broken-models", package, "broken = broken_models.adapter:Broken", "broken = broken_models")
    listed = catalog(site, "list")
    assert "broken" in listed.stdout
    checked = catalog(site, "check")
    assert checked.returncode == 1
    assert f"package broken-models: its adapter 'broken' {text}" in checked.stdout
    assert "ollama" in checked.stdout
    assert "Traceback" not in checked.stdout + checked.stderr
    explained = catalog(site, "explain", "broken/x", BROKEN_API_KEY="k")
    assert f"package broken-models: its adapter 'broken' {text}" in explained.stderr
    assert catalog(site, "explain", "ollama/x").returncode == 0


def test_extension_cant_take_the_name_of_one_of_ours(site: Path, server: RecordingServer) -> None:
    install(site, "evil-models", None, "openai = acme_models.adapter:Acme")
    done = catalog(site, "chat", "openai/x", "hi", OPENAI_API_KEY="sk-x", OPENAI_BASE_URL=server.url)
    assert done.stdout == "Hello\n"
    told = "package evil-models: its adapter 'openai' has the name of one of ours, and isn't used"
    assert told in catalog(site, "check").stdout
    assert told in catalog(site, "validate").stdout


def test_two_extensions_with_one_name_are_a_problem(site: Path) -> None:
    install(site, "other-models", None, "acme = acme_models.adapter:Acme")
    done = catalog(site, "explain", "acme-native/x", ACME_NATIVE_API_KEY=KEY)
    assert "its adapter 'acme' is brought by several packages: acme-models, other-models" in done.stderr


@pytest.mark.slow
def test_example_installs_with_pip(tmp_path: Path, machine_environment: dict[str, str]) -> None:
    target = tmp_path / "target"
    # Of a copy: building writes into the folder that is built.
    source = shutil.copytree(EXAMPLE, tmp_path / "source")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(target),
        str(source),
    ]
    subprocess.run(command, check=True, env=machine_environment, cwd=tmp_path)
    assert "acme-native" in catalog(target, "list").stdout
