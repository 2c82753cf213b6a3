"""The records of trusted files: where they are, who may have written them, and what of them counts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.resolver import explain
from modelcatalog.resolver.catalogs.review import trust as trust_in_python
from modelcatalog.resolver.trust import records
from modelcatalog.resolver.trust.records import (
    Trusted,
    content_of,
    distrust,
    is_trusted,
    trust,
    trusted,
    trusted_files,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "config" / "modelcatalog" / "trusted"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "models.yaml"
    path.write_text("catalog: 1\n", "utf-8")
    return path


def test_record_holds_the_real_path_the_text_and_the_day(folder: Path, file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    today = date.today().isoformat()  # noqa: DTZ011
    assert trust(link, "abc") == trusted(file) == Trusted(file, "abc", today)
    [record] = folder.iterdir()
    assert json.loads(record.read_text("utf-8")) == {"file": str(file), "digest": "abc", "since": today}
    assert (folder.stat().st_mode & 0o777, record.stat().st_mode & 0o777) == (0o700, 0o600)
    assert (len(record.stem), record.suffix) == (40, ".json")


def test_only_the_very_text_is_trusted(file: Path) -> None:
    content = content_of(file) or ""
    assert not is_trusted(file, content)
    trust(file, content)
    assert is_trusted(file, content)
    file.write_text("catalog: 1\n\n", "utf-8")
    assert not is_trusted(file, content_of(file) or "")
    trust(file, "")
    assert not is_trusted(file, "")


def test_what_can_not_be_read_has_no_text(tmp_path: Path) -> None:
    assert content_of(tmp_path) is None
    assert content_of(tmp_path / "nosuch") is None


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_folder_that_others_can_write_to_counts_for_nothing(folder: Path, file: Path, mode: int) -> None:
    trust(file, "abc")
    folder.chmod(mode)
    assert (trusted(file), trusted_files(), distrust(file)) == (None, [], False)
    with pytest.raises(OSError, match="there is no folder of yours that others can't write to"):
        trust(file, "abc")
    with pytest.raises(ArgumentError, match="can't be recorded: there is no folder of yours"):
        trust_in_python(file, yes=True)
    folder.chmod(0o755)
    assert trusted(file) is not None


def test_file_in_the_place_of_the_folder_counts_for_nothing(folder: Path, file: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("x", "utf-8")
    assert (trusted(file), trusted_files(), distrust(file)) == (None, [], False)
    with pytest.raises(OSError, match="there is no folder of yours"):
        trust(file, "abc")


def test_without_a_configuration_folder_nothing_is_trusted(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setattr(records, "config_folder", lambda: None)
    assert (trusted(file), trusted_files(), distrust(file)) == (None, [], False)
    with pytest.raises(OSError, match="there is no folder of yours"):
        trust(file, "abc")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "3", '{"file": "x", "digest": "abc"}', '{"digest": "a", "since": "b"}', "\\xff"]
)
def test_record_that_can_not_be_read_counts_for_nothing(folder: Path, file: Path, text: str) -> None:
    trust(file, "abc")
    [record] = folder.iterdir()
    record.write_text(text, "utf-8")
    assert (trusted(file), trusted_files()) == (None, [])
    assert distrust(file)
    assert not distrust(file)
    assert list(folder.iterdir()) == []


def test_record_of_another_name_counts_for_nothing(folder: Path, file: Path, tmp_path: Path) -> None:
    trust(file, "abc")
    [record] = folder.iterdir()
    (folder / f"{'0' * 40}.json").write_bytes(record.read_bytes())
    (folder / "note.txt").write_bytes(record.read_bytes())
    trust(tmp_path / "a.yaml", "def")
    assert [one.path.name for one in trusted_files()] == ["a.yaml", "models.yaml"]


def test_record_is_written_whole_or_not_at_all(folder: Path, file: Path) -> None:
    trust(file, "abc")
    [record] = folder.iterdir()
    record.unlink()
    record.mkdir()
    with pytest.raises(OSError, match="directory"):
        trust(file, "def")
    assert list(folder.iterdir()) == [record]


def test_file_below_home_is_known_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "home" / "project"
    (project / "sub").mkdir(parents=True)
    file = project / "models.yaml"
    file.write_text("catalog: 1\nproviders: {acme: {base_url: 'https://a.example/v1'}}\n", "utf-8")
    trust(file, content_of(file) or "")
    monkeypatch.chdir(project / "sub")
    monkeypatch.setenv("ACME_API_KEY", "key-of-acme-0123")
    assert explain("acme/x").errors == ()
    file.write_text(file.read_text("utf-8").replace("a.example", "b.example"), "utf-8")
    [found] = explain("acme/x").errors
    today = date.today().isoformat()  # noqa: DTZ011
    assert found.hint == (
        f"~/project/models.yaml has changed since you trusted it on {today}. Nothing was sent. "
        "If you wrote or trust that file: catalog trust ~/project/models.yaml"
    )
