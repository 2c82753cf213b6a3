"""The command, a server for it, and the two-line entry for that server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer

from support.command import Catalog, command_in
from support.trusting import trusted


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """The command, in the test's folder."""
    return command_in(tmp_path)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture
def acme(tmp_path: Path, server: RecordingServer) -> Path:
    """The two-line entry for the server, in a file that the user trusts."""
    path = tmp_path / "models.yaml"
    path.write_text(f"catalog: 1\nproviders:\n  acme:\n    base_url: {server.url}\n", encoding="utf-8")
    return trusted(path)
