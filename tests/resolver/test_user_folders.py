"""The user's folders: those that platformdirs names, found without it where that is simple."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from modelcatalog.resolver.credentials.user_folders import cache_folder, config_folder


@pytest.mark.parametrize("named", [None, "", "relative/folder", "/absolute/folder", "/ends/"])
@pytest.mark.parametrize("home", ["/home/someone", "/home/someone/", "/"])
def test_folders_are_those_of_platformdirs(
    monkeypatch: pytest.MonkeyPatch, named: str | None, home: str
) -> None:
    monkeypatch.setenv("HOME", home)
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
        if named is not None:
            monkeypatch.setenv(variable, named)
    assert config_folder() == platformdirs.user_config_path("modelcatalog", appauthor=False)
    assert cache_folder() == platformdirs.user_cache_path("modelcatalog", appauthor=False)


def test_home_that_is_no_absolute_path_is_left_to_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", "relative")
    try:
        expected: Path | None = platformdirs.user_config_path("modelcatalog", appauthor=False)
    except RuntimeError:
        expected = None
    assert config_folder() == expected
