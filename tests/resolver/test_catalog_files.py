"""Catalog files that are named by hand and can't be read: what is said, and what it says to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.resolver import load_catalog


def text_of(file: str | Path) -> str:
    with pytest.raises(CatalogError) as raised:
        load_catalog([file])
    return str(raised.value)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_missing_file_is_named_as_the_system_would() -> None:
    assert text_of("nosuch.yaml") == "nosuch.yaml: file not found"


def test_file_with_almost_the_name_is_proposed_and_loads(folder: Path) -> None:
    (folder / "models.yaml").write_text("catalog: 1\n", encoding="utf-8")
    assert text_of("model.yaml") == "model.yaml: file not found (did you mean 'models.yaml'?)"
    assert text_of(".") == ".: not a file, but a folder (did you mean 'models.yaml'?)"
    assert load_catalog(["models.yaml"]).problems == ()


def test_variable_that_names_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELCATALOG_FILES", "/nosuch.yaml")
    with pytest.raises(CatalogError) as raised:
        load_catalog()
    assert str(raised.value) == (
        "/nosuch.yaml: file not found, named by MODELCATALOG_FILES: correct it, or run: unset MODELCATALOG_FILES"
    )
    monkeypatch.delenv("MODELCATALOG_FILES")
    assert load_catalog().problems == ()
