"""Changing a file so that nobody ever sees half of it, and nobody's change is lost."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 30.0
_PAUSE = 0.02
_SUFFIX = ".new"


@contextmanager
def locked(path: Path, patience: float = _PATIENCE) -> Iterator[Path]:
    """The file itself, behind any links, for us alone: other processes that ask so wait. The system takes the lock
    back from a process that ends, however it ends. Raises OSError, TimeoutError after `patience` seconds.

    The folder is locked and not the file, which is replaced; so no lock file is left behind, as libraries for this do.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = _open_lock(target)
    try:
        _wait(handle, patience)
        _sweep(target)
        yield target
    finally:
        os.close(handle)


def replace(target: Path, content: bytes) -> None:
    """Write all of the file or nothing of it. It keeps its mode and, where that is allowed, its owner."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}{_SUFFIX}")
    try:
        status = target.stat()
    except FileNotFoundError:
        status = None
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(handle, "wb") as file:
            if status is not None and os.name == "posix":
                with suppress(OSError):
                    os.fchown(handle, status.st_uid, status.st_gid)
                os.fchmod(handle, status.st_mode & 0o7777)
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _open_lock(target: Path) -> int:
    if os.name == "posix":
        return os.open(target.parent, os.O_RDONLY)
    return os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT)


def _wait(handle: int, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _is_taken(handle):
        if time.monotonic() > deadline:
            raise TimeoutError(0, "another process has been writing there for a long time")
        time.sleep(_PAUSE)


def _is_taken(handle: int) -> bool:
    """Whether the lock is ours now."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _sweep(target: Path) -> None:
    """What a process left that was killed while it wrote. Nobody else writes as long as the lock is ours."""
    for left in target.parent.glob(f".{target.name}.*{_SUFFIX}"):
        with suppress(OSError):
            left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
