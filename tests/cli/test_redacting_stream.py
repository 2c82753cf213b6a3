"""Standard output and error without secrets, whatever the pieces in which they are written."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.resolver.cli.redacting_stream import RedactingStream, redacted
from modelcatalog.resolver.cli.rendering import nobody_reads

SECRET = "sk-0123456789abcdefghij"
OTHER = "sk-01234other"
WORDS = [
    (["-M", f"api_key={SECRET}"], True),
    (["-M", f"api_key='{SECRET}'"], True),
    (["-M", f'api_key=" {SECRET} "'], True),
    (["-M", f"team={SECRET}"], False),
    (["--token", SECRET], True),
    (["--api-key", SECRET], True),
    (["token", SECRET], False),
    (["--token"], False),
    (["--token", "x", SECRET], False),
    (["--key-env", SECRET], False),
    (["--name", SECRET], False),
]


@st.composite
def _pieces(draw: st.DrawFn) -> list[str]:
    parts = st.sampled_from([SECRET, OTHER, "sk-", "sk-0123456789", "\n", "x", SECRET[:-1], SECRET[1:]])
    text = "".join(draw(st.lists(parts, max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[at:to] for at, to in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@given(_pieces())
def test_pieces_become_what_the_whole_becomes(pieces: list[str]) -> None:
    inner, whole = StringIO(), StringIO()
    stream = RedactingStream(inner, [SECRET, OTHER])
    assert [stream.write(piece) for piece in pieces] == [len(piece) for piece in pieces]
    stream.release()
    at_once = RedactingStream(whole, [SECRET, OTHER])
    at_once.writelines(pieces)
    at_once.release()
    assert SECRET not in inner.getvalue()
    assert OTHER not in inner.getvalue()
    assert inner.getvalue().count("\n") == "".join(pieces).count("\n") == whole.getvalue().count("\n")


def test_lines_are_written_one_after_the_other() -> None:
    inner = StringIO()
    RedactingStream(inner, [SECRET]).writelines(["a\n", "b", "c\n"])
    assert inner.getvalue() == "a\nbc\n"


def test_only_what_may_begin_a_secret_is_held_back() -> None:
    inner = StringIO()
    stream = RedactingStream(inner, [SECRET])
    seen = []
    for piece in ("a sk-", "0123", "x s", "k-0", "", "!"):
        stream.write(piece)
        seen.append(inner.getvalue())
    assert seen == ["a ", "a ", "a sk-0123x ", "a sk-0123x ", "a sk-0123x ", "a sk-0123x sk-0!"]
    stream.write("SK-01")
    stream.release()
    assert inner.getvalue().endswith("!SK-01")


@pytest.mark.parametrize("length", [200, 255, 256, 257, 300])
def test_beginning_of_a_long_secret_is_held_back(length: int) -> None:
    secret = "q" + "".join(chr(97 + at % 25) for at in range(399))
    inner = StringIO()
    stream = RedactingStream(inner, [secret])
    stream.write(f"-{secret[:length]}")
    assert inner.getvalue() == ("-" if length <= 256 else inner.getvalue())
    stream.write(f"{secret[length:]}-")
    stream.release()
    assert secret not in inner.getvalue()


@pytest.mark.parametrize(("words", "is_given"), WORDS, ids=str)
def test_secret_of_the_command_line_is_redacted(
    capsys: pytest.CaptureFixture[str], words: list[str], is_given: bool
) -> None:
    with redacted(words):
        sys.stdout.write(f"{SECRET}\n")
        sys.stderr.write(f"{SECRET}\n")
    shown = f"{'****' if is_given else SECRET}\n"
    assert tuple(capsys.readouterr()) == (shown, shown)


def test_variable_that_is_a_secret_is_redacted_and_a_short_one_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    with redacted(["-M", "api_key=on"]):
        sys.stdout.write(f"on {SECRET}")
    assert capsys.readouterr().out == "on ****"


def test_streams_are_as_before_even_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(IndexError), redacted(["--token", SECRET]):
        [][sys.stdout.write(f"a{SECRET[:5]}")]
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr().out == f"a{SECRET[:5]}"


def test_command_without_standard_streams_writes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with redacted([]):
        assert sys.stdout.write("nothing") == 7
    sys.stdout.close()


class _Full(StringIO):
    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class _Unread(StringIO):
    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor = descriptor

    def write(self, _: str) -> int:
        raise BrokenPipeError

    def fileno(self) -> int:
        return self.descriptor


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_full_disk_ends_the_command_and_is_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sys, name, _Full())
    with pytest.raises(SystemExit) as ended, redacted([]):
        getattr(sys, name).write("x")
    assert ended.value.code == 1
    getattr(sys, name).close()
    said = "catalog: the output can't be written: No space left on device.\n" if name == "stdout" else ""
    assert "".join(capsys.readouterr()) == said


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def test_reader_that_has_gone_is_noticed_and_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, pipe: int, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdout", _Unread(pipe))
    with redacted([]):
        assert not nobody_reads()
        sys.stdout.write("x")
        assert nobody_reads()
    os.write(pipe, b"what is written later goes nowhere")
    assert (tmp_path / "out").read_bytes() == b""


def test_everything_else_is_the_streams_own() -> None:
    inner: Any = StringIO()
    inner.encoding_of_mine = "x"
    assert RedactingStream(inner, []).encoding_of_mine == "x"
