"""Every file in examples/invalid gives the problems in the .txt beside it, every file in examples/valid none."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.catalog.parsing.document import parse_document

from support.examples import INVALID, VALID, own_problems, problems

both_parsers = pytest.mark.parametrize("libyaml", [True, False], ids=["libyaml", "pure"])


@both_parsers
@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_example_gives_the_text_beside_it(path: Path, libyaml: bool) -> None:
    rendered = "".join(f"{problem.render()}\n" for problem in problems(path, libyaml=libyaml))
    assert rendered == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_no_secret_of_an_example_is_shown(path: Path) -> None:
    for problem in problems(path):
        assert "hunter2" not in f"{problem} {problem!r} {problem.render()} {problem.to_json()}"


@both_parsers
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_example_has_no_problem(path: Path, libyaml: bool) -> None:
    assert own_problems(path, libyaml=libyaml) == []


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_both_parsers_read_the_same(path: Path) -> None:
    fast, pure = (parse_document(path.read_bytes(), path.name, libyaml=libyaml) for libyaml in (True, False))
    assert fast.data == pure.data


def test_every_text_belongs_to_an_example() -> None:
    folder = INVALID[0].parent
    assert {path.stem for path in folder.glob("*.txt")} == {path.stem for path in INVALID}
