"""Whole sessions with the command and in Python: every line that is printed. support/sessions.py says how to read one.

With REWRITE_SESSIONS=1 in the environment they are written anew. Read the difference before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcatalog.catalog.redaction import secret
from modelcatalog.providers.testing.recording_server import RecordingServer

from support.sessions import Session, parse_session

file_keyring = pytest.importorskip("keyrings.alt.file")

SESSIONS = sorted(Path(__file__).parent.glob("*.txt"))
REWRITES = "REWRITE_SESSIONS" in os.environ


@pytest.fixture(autouse=True)
def keyring_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    monkeypatch.setattr(keyring.core, "_keyring_backend", file_keyring.PlaintextKeyring())


@pytest.fixture(autouse=True)
def no_secret_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command redacts whatever secret its process holds: here none of those that tests before have left."""
    monkeypatch.setattr(secret, "_live", type(secret._live)())


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_session_prints_what_it_printed(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    text = path.read_text("utf-8")
    steps = parse_session(text)
    with RecordingServer() as server:
        session = Session(folder, server)
        for at, step in enumerate(steps):
            played = session.play(step)
            if not REWRITES:
                assert str(played) == str(step)
            steps[at] = played
    if REWRITES:
        head = text[: text.index(steps[0].head)]
        path.write_text(head + "\n\n".join(map(str, steps)) + "\n", encoding="utf-8")
