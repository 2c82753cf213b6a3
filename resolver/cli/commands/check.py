"""`catalog check`: what is set up, what isn't, and the command that fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelcatalog.resolver.cli.options import Files, Json, Names, Pairs
from modelcatalog.resolver.cli.rendering import emit, print_json
from modelcatalog.resolver.cli.reports.check_online_report import ask
from modelcatalog.resolver.cli.reports.check_report import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcatalog.catalog.model.catalog import Catalog


def check(
    names: Names = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show what each provider that isn't set up lacks.")
    ] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="Ask each ready provider too, without cost: does it take the key?"),
    ] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for each answer, with --online.")] = 10.0,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many are asked at once.")] = 8,
    within: Annotated[
        int, typer.Option(min=0, help="Tell of providers and models that end within so many days.")
    ] = 90,
    m: Pairs = None,
    file: Files = None,
    json: Json = False,
) -> None:
    """Check what is set up: keys, settings and packages; offline, unless told otherwise. Exits with 1 when something
    is broken, when a provider that you named isn't ready, or when one that was set up doesn't work online.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.checking.offline import check as check_library

    catalog = load_catalog(file or ())
    given = _arguments(catalog, names or (), m)
    report = check_library(names or (), catalog=catalog, within=within, arguments=given)
    if online:
        report = ask(report, timeout, at_once, shows=not json)
    if json:
        print_json(report.to_json())
    else:
        emit(lines(report, detailed=bool(names) or show_all, named=bool(names)))
    wrong = report.of("error") or report.problems or (names and len(report.of("ready")) < len(report.rows))
    wrong = wrong or report.failing(bool(names))
    if wrong:
        raise typer.Exit(1)


def _arguments(catalog: Catalog, names: Sequence[str], pairs: list[str] | None) -> dict[str, Any]:
    """The values of -M, as the first of the named entries declares them."""
    if not pairs:
        return {}
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.catalogs.selection import select
    from modelcatalog.resolver.planning.arguments import read_pairs

    if not names:
        raise ArgumentError(
            "-M needs the name of a provider: catalog check hf -M model_path=./m.", argument="-M"
        )
    return read_pairs(pairs, select(catalog, list(names))[0].arguments)
