"""The commands on a real terminal of 80 columns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from support.terminal import printed

KEYS = {
    "OPENAI_API_KEY": "sk-0123456789abcdef0123",
    "GROK_API_KEY": "a b",
    "AZUREAI_OPENAI_API_KEY": "0123456789abcdef",
    "OPENAI_CUSTOM_HEADERS": "X-A: b",
}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(folder: Path, *words: str, **options: Any) -> str:
    """What the command prints there, with some things set up."""
    return printed(folder, *words, **{**KEYS, **options})


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["check"],
        ["check", "--all"],
        ["check", "openai/azure"],
        ["show", "cloudflare"],
        ["explain", "cf/meta/llama", "-M", "timeout=30"],
        ["explain", "openai/azure/gpt-4o"],
        ["probe", "openai/azure/gpt-4o", "grok/x"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, words: list[str], columns: int) -> None:
    lines = COLOUR.sub("", on_terminal(tmp_path, *words, columns=columns)).splitlines()
    assert len(lines) > 1
    wide = [line for line in lines if len(line) > columns and max(map(len, line.split())) < columns - 10]
    assert wide == []


def test_colour_only_repeats_what_words_say(tmp_path: Path) -> None:
    painted = on_terminal(tmp_path, "check")
    assert re.search(r"\x1b\[32mReady \(\d\)\x1b\[0m", painted)
    assert "\x1b[31mError (2)\x1b[0m" in painted
    memory = re.compile(r"[\d.]+ GB free *")
    plain = on_terminal(tmp_path, "check", NO_COLOR="1")
    assert memory.sub("", COLOUR.sub("", painted)) == memory.sub("", plain)


def test_terminal_without_colours_gets_none(tmp_path: Path) -> None:
    assert "\x1b" not in on_terminal(tmp_path, "check", TERM="dumb")
