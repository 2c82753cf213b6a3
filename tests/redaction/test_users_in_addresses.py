"""A user and a password in an address are in no output, wherever the address came from and whoever asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcatalog.catalog.redaction.secret_names import users_in
from modelcatalog.resolver import check, explain, probe

from support.command import Catalog

PASSWORD = "s3cret-passw0rd"
URL = f"https://joe:{PASSWORD}@llm.corp.example/v1"
COMMANDS = ["explain acme/m", "check acme", "show acme", "list", "probe acme/m", "validate", "chat acme/m hi"]


@pytest.fixture(params=["variable", ".env", "file", "argument", "proxy"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address with a password from each source; the command line's extra words where it is an argument."""
    base = "http://127.0.0.1:9/v1" if request.param == "proxy" else URL
    text = f"catalog: 1\nproviders: {{acme: {{base_url: '{base}', api_key: none}}}}\n"
    if request.param in ("variable", ".env"):
        text = "catalog: 1\nproviders: {acme: {base_url: 'https://other.example/v1', api_key: none}}\n"
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MODELCATALOG_FILES", str(file))
    if request.param == "variable":
        monkeypatch.setenv("ACME_BASE_URL", URL)
    if request.param == ".env":
        (tmp_path / ".env").write_text(f"ACME_BASE_URL={URL}\n", encoding="utf-8")
    if request.param == "proxy":
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.setenv("HTTP_PROXY", f"http://joe:{PASSWORD}@127.0.0.1:9")
    return f" -M base_url={URL}" if request.param == "argument" else ""


@pytest.mark.parametrize("words", [*COMMANDS, *(f"{one} --json" for one in COMMANDS)])
def test_no_command_shows_a_password(source: str, words: str, catalog: Catalog) -> None:
    more = source if words.startswith(("explain", "probe", "chat")) else ""
    done = catalog(*(words + more).split())
    assert PASSWORD not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("source", ["variable", ".env", "proxy"], indirect=True)
@pytest.mark.usefixtures("source")
def test_no_object_in_python_shows_a_password() -> None:
    plan, report = explain("acme/m"), check("acme")
    shown = f"{plan} {plan!r} {json.dumps(plan.to_json())} {plan._repr_html_()} {report} {report!r}"
    shown += f"{json.dumps(report.to_json())} {report._repr_html_()} {probe('acme/m', timeout=5)}"
    assert PASSWORD not in shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (URL, [f"joe:{PASSWORD}", PASSWORD]),
        ("https://token-0123456789@h.example", ["token-0123456789"]),
        ("ssh://git@github.com/x me@corp.example https://a:b@h", []),
        ("https://h.example/a@b:c", []),
        (f"one http://x:pass@h two https://y:{PASSWORD}@i", ["x:pass", "pass", f"y:{PASSWORD}", PASSWORD]),
    ],
)
def test_what_of_an_address_proves_who_asks(text: str, found: list[str]) -> None:
    assert users_in(text) == found
