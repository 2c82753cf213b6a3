"""The compiled cache: used when it is ours and whole, and made anew otherwise."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from modelcatalog.catalog.loading import loader as loading
from modelcatalog.catalog.loading.cache import Cache
from modelcatalog.catalog.loading.loader import Source, load
from modelcatalog.catalog.model.catalog import Catalog

TEXT = """\
catalog: 1
providers:
  acme:
    base_url: https://a.example/v1
    models: {small: {context_window: 8192}}
"""


def open_cache(tmp_path: Path) -> Cache:
    cache = Cache.open(tmp_path / "cache", tmp_path / "config" / "cache.key")
    assert cache is not None
    return cache


def read(tmp_path: Path, text: str | None = None) -> Catalog:
    """As a new process would read it."""
    loading.forget()
    path = tmp_path / "models.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return load([Source("user", path)], bundled=False, cache=lambda: open_cache(tmp_path))


def compiled(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").glob("*.catalog"))


def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is parsed from here on."""
    from modelcatalog.catalog.parsing import document

    seen: list[str] = []
    real = document.parse_document

    def counting(text: str | bytes, path: str) -> document.Document:
        seen.append(path)
        return real(text, path)

    monkeypatch.setattr(document, "parse_document", counting)
    return seen


def test_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(tmp_path, TEXT).entry("acme")
    seen = parses(monkeypatch)
    assert read(tmp_path).entry("acme") == first
    assert read(tmp_path).facts("acme", "small") == {"context_window": 8192}
    assert seen == []


def test_changed_file_is_seen_at_once(tmp_path: Path) -> None:
    read(tmp_path, TEXT)
    assert (
        read(tmp_path, TEXT.replace("a.example", "b.example")).entry("acme").settings["base_url"].default
        == "https://b.example/v1"
    )


def test_file_with_problems_is_never_kept(tmp_path: Path) -> None:
    assert read(tmp_path, TEXT.replace("base_url", "bas_url")).problems
    assert compiled(tmp_path) == []
    assert read(tmp_path).problems


def test_record_that_was_changed_is_not_trusted(tmp_path: Path) -> None:
    read(tmp_path, TEXT)
    (file,) = compiled(tmp_path)
    with sqlite3.connect(file) as database:
        database.execute("UPDATE record SET value = replace(value, 'a.example', 'evil.example')")
    database.close()
    assert read(tmp_path).entry("acme").settings["base_url"].default == "https://a.example/v1"


def test_records_signed_by_another_user_are_not_trusted(tmp_path: Path) -> None:
    read(tmp_path, TEXT)
    (file,) = compiled(tmp_path)
    other = Cache.open(tmp_path / "theirs", tmp_path / "their-config" / "cache.key")
    assert other is not None
    evil = loading.compile_text(TEXT.replace("a.example", "evil.example"), kind="user", shown="x")
    other.write(file.stem, evil.records.items())  # type: ignore[attr-defined]
    file.write_bytes((tmp_path / "theirs" / file.name).read_bytes())
    assert read(tmp_path).entry("acme").settings["base_url"].default == "https://a.example/v1"


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 4096])
def test_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    read(tmp_path, TEXT)
    (file,) = compiled(tmp_path)
    file.write_bytes(damage)
    assert read(tmp_path).entry("acme").adapter == "openai"
    assert read(tmp_path).facts("acme", "small") == {"context_window": 8192}


def test_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    assert Cache.open(tmp_path / "cache", tmp_path / "config" / "cache.key") is None


def test_missing_folder_of_a_read_only_home_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert Cache.open(blocked / "cache", tmp_path / "cache.key") is None
    assert Cache.open(tmp_path / "cache", blocked / "cache.key") is None


def test_no_secret_lands_in_the_cache(tmp_path: Path) -> None:
    read(tmp_path, TEXT)
    key = (tmp_path / "config" / "cache.key").read_bytes()
    assert all(key not in file.read_bytes() for file in (tmp_path / "cache").iterdir())


READ = """
import sys
from pathlib import Path
from modelcatalog.catalog.loading.loader import Source, load
from modelcatalog.catalog.loading.cache import Cache
here = Path(sys.argv[1])
cache = Cache.open(here / "cache", here / "config" / "cache.key")
for _ in range(5):
    catalog = load([Source("user", here / "models.yaml")], bundled=False, cache=lambda: cache)
    print(catalog.entry("acme").settings["base_url"].default)
"""


def test_many_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(TEXT, encoding="utf-8")
    started = [
        subprocess.Popen([sys.executable, "-c", READ, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for process in started:
        answer, _ = process.communicate(timeout=300)
        assert answer.split() == ["https://a.example/v1"] * 5
    assert len(compiled(tmp_path)) == 1
    assert list((tmp_path / "cache").glob("new-*")) == []


def test_large_file_is_known_by_its_time_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import time

    monkeypatch.setattr(loading, "_LARGE", 16)
    read(tmp_path, TEXT)
    old = time.time() - 3600
    os.utime(tmp_path / "models.yaml", (old, old))
    monkeypatch.setattr(loading, "_is_settled", lambda _: True)
    read(tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr("hashlib.file_digest", refuse)
    assert read(tmp_path).entry("acme").adapter == "openai"
