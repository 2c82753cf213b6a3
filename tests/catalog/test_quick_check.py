"""The quick check of valid files: it accepts nothing that the jsonschema package refuses, and every file of ours."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.loading.loader import BUNDLED
from modelcatalog.catalog.parsing.document import parse_document
from modelcatalog.catalog.validation import schema as module
from modelcatalog.catalog.validation.quick_check import compiled

EXAMPLES = Path(__file__).parents[1] / "examples"
VALID = sorted((EXAMPLES / "valid").glob("*.yaml"))
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 2.5, float("inf"), float("nan"), 10**400),
    *(
        "",
        " ",
        "x y",
        "sk-x\n",
        "2026-02-30",
        "2026-02-03",
        "20260203",
        "(a+)+$",
        "https://x.example/v1",
        "required",
    ),
    *([], [1, 1.0], ["a", "a"], [True, 1], [[]], ["A_KEY", "A_KEY"], {}, {"to": 1}, {"env": "A"}, {"x": {}}),
)


def data_of(file: Path) -> Any:
    return parse_document(file.read_text("utf-8"), file.name).data


def changed(data: Any, whole: Any) -> Iterator[Any]:
    """The whole with each value of it replaced by each of the odd ones, with an odd key, and without each key."""
    for key in list(data) if isinstance(data, dict) else range(len(data) if isinstance(data, list) else 0):
        value = data[key]
        for odd in ODD:
            data[key] = odd
            yield whole
        data[key] = value
        if isinstance(data, dict):
            del data[key]
            yield whole
            for name in ("x", "api_key", "X Y", ""):
                if name not in data:
                    data[name] = value
                    yield whole
                    del data[name]
            data[key] = value
        yield from changed(value, whole)


@pytest.mark.parametrize("file", [*VALID, BUNDLED], ids=lambda file: file.name)
def test_valid_file_is_accepted_at_once(file: Path) -> None:
    assert module.fits(data_of(file))


def test_what_it_accepts_the_package_accepts() -> None:
    accepted = refused = 0
    wholes = [data_of(file) for file in VALID]
    for whole in sorted(wholes, key=lambda one: len(str(one)))[-4:]:
        data = deepcopy(whole)
        for one in changed(data, data):
            if module.fits(one):
                accepted += 1
                assert module._validator().is_valid(one), one
            else:
                refused += 1
    assert accepted > 100
    assert refused > 100


@pytest.mark.parametrize("file", sorted((EXAMPLES / "invalid").glob("*.yaml")), ids=lambda file: file.name)
def test_file_that_the_package_refuses_is_not_accepted(file: Path) -> None:
    try:
        data = data_of(file)
    except Exception:  # noqa: BLE001  not YAML
        return
    assert module._validator().is_valid(data) or not module.fits(data)


def test_keyword_that_it_does_not_know_is_an_error() -> None:
    with pytest.raises(ValueError, match="maxLength is not known here"):
        compiled({"properties": {"x": {"maxLength": 3}}}, {}, lambda _: bool)
