"""A command as the home of a secret: really run, in the user's own file only."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import CatalogError, MissingCredentialError
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import check, explain, resolve
from modelcatalog.resolver.credentials.command import Command, CommandFailedError

KEY = "sk-key-of-a-command-0123456789"


def write(folder: Path, *words: str, more: str = "") -> Path:
    """The user's own file, with a provider whose key these words print."""
    file = folder / "home" / "config" / "modelcatalog" / "models.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    command = json.dumps(list(words))
    file.write_text(
        f"catalog: 1\nproviders:\n  mine: {{base_url: 'http://127.0.0.1:9/v1', api_key: {{command: {command}}}}}\n"
        f"{more}",
        encoding="utf-8",
    )
    return file


def counting(folder: Path) -> list[str]:
    """The words of a command that leaves a line in a file each time it runs."""
    code = f"open({str(folder / 'runs')!r}, 'a').write('x\\n'); print({KEY[:9]!r} + {KEY[9:]!r})"
    return [sys.executable, "-c", code]


def test_command_is_run_for_a_client_and_not_for_a_look(tmp_path: Path) -> None:
    write(tmp_path, *counting(tmp_path))
    key = explain("mine/x").settings["api_key"]
    assert (key.kind, key.is_set) == ("command", True)
    assert key.source == f"command {sys.executable}, home/config/modelcatalog/models.yaml:3"
    assert check("mine").of("ready")
    assert not (tmp_path / "runs").exists()
    with resolve("mine/x", sync=True) as model:
        assert KEY not in repr(model.plan) + json.dumps(model.plan.to_json())
    assert (tmp_path / "runs").read_text() == "x\n"


def test_key_arrives_and_the_command_runs_once(tmp_path: Path) -> None:
    write(tmp_path, *counting(tmp_path))
    with RecordingServer() as server, resolve("mine/x", sync=True, base_url=server.url) as model:
        for _ in range(3):
            assert model.chat("hi").text == "Hello"
        assert {one.headers["authorization"] for one in server.requests} == {f"Bearer {KEY}"}
    assert (tmp_path / "runs").read_text() == "x\n"


def test_refused_key_is_asked_for_once_more(tmp_path: Path) -> None:
    write(tmp_path, *counting(tmp_path))
    with RecordingServer() as server, resolve("mine/x", sync=True, base_url=server.url) as model:
        server.answer(answers.error(401, f"bad key {KEY}"))
        with pytest.raises(Exception, match="401") as caught:
            model.chat("hi")  # the command prints the same once more: the refusal stands
        assert KEY not in str(caught.value)
    assert (tmp_path / "runs").read_text() == "x\nx\n"


def test_variable_wins_over_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, *counting(tmp_path))
    monkeypatch.setenv("MINE_API_KEY", "environment")
    key = explain("mine/x").settings["api_key"]
    assert key.kind == "environment"
    assert key.looked[-1].variable == f"command {sys.executable}"
    resolve("mine/x", sync=True).close()
    assert not (tmp_path / "runs").exists()


def test_account_with_a_command_doesnt_listen_to_the_other_accounts_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = json.dumps(["printf", KEY])
    write(tmp_path, "true", more=f"  openai-work: {{extends: openai, api_key: {{command: {command}}}}}\n")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    settings = explain("openai-work/x").settings
    assert settings["api_key"].kind == "command"
    assert [one.variable for one in settings["api_key"].looked] == ["OPENAI_WORK_API_KEY", "command printf"]
    assert explain("openai-work/azure/x").settings["api_key"].kind == "none"


def test_project_may_not_name_a_command_even_where_it_is_trusted(tmp_path: Path) -> None:
    from support.trusting import trusted

    file = tmp_path / "models.yaml"
    file.write_text(
        "catalog: 1\nproviders:\n  mine:\n    base_url: http://127.0.0.1:9/v1\n    api_key: {command: [id]}\n",
        encoding="utf-8",
    )
    trusted(file)
    with pytest.raises(CatalogError, match=r"models\.yaml:5.*taken from a command") as caught:
        resolve("mine/x")
    assert "write it into your own catalog file" in str(caught.value)
    assert explain("openai/x").url == "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nosuchprogram"], "there is no nosuchprogram on the PATH"),
        (["./evil.sh"], r"\./evil\.sh is a relative path"),
        (["sh", "-c", f"echo {KEY}; echo oh {KEY} >&2; exit 3"], r"sh failed with exit code 3: oh \*\*\*\*"),
        (["sh", "-c", "printf 'a\\033[31m\\nb' >&2; exit 1"], "sh failed with exit code 1: a�\\[31m b"),
        (["true"], "true printed nothing"),
        (["printf", "a b"], "printf printed something that is no key"),
        (["sh", "-c", "yes"], "sh printed more than a key"),
        (["printf", "\\377\\376"], "printf printed something that isn't text"),
    ],
)
def test_command_that_gives_nothing_is_reported(tmp_path: Path, words: list[str], text: str) -> None:
    (tmp_path / "evil.sh").write_text("#!/bin/sh\necho evil\n", encoding="utf-8")
    (tmp_path / "evil.sh").chmod(0o755)
    write(tmp_path, *words)
    with pytest.raises(MissingCredentialError, match=text) as caught:
        resolve("mine/x")
    assert "The command is in home/config/modelcatalog/models.yaml:3." in str(caught.value)
    assert KEY not in str(caught.value)


def test_no_shell_reads_the_words() -> None:
    assert Command(("printf", "%s", "$HOME;id")).run() == "$HOME;id"


def test_command_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    """Both hold a pipe: it comes to its end when the last of them is gone."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ours = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    words = ("sh", "-c", f"exec 3> {pipe}; sleep {4 * SURELY:g} & echo started >&3; wait")
    seconds, said = 0.25, b""
    # On a busy machine the time may be over before the command has begun: then it gets more.
    while b"started" not in said and seconds < SURELY:
        with pytest.raises(CommandFailedError, match=rf"^sh gave nothing in {seconds:g} s$"):
            Command(words).run(seconds)
        said = until_the_end(ours)
        seconds *= 2
    os.close(ours)
    assert said == b"started\n"


SURELY = 60.0
"""Seconds in which what happens at all has happened, on any machine."""


def until_the_end(pipe: int) -> bytes:
    """What was written to a pipe, once nobody holds its other end any more."""
    said, ends = b"", time.monotonic() + SURELY
    while (left := ends - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            piece = os.read(pipe, 4096)
            if not piece:
                return said
            said += piece
    raise AssertionError("what the command started still runs")
