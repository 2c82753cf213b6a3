"""The files of the cache by themselves: what is kept, what is trusted, and what is done when nothing can be."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.loading import cache as cache_module
from modelcatalog.catalog.loading.cache import FORMAT, Cache, digest

CONTENT = "c" * 40
RECORDS: list[tuple[str, Any]] = [("b/1", {"n": 1}), ("a", {"é": [None]}), ("b/2", {}), ("c", {"x": True})]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return opened(tmp_path)


def opened(folder: Path) -> Cache:
    found = Cache.open(folder / "below" / "cache", folder / "key" / "cache.key")
    assert found is not None
    return found


def file_of(folder: Path) -> Path:
    [file] = (folder / "below" / "cache").glob("*.catalog")
    return file


def test_records_are_read_as_they_were_written(cache: Cache, tmp_path: Path) -> None:
    assert cache.read(CONTENT) is None
    cache.write(CONTENT, iter(RECORDS))
    for again in (cache, opened(tmp_path)):
        stored = again.read(CONTENT)
        assert stored is not None
        assert [*stored.keys()] == [key for key, _ in RECORDS]
        assert [*stored.keys("b/")] == ["b/1", "b/2"]
        assert [*stored.keys("x")] == []
        assert [(key, stored.get(key)) for key, _ in RECORDS] == RECORDS
        assert stored.get("nothing") is None
        assert again.read("other") is None
    assert file_of(tmp_path).name == f"{CONTENT}.catalog"
    cache.write(CONTENT, [("only", {})])
    stored = cache.read(CONTENT)
    assert stored is not None
    assert [*stored.keys()] == ["only"]


def test_folders_and_key_are_the_users_alone(tmp_path: Path) -> None:
    opened(tmp_path)
    key = tmp_path / "key" / "cache.key"
    assert stat.S_IMODE((tmp_path / "below" / "cache").stat().st_mode) == 0o700
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    before = key.read_bytes()
    opened(tmp_path)
    assert key.read_bytes() == before
    opened(tmp_path / "other")
    assert (tmp_path / "other" / "key" / "cache.key").read_bytes() != before


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_what_others_can_write_to_is_not_used(tmp_path: Path, mode: int) -> None:
    opened(tmp_path)
    (tmp_path / "key" / "cache.key").chmod(mode)
    assert Cache.open(tmp_path / "below" / "cache", tmp_path / "key" / "cache.key") is None
    (tmp_path / "key" / "cache.key").chmod(0o600)
    (tmp_path / "below" / "cache").chmod(mode)
    assert Cache.open(tmp_path / "below" / "cache", tmp_path / "key" / "cache.key") is None
    (tmp_path / "below" / "cache").chmod(0o755)
    assert Cache.open(tmp_path / "below" / "cache", tmp_path / "key" / "cache.key") is not None


def test_what_belongs_to_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path)
    other = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    assert Cache.open(tmp_path / "below" / "cache", tmp_path / "key" / "cache.key") is None


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_none(tmp_path: Path, size: int) -> None:
    opened(tmp_path)
    (tmp_path / "key" / "cache.key").write_bytes(b"x" * size)
    assert Cache.open(tmp_path / "below" / "cache", tmp_path / "key" / "cache.key") is None


CHANGES = {
    "a value": "UPDATE record SET value = '{}' WHERE key = 'a'",
    "a digest": "UPDATE record SET digest = zeroblob(16) WHERE key = 'a'",
    "a key": "UPDATE record SET key = 'd' WHERE key = 'a'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_record_that_was_changed_is_refused(cache: Cache, tmp_path: Path, change: str) -> None:
    cache.write(CONTENT, RECORDS)
    with sqlite3.connect(file_of(tmp_path)) as database:
        database.execute(CHANGES[change])
    database.close()
    stored = cache.read(CONTENT)
    if change == "a key":
        assert stored is None
    else:
        assert stored is not None
        with pytest.raises(ValueError, match=r"^the cached record 'a' was changed$"):
            stored.get("a")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM record WHERE key = 'c'",
        "DELETE FROM record WHERE key = ''",
        "UPDATE record SET position = 9 WHERE key = 'a'",
        "UPDATE record SET value = '{}' WHERE key = ''",
        "DROP TABLE record",
    ],
)
def test_a_file_that_lost_something_is_none(cache: Cache, tmp_path: Path, change: str) -> None:
    cache.write(CONTENT, RECORDS)
    with sqlite3.connect(file_of(tmp_path)) as database:
        database.execute(change)
    database.close()
    assert cache.read(CONTENT) is None


@pytest.mark.parametrize(("counted", "is_read"), [(3, True), (4, False)])
def test_of_very_many_records_a_missing_one_is_not_looked_for(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: int, is_read: bool
) -> None:
    cache.write(CONTENT, RECORDS)
    with sqlite3.connect(file_of(tmp_path)) as database:
        database.execute("DELETE FROM record WHERE key = 'c'")
    database.close()
    monkeypatch.setattr(cache_module, "_COUNTED", counted)
    assert (cache.read(CONTENT) is not None) == is_read


def test_a_file_of_another_format_content_or_key_is_none(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write(CONTENT, RECORDS)
    file = file_of(tmp_path)
    other = file.with_name("other.catalog")
    other.write_bytes(file.read_bytes())
    assert cache.read("other") is None
    foreign = opened(tmp_path / "theirs")
    (tmp_path / "theirs" / "below" / "cache" / file.name).write_bytes(file.read_bytes())
    assert foreign.read(CONTENT) is None
    monkeypatch.setattr(cache_module, "FORMAT", FORMAT + 1)
    assert cache.read(CONTENT) is None


def test_a_stamp_is_kept_and_nobody_elses_is_taken(cache: Cache, tmp_path: Path) -> None:
    assert cache.stamp("name") is None
    cache.keep_stamp("name", CONTENT)
    assert cache.stamp("name") == CONTENT
    assert cache.stamp("other") is None
    [file] = (tmp_path / "below" / "cache").iterdir()
    text = file.read_text("ascii")
    for damage in (text.replace("c", "d", 1), text[:-1], f"{text} x", CONTENT, "é", f"{CONTENT} {'0' * 32}"):
        file.write_text(damage, encoding="utf-8")
        assert cache.stamp("name") is None
    cache.keep_stamp("name", "again")
    assert cache.stamp("name") == "again"
    foreign = opened(tmp_path / "theirs")
    (tmp_path / "theirs" / "below" / "cache" / file.name).write_bytes(file.read_bytes())
    assert foreign.stamp("name") is None


def test_only_the_newest_files_stay(cache: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "below" / "cache"
    for at in range(70):
        (folder / f"{at:02}.catalog").write_bytes(b"")
        os.utime(folder / f"{at:02}.catalog", (at, at))
    cache.write(CONTENT, RECORDS)
    assert sorted(file.stem for file in folder.iterdir()) == [*(f"{at:02}" for at in range(7, 70)), CONTENT]


class Broken(Exception):  # noqa: N818  raised by records, and no error of the cache's
    """Nothing that the cache knows."""


def test_what_fails_leaves_nothing_behind(cache: Cache, tmp_path: Path) -> None:
    def records() -> Any:
        yield "a", {}
        raise Broken

    with pytest.raises(Broken):
        cache.write(CONTENT, records())
    cache.write(CONTENT, [("a", {}), ("a", {})])
    assert list((tmp_path / "below" / "cache").iterdir()) == []
    (tmp_path / "below" / "cache").rmdir()
    cache.write(CONTENT, RECORDS)
    cache.keep_stamp("name", CONTENT)
    assert cache.read(CONTENT) is None
    assert cache.stamp("name") is None


def test_a_digest_depends_on_all_that_it_is_given() -> None:
    made = {digest(b"a"), digest(b"b"), digest(b"a", key=b"k"), digest(b"a", size=20)}
    assert sorted(map(len, made)) == [20, 64, 64, 64]
