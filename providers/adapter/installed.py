"""Which version of a distribution is installed, read from the folders `*.dist-info` that installers write.

importlib.metadata knows more kinds of metadata; its import costs more than all of a plan, so it is asked only where
there may be one of those.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# The metadata in each folder that modules come from, by the time stamp that changes when a package comes or goes.
_folders: dict[str, tuple[int, Mapping[str, str]]] = {}
_ELSEWHERE = (".egg-info", ".egg", ".egg-link")


def version_of(distribution: str) -> str | None:
    """The version, None when it isn't installed."""
    name = _normal(distribution)
    for place in map(os.path.abspath, sys.path):
        known = _metadata(place)
        folder = "" if known is None else known.get(name)
        if folder:
            found = _version_in(Path(place, folder, "METADATA"))
            return found if found is not None else _asked(distribution)
        if folder == "":
            return _asked(distribution)
    return _asked(distribution) if _is_imported_otherwise() else None


def _metadata(place: str) -> Mapping[str, str] | None:
    """The name of each distribution in this folder -> its *.dist-info; "" for metadata of another kind.

    None for an archive.
    """
    try:
        stamp = os.stat(place).st_mtime_ns
        known = _folders.get(place)
        if known is not None and known[0] == stamp:
            return known[1]
        names = os.listdir(place)
    except NotADirectoryError:
        return None
    except OSError:
        return {}
    found = {_normal(name.partition("-")[0]): name for name in names if name.endswith(".dist-info")}
    for name in names:
        if name.endswith(_ELSEWHERE):
            found.setdefault(_normal(name.rpartition(".")[0].partition("-")[0]), "")
    _folders[place] = stamp, found
    return found


def _version_in(metadata: Path) -> str | None:
    try:
        with metadata.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("Version:"):
                    return line.partition(":")[2].strip() or None
                if not line.strip():
                    break
    except OSError:
        pass
    return None


def _normal(name: str) -> str:
    """Of several spellings of one name, the same: https://packaging.python.org/specifications/name-normalization."""
    if "." in name or "-" in name or "__" in name:
        name = re.sub(r"[-_.]+", "_", name)
    return name.lower()


def _is_imported_otherwise() -> bool:
    """Whether something besides Python's own finder may know of distributions."""
    return any(
        hasattr(finder, "find_distributions") and getattr(finder, "__name__", "") != "PathFinder"
        for finder in sys.meta_path
    )


def _asked(distribution: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
