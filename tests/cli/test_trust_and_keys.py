"""`catalog trust` and `catalog keys`, as a person meets them."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from support.command import COVERAGE, Catalog

TEXT = """\
catalog: 1
providers:
  acme:
    base_url: https://llm.acme.dev/v1
    headers: {X-Tenant: {env: ACME_TENANT}}
  openai: {base_url: "https://proxy.example/v1", api_key: {env: [OPENAI_API_KEY, DATABASE_PASSWORD]}}
  bedrock: {base_url: "https://{region}.aws.example"}
  mine: {extends: groq, api_key: {env: WORK_KEY}}
  plain: {base_url: "http://127.0.0.1:9/v1", api_key: none}
"""
KEY = "sk-key-of-the-keyring-0123456789"
IN_A_FILE = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"}


def wait_for_no_echo(terminal: int) -> None:
    """Getpass asks, turns the echo off, and throws away what was typed before that."""
    ends = time.monotonic() + 60
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < ends, "the echo is still on"
        time.sleep(0.01)


def answering(folder: Path, answer: str, *words: str) -> tuple[int, str]:
    """The command on a terminal, where somebody answers its question: exit code, and what was seen."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        command = str(Path(sys.executable).with_name("catalog"))
        os.execve(command, ["catalog", *words], {**os.environ, **COVERAGE, "TERM": "dumb", **IN_A_FILE})
    seen = b""
    asked = False
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        if not asked and (b"[y/N]" in seen or b"Key for" in seen):
            asked = True
            if b"Key for" in seen:
                wait_for_no_echo(terminal)
            os.write(terminal, answer.encode() + b"\n")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen.decode().replace("\r\n", "\n")


def test_trust_shows_what_would_be_sent_where_before_it_records(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(TEXT, encoding="utf-8")
    done = catalog("trust", "models.yaml", ACME_TENANT="t")
    assert done.returncode == 1
    assert done.stderr.startswith("error: nothing was recorded: there is no terminal to ask on\nhint: ")
    assert "Trusted" not in done.stdout
    assert done.stdout == (
        "models.yaml would send\n"
        "  OPENAI_API_KEY (not set), DATABASE_PASSWORD (not set), OPENAI_ORG_ID (not set), "
        "OPENAI_PROJECT_ID (not set)\n"
        "      to   https://proxy.example/v1\n"
        "      for  openai/... (models.yaml:6)\n"
        "  the aws identity of this machine, AWS_REGION (not set), AWS_DEFAULT_REGION (not set), "
        "AWS_BEARER_TOKEN_BEDROCK (not set)\n"
        "      to   https://{region}.aws.example\n"
        "      for  bedrock/... (models.yaml:7)\n"
        "  ACME_API_KEY (not set), ACME_TENANT (set: environment)\n"
        "      to   https://llm.acme.dev/v1\n"
        "      for  acme/... (models.yaml:4)\n"
        "  WORK_KEY (not set)\n"
        "      to   https://api.groq.com\n"
        "      for  mine/... (models.yaml:8)\n"
    )
    assert catalog("trust", "--list").stdout == "No file of a project is trusted.\n"


def test_trust_asks_and_takes_no_for_an_answer(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(TEXT, encoding="utf-8")
    code, seen = answering(tmp_path, "n", "trust", "models.yaml")
    assert (code, "Trust it? [y/N]" in seen) == (1, True)
    assert "is trusted" in catalog("trust", "--list").stdout
    code, seen = answering(tmp_path, "y", "trust", "models.yaml")
    assert (code, "Trusted, as it is now: an edit ends it." in seen) == (0, True)
    assert f"{tmp_path}/models.yaml  since " in catalog("trust", "--list").stdout


def test_trust_ends_with_an_edit_and_when_taken_back(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(TEXT, encoding="utf-8")
    assert catalog("trust", "models.yaml", "--yes").returncode == 0
    key = {"ACME_API_KEY": "k" * 20, "ACME_TENANT": "t"}
    assert catalog("check", "acme", **key).returncode == 0
    again = catalog("trust", "models.yaml", "--yes").stdout
    assert "ACME_API_KEY" in again  # what it would do is shown, trusted or not
    file.write_text(f"{TEXT}# more\n", encoding="utf-8")
    assert "models.yaml has changed since you trusted it on 2" in catalog("check", "acme", **key).stdout
    state = json.loads(catalog("trust", "--list", "--json").stdout)["trusted"][0]["state"]
    assert state == "changed since, no longer trusted"
    file.write_text(TEXT, encoding="utf-8")
    assert catalog("check", "acme", **key).returncode == 0
    assert catalog("trust", "models.yaml", "--remove").stdout == "1 file no longer trusted.\n"
    assert catalog("check", "acme", **key).returncode == 1
    assert catalog("trust", "models.yaml", "--remove").returncode == 1


def test_dotenv_is_trusted_in_the_same_way(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GROK_BASE_URL=https://proxy.example/v1\nX=1\n", encoding="utf-8")
    key = {"GROK_API_KEY": "k" * 20}
    assert "If you wrote or trust that file: catalog trust .env" in catalog("check", "grok", **key).stdout
    done = catalog("trust", ".env", "--yes", **key)
    assert done.stdout == (
        ".env would send\n"
        "  GROK_API_KEY (set: environment), XAI_API_KEY (not set)\n"
        "      to   https://proxy.example/v1\n"
        "      for  grok/... (.env:1)\n"
        "Trusted, as it is now: an edit ends it.\n"
    )
    assert catalog("check", "grok", **key).returncode == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["trust"], "error: no file was named\nhint: "),
        (["trust", "nosuch.yaml"], "error: file not found: nosuch.yaml"),
        (["trust", "broken.yaml"], "broken.yaml:1"),
        (["trust", "binary.env"], "binary.env can't be read: it isn't UTF-8"),
    ],
)
def test_trust_of_nothing_is_an_error(catalog: Catalog, tmp_path: Path, words: list[str], text: str) -> None:
    (tmp_path / "broken.yaml").write_text("catalog: 2\n", encoding="utf-8")
    (tmp_path / "binary.env").write_bytes(b"A=\xff\xfe")
    done = catalog(*words, "--yes") if len(words) > 1 else catalog(*words)
    assert done.returncode in (1, 2)
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_key_is_typed_unseen_listed_redacted_and_removed(catalog: Catalog, tmp_path: Path) -> None:
    code, seen = answering(tmp_path, KEY, "keys", "set", "openai")
    assert (code, KEY in seen) == (0, False), seen
    assert "OPENAI_API_KEY is in the keyring (file PlaintextKeyring)." in seen
    assert catalog("keys", "list", **IN_A_FILE).stdout == "OPENAI_API_KEY  ****6789\n"
    listed = json.loads(catalog("keys", "list", "--json", **IN_A_FILE).stdout)["keys"]
    assert listed == [{"variable": "OPENAI_API_KEY", "value": "****6789"}]
    assert "OPENAI_API_KEY from keyring" in catalog("check", "openai", **IN_A_FILE).stdout
    assert "OPENAI_API_KEY, keyring" in catalog("explain", "openai/x", **IN_A_FILE).stdout
    shown = catalog("explain", "openai/x", OPENAI_API_KEY="sk-env", **IN_A_FILE).stdout
    assert "(OPENAI_API_KEY is in the keyring too, not used)" in shown
    assert catalog("keys", "remove", "OPENAI_API_KEY", **IN_A_FILE).returncode == 0
    assert catalog("keys", "remove", "OPENAI_API_KEY", **IN_A_FILE).returncode == 1
    assert "No key is in the keyring." in catalog("keys", "list", **IN_A_FILE).stdout


@pytest.mark.parametrize(
    ("name", "said", "text"),
    [
        ("opnai", KEY, "no provider 'opnai'\nhint: openai\n"),
        ("anthropic/vertex", KEY, "anthropic/vertex has no API key: it takes other credentials, or none"),
        ("openai", "", "not an API key: it is empty"),
        ("openai", "two words", "not an API key: it has blanks"),
        ("openai/nosuch", KEY, "openai has no qualifier 'nosuch'"),
    ],
)
def test_key_that_cant_be_kept_is_an_error(catalog: Catalog, name: str, said: str, text: str) -> None:
    done = catalog("keys", "set", name, said=said, **IN_A_FILE)
    assert done.returncode == 2
    assert text in done.stderr
    assert KEY not in done.stderr


def test_machine_without_a_keyring_is_reported(catalog: Catalog) -> None:
    nothing = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = catalog("keys", "set", "openai", said=KEY, **nothing)
    assert done.returncode == 2
    assert "error: the keyring can't be used: this machine has no keyring" in done.stderr
    assert "No key is in the keyring." in catalog("keys", "list", **nothing).stdout


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="no gnome-keyring: apt install gnome-keyring dbus",
)
def test_keyring_of_the_desktop(tmp_path: Path) -> None:
    """The Secret Service of a real gnome-keyring, on a bus of its own."""
    catalog = Path(sys.executable).with_name("catalog")
    script = f"""
        printf 'password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        printf '{KEY}' | {catalog} keys set openai && {catalog} keys list && {catalog} explain openai/x
        {catalog} keys remove openai; {catalog} keys list
    """
    backend = {"PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring"}
    environment = {**os.environ, **COVERAGE, **backend, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "OPENAI_API_KEY is in the keyring (SecretService Keyring)." in done.stdout, done.stderr
    assert "OPENAI_API_KEY  ****6789\n" in done.stdout
    assert "OPENAI_API_KEY, keyring" in done.stdout
    assert done.stdout.endswith("No key is in the keyring.\nhint: catalog keys set openai\n")
    assert KEY not in done.stdout + done.stderr
