"""The JSON Schema of a catalog file, and the check against it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.document import Document


_PATH = Path(__file__).parent.parent.parent / "schema" / "models.schema.json"
_MOST_PROBLEMS = 1000
_RANKS = ("unknown-key", "literal-secret", "wrong-type", "wrong-version", "wrong-choice", "wrong-form")
"""Where one value has several problems, the first of these is the one to tell."""


def schema_text() -> str:
    """The schema as it is published: JSON Schema, draft 2020-12."""
    return _PATH.read_text(encoding="utf-8")


# The schema is a file of this package, and never changes.
@cache
def schema() -> dict[str, Any]:
    """The schema as a dict, not to be changed."""
    value: dict[str, Any] = json.loads(schema_text())
    return value


def check_schema(document: Document) -> list[Problem]:
    """Every way in which the document differs from the schema, in the order of its lines."""
    from modelcatalog.catalog.validation.foreign_files import foreign_file
    from modelcatalog.catalog.validation.misplaced_keys import misplaced_keys

    foreign = foreign_file(document)
    if foreign is not None:
        return [foreign]
    misplaced = misplaced_keys(document, schema())
    if not misplaced and fits(document.data):
        return []
    from modelcatalog.catalog.validation.schema_messages import Mismatch, problems_of

    known = {problem.pointer for problem in misplaced}
    errors = _validator().iter_errors(document.data)
    problems = (
        problem
        for error in errors
        if not _is_within(tuple(error.absolute_path), known)
        for problem in problems_of(Mismatch(document, schema(), error))
    )
    found = sorted([*misplaced, *islice(problems, _MOST_PROBLEMS)], key=_order)
    reported: dict[tuple[object, ...], Problem] = {}
    for problem in found:
        reported.setdefault((problem.line, problem.column, problem.pointer), problem)
    return list(reported.values())


def fits(data: Any) -> bool:
    """Whether the data surely fits the schema. If not, it may still: only the jsonschema package knows for sure."""
    try:
        return _quick_check()(data)
    except RecursionError:
        return False


# Compiling takes as long as checking hundreds of entries.
@cache
def _quick_check() -> Callable[[Any], bool]:
    from modelcatalog.catalog.validation.quick_check import compiled
    from modelcatalog.catalog.validation.safe_regex import INVALID, SlowPatternError

    def is_regex(value: Any) -> bool:
        try:
            return _is_regex(value)
        except (*INVALID, SlowPatternError):
            return False

    def search(pattern: str) -> Callable[[Any], bool]:
        found = _compiled(pattern).search
        return lambda text: found(text) is not None

    return compiled(_resolved(schema(), schema()), {"regex": is_regex}, search)


def _is_within(path: tuple[str | int, ...], pointers: Collection[tuple[str | int, ...]]) -> bool:
    return any(path[:size] in pointers for size in range(2, len(path) + 1)) if pointers else False


def _order(problem: Problem) -> tuple[int, int, int]:
    rank = _RANKS.index(problem.code) if problem.code in _RANKS else len(_RANKS)
    return problem.line, problem.column, rank


# Compiling the schema takes longer than validating a file.
@cache
def _validator() -> Any:
    """A validator that reads regular expressions as the schema's readers in other languages do ($ is the very end), and
    takes no infinity for a number.
    """
    from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

    from modelcatalog.catalog.validation.safe_regex import INVALID, SlowPatternError
    from modelcatalog.catalog.validation.schema_messages import repeated

    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not _compiled(wanted).search(instance):
            yield ValidationError("doesn't match")

    def unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
        # The library compares every item with every other: minutes, for a hundred kilobytes.
        if wanted and isinstance(instance, list) and repeated(instance) is not None:
            yield ValidationError("not unique")

    formats = FormatChecker(["date"])
    formats.checks("regex", raises=(*INVALID, SlowPatternError))(_is_regex)
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number)
    extend: Any = validators.extend
    kind = extend(Draft202012Validator, {"pattern": pattern, "uniqueItems": unique}, type_checker=types)
    return kind(_resolved(schema(), schema()), format_checker=formats)


def _resolved(part: Any, whole: dict[str, Any]) -> Any:
    """`part` with what each reference leads to in its place: the validator is then twice as fast."""
    if isinstance(part, list):
        return [_resolved(item, whole) for item in part]
    if not isinstance(part, dict):
        return part
    while "$ref" in part:
        target: Any = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
    return {key: _resolved(value, whole) for key, value in part.items() if key != "$defs"}


# The patterns are those of the schema: a fixed number.
@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern)


def _is_regex(value: object) -> bool:
    from modelcatalog.catalog.validation.safe_regex import check_pattern

    if isinstance(value, str):
        check_pattern(value)
    return True


def _is_number(checker: object, value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))
