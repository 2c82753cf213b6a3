"""The folders that the platform keeps for a user's files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from modelcatalog.resolver.credentials.environment import usual_folder

_NAME = "modelcatalog"


def config_folder() -> Path | None:
    """The folder for the user's files, by the platform's habit."""
    return _folder("XDG_CONFIG_HOME", ".config", "user_config_path")


def cache_folder() -> Path | None:
    """The folder for what can be made anew, by the platform's habit."""
    return _folder("XDG_CACHE_HOME", ".cache", "user_cache_path")


def _folder(variable: str, below_home: str, elsewhere: str) -> Path | None:
    """By the variable or the home folder where that is the habit; else what that function of platformdirs says."""
    usual = usual_folder(variable, below_home)
    if usual is not None:
        return Path(usual, _NAME)
    try:
        folder: Path = getattr(import_module("platformdirs"), elsewhere)(_NAME, appauthor=False)
    except (RuntimeError, OSError, KeyError):
        return None
    return folder
