"""A copy of the repository, for a test that changes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = (
    ".git",
    ".venv*",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "dist",
    "build",
    "htmlcov",
    ".coverage*",
)


def copy_to(folder: Path) -> Path:
    """The repository in this new folder, without its environments and what checks have written."""
    shutil.copytree(ROOT, folder, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    return folder


def python_in(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Python in a copy, which imports the package from there and writes no coverage."""
    own = {"PYTHONPATH": str(checkout / ".import"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", *words],
        cwd=checkout,
        env={**os.environ, **own, **variables},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def change(path: Path, old: str, new: str) -> None:
    """Put a text in the place of another one, which the file has once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{path.name} has {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")
