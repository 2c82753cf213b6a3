"""Where files are looked for: without a home folder, in a folder that is gone, with a cache and without one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.catalogs import discovery
from modelcatalog.resolver.catalogs.discovery import (
    catalog_files,
    load_with_project,
    open_cache,
    project_file,
    shown_path,
    user_file,
)

TEXT = "catalog: 1\nproviders: {%s: {base_url: 'https://a.example/v1'}}\n"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    """The user's own file, with the provider `mine`."""
    file = tmp_path / "home" / "config" / "modelcatalog" / "models.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(TEXT % "mine", "utf-8")
    return file


def kinds(*, user: bool = True, project: bool = True) -> list[str]:
    return [layer.kind for layer in load_catalog(user=user, project=project).layers]


def test_each_file_can_be_left_out(users: Path, tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(TEXT % "ours", "utf-8")
    assert user_file() == users
    assert kinds() == ["bundled", "user", "project"]
    assert kinds(user=False) == ["bundled", "project"]
    assert kinds(project=False) == ["bundled", "user"]
    assert kinds(user=False, project=False) == ["bundled"]
    with_project = load_with_project(tmp_path / "models.yaml")
    assert [layer.kind for layer in with_project.layers] == ["bundled", "user", "project"]
    users.unlink()
    assert kinds() == ["bundled", "project"]
    with_project = load_with_project(tmp_path / "models.yaml")
    assert [layer.kind for layer in with_project.layers] == ["bundled", "project"]


def test_without_a_home_folder_there_is_no_user(
    users: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.yaml").write_text(TEXT % "ours", "utf-8")
    monkeypatch.setattr(discovery, "config_folder", lambda: None)
    assert (user_file(), open_cache()) == (None, None)
    assert kinds() == ["bundled", "project"]
    assert [one.origin for one in catalog_files()] == ["bundled", "project"]
    with_project = load_with_project(tmp_path / "models.yaml")
    assert [layer.kind for layer in with_project.layers] == ["bundled", "project"]
    assert users.exists()


def test_folder_that_was_deleted_has_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.yaml").write_text(TEXT % "ours", "utf-8")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    assert project_file() == tmp_path / "models.yaml"
    shutil.rmtree(gone)
    assert project_file() is None
    assert shown_path(Path("a.yaml")) == "a.yaml"
    assert kinds() == ["bundled"]
    assert [(one.origin, one.exists) for one in catalog_files()][-1] == ("project", False)
    os.chdir(tmp_path)


@pytest.mark.parametrize("file", ["models.yaml", "other.yaml"])
def test_file_that_is_named_is_not_the_projects_too(tmp_path: Path, file: str) -> None:
    for name in ("models.yaml", "other.yaml"):
        (tmp_path / name).write_text(TEXT % "ours", "utf-8")
    origins = [layer.kind for layer in load_catalog(file).layers]
    assert origins == ["bundled", *(["project"] if file == "other.yaml" else []), "named"]
    assert load_catalog([str(tmp_path / "models.yaml")]).layers[-1].kind == "named"


def test_path_is_shown_as_one_would_type_it(tmp_path: Path) -> None:
    assert shown_path(tmp_path / "a" / "b.yaml") == "a/b.yaml"
    assert shown_path(Path("a.yaml")) == "a.yaml"
    assert shown_path(tmp_path / "home" / "b.yaml") == "home/b.yaml"
    assert shown_path(Path("/b.yaml")) == "/b.yaml"
    os.chdir("/")
    assert shown_path(tmp_path / "home" / "b.yaml") in ("~/b.yaml", str(tmp_path / "home/b.yaml")[1:])
    os.chdir(tmp_path / "home")
    assert shown_path(tmp_path / "b.yaml") == str(tmp_path / "b.yaml")


def compiled(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("option", "where"),
    [
        (None, "home/cache/modelcatalog"),
        (" ", "home/cache/modelcatalog"),
        ("mine", "mine"),
        ("off", None),
        ("OFF", None),
    ],
)
def test_cache_is_where_its_option_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str | None, where: str | None
) -> None:
    if option is not None:
        monkeypatch.setenv("MODELCATALOG_CACHE", option)
    (tmp_path / "models.yaml").write_text(TEXT % "ours", "utf-8")
    assert (open_cache() is None) is (where is None)
    assert load_catalog().find("ours") == "ours"
    for folder in ("home/cache/modelcatalog", "mine"):
        assert bool(compiled(tmp_path / folder)) is (folder == where)
    assert load_catalog().find("ours") == "ours"
