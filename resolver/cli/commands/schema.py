"""`catalog schema`: the JSON Schema of a catalog file."""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the JSON Schema of a catalog file, for your editor: completion, hover and checks as you type."""
    from modelcatalog.catalog.validation.schema import schema_text

    typer.echo(schema_text().rstrip("\n"))
