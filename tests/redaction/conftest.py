"""The command and a server, each for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer

from support.command import Catalog, command_in


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """The command, in the test's folder."""
    return command_in(tmp_path)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running
