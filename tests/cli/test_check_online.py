"""`catalog check --online` as a person runs it, and `catalog explain-code`."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.finding_codes import CODES
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port

from support.command import Catalog
from support.terminal import printed

TOP = Path(__file__).parent.parent.parent
KEY = "key-of-acme-0123456789abcdef"


@pytest.mark.usefixtures("acme")
def test_what_works_is_shown_in_plain_lines(catalog: Catalog, server: RecordingServer) -> None:
    server.answer(answers.models("a", "b"), answers.error(401, "who are you"))
    done = catalog("check", "acme", "--online", ACME_API_KEY=KEY)
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"Works \(1\)\n  acme  key accepted, 2 models, \d+\.\d\d s\n", done.stdout)
    assert done.stderr == ""


@pytest.mark.usefixtures("acme")
def test_refused_key_exits_with_1_and_says_where_it_came_from(
    catalog: Catalog, server: RecordingServer
) -> None:
    server.answer(answers.error(401, f"bad key {KEY}"))
    done = catalog("check", "acme", "--online", ACME_API_KEY=KEY)
    assert done.returncode == 1
    assert done.stdout == (
        f"Fails (1)\n  acme  key-refused: 401: bad key **** (GET {server.url}/models).\n"
        "        hint: The key came from ACME_API_KEY, environment.\n"
    )


@pytest.mark.usefixtures("acme")
def test_json_has_the_answers(catalog: Catalog, server: RecordingServer) -> None:
    server.answer(answers.html())
    done = catalog("check", "acme", "--online", "--json", ACME_API_KEY=KEY)
    assert done.returncode == 1
    (entry,) = json.loads(done.stdout)["entries"]
    assert entry["state"] == "ready"
    assert entry["online"]["outcome"] == "fails"
    assert entry["online"]["findings"][0]["code"] == "html-answer"
    assert KEY not in done.stdout


def test_server_that_nobody_set_up_may_be_silent(catalog: Catalog) -> None:
    nowhere = f"http://127.0.0.1:{closed_port()}/v1"
    text = "catalog: 1\nproviders:\n"
    for name in ("ollama", "llama-cpp-python", "vllm-server", "transformers-server"):
        text += f"  {name}: {{base_url: '{nowhere}'}}\n"
    Path("models.yaml").write_text(text, encoding="utf-8")
    done = catalog("check", "--online")
    assert done.returncode == 0, done.stdout
    assert (
        "No answer (4)  ollama, llama-cpp-python, vllm-server, transformers-server (nothing is" in done.stdout
    )
    named = catalog("check", "ollama", "--online")
    assert named.returncode == 1
    assert "ollama  connection-refused: " in named.stdout


@pytest.mark.usefixtures("acme")
def test_terminal_shows_who_is_asked_and_then_what_came_of_it(
    tmp_path: Path, server: RecordingServer
) -> None:
    server.answer(answers.models("a"), answers.error(401, "no"))
    shown = printed(tmp_path, "check", "acme", "--online", ACME_API_KEY=KEY)
    assert "contacting ..." in shown
    assert shown.splitlines()[-1].startswith("  acme  key accepted, 1 model, ")


def test_check_offline_asks_nobody(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    assert acme.exists()
    assert catalog("check", ACME_API_KEY=KEY).returncode == 0
    assert server.requests == []


def test_code_is_explained_with_its_hint(catalog: Catalog) -> None:
    done = catalog("explain-code", "missing-credential", "key-refused")
    assert done.returncode == 0
    first, second = done.stdout.split("\n\n")
    assert first.startswith(
        "missing-credential\n  severity  error\n  meaning   a required secret has no value"
    )
    assert "\n  raises    MissingCredentialError" in first
    assert second.endswith("found by  catalog check --online\n")
    assert all(one.meaning and one.hint for one in CODES.values())


def test_unknown_code_gets_the_nearest(catalog: Catalog) -> None:
    done = catalog("explain-code", "key-refusd")
    assert (done.returncode, done.stdout) == (2, "")
    assert "hint: catalog explain-code key-refused\n" in done.stderr


def test_codes_are_listed_and_printed_as_json(catalog: Catalog) -> None:
    listed = catalog("explain-code").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(CODES)
    codes = json.loads(catalog("explain-code", "foreign-key", "--json").stdout)["codes"]
    assert codes[0]["error"] == "InvalidCredentialError"


def test_tables_of_codes_in_the_documents_are_current() -> None:
    spec = importlib.util.spec_from_file_location("codes", TOP / "docs" / "codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (TOP / "docs" / "findings.md").read_text("utf-8")
    assert text == module.updated(text), "run: python docs/codes.py"


def test_every_code_that_is_used_is_explained() -> None:
    used: set[str] = set()
    for path in (TOP / "resolver").rglob("*.py"):
        used |= set(re.findall(r'Finding\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    assert used
    assert used <= CODES.keys()
