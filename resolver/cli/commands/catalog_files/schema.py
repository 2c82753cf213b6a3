"""`catalog schema`: the JSON Schema of a catalog file."""

from __future__ import annotations

import typer

from modelcatalog.resolver.cli.options import Json
from modelcatalog.resolver.cli.rendering import print_json


def schema(json: Json = False) -> None:
    """Print the JSON Schema of a catalog file.

    With it, editors complete, explain and check a catalog file as you type. --json prints it below the key `schema`.
    """
    from modelcatalog.catalog.validation.schema import schema as schema_data
    from modelcatalog.catalog.validation.schema import schema_text

    if json:
        print_json({"schema": schema_data()})
    else:
        typer.echo(schema_text().rstrip("\n"))
