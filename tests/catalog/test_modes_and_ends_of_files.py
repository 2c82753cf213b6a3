"""Files that are written: whose they are, who may read them, how they end, and what is left when writing fails."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.editing import atomic_write
from modelcatalog.catalog.editing.atomic_write import locked, replace
from modelcatalog.catalog.editing.insertion import InsertionError, insert
from modelcatalog.catalog.loading import cache as caching
from modelcatalog.catalog.loading.cache import Cache
from modelcatalog.catalog.parsing.document import parse_document

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
needs_root = pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="gives files to others")
MASKS = (0o000, 0o022, 0o077)


@pytest.fixture(params=MASKS, ids=oct)
def mask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name != "home"}


# Replacing a file


@pytest.mark.usefixtures("mask")
@pytest.mark.parametrize("mode", [0o400, 0o444, 0o600, 0o640, 0o644, 0o666, 0o755, 0o2755], ids=oct)
def test_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    path.chmod(mode)
    replace(path, b"new\r\n")
    assert (mode_of(path), path.read_bytes()) == (mode, b"new\r\n")
    assert names(tmp_path) == {"a.yaml"}


def test_new_file_has_the_mode_of_any_other(tmp_path: Path, mask: int) -> None:
    replace(tmp_path / "a.yaml", b"new")
    assert mode_of(tmp_path / "a.yaml") == 0o666 & ~mask


@needs_root
def test_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    os.chown(path, 4711, 4712)
    replace(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (4711, 4712)


def test_owner_that_may_not_be_kept_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    monkeypatch.setattr(os, "fchown", failing)
    replace(path, b"new")
    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o640)


def failing(*_: object) -> None:
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
def test_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, step, failing)
    with pytest.raises(OSError, match="Input/output"):
        replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.yaml"}


def test_content_is_on_the_disk_before_the_name_is_and_the_name_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, os.replace

    def syncing(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        steps.append("folder" if is_folder else f"file of {os.fstat(handle).st_size}")
        sync(handle)

    def renaming(old: Path, new: Path) -> None:
        steps.append("name")
        rename(old, new)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "replace", renaming)
    replace(tmp_path / "a.yaml", b"12345")
    assert steps == ["file of 5", "name", "folder"]


def test_folder_that_cannot_be_synchronised_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def syncing(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            failing()
        sync(handle)

    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    monkeypatch.setattr(os, "fsync", syncing)
    replace(tmp_path / "a.yaml", b"new")
    assert (tmp_path / "a.yaml").read_bytes() == b"new"
    assert not before or len(os.listdir("/proc/self/fd")) == before


def test_link_that_somebody_put_in_place_of_the_new_file_is_not_followed(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "a.yaml"
    victim.write_bytes(b"theirs")
    path.with_name(f".a.yaml.{os.getpid()}.new").symlink_to(victim)
    with pytest.raises(FileExistsError):
        replace(path, b"new")
    assert victim.read_bytes() == b"theirs"


# Locking it


@pytest.mark.parametrize("links", [0, 1, 3])
def test_lock_gives_the_file_behind_links_which_stay(tmp_path: Path, links: int) -> None:
    real = tmp_path / "real" / "a.yaml"
    real.parent.mkdir()
    real.write_bytes(b"old")
    path = real
    for number in range(links):
        link = tmp_path / f"link{number}.yaml"
        link.symlink_to(path)
        path = link
    with locked(path) as target:
        assert target == real.resolve()
        replace(target, b"new")
    assert path.is_symlink() == bool(links)
    assert (path.read_bytes(), real.read_bytes()) == (b"new", b"new")


def test_lock_makes_the_folder_and_leaves_no_file(tmp_path: Path) -> None:
    with locked(tmp_path / "a" / "b" / "c.yaml") as target:
        assert target.parent.is_dir()
    assert list(target.parent.iterdir()) == []


def test_lock_removes_what_a_killed_writer_left_and_nothing_else(tmp_path: Path) -> None:
    others = {".b.yaml.1.new", ".a.yaml.bak", "a.yaml.1.new", "a.yaml"}
    for name in {*others, ".a.yaml.1.new", ".a.yaml.99999.new"}:
        (tmp_path / name).write_bytes(b"x")
    with locked(tmp_path / "a.yaml"):
        assert names(tmp_path) == others


class Clock:
    """Goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(atomic_write, "time", one)
    return one


@pytest.mark.parametrize("patience", [0.0, 0.5, 30.0])
def test_lock_of_another_is_waited_for_as_long_as_it_says(
    tmp_path: Path, clock: Clock, patience: float
) -> None:
    with (
        locked(tmp_path / "a.yaml"),
        pytest.raises(TimeoutError, match="has been writing there"),
        locked(tmp_path / "a.yaml", patience=patience),
    ):
        pass
    waited = clock.now - 100.0
    assert patience < waited <= patience + 0.05
    assert all(0 < pause < 0.1 for pause in clock.slept)


def test_lock_that_is_free_is_not_waited_for(tmp_path: Path, clock: Clock) -> None:
    for _ in range(3):
        with locked(tmp_path / "a.yaml"):
            pass
    assert clock.slept == []


def test_lock_is_given_back_when_something_is_raised(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path / "a.yaml"):
        raise KeyError
    with locked(tmp_path / "a.yaml", patience=0.0):
        pass


# Inserting an entry

HEAD = "catalog: 1\nproviders:\n"
ONE = "  one:\n    base_url: https://one.example/v1\n"
TWO = "  two:\n    base_url: https://two.example/v1\n    api_key: none\n"
BODIES = {
    "nothing": "",
    "a comment": "# mine\n",
    "no providers": "catalog: 1\n",
    "empty providers": "catalog: 1\nproviders:\n",
    "providers that are null, with aliases after": "catalog: 1\nproviders:\naliases: {a: openai/x}\n",
    "one provider": HEAD + ONE,
    "two providers": HEAD + ONE + TWO,
    "two providers, a blank line between": f"{HEAD}{ONE}\n{TWO}",
    "a comment at the end": f"{HEAD}{ONE}# the end\n",
    "an indented comment at the end": f"{HEAD}{ONE}    # of one\n",
    "aliases after": f"{HEAD}{ONE}{TWO}\naliases:\n  fast: one/x\n",
    "the same name, first": HEAD + ONE.replace("one", "new") + TWO,
    "the same name, last": HEAD + ONE + TWO.replace("two", "new"),
    "the same name, with a comment": f"{HEAD}{ONE.replace('one', 'new')}\n    # more\n    name: N\n\n\n{TWO}",
    "four blanks": f"{HEAD}{ONE}{TWO}".replace("  ", "    "),
}
ENDS = {
    "as it is": "",
    "no line break": None,
    "blank lines": "\n\n",
    "blanks": "  \n",
    "a comment": "# end\n",
}
ENTRY = {"base_url": "https://new.example/v1", "api_key": "{env: NEW_KEY}"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("body", BODIES)
def test_entry_is_put_in_and_every_other_line_stays(body: str, end: str, newline: str) -> None:
    more = ENDS[end]
    text = BODIES[body].rstrip("\n") if more is None else BODIES[body] + more
    text = text.replace("\n", newline)
    inserted = insert(text, "x.yaml", "new", ENTRY)
    data = parse_document(inserted.text, "x.yaml").data
    before = parse_document(text, "x.yaml").data or {"catalog": 1}
    others = {key: value for key, value in (before.get("providers") or {}).items() if key != "new"}
    expected = {"base_url": ENTRY["base_url"], "api_key": {"env": "NEW_KEY"}}
    assert data["providers"] == {**others, "new": expected}
    assert {key: value for key, value in data.items() if key != "providers"} == {
        key: value for key, value in before.items() if key != "providers"
    }
    written = "\r\n" if "\r\n" in text else "\n"
    lines = inserted.text.split(written)
    block = inserted.entry.split("\n")
    assert lines[inserted.line - 1 : inserted.line - 1 + len(block)] == block
    assert block[0].strip() == "new:"
    assert inserted.text.count("\n") == inserted.text.count(written)
    end_of_block = f"{block[-1]}{written}"
    assert inserted.text.endswith((end_of_block, text[-1:]))
    if "same name" not in body:
        left = iter(lines)
        assert all(line in left for line in text.split(written))
    assert insert(inserted.text, "x.yaml", "new", ENTRY).text == inserted.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "# first\ncatalog: 1\n\nproviders:\n  new:\n"),
        ("\n", "\n# first\ncatalog: 1\n\nproviders:\n  new:\n"),
        ("# mine\n", "# mine\ncatalog: 1\n\nproviders:\n  new:\n"),
        ("# mine", "# mine\ncatalog: 1\n\nproviders:\n  new:\n"),
        ("catalog: 1\n", "catalog: 1\n\nproviders:\n  new:\n"),
        ("catalog: 1", "catalog: 1\n\nproviders:\n  new:\n"),
        (HEAD, f"{HEAD}  new:\n"),
        (HEAD.rstrip(), f"{HEAD}  new:\n"),
        (HEAD + ONE, f"{HEAD}{ONE}  new:\n"),
        ((HEAD + ONE).rstrip(), f"{HEAD}{ONE}  new:\n"),
        (HEAD + ONE + TWO, f"{HEAD}{ONE}{TWO}  new:\n"),
        (f"{HEAD}{ONE}\n{TWO}", f"{HEAD}{ONE}\n{TWO}\n  new:\n"),
        (f"{HEAD}\n{ONE}", f"{HEAD}\n{ONE}  new:\n"),
        (
            f"{HEAD}{ONE}# end\n",
            f"{HEAD}{ONE}  new:\n    base_url: https://new.example/v1\n    api_key: {{env: NEW_KEY}}\n# end\n",
        ),
        (HEAD + ONE.replace("one", "new"), f"{HEAD}  new:\n"),
        (
            f"{HEAD}{ONE.replace('one', 'new')}    name: N\n\n{TWO}",
            f"{HEAD}  new:\n    base_url: https://new.example/v1\n    api_key: {{env: NEW_KEY}}\n\n{TWO}",
        ),
    ],
)
def test_place_of_an_entry(text: str, expected: str) -> None:
    assert insert(text, "x.yaml", "new", ENTRY, "# first").text.startswith(expected)


@pytest.mark.parametrize(
    "text",
    ["catalog: 1\nproviders: {one: {base_url: 'https://one.example/v1'}}\n", "{catalog: 1}\n"],
)
def test_text_in_braces_is_left_alone(text: str) -> None:
    with pytest.raises((InsertionError, CatalogError)):
        insert(text, "x.yaml", "new", ENTRY)


@pytest.mark.parametrize(
    "text", ["catalog: 2\n", "providers: 1\n", "catalog: 1\nproviders:\n  one: {bas_url: x}\n"]
)
def test_text_that_is_wrong_already_is_said_to_be(text: str) -> None:
    with pytest.raises(CatalogError):
        insert(text, "x.yaml", "new", ENTRY)


def test_entry_that_would_be_wrong_is_refused() -> None:
    with pytest.raises(CatalogError):
        insert(HEAD + ONE, "x.yaml", "new", {"base_url": "[1]"})


# The cache


def opened(tmp_path: Path) -> Cache | None:
    return Cache.open(tmp_path / "cache", tmp_path / "config" / "cache.key")


def cache_in(tmp_path: Path) -> Cache:
    cache = opened(tmp_path)
    assert cache is not None
    return cache


def test_cache_is_the_users_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        cache = cache_in(tmp_path)
        cache.write("c", [("a", 1)])
        cache.keep_stamp("n", "c")
    finally:
        os.umask(before)
    key = tmp_path / "config" / "cache.key"
    assert (mode_of(tmp_path / "cache"), mode_of(key), key.stat().st_size) == (0o700, 0o600, 32)
    assert {mode_of(file) for file in (tmp_path / "cache").iterdir()} == {0o600}
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777, 0o770], ids=oct)
@pytest.mark.parametrize("name", ["cache", "config/cache.key"])
def test_cache_that_others_can_write_to_is_not_used(tmp_path: Path, name: str, mode: int) -> None:
    cache_in(tmp_path)
    (tmp_path / name).chmod(mode)
    assert opened(tmp_path) is None


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o711], ids=oct)
def test_cache_that_others_can_only_read_is_used(tmp_path: Path, mode: int) -> None:
    cache_in(tmp_path)
    (tmp_path / "cache").chmod(mode)
    assert opened(tmp_path) is not None


@needs_root
@pytest.mark.parametrize("name", ["cache", "config/cache.key"])
def test_cache_of_somebody_else_is_not_used(tmp_path: Path, name: str) -> None:
    cache_in(tmp_path)
    os.chown(tmp_path / name, 4711, 4711)
    assert opened(tmp_path) is None


@pytest.mark.parametrize("size", [0, 31, 33])
def test_key_of_another_length_is_not_used(tmp_path: Path, size: int) -> None:
    cache_in(tmp_path)
    (tmp_path / "config" / "cache.key").write_bytes(b"x" * size)
    assert opened(tmp_path) is None


def test_key_is_made_once_and_is_another_elsewhere(tmp_path: Path) -> None:
    cache_in(tmp_path).write("c", [("a", {"b": 1})])
    records = cache_in(tmp_path).read("c")
    assert records is not None
    assert records.get("a") == {"b": 1}
    keys = {
        Cache.open(tmp_path / name, tmp_path / name / "key") and (tmp_path / name / "key").read_bytes()
        for name in "xy"
    }
    assert len(keys) == 2


def test_records_are_read_in_their_order_and_by_their_beginning(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.write("c", [("m/b", {"at": 1}), ("p/z", {"at": 2}), ("p/a", {"at": 3}), ("q", {"at": 4})])
    records = cache.read("c")
    assert records is not None
    assert list(records.keys()) == ["m/b", "p/z", "p/a", "q"]
    assert list(records.keys("p/")) == ["p/z", "p/a"]
    assert (records.get("p/a"), records.get("p")) == ({"at": 3}, None)


@pytest.mark.parametrize("other", ["d", "C", ""])
def test_records_of_other_content_are_not_trusted(tmp_path: Path, other: str) -> None:
    cache = cache_in(tmp_path)
    cache.write("c", [("a", {"b": 1})])
    assert cache.read(other) is None
    (tmp_path / "cache" / "c.catalog").rename(tmp_path / "cache" / f"{other}.catalog")
    assert cache.read(other) is None


CHANGES = {
    "a value": "UPDATE record SET value = '{\"b\": 2}' WHERE key = 'a'",
    "a key": "UPDATE record SET key = 'z' WHERE key = 'a'",
    "a record gone": "DELETE FROM record WHERE key = 'a'",
    "a record more": "INSERT INTO record VALUES ('z', 9, x'00', '{}')",
    "the order": "UPDATE record SET position = 9 WHERE key = 'a'",
    "values exchanged": "UPDATE record SET value = (SELECT value FROM record WHERE key = 'b') WHERE key = 'a'",
    "the head gone": "DELETE FROM record WHERE key = ''",
    "the table gone": "DROP TABLE record",
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_records_are_not_trusted(tmp_path: Path, change: str) -> None:
    import sqlite3

    cache = cache_in(tmp_path)
    cache.write("c", [("a", {"b": 1}), ("b", {"c": 1})])
    database = sqlite3.connect(tmp_path / "cache" / "c.catalog")
    database.execute(CHANGES[change])
    database.commit()
    database.close()
    records = cache.read("c")
    if records is not None:
        with pytest.raises(ValueError, match="was changed"):
            records.get("a")


def test_records_of_another_format_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = cache_in(tmp_path)
    cache.write("c", [("a", {})])
    monkeypatch.setattr(caching, "FORMAT", caching.FORMAT + 1)
    assert cache.read("c") is None


def test_only_the_newest_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_KEPT", 3)
    cache = cache_in(tmp_path)
    for number in range(6):
        cache.write(f"c{number}", [("a", {})])
        os.utime(tmp_path / "cache" / f"c{number}.catalog", (number, 1_000_000 + number))
    cache.write("last", [("a", {})])
    assert names(tmp_path / "cache") == {"last.catalog", "c5.catalog", "c4.catalog"}


@pytest.mark.parametrize("step", ["replace", "close"])
def test_write_of_the_cache_that_fails_is_no_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    cache = cache_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace" if step == "replace" else "urandom", failing)
        cache.write("c", [("a", {})])
    assert (cache.read("c") is None) == (step == "replace")
    assert not list((tmp_path / "cache").glob("new-*"))


def test_records_that_cannot_be_written_leave_nothing(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    with pytest.raises(TypeError):
        cache.write("c", [("a", object())])
    assert names(tmp_path / "cache") == set()


def test_stamp_is_trusted_for_its_name_and_content_alone(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.keep_stamp("one", "content")
    assert (cache.stamp("one"), cache.stamp("two")) == ("content", None)
    [file] = (tmp_path / "cache").glob("*.stamp")
    text = file.read_text("ascii")
    changes: dict[str, Callable[[], Any]] = {
        "content": lambda: file.write_text(text.replace("content", "other"), "ascii"),
        "digest": lambda: file.write_text(f"{text[:-1]}{'0' if text[-1] != '0' else '1'}", "ascii"),
        "cut": lambda: file.write_text("content", "ascii"),
        "binary": lambda: file.write_bytes(b"\xff\xfe"),
        "gone": file.unlink,
    }
    for name, change in changes.items():
        change()
        assert cache.stamp("one") is None, name
    assert not list((tmp_path / "cache").glob("new-*"))


def test_database_is_closed_with_its_last_reader(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.write("c", [("a", {})])
    records: Any = cache.read("c")
    database = records._database
    del records
    with pytest.raises(Exception, match="closed"):
        database.execute("SELECT 1")
