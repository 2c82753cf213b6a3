"""A shell that is given commands block by block, as by a person who pastes them."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

# Seconds. Long: a block may install packages on a busy machine.
PATIENCE = 600


class Shell:
    """A bash of its own. What its commands print, on standard output and error, is kept in `log`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], log: Path) -> None:
        self._log, self._blocks = log, 0
        with log.open("wb") as printed:
            self._process = subprocess.Popen(
                ["bash", "--noprofile", "--norc"],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    def paste(self, block: str) -> tuple[str, int]:
        """What the block printed until its last command ended, and that one's exit code."""
        self._blocks += 1
        mark, start = f"end of block {self._blocks}: ", len(self.printed())
        # The commands' own standard input is empty, and not what comes next.
        self._send(f"{{\n{block}\n}} </dev/null\necho '{mark}'$?\n")
        self.wait(lambda: re.search(rf"{mark}\d+\n", self.printed()[start:]) is not None)
        before, _, code = self.printed()[start:].partition(mark)
        return before, int(code.partition("\n")[0])

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Until it is so, or the shell has ended, or nobody can wait any longer."""
        end = time.monotonic() + PATIENCE
        while not is_so() and self._process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)

    def printed(self) -> str:
        """All that was printed since the start, also by what runs on beside the shell."""
        return self._log.read_text("utf-8", errors="replace")

    def _send(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def has_printed(self, text: str) -> bool:
        return text in self.printed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._send("kill $(jobs -p) 2>/dev/null; exit\n")
        self._process.communicate()
