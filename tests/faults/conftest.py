"""The command, in the test's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import Catalog, command_in


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """The command, in the test's folder."""
    return command_in(tmp_path)
