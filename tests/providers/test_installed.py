"""Versions of what is installed: the same as importlib.metadata says, without its import."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import distributions, version
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.installed import version_of


def install(folder: Path, name: str, number: str) -> Path:
    info = folder / f"{name}-{number}.dist-info"
    info.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n\nVersion: 9\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    return info


def test_every_distribution_here_has_the_version_that_python_says() -> None:
    names = {str(found.metadata["Name"]) for found in distributions()}
    assert len(names) > 10
    assert {name for name in names if version_of(name) != version(name)} == set()


@pytest.mark.parametrize("name", ["acme_models", "acme-models", "Acme.Models", "ACME__models"])
def test_each_spelling_of_a_name_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    install(tmp_path / "site", "acme_models", "1.2.3")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert version_of(name) == "1.2.3"


def test_what_comes_and_goes_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    assert version_of("acme_models") is None
    info = install(tmp_path, "acme_models", "1.0")
    assert version_of("acme_models") == "1.0"
    (info / "METADATA").unlink()
    info.rmdir()
    assert version_of("acme_models") is None


def test_metadata_of_another_kind_is_read_by_python_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old_acme.egg-info").mkdir()
    (tmp_path / "old_acme.egg-info" / "PKG-INFO").write_text(
        "Name: old-acme\nVersion: 0.4\n", encoding="utf-8"
    )
    with zipfile.ZipFile(tmp_path / "acme.zip", "w") as archive:
        archive.writestr("zipped_acme-2.0.dist-info/METADATA", "Name: zipped-acme\nVersion: 2.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "acme.zip"), *sys.path])
    assert (version_of("old-acme"), version_of("zipped-acme")) == ("0.4", "2.0")
