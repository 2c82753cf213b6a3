"""README.md to the letter, in a copy of the repository: each block is run, and prints what is shown below it."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise, zip_longest
from pathlib import Path

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer

from support.checkout import ROOT, copy_to
from support.documents import fenced
from support.shell import Shell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

BLOCKS = fenced((ROOT / "README.md").read_text("utf-8"))
KEY = "sk-right-key-0123456789abcdef"

# What differs from run to run: times, speeds, and the release of the SDK.
VARYING = re.compile(r"\d+\.\d+ s\b|\d+ tokens/s|(?<=openai )\d+\.\d+\.\d+")

# This test would start itself. It is what CI runs.
ALL_TESTS = "sh tests/run\n"


def comparable(text: str) -> str:
    return VARYING.sub("...", text).strip("\n")


def free_port() -> str:
    """Of four digits, as the one in the page: with another number of them, columns would be others."""
    for port in range(9000 + os.getpid() % 500, 10_000):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)):
                return str(port)
    raise RuntimeError("no free port")


@pytest.fixture
def shell(tmp_path: Path, machine_environment: dict[str, str]) -> Iterator[Shell]:
    """In a copy of the repository. `python3` is the Python that runs this test, without its packages."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "python3").write_text(f'#!/bin/sh\nexec "{base_python()}" "$@"\n', encoding="utf-8")
    (programs / "python3").chmod(0o755)
    environment = {**machine_environment, "PATH": f"{programs}:{os.environ['PATH']}"}
    with Shell(copy_to(tmp_path / "checkout"), environment, tmp_path / "log") as running:
        yield running


def base_python() -> str:
    return str(sys._base_executable)  # type: ignore[attr-defined]


def emptied(machine: dict[str, str], **own: str) -> str:
    """Commands that leave the shell with the test's environment in place of the machine's, which was for pip."""
    kept = {name: value for name, value in os.environ.items() if name != "PATH"} | own
    gone = " ".join(name for name in machine if name not in {*kept, "PATH"} and name.isidentifier())
    return "\n".join([f"unset {gone}", *(f"export {name}='{value}'" for name, value in kept.items())])


def test_every_block_prints_what_is_shown_below_it(shell: Shell, machine_environment: dict[str, str]) -> None:
    port, ran = free_port(), []
    with RecordingServer() as server:
        for block, after in zip_longest(BLOCKS, BLOCKS[1:]):
            text = block.text.replace("8765", port).replace("sk-...", KEY)
            if block.language == "python":
                name = re.match(r"# (\S+\.py)\n", text)
                folder = Path(shell.paste("pwd")[0].strip())
                (folder / (name[1] if name else "first.py")).write_text(text, encoding="utf-8")
            if block.language != "sh" or text == ALL_TESTS:
                continue
            printed, code = shell.paste(text)
            ran.append(block)
            place = f"README.md:{block.line}"
            if after and after.language == "text":
                expected = after.text.replace("8765", port)
                if "&\n" in text:
                    shell.wait(partial(shell.has_printed, expected))
                    assert shell.has_printed(expected), place
                else:
                    assert comparable(printed) == comparable(expected), place
            else:
                assert code == 0, f"{place}: {printed}"
            if "venv" in text:
                shell.paste(emptied(machine_environment, OPENAI_BASE_URL=server.url))
            if "OPENAI_API_KEY" in text:
                # With it, the first block of the page gets its answer too.
                assert (printed, shell.paste("python first.py")) == ("Hello\n", ("Hello\n", 0))
                assert {one.headers["authorization"] for one in server.requests} == {f"Bearer {KEY}"}
                shell.paste("unset OPENAI_API_KEY OPENAI_BASE_URL")
    assert len(ran) == sum(block.language == "sh" for block in BLOCKS) - 1


def test_every_block_is_of_a_kind_that_is_run_or_compared() -> None:
    assert {block.language for block in BLOCKS} == {"sh", "text", "python"}
    assert [block.text for block in BLOCKS].count(ALL_TESTS) == 1
    for before, block in pairwise(BLOCKS):
        assert before.language == "sh" or block.language != "text", f"README.md:{block.line}"
