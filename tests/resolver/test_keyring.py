"""The keyring as a home of keys: the real library, with a keyring in a file and one without any."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import MissingCredentialError
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver import Environment, explain, load_catalog, resolve
from modelcatalog.resolver.credentials.keyring import KeyringUnusableError, all_kept, drop, keep, kept, read

in_a_file = pytest.importorskip("keyrings.alt.file")

KEY = "sk-key-of-the-keyring-0123456789"


@pytest.fixture(autouse=True)
def keyring_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    monkeypatch.setattr(keyring.core, "_keyring_backend", in_a_file.PlaintextKeyring())


def test_key_is_kept_found_and_dropped(tmp_path: Path) -> None:
    keep("OPENAI_API_KEY", KEY)
    assert (kept(["GROK_API_KEY", "OPENAI_API_KEY"]), all_kept()) == (["OPENAI_API_KEY"], ["OPENAI_API_KEY"])
    assert read("OPENAI_API_KEY") == KEY
    note = tmp_path / "home" / "config" / "modelcatalog" / "keys" / "OPENAI_API_KEY"
    assert note.read_bytes() == b""
    assert drop("OPENAI_API_KEY")
    assert not drop("OPENAI_API_KEY")
    assert (all_kept(), read("OPENAI_API_KEY")) == ([], None)


@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_blank_value_in_the_keyring_counts_as_none(value: str) -> None:
    keep("GROK_API_KEY", value)
    key = explain("grok/x").settings["api_key"]
    assert (key.value, key.kind) == (None, "none")
    assert ("GROK_API_KEY", "unset", "keyring") in [
        (one.variable, one.state, one.where) for one in key.looked
    ]


def test_keyring_is_asked_after_everything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("GROK_API_KEY", KEY)
    key = explain("grok/x").settings["api_key"]
    assert (key.value, key.kind, key.source) == (Secret(KEY), "keyring", "GROK_API_KEY, keyring")
    secrets = tmp_path / "s"
    secrets.mkdir()
    (secrets / "GROK_API_KEY").write_text("secrets", encoding="utf-8")
    monkeypatch.setenv("MODELCATALOG_SECRETS_DIR", str(secrets))
    assert explain("grok/x").settings["api_key"].value == Secret("secrets")
    (tmp_path / ".env").write_text("XAI_API_KEY=dotenv\n", encoding="utf-8")
    assert explain("xai/x").settings["api_key"].kind == "secrets"
    (secrets / "GROK_API_KEY").unlink()
    assert explain("grok/x").settings["api_key"].source == "XAI_API_KEY, .env:1"
    monkeypatch.setenv("GROK_API_KEY", "environment")
    assert explain("grok/x").settings["api_key"].kind == "environment"
    told = explain("grok/x", api_key="given").settings["api_key"]
    assert told.kind == "argument"
    assert [(one.variable, one.state, one.where) for one in told.looked] == [
        ("GROK_API_KEY", "shadowed", "environment"),
        ("XAI_API_KEY", "shadowed", ".env:1"),
        ("GROK_API_KEY", "shadowed", "keyring"),
    ]


def test_variables_that_are_given_hold_alone() -> None:
    keep("GROK_API_KEY", KEY)
    assert not explain("grok/x", env={}).settings["api_key"].is_set
    assert explain("grok/x", env=Environment({}, keyring=True)).settings["api_key"].is_set


def test_keyring_that_is_missing_is_reported_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import fail

    keep("GROK_API_KEY", KEY)
    monkeypatch.setattr(keyring.core, "_keyring_backend", fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(
        MissingCredentialError, match=r"GROK_API_KEY \(in the keyring, but this machine has no keyring"
    ):
        resolve("grok/x")
    with pytest.raises(KeyringUnusableError):
        keep("OPENAI_API_KEY", KEY)
    assert all_kept() == ["GROK_API_KEY"]


def test_key_of_each_account() -> None:
    catalog = load_catalog(
        overlay={"providers": {"openai-work": {"extends": "openai", "api_key": {"env": "WORK"}}}}
    )
    keep("OPENAI_API_KEY", KEY)
    keep("WORK", "sk-work-0123456789")
    assert explain("openai/x").settings["api_key"].value == Secret(KEY)
    assert explain("openai-work/x", catalog=catalog).settings["api_key"].value == Secret("sk-work-0123456789")


@pytest.mark.parametrize("name", ["", "GROK_API_KEY", "OTHER"])
def test_keyring_is_imported_only_for_a_key_that_it_has(tmp_path: Path, name: str) -> None:
    if name:
        keep(name, KEY)
    code = "import sys; from modelcatalog.resolver import explain; explain('grok/x'); print('keyring' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{name == 'GROK_API_KEY'}\n"
