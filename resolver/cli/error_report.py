"""How an error is shown: `error:` and `hint:` on standard error, folded; or an object on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import CatalogError, ModelCatalogError, SetupError
from modelcatalog.resolver.cli.rendering import fold, fold_hint, note, paint, print_json, width

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem


class Shown(NamedTuple):
    """One error with its hint; `below` are lines of the file that it is about."""

    message: str
    hint: str | None
    below: tuple[str, ...] = ()


def report(error: ModelCatalogError, *, json: bool) -> None:
    """Show one of our own errors."""
    if json:
        print_json({"error": _as_json(error)})
    else:
        note("\n".join(_lines(_parts(error))))


def report_misuse(message: str, hint: str | None, *, json: bool) -> None:
    """Show that the command line is wrong."""
    if json:
        found = {"type": "UsageError", "message": message}
        print_json({"error": found if hint is None else {**found, "hint": hint}})
    else:
        note("\n".join(_lines([Shown(message, hint)])))


def _parts(error: ModelCatalogError) -> list[Shown]:
    if isinstance(error, CatalogError):
        return [_of_problem(problem) for problem in error.problems]
    if isinstance(error, SetupError):
        return [Shown(finding.message, finding.hint) for finding in error.findings]
    return [Shown(error.message, error.hint)]


def _of_problem(problem: Problem) -> Shown:
    where = f"{problem.path}:{problem.line}:{problem.column}" if problem.line else problem.path
    below = tuple(problem.render().split("\n")[1:]) if problem.excerpt else ()
    return Shown(f"{where}: {problem.message}", None if below else problem.hint, below)


def _lines(parts: list[Shown]) -> Iterator[str]:
    wide = width(sys.stderr)
    for part in parts:
        first, *more = part.message.split("\n")
        head = fold("error: ", first, wide=wide)
        yield head[0].replace("error:", paint("error:", "bad", sys.stderr), 1)
        yield from (*head[1:], *more, *part.below)
        if part.hint:
            yield from fold_hint("hint: ", part.hint, wide=wide)


def _as_json(error: ModelCatalogError) -> dict[str, Any]:
    found: dict[str, Any] = {"type": type(error).__name__, "message": error.message}
    if isinstance(error, CatalogError):
        found["message"] = "\n".join(_of_problem(problem).message for problem in error.problems)
        found["problems"] = [problem.to_json() for problem in error.problems]
    hint = error.hint
    if isinstance(error, SetupError):
        found["findings"] = [finding.to_json() for finding in error.findings]
        hint = error.findings[0].hint if len(error.findings) == 1 else None
    return found if hint is None else {**found, "hint": hint}
