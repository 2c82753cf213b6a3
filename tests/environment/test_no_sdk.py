"""A world without any SDK: everything works but building a client, and what to install is said.

`tests/run` runs this in an environment of its own, which holds modelcatalog, pytest and nothing else.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import MissingPackageError
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver import check, explain, load_catalog, resolve, validate

pytestmark = pytest.mark.no_sdk

CATALOG = load_catalog(user=False, project=False)
ENTRIES = list(CATALOG.entries())


def catalog(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("catalog")), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_no_sdk_is_here() -> None:
    packages = {load_adapter(entry.adapter).PACKAGE.distribution for entry in ENTRIES}
    here = {distribution.metadata["Name"].lower() for distribution in distributions()}
    assert not packages & here


def test_catalog_is_read_shown_and_valid() -> None:
    assert validate(CATALOG) == []
    for words in (["list"], ["show", "*"], ["schema"], ["validate"]):
        assert catalog(*words).returncode == 0, words


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_entry_says_what_to_install(entry: Entry) -> None:
    with pytest.raises(MissingPackageError) as caught:
        resolve(f"{entry.id}/model", env={})
    package = load_adapter(entry.adapter).PACKAGE
    assert re.search(rf"needs the packages? {package.distribution}\b", str(caught.value))
    assert f"pip install 'modelcatalog[{package.extra}]'" in str(caught.value)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_entry_can_be_explained(entry: Entry) -> None:
    plan = explain(f"{entry.id}/model", env={})
    assert plan.installed is None
    assert json.dumps(plan.to_json())


def test_check_calls_nothing_ready() -> None:
    assert check().of("ready") == ()
