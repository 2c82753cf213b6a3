"""Catalogs, plans and reports as Python objects: printed, in a notebook, in the log; a plan builds clients."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import pytest
from openai import AsyncOpenAI, OpenAI

import modelcatalog
import modelcatalog.resolver
from modelcatalog import (
    CatalogError,
    Plan,
    ResolvedModel,
    SyncResolvedModel,
    check,
    explain,
    load_catalog,
    trust,
)
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver.trust.records import trusted

from support.raised import raised
from support.secret_traces import SENTINEL, traces

KEY = "sk-right-key-0123456789abcdef"


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.mark.parametrize("kind", [str, Path])
def test_one_path_is_one_catalog_file(kind: type[str | Path], tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("catalog: 1\nproviders:\n  acme: {base_url: 'https://llm.acme.dev/v1'}\n", "utf-8")
    for given in (kind(file), [kind(file)]):
        assert explain("acme/x", catalog=load_catalog(given)).url == "https://llm.acme.dev/v1"
    with pytest.raises(CatalogError) as caught:
        load_catalog(kind("nosuch.yaml"))
    assert [problem.path for problem in caught.value.problems] == ["nosuch.yaml"]


def test_a_mistake_in_an_overlay_is_placed_by_its_keys() -> None:
    catalog = load_catalog(overlay={"providers": {"acme": {"bas_url": "https://llm.acme.dev/v1"}}})
    error = raised(lambda: explain("acme/x", catalog=catalog))
    assert str(error) == (
        "overlay providers.acme.bas_url: unknown key 'bas_url' in provider 'acme' (did you mean 'base_url'?)"
    )


def test_trust_shows_what_would_be_sent_and_records_only_with_yes(tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    file.write_text("catalog: 1\nproviders:\n  openai: {base_url: 'https://llm.acme.dev/v1'}\n", "utf-8")
    report = trust("models.yaml")
    assert str(report) == (
        "models.yaml would send\n"
        "  OPENAI_API_KEY (not set), OPENAI_ORG_ID (not set), OPENAI_PROJECT_ID (not set)\n"
        "      to   https://llm.acme.dev/v1\n"
        "      for  openai/... (models.yaml:3)\n"
        "Nothing was recorded. To trust the file write trust(..., yes=True)."
    )
    assert (report.recorded, trusted(file)) == (False, None)
    report = trust(file, yes=True)
    assert str(report).endswith("\nTrusted as it is now: an edit ends it.")
    known = trusted(file)
    assert known is not None
    assert (report.recorded, known.digest) == (True, report.digest)
    assert json.loads(json.dumps(report.to_json()))["sends"][0]["address"] == "https://llm.acme.dev/v1"


def test_trust_refuses_what_it_can_not_read(tmp_path: Path) -> None:
    assert str(raised(lambda: trust("nosuch.yaml"))) == "nosuch.yaml: file not found."
    assert str(raised(lambda: trust(tmp_path))) == f"{tmp_path}: is a folder."
    assert str(raised(lambda: trust(None))) == "path is NoneType, expected a path."  # type: ignore[arg-type]
    (tmp_path / "models.yaml").write_text("catalog: 1\nproviders: 5\n", "utf-8")
    with pytest.raises(CatalogError):
        trust("models.yaml", yes=True)
    assert trusted(tmp_path / "models.yaml") is None


# ---- Plans and reports


def plan(**arguments: Any) -> Plan:
    return explain("openai/gpt-5", env={"OPENAI_API_KEY": SENTINEL}, **arguments)


def test_a_plan_prints_as_a_table() -> None:
    said = str(plan(timeout=3))
    assert said.splitlines()[0] == "openai/gpt-5"
    rows = {words[0]: words[1:] for words in (line.split() for line in said.splitlines()[1:])}
    assert rows["client"] == ["openai.AsyncOpenAI"]
    assert rows["api_key"] == [f"****{SENTINEL[-4:]}", "OPENAI_API_KEY,", "environment"]
    assert rows["base_url"][:2] == ["https://api.openai.com/v1", "default,"]
    assert rows["timeout"] == ["3", "argument,", "sent", "to", "option"]
    assert "  <object>  " in str(plan(http_client=object()))
    missing = str(explain("openai/gpt-5"))
    assert "  error: No API key for openai. " in missing
    assert repr(plan()) == "<Plan openai/gpt-5: openai.AsyncOpenAI, 0 findings>"


def test_no_table_shows_a_secret() -> None:
    made = plan(
        headers={"X-Api-Key": SENTINEL},
        default_headers={"Authorization": SENTINEL},
        default_query={"k": SENTINEL},
    )
    report = check("openai", env={"OPENAI_API_KEY": SENTINEL})
    assert traces(f"{made}{made._repr_html_()}{report}{report._repr_html_()}") == set()


def test_a_plan_and_a_report_are_html_in_a_notebook() -> None:
    html = explain("openai/<b>x</b>")._repr_html_()
    assert html.startswith("<table><caption>openai/&lt;b&gt;x&lt;/b&gt;</caption>")
    assert "<td>client</td><td>openai.AsyncOpenAI</td>" in html
    assert "<td>model</td><td>&lt;b&gt;x&lt;/b&gt;</td>" in html
    assert "<p>error: No API key for openai." in html
    html = check("openai")._repr_html_()
    assert "<td>openai</td>" in html
    assert "export OPENAI_API_KEY=..." in html


def test_a_report_prints_a_row_for_each_entry() -> None:
    report = check(["openai", "ollama"], env={"OPENAI_API_KEY": SENTINEL})
    lines = str(report).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["openai", "openai/azure", "ollama"]
    assert lines[0].endswith("OPENAI_API_KEY, environment")
    assert "No API key for openai/azure" in lines[1]
    assert "No API key for openai/azure  export AZUREAI_OPENAI_API_KEY=..." in lines[1]


def test_a_plan_builds_a_new_client_each_time(server: RecordingServer) -> None:
    made = explain("openai/x", api_key=KEY, base_url=server.url)
    first, second = made.build(client_type=AsyncOpenAI), made.build()
    assert_type(first, ResolvedModel[AsyncOpenAI])
    assert first.client is not second.client
    with made.build(sync=True) as model:
        assert_type(model, SyncResolvedModel[Any])
        assert model.chat("Hi").text == "Hello"
        assert (type(model.client), model.plan.client) == (OpenAI, "openai.OpenAI")
    text = str(raised(lambda: explain("openai/x", sync=True, api_key=KEY, base_url=server.url).build()))
    assert text == "The plan of openai/x was made with sync=True. Write plan.build(sync=True)."
    with pytest.raises(modelcatalog.MissingCredentialError):
        explain("openai/x").build()


def test_a_command_for_a_key_runs_for_each_client(tmp_path: Path) -> None:
    file = tmp_path / "home" / "config" / "modelcatalog" / "models.yaml"
    file.parent.mkdir(parents=True)
    code = f"f = open({str(tmp_path / 'runs')!r}, 'a+'); f.write('x'); print('sk-key-of-a-command-', f.tell(), sep='')"
    command = json.dumps([sys.executable, "-c", code])
    entry = f"{{base_url: 'http://127.0.0.1:9/v1', api_key: {{command: {command}}}}}"
    file.write_text(f"catalog: 1\nproviders:\n  mine: {entry}\n", "utf-8")
    made = explain("mine/x")
    assert not (tmp_path / "runs").exists()
    models = [made.build(sync=True) for _ in range(2)]
    assert (tmp_path / "runs").read_text() == "xx"
    assert [model.plan.secrets for model in models] == [
        ("sk-key-of-a-command-1",),
        ("sk-key-of-a-command-2",),
    ]
    for model in models:
        model.close()


# ---- The log


def test_log_says_what_was_taken_and_no_secret(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={SENTINEL}\n", "utf-8")
    with caplog.at_level(logging.DEBUG, logger="modelcatalog"):
        explain("openai/x", headers={"X-Api-Key": SENTINEL}, base_url=f"https://u:{SENTINEL}@llm.acme.dev/v1")
    said = [record.getMessage() for record in caplog.records if record.name == "modelcatalog"]
    assert said[0] == "openai/x: catalog files modelcatalog/models.yaml"
    assert said[1].startswith("openai/x: entry openai (modelcatalog/models.yaml:")
    assert "openai/x: api_key from OPENAI_API_KEY, .env:1" in said
    assert "openai/x: organization has no value (looked for OPENAI_ORG_ID)" in said
    assert "openai/x: headers from argument, sent to option" in said
    assert traces("\n".join(said)) == set()


def test_log_is_silent_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="modelcatalog"):
        explain("openai/x")
    assert caplog.records == []
