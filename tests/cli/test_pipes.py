"""A reader that goes away, as `head` and `grep -q` do: no word, and the exit code that the command has anyway."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer

from support.command import COVERAGE

COMMAND = str(Path(sys.executable).with_name("catalog"))
KEY = {"ACME_API_KEY": "key-of-acme-0123456789abcdef"}
WORDS = {
    "help": [],
    "list": ["list"],
    "list, JSON": ["list", "--json"],
    "show": ["show", "openai"],
    "check": ["check", "--all"],
    "explain": ["explain", "acme/small"],
    "explain-code": ["explain-code"],
    "probe": ["probe", "acme/small"],
    "chat": ["chat", "acme/small", "hi"],
    "validate": ["validate"],
    "trust": ["trust", "models.yaml", "--yes"],
    "keys": ["keys", "list"],
    "path": ["path"],
    "schema": ["schema"],
    "misuse, JSON": ["explain", "opnai/x", "--json"],
}


def piped(words: list[str], reader: str) -> tuple[int, str]:
    """The exit code of the command before a pipe, and what is seen on standard error."""
    done = subprocess.run(
        ["bash", "-c", f'"$@" | {reader}; exit ${{PIPESTATUS[0]}}', "bash", COMMAND, *words],
        env={**os.environ, **COVERAGE, **KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_reader_that_reads_nothing_is_no_error(words: list[str]) -> None:
    usual, _ = piped(words, "cat")
    assert piped(words, "head -0") == (usual, "")


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["head -0", "head -1", "grep -q openai"])
def test_ten_of_ten_are_silent(reader: str) -> None:
    for words in (["list"], ["schema"]):
        assert {piped(words, reader) for _ in range(10)} == {(0, "")}


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_reader_that_went_before_anything_was_written(unbuffered: str) -> None:
    """The pipe is closed already: the very first byte fails, at the latest when the process ends."""
    for words in (["list"], ["--help"], ["schema"]):
        ours, theirs = os.pipe()
        os.close(ours)
        environment = {**os.environ, **COVERAGE, "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(
            [COMMAND, *words], stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False, timeout=60
        )
        os.close(theirs)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.usefixtures("acme")
def test_answer_that_nobody_reads_is_not_awaited(server: RecordingServer) -> None:
    assert piped(["chat", "acme/small", "hi"], "head -c 0") == (0, "")
    assert len(server.requests) == 1
