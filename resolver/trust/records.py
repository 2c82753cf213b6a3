"""Files of a project that the user trusts, each with the very text that it had when the user said so.

One small file for each of them in the user's configuration folder, so that processes don't disturb each other, and
each written whole or not at all.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from modelcatalog.catalog.loading.cache import digest
from modelcatalog.resolver.credentials.user_folders import config_folder


class Trusted(NamedTuple):
    """A trusted file: its real path, the digest of its text, and the day on which it was trusted."""

    path: Path
    digest: str
    since: str


def trusted(path: Path) -> Trusted | None:
    """What the user said of this file, None when nothing. Whether it still has that text is for the caller to see."""
    folder = _folder()
    return None if folder is None else _read(folder / _name(_real(path)))


def is_trusted(path: Path, content: str) -> bool:
    """Whether the user trusts this file with the text of this digest."""
    known = trusted(path)
    return known is not None and bool(content) and known.digest == content


def trust(path: Path, content: str) -> Trusted:
    """Record that the user trusts the file with the text of this digest. Raises OSError when it can't be kept."""
    folder = _folder(make=True)
    if folder is None:
        raise OSError("there is no folder of yours that others can't write to")
    entry = Trusted(_real(path), content, date.today().isoformat())  # noqa: DTZ011  the user's own calendar
    record = {"file": str(entry.path), "digest": entry.digest, "since": entry.since}
    _write(folder / _name(entry.path), json.dumps(record, indent=1))
    return entry


def distrust(path: Path) -> bool:
    """Forget the file; whether it was known."""
    folder = _folder()
    if folder is None:
        return False
    try:
        (folder / _name(_real(path))).unlink()
    except FileNotFoundError:
        return False
    return True


def trusted_files() -> list[Trusted]:
    """All that are trusted, by path."""
    folder = _folder()
    found = [_read(file) for file in folder.glob("*.json")] if folder is not None else []
    return sorted(one for one in found if one is not None)


def content_of(path: Path) -> str | None:
    """The digest of the file's text as it is now, None when it can't be read."""
    try:
        return digest(path.read_bytes()).hex()
    except OSError:
        return None


def _folder(*, make: bool = False) -> Path | None:
    """The folder of the records; None when there is none, or others can write to it."""
    config = config_folder()
    if config is None:
        return None
    folder = config / "trusted"
    try:
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _is_private(folder) else None
    except OSError:
        return None


def _is_private(path: Path) -> bool:
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    return os.name != "posix" or (
        status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _name(path: Path) -> str:
    return f"{digest(os.fsencode(path), size=20).hex()}.json"


def _read(file: Path) -> Trusted | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads(file.read_text("utf-8"))
        entry = Trusted(Path(record["file"]), str(record["digest"]), str(record["since"]))
        return entry if file.name == _name(entry.path) else None
    return None


def _write(file: Path, text: str) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix="new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
