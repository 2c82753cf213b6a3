"""`catalog explain-code`: what the code of a finding means, and what fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelcatalog.resolver.cli.options import Json
from modelcatalog.resolver.cli.rendering import columns, emit, print_json

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding_codes import FindingCode


def complete_code(incomplete: str) -> list[str]:
    """Codes that begin so."""
    from modelcatalog.catalog.diagnostics.finding_codes import CODES

    return [code for code in CODES if code.startswith(incomplete)]


def explain_code(
    codes: Annotated[
        list[str] | None,
        typer.Argument(help="Codes of findings; all when none.", autocompletion=complete_code),
    ] = None,
    json: Json = False,
) -> None:
    """Explain the code of a finding.

    Codes are in the output of `check --json` and in docs/findings.md.
    """
    found = [_code(code) for code in codes or complete_code("")]
    if json:
        print_json({"codes": [_as_json(one) for one in found]})
    elif codes:
        for at, one in enumerate(found):
            emit([*([""] if at else []), *_lines(one)])
    else:
        emit(columns(([one.code, one.severity, one.meaning] for one in found), indent=0))


def _code(code: str) -> FindingCode:
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.catalog.diagnostics.finding_codes import CODES
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    folded = code.strip().casefold()
    if folded in CODES:
        return CODES[folded]
    near = nearest(folded, CODES)
    hint = f"catalog explain-code {near[0]}" if near else "catalog explain-code (lists them)"
    raise ArgumentError(f"no code {code!r}", argument=code, suggestions=near, hint=hint)


def _lines(one: FindingCode) -> list[str]:
    from modelcatalog.catalog.diagnostics.errors import error_class

    rows = [("severity", one.severity), ("meaning", one.meaning), ("hint", one.hint)]
    raised = error_class(one.code)
    rows += [("raises", raised.__name__)] if raised is not None else []
    rows += [("found by", "catalog check --online")] if one.online else []
    return [one.code, *columns(rows)]


def _as_json(one: FindingCode) -> dict[str, Any]:
    from modelcatalog.catalog.diagnostics.errors import error_class

    raised = error_class(one.code)
    return {**one._asdict(), "error": None if raised is None else raised.__name__}
