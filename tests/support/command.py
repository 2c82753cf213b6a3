"""The command as a person runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# Taken before a test empties the environment: the command's own process is measured too.
COVERAGE = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}

Catalog = Callable[..., subprocess.CompletedProcess[str]]


def command_in(folder: Path) -> Catalog:
    """`catalog` with its words, run in a folder; further variables as keywords."""

    def run(*words: str, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("catalog")), *words],
            cwd=folder,
            env={**os.environ, **COVERAGE, **variables},
            input=said,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run
