"""`catalog add`: a provider written into a catalog file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelcatalog.resolver.cli.options import Json
from modelcatalog.resolver.cli.rendering import emit, fold, print_json


def add(
    name: Annotated[str, typer.Argument(help="The provider's name: the part before the model.")],
    base_url: Annotated[str, typer.Argument(help="Its base URL, from its documentation.")],
    key_env: Annotated[
        list[str] | None,
        typer.Option(help="The variable that holds the key, if not NAME_API_KEY; may be repeated."),
    ] = None,
    api_key: Annotated[
        str, typer.Option(metavar="required|optional|none", help="Whether a key is sent.")
    ] = "required",
    adapter: Annotated[
        str | None, typer.Option(help="The adapter for its protocol, if it isn't OpenAI's.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="The file to write to, instead of yours.")
    ] = None,
    project: Annotated[bool, typer.Option("--project", help="Write to the project's models.yaml.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an entry of that name.")] = False,
    json: Json = False,
) -> None:
    """Add a provider to a catalog file.

    To your own, to the project's (--project) or to another (--file). Everything else in the file stays as it is.
    """
    from modelcatalog.resolver.catalogs.add import add as add_entry

    added = add_entry(
        name,
        base_url,
        key_env=key_env or (),
        api_key=api_key,
        adapter=adapter,
        file=file,
        project=project,
        overwrite=replace,
    )
    following = f"catalog check {name}" + (f" --file {added.shown}" if file is not None else "")
    if json:
        found = {"file": str(added.file), "line": added.line, "entry": added.entry}
        print_json({**found, "notes": list(added.notes), "next": following})
        return
    lines = [f"Wrote {name} to {added.shown}, line {added.line}:", *added.entry.split("\n")]
    for text in added.notes:
        lines += fold("Note: ", text)
    emit([*lines, f"Next: {following}"])
