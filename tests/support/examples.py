"""The files in tests/examples, and what is wrong in each."""

from __future__ import annotations

from pathlib import Path

from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.loading.loader import Source, load
from modelcatalog.catalog.parsing.document import DocumentError, parse_document
from modelcatalog.catalog.validation.schema import check_schema
from modelcatalog.resolver.catalogs.validate import validate

_EXAMPLES = Path(__file__).parent.parent / "examples"
INVALID = sorted((_EXAMPLES / "invalid").glob("*.yaml"))
VALID = sorted((_EXAMPLES / "valid").glob("*.yaml"))


def own_problems(path: Path, *, libyaml: bool = True) -> list[Problem]:
    """What is wrong in the file by itself, seen by the parser and the schema."""
    try:
        return check_schema(parse_document(path.read_bytes(), path.name, libyaml=libyaml))
    except DocumentError as error:
        return list(error.problems)


def problems(path: Path, *, libyaml: bool = True) -> list[Problem]:
    """What is wrong in the file by itself; if nothing is, what `catalog validate` finds beyond."""
    found = own_problems(path, libyaml=libyaml)
    return found or validate(load([Source("named", path, show=lambda path: path.name)]))
