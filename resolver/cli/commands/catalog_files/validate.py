"""`catalog validate`: every problem of the catalog files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelcatalog.resolver.cli.options import Files, Json
from modelcatalog.resolver.cli.rendering import counted, emit, paint, print_json


def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Catalog files; without any, all that are read.")
    ] = None,
    file: Files = None,
    json: Json = False,
) -> None:
    """Find the problems of catalog files.

    Shows each with its line and a hint. Exits with 1 if there is one.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.catalogs.validate import validate as validate_library

    named = [*(files or ()), *(file or ())]
    catalog = load_catalog(named, project=not named)
    problems = validate_library(catalog)
    paths = [layer.path for layer in catalog.layers]
    if json:
        found = [problem.to_json() for problem in problems]
        print_json({"files": paths, "providers": len(catalog.providers), "problems": found})
    else:
        for problem in problems:
            emit([problem.render()])
        count = counted(len(problems), "problem") if problems else "no problem"
        spread = counted(len(paths), "file")
        emit(
            [
                f"{paint(count, 'bad' if problems else 'good')} in {spread}, {len(catalog.providers)} providers read"
            ]
        )
    if problems:
        raise typer.Exit(1)
