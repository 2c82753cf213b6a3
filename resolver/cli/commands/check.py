"""`catalog check`: what is configured, what isn't, and the command that fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelcatalog.resolver.cli.options import Files, Json, Names, Pairs
from modelcatalog.resolver.cli.rendering import emit, print_json
from modelcatalog.resolver.cli.reports.check_report import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcatalog.catalog.model.catalog import Catalog


def check(
    names: Names = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show what each provider needs that isn't configured.")
    ] = False,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Contact each ready provider too, without cost: does it accept the key?"
        ),
    ] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for each answer, with --online.")] = 10.0,
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="How many are contacted at the same time.")
    ] = 8,
    retiring_days: Annotated[
        int, typer.Option(min=0, help="Show what retires in the next so many days.")
    ] = 90,
    m: Pairs = None,
    file: Files = None,
    json: Json = False,
) -> None:
    """Check what is configured on this machine.

    Keys, settings and packages; offline without --online. Exits with 1 if something is wrong, if a provider that you
    named isn't ready, or if one that is configured doesn't work online.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.checking.offline import check as check_library

    catalog = load_catalog(file or ())
    given = _arguments(catalog, names or (), m)
    report = check_library(names or (), catalog=catalog, within=retiring_days, arguments=given)
    if online:
        from modelcatalog.resolver.cli.reports.check_online_report import ask

        report = ask(report, timeout, concurrency, shows=not json)
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
            "-M needs the name of a provider", argument="-M", hint="catalog check hf -M model_path=./m"
        )
    return read_pairs(pairs, select(catalog, list(names))[0].arguments)
