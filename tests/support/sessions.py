"""Sessions: files, and what the commands typed beside them print, written down as one would see it.

    ==> models.yaml          a file of the session; {server} in it is the address of a server
    ...
    ==> answer 401           the body of the server's next answer
    ...
    $ A=1 catalog show acme  a command with variables; what it prints stands below it
    ...
    ! ...                    a line on standard error
    [1]                      the exit code, if it isn't 0
    tty$ catalog check       on a terminal, where escape characters are shown as `␛`
    $ catalog keys set acme <<< key    with something on standard input
    $ cat models.yaml        a file as it is now; `$ rm models.yaml` deletes it
    >>> explain("acme/x")    a line of Python, with everything of `modelcatalog` at hand

`REWRITE_SESSIONS=1 pytest tests/sessions` writes what the commands print now.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import date
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from modelcatalog.catalog.loading.loader import BUNDLED
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver.cli.app import run

_FILE, _PYTHON = "==> ", ">>> "
_HEADS = ("$ ", "tty$ ", _PYTHON, _FILE)


class Step(NamedTuple):
    """A command as it was typed, or the name of a file; and the lines below it."""

    head: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.head, *self.lines])


def parse_session(text: str) -> list[Step]:
    """The files and commands of a session, in their order."""
    steps: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith(_HEADS):
            steps.append((line, []))
        elif steps:
            steps[-1][1].append(line)
    return [Step(head, tuple("\n".join(lines).rstrip().splitlines())) for head, lines in steps]


class Session:
    """A folder in which the steps are played, one after the other, and a server for them."""

    def __init__(self, folder: Path, server: RecordingServer) -> None:
        self._folder, self._server = folder, server
        # What differs from machine to machine, by what is shown in its place.
        self._names = {
            "{server}": server.origin,
            "{host}": server.origin.partition("://")[2],
            "{folder}": str(folder),
            "{above}": str(folder.parent),
            "{package}": str(BUNDLED.parent),
        }
        self._namespace: dict[str, Any] = {}
        exec("from modelcatalog import *", self._namespace)

    def play(self, step: Step) -> Step:
        """The step with what it prints now: a file is written, a command run."""
        if step.head.startswith(_FILE):
            self._lay_out(step)
            return step
        if step.head.startswith(_PYTHON):
            shown = self._python(step.head.removeprefix(_PYTHON)).splitlines()
        else:
            code, out, err = self._command(step.head)
            shown = [*out.splitlines(), *(f"! {line}" for line in err.splitlines())]
            shown += [f"[{code}]"] if code else []
        return Step(step.head, tuple(self._general("\n".join(shown))))

    def _lay_out(self, step: Step) -> None:
        """Write the file, or give the server its answer."""
        what, _, status = step.head.removeprefix(_FILE).partition(" ")
        text = self._filled("\n".join(step.lines))
        if what == "answer":
            kind = "application/json" if text.startswith(("{", "[")) else "text/html"
            self._server.answer(Answer((text.encode(),), int(status), kind))
            return
        path = self._folder / what
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")

    def _python(self, line: str) -> str:
        out = StringIO()
        with redirect_stdout(out), _in_folder(self._folder):
            try:
                exec(compile(f"{self._filled(line)}\n", "<session>", "single"), self._namespace)
            except Exception as error:  # noqa: BLE001  whatever it is, it is shown
                out.write(f"{type(error).__name__}: {error}\n")
        return out.getvalue()

    def _command(self, head: str) -> tuple[int, str, str]:
        prompt, _, typed = head.partition("$ ")
        command, _, said = self._filled(typed).partition(" <<< ")
        words = shlex.split(command)
        variables = {}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        match words:
            case ["cat", file]:
                return 0, (self._folder / file).read_text("utf-8"), ""
            case ["rm", file]:
                (self._folder / file).unlink()
                return 0, "", ""
            case ["catalog", *arguments]:
                with _in_folder(self._folder):
                    return run_here(
                        arguments, variables, f"{said}\n" if said else "", terminal=prompt == "tty"
                    )
        raise AssertionError(f"no such command: {typed}")

    def _filled(self, text: str) -> str:
        for name, value in self._names.items():
            text = text.replace(name, value)
        return text

    def _general(self, text: str) -> list[str]:
        for name, value in self._names.items():
            text = text.replace(value, name)
        text = text.replace(date.today().isoformat(), "TODAY")  # noqa: DTZ011
        for pattern, replacement in _SAME:
            text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        return [line.rstrip() for line in text.rstrip().splitlines()]


_SAME: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"\d+\.\d\d s\b", "N s"),
    (r'"(seconds|first_token|total|load_time|tokens_per_second)": \d+\.\d+', r'"\1": N'),
    (r"\d+ tokens/s", "N tokens/s"),
    (r"\d+ providers read", "N providers read"),
    (r'"providers": \d+', '"providers": N'),
    (r"shows all \d+", "shows all N"),
    (r"expected one of [\w, ]+", "expected one of ..."),
    (r"\x1b\[\?25l(?s:.*)\x1b\[\?25h\n(?:\x1b\[1A\x1b\[2K)*", ""),
    (r"(?<=[a-z0-9] )\d+\.\d+\.\d+(?:\.\w+)?(?=$|[,:)< \\]|  )", "VERSION"),
    (r'("(?:installed|minimum|httpx)": )"\d+(\.\d+)+"', r'\1"VERSION"'),
    (r"(\{\w+\}/\S+) {2,}", r"\1  "),
    (r"127\.0\.0\.1:\d{4,}", "127.0.0.1:PORT"),
    (r"(?<![/\w])modelcatalog/models\.yaml:\d+", "modelcatalog/models.yaml:N"),
    (r"\x1b", "␛"),
)
"""What differs from one time, machine and bundled catalog to the next."""


def run_here(
    words: Sequence[str], variables: dict[str, str], said: str, *, terminal: bool
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command, run in this process."""
    streams = [_stream(text, terminal=terminal) for text in (said, "", "")]
    with _replaced(words, variables, streams), pytest.raises(SystemExit) as ended:
        run()
    for stream in streams[1:]:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])  # type: ignore[attr-defined]
    return int(ended.value.code or 0), out, err


class _Terminal(TextIOWrapper):
    def isatty(self) -> bool:
        return True


def _stream(text: str, *, terminal: bool) -> TextIOWrapper:
    kind = _Terminal if terminal else TextIOWrapper
    return kind(BytesIO(text.encode()), encoding="utf-8", newline="")


@contextmanager
def _replaced(
    words: Sequence[str], variables: dict[str, str], streams: Sequence[TextIOWrapper]
) -> Iterator[None]:
    main = sys.modules["__main__"]  # where the command's name is taken from
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr, main.__package__
    outside = dict(os.environ)
    sys.argv, main.__package__ = ["catalog", *words], ""
    sys.stdin, sys.stdout, sys.stderr = streams
    os.environ.update(variables)
    try:
        yield
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr, main.__package__ = before
        os.environ.clear()
        os.environ.update(outside)


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
