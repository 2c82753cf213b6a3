"""`catalog edit`: a catalog file in the editor, and what is wrong with it afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelcatalog.resolver.cli.options import Json
from modelcatalog.resolver.cli.rendering import counted, emit, print_json

if TYPE_CHECKING:
    from modelcatalog.resolver.catalogs.writing import Writable


def edit(
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="The file to edit, instead of yours.")
    ] = None,
    project: Annotated[bool, typer.Option("--project", help="Edit the project's models.yaml.")] = False,
    json: Json = False,
) -> None:
    """Open your catalog file in your editor.

    The editor is $VISUAL or $EDITOR. A file that doesn't exist is created. Afterwards the file is validated; exits with
    1 if it has problems.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.catalogs.validate import validate
    from modelcatalog.resolver.catalogs.writing import create, writable

    target = writable(file, project=project)
    editor = _editor(target)
    created = create(target)
    _run([*editor, str(target.path)])
    catalog = load_catalog([target.path], project=False)
    problems = [one for one in validate(catalog) if one.path == target.shown]
    if json:
        found = {"file": str(target.path), "created": created}
        print_json({**found, "problems": [problem.to_json() for problem in problems]})
    else:
        emit(
            [
                *(problem.render() for problem in problems),
                f"{counted(len(problems), 'problem')} in {target.shown}",
            ]
        )
    if problems:
        raise typer.Exit(1)


def _editor(target: Writable) -> list[str]:
    """The command of the editor. Raises ModelCatalogError when none is set."""
    import shlex

    from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
    from modelcatalog.resolver.credentials.environment import Environment

    for variable in ("VISUAL", "EDITOR"):
        value = (Environment().raw(variable) or "").strip()
        if value:
            try:
                return shlex.split(value)
            except ValueError as error:
                raise ModelCatalogError(
                    f"{variable} can't be read: {error}", hint=f"export {variable}=nano"
                ) from None
    raise ModelCatalogError(
        f"no editor is set; the file is {target.path.absolute()}",
        hint="export EDITOR=nano, then catalog edit",
    )


def _run(command: list[str]) -> None:
    import subprocess

    from modelcatalog.catalog.diagnostics.errors import ModelCatalogError

    sys.stdout.flush()
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise ModelCatalogError(
            f"the editor {command[0]!r} can't be started: {error.strerror}",
            hint="export EDITOR=nano, then catalog edit",
        ) from None
    if code:
        raise ModelCatalogError(f"the editor {command[0]!r} ended with exit code {code}")
