"""A secret that travels in a header is looked at as a key is; and a key that is a file's path is told from a key."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.resolver import check, explain, load_catalog

GOOD = "0123456789abcdef0123"
BAD = {
    f'"{GOOD}"': "invalid-credential",
    f"'{GOOD}'": "invalid-credential",
    f"{GOOD}\n": "invalid-credential",
    f" {GOOD}": "invalid-credential",
    f"{GOOD[:9]} {GOOD[9:]}": "invalid-credential",
    f"{GOOD}\u0431": "invalid-credential",
    f"GW_KEY={GOOD}": "invalid-credential",
    "https://gw.corp.example/key": "invalid-credential",
    "abcdefgh ijklmnop": "invalid-credential",
    "your-api-key": "placeholder-value",
    "<your-key>": "placeholder-value",
    "${GW_KEY}": "placeholder-value",
    "changeme": "placeholder-value",
}
HEADERS = {"X-Api-Key": "", "Authorization": "Bearer ", "Authorization ": "Api-Key "}


def findings(header: str, value: str, url: str = "https://gw.corp.example/v1", **facts: Any) -> list[str]:
    given = {"env": "GW_KEY", **facts}
    entry = {"base_url": url, "api_key": "none", "headers": {header.strip(): given}}
    catalog = load_catalog(user=False, project=False, overlay={"catalog": 1, "providers": {"gw": entry}})
    [row] = check("gw", catalog=catalog, env={"GW_KEY": value}).rows
    found = [one.code for one in row.plan.findings if one.severity == "error"]
    assert (row.state == "ready") is not bool(found)
    return found


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("value", BAD, ids=ascii)
def test_secret_in_a_header_is_looked_at_as_a_key_is(header: str, value: str) -> None:
    prefix = HEADERS[header]
    assert findings(header, prefix + value) == [BAD[value]]
    assert findings(header, prefix + GOOD) == []


@pytest.mark.parametrize("prefix", ["", "Bearer "])
@pytest.mark.parametrize("value", [value for value in BAD if value.isascii()], ids=ascii)
def test_command_for_a_header_gives_a_value_that_is_right_or_says_what_to_write(
    value: str, prefix: str
) -> None:
    entry = {
        "base_url": "https://gw.corp.example/v1",
        "api_key": "none",
        "headers": {"X-Api-Key": {"env": "GW_KEY"}},
    }
    catalog = load_catalog(user=False, project=False, overlay={"catalog": 1, "providers": {"gw": entry}})
    [found] = explain("gw/m", catalog=catalog, env={"GW_KEY": prefix + value}).errors
    command = found.hint or ""
    if "..." in command or not command.startswith("export "):
        assert not prefix or command == "export GW_KEY=... (Bearer, a blank, then the key)"
        return
    assert not prefix
    assert after(command, "GW_KEY", value) == GOOD


def after(command: str, variable: str, value: str, **more: str) -> str:
    """The variable once the command has run in a shell."""
    done = subprocess.run(
        ["sh", "-c", f'{command}; printf %s "${variable}"'],
        env={**os.environ, variable: value, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("value", ["your-api-key", "none", "changeme"])
def test_server_of_ones_own_network_may_take_any_word(value: str) -> None:
    assert findings("X-Api-Key", value, url="http://127.0.0.1:9/v1") == []


@pytest.mark.parametrize(
    ("value", "found"), [('"evals"', []), ("a\nb", ["invalid-credential"]), ("evals", [])]
)
def test_other_headers_may_have_any_text_that_a_header_can_carry(value: str, found: list[str]) -> None:
    assert findings("X-Team", value) == found
    assert findings("X-Team", '"evals"', secret=True) == ["invalid-credential"]


@pytest.mark.parametrize(
    "path", ["{folder}/keys/together", "~/keys/together.txt", "./keys/together", "../x/keys/a"]
)
def test_path_in_the_place_of_a_key_is_an_error_with_the_command_that_reads_it(
    path: str, tmp_path: Path
) -> None:
    given = path.format(folder=tmp_path)
    file = Path.home() / given[2:] if given.startswith("~") else tmp_path / given
    file.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path.parent / "x").mkdir(exist_ok=True)
    file.write_text(GOOD, encoding="utf-8")
    [found] = explain("together/x", env={"TOGETHER_API_KEY": given}).errors
    assert found.code == "invalid-credential"
    assert found.message == "TOGETHER_API_KEY is the path of a file, not what is in it."
    assert after(found.hint or "", "TOGETHER_API_KEY", given) == GOOD


def test_path_of_windows_is_none_of_a_key_either() -> None:
    [found] = explain("together/x", env={"TOGETHER_API_KEY": "C:\\keys\\x"}).errors
    assert found.message == "TOGETHER_API_KEY is the path of a file, not what is in it."


def test_variable_that_names_a_file_is_a_near_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("GROQ_API_KEY_FILE", str(tmp_path / "key"))
    [row] = check("groq").rows
    [found] = [one for one in row.findings if one.code == "near-miss-variable"]
    assert found.message == (
        "GROQ_API_KEY_FILE is set (environment), but the file isn't read: groq looks for GROQ_API_KEY."
    )
    assert after(found.hint or "", "GROQ_API_KEY", "", GROQ_API_KEY_FILE=str(tmp_path / "key")) == GOOD
    monkeypatch.delenv("GROQ_API_KEY_FILE")
    (tmp_path / ".env").write_text(f"GROQ_API_KEY_FILE={tmp_path / 'key'}\n", encoding="utf-8")
    [row] = check("groq").rows
    [found] = [one for one in row.findings if one.code == "near-miss-variable"]
    assert found.hint == "Write GROQ_API_KEY in .env:1, with what is in the file."
