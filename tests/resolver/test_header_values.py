"""A secret that travels in a header is looked at as a key is; and a key that is a file's path is told from a key."""

from __future__ import annotations

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
    "path", ["/run/secrets/openai", "~/keys/openai.txt", "./keys/openai", "../keys/x", "C:\\keys\\x"]
)
def test_path_in_the_place_of_a_key_is_an_error_with_the_command_that_reads_it(path: str) -> None:
    [found] = explain("together/x", env={"TOGETHER_API_KEY": path}).errors
    assert found.code == "invalid-credential"
    assert found.message == "TOGETHER_API_KEY is the path of a file, not what is in it."
    assert found.hint == 'export TOGETHER_API_KEY="$(cat "$TOGETHER_API_KEY")"'


def test_variable_that_names_a_file_is_a_near_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("GROQ_API_KEY_FILE", str(tmp_path / "key"))
    [row] = check("groq").rows
    [found] = [one for one in row.findings if one.code == "near-miss-variable"]
    assert found.message == (
        "GROQ_API_KEY_FILE is set (environment), but the file isn't read: groq looks for GROQ_API_KEY."
    )
    assert found.hint == 'export GROQ_API_KEY="$(cat "$GROQ_API_KEY_FILE")"'
