"""`catalog remove`: a provider's entry removed from a catalog file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelcatalog.resolver.cli.options import Json, complete_provider
from modelcatalog.resolver.cli.rendering import emit, fold, print_json


def remove(
    name: Annotated[str, typer.Argument(help="The provider's name.", autocompletion=complete_provider)],
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="The file to change, instead of yours.")
    ] = None,
    project: Annotated[bool, typer.Option("--project", help="Change the project's models.yaml.")] = False,
    json: Json = False,
) -> None:
    """Remove a provider from a catalog file.

    From your own, from the project's (--project) or from another (--file). Everything else in the file stays as it is.
    """
    from modelcatalog.resolver.catalogs.remove import remove as remove_entry

    removed = remove_entry(name, file=file, project=project)
    if json:
        found = {"file": str(removed.file), "line": removed.line, "entry": removed.entry}
        print_json({**found, "notes": list(removed.notes)})
        return
    lines = [f"Removed {name} from {removed.shown}, line {removed.line}:", *removed.entry.splitlines()]
    for text in removed.notes:
        lines += fold("note: ", text)
    emit(lines)
