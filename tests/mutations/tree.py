"""A copy of the repository with an environment of its own, in which a source file may be broken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from venv import EnvBuilder

_LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", ".coverage*", "dist", "build"
)
_EDITABLE = "_modelcatalog.pth"

# Statuses of pytest that found no test, or could not import a conftest.
_NOTHING_RAN = (4, 5)


class Tree:
    """The copy. Its Python sees the copy's sources and the packages of the Python that runs this.

    It has a virtual environment, and not just PYTHONPATH: tests start processes with an emptied environment.
    """

    def __init__(self, repository: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(repository, folder, symlinks=True, ignore=_LEFT_BEHIND)
        environment = folder / ".venv"
        EnvBuilder(symlinks=True).create(environment)
        self._bin = environment / "bin"
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
        theirs = Path(sysconfig.get_path("purelib"))
        for one in theirs.iterdir():
            if one.name != _EDITABLE and not (packages / one.name).exists():
                (packages / one.name).symlink_to(one)
        (packages / _EDITABLE).write_text(f"{folder / '.import'}\n", encoding="utf-8")
        self._link_commands(Path(sys.prefix) / "bin")
        self._warm: subprocess.Popen[str] | None = None
        # A change may keep the tests from being imported: it is noticed then.
        self._is_changed = False
        self._times = count(int(time.time()) - 1_000_000, 7)

    def _link_commands(self, theirs: Path) -> None:
        """The commands of the packages, started by the copy's Python."""
        for command in theirs.iterdir():
            with suppress(OSError, UnicodeDecodeError):
                text = command.read_text("utf-8") if command.is_file() else ""
                if text.startswith(f"#!{theirs}/python") and not (self._bin / command.name).exists():
                    (self._bin / command.name).write_text(
                        text.replace(str(theirs), str(self._bin), 1), "utf-8"
                    )
                    (self._bin / command.name).chmod(0o755)

    def check(self) -> None:
        """Raises SystemExit where the copy's Python would import the repository's own files."""
        code = "import modelcatalog.resolver as one; print(one.__file__)"
        command = [str(self._bin / "python"), "-P", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/")
        if not done.stdout.startswith(str(self.folder)):
            raise SystemExit(f"the copy imports {done.stdout or done.stderr}")

    @contextmanager
    def changed(self, path: str, content: bytes) -> Iterator[None]:
        """Between, the file has this content."""
        file = self.folder / path
        old = file.read_bytes()
        self._write(file, content)
        self._is_changed = True
        try:
            yield
        finally:
            self._is_changed = False
            self._write(file, old)

    def _write(self, file: Path, content: bytes) -> None:
        """Each time with another time stamp: Python knows its compiled files by that and the size."""
        file.write_bytes(content)
        stamp = next(self._times)
        os.utime(file, (stamp, stamp))

    def test(self, files: Sequence[str], timeout: float) -> tuple[bool, str]:
        """Whether the tests pass, and what they print. Tests that take too long don't pass."""
        # Beside the copy, not in it: a test would find the copy's models.yaml as that of its project.
        output, temporary = self.folder.with_name("output"), self.folder.with_name("temporary")
        arguments = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-m", "not slow"]
        arguments += ["--hypothesis-seed=0", f"--basetemp={temporary}", *files]
        order = {"arguments": arguments, "output": str(output), "timeout": timeout}
        if self._warm is None:
            self._warm = self._started()
        process = self._warm
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(order)}\n")
        process.stdin.flush()
        status = int(process.stdout.readline())
        text = output.read_text("utf-8", "replace")
        if status in _NOTHING_RAN and not self._is_changed:
            raise SystemExit(f"pytest runs no test: {text}")
        return status == 0, text

    def _started(self) -> subprocess.Popen[str]:
        command = [str(self._bin / "python"), "-P", str(self.folder / "tests" / "mutations" / "warm.py")]
        return subprocess.Popen(
            command, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        if self._warm is not None:
            self._warm.communicate()
