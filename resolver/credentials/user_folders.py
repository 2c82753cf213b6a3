"""The folders that the platform keeps for a user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def config_folder() -> Path | None:
    """The folder for the user's files, by the platform's habit."""
    try:
        from platformdirs import user_config_path

        return user_config_path("modelcatalog", appauthor=False)
    except (RuntimeError, OSError, KeyError):
        return None
