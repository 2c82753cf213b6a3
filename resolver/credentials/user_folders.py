"""The folders that the platform keeps for a user's files."""

from __future__ import annotations

from pathlib import Path

from modelcatalog.resolver.credentials.environment import usual_folder

_NAME = "modelcatalog"


def config_folder() -> Path | None:
    """The folder for the user's files, by the platform's habit."""
    usual = usual_folder("XDG_CONFIG_HOME", ".config")
    if usual is not None:
        return Path(usual, _NAME)
    try:
        from platformdirs import user_config_path

        return user_config_path(_NAME, appauthor=False)
    except (RuntimeError, OSError, KeyError):
        return None


def cache_folder() -> Path | None:
    """The folder for what can be made anew, by the platform's habit."""
    usual = usual_folder("XDG_CACHE_HOME", ".cache")
    if usual is not None:
        return Path(usual, _NAME)
    try:
        from platformdirs import user_cache_path

        return user_cache_path(_NAME, appauthor=False)
    except (RuntimeError, OSError, KeyError):
        return None
