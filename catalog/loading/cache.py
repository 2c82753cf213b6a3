"""The compiled form of a catalog file on disk, so that a large file is parsed and validated once.

A cache file is a SQLite database of JSON records, named for the content that it was made from. Each record carries a
keyed digest: the key is kept with the user's configuration and not in the cache, so a cache that was copied, restored
or written by somebody else is not used. Whatever is wrong with a cache file, the answer is to compile again.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

try:  # hashlib's own, without the OpenSSL that hashlib loads besides: 3 ms less at each start of the command
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

FORMAT = 3
"""Of the database: raise it when a reader of today couldn't read what one of yesterday wrote."""

_KEPT = 64

_COUNTED = 20_000
"""Records up to which a reader makes sure that none is missing; beyond, that would cost what the cache saves."""


def digest(data: bytes, *, key: bytes = b"", size: int = 64) -> bytes:
    """BLAKE2b of `data`, `size` bytes of it."""
    return blake2b(data, key=key, digest_size=size).digest()


class Cache:
    """A folder of compiled catalog files. `open` gives None where it can't be used safely."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._folder = folder
        self._secret = secret

    @classmethod
    def open(cls, folder: Path, key_file: Path) -> Cache | None:
        """The cache in `folder`, made if need be. None: it belongs to others, others can write to it, or a disk is
        full or read-only.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_private(folder):
                return None
            return cls(folder, _secret(key_file))
        except OSError:
            return None

    def read(self, content: str) -> StoredRecords | None:
        """The records compiled from this content, None when there are none that can be trusted."""
        path = self._path(content)
        try:
            return StoredRecords(path, self._secret + content.encode())
        except (OSError, ValueError, _sqlite_error()):
            return None

    def write(self, content: str, records: Iterable[tuple[str, Any]]) -> None:
        """Keep these records. A failure is no error: the next run compiles again."""
        with suppress(OSError, _sqlite_error()):
            handle, name = self._temporary()
            os.close(handle)
            try:
                _write(name, self._secret + content.encode(), records)
                os.replace(name, self._path(content))
            except BaseException:
                os.unlink(name)
                raise
            self._prune()

    def stamp(self, name: str) -> str | None:
        """What `keep_stamp` was given for this name."""
        with suppress(OSError, ValueError):
            content, found = self._stamp_path(name).read_text("utf-8").split()
            if found == _digest(self._secret, name, content).hex():
                return content
        return None

    def keep_stamp(self, name: str, content: str) -> None:
        """Remember that the file with this name and time stamp has this content."""
        with suppress(OSError):
            handle, temporary = self._temporary()
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{content} {_digest(self._secret, name, content).hex()}")
            os.replace(temporary, self._stamp_path(name))

    def _temporary(self) -> tuple[int, str]:
        import tempfile

        return tempfile.mkstemp(dir=self._folder, prefix="new-")

    def _stamp_path(self, name: str) -> Path:
        return self._folder / f"{digest(name.encode(), size=20).hex()}.stamp"

    def _path(self, content: str) -> Path:
        return self._folder / f"{content}.catalog"

    def _prune(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[_KEPT:]:
            file.unlink(missing_ok=True)


class StoredRecords:
    """Records of a cache file, read key by key. A record that was tampered with raises ValueError."""

    def __init__(self, path: Path, secret: bytes) -> None:
        import sqlite3

        if not path.is_file():
            raise FileNotFoundError(path)
        self._secret = secret
        # The file never changes, and a provider's record is asked for several times.
        self._providers: dict[str, dict[str, Any]] = {}
        self._database = sqlite3.connect(
            f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._database.execute("PRAGMA trusted_schema=OFF")
        head = self.get("")
        if head is None or head.get("format") != FORMAT:
            raise ValueError(f"{path} is of another format")
        if head["count"] <= _COUNTED and head["keys"] != _keys_digest(secret, self.keys()):
            raise ValueError(f"{path} has lost a record")

    def __del__(self) -> None:
        """Nobody else closes it: it lives as long as the catalogs that read it."""
        with suppress(Exception):
            self._database.close()

    def get(self, key: str, /) -> dict[str, Any] | None:
        known = self._providers.get(key)
        if known is not None:
            return known
        row = self._database.execute("SELECT digest, value FROM record WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        found, value = row
        if found != _digest(self._secret, key, value):
            raise ValueError(f"the cached record {key!r} was changed")
        record: dict[str, Any] = json.loads(value)
        if key.startswith("p/"):
            self._providers[key] = record
        return record

    def keys(self, prefix: str = "", /) -> Iterable[str]:
        rows = self._database.execute(
            "SELECT key FROM record WHERE key >= ? AND key < ? ORDER BY position",
            (prefix or "\x01", prefix + "\U0010ffff"),
        )
        return (key for (key,) in rows)


def _write(name: str, secret: bytes, records: Iterable[tuple[str, Any]]) -> None:
    import sqlite3

    database = sqlite3.connect(name, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=OFF")
        database.execute("PRAGMA synchronous=OFF")
        database.execute("BEGIN")
        database.execute(
            "CREATE TABLE record (key TEXT PRIMARY KEY, position INTEGER, digest BLOB, value TEXT) WITHOUT ROWID"
        )
        named = list(records)
        head = {
            "format": FORMAT,
            "count": len(named),
            "keys": _keys_digest(secret, (key for key, _ in named)),
        }
        values = ((key, json.dumps(record)) for key, record in (("", head), *named))
        rows = ((key, at, _digest(secret, key, value), value) for at, (key, value) in enumerate(values))
        database.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", rows)
        database.execute("COMMIT")
    finally:
        database.close()


def _keys_digest(secret: bytes, keys: Iterable[str]) -> str:
    return _digest(secret, "", "\0".join(keys)).hex()


def _digest(secret: bytes, key: str, value: str) -> bytes:
    return blake2b(
        f"{key}\0{value}".encode(), key=blake2b(secret, digest_size=32).digest(), digest_size=16
    ).digest()


def _secret(key_file: Path) -> bytes:
    with suppress(FileExistsError):
        key_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(32))
    secret = key_file.read_bytes()
    if len(secret) != 32 or not _is_private(key_file):
        raise OSError(f"{key_file} can't be used as a key")
    return secret


def _is_private(path: Path) -> bool:
    if os.name != "posix":
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _sqlite_error() -> type[Exception]:
    """sqlite3 is imported late: naming its error in an except clause must not cost a run that needs no cache."""
    try:
        from sqlite3 import Error
    except ImportError:
        return ImportError
    return Error
