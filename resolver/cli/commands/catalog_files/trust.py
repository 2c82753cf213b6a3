"""`catalog trust`: let a project's file send keys of yours, after seeing what it would send where."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelcatalog.resolver.cli.options import Json
from modelcatalog.resolver.cli.rendering import columns, counted, emit, fold, note, paint, print_json

if TYPE_CHECKING:
    from modelcatalog.resolver.trust.preview import Preview


def trust(
    files: Annotated[list[Path] | None, typer.Argument(help="A project's models.yaml, or its .env.")] = None,
    list_them: Annotated[bool, typer.Option("--list", help="List the files that you trust.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Trust these files no longer.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    json: Json = False,
) -> None:
    """Trust a project's file as it is now.

    The file may then send keys of yours to the hosts that it names. Shows what would be sent where, and asks. An edit
    of the file ends the trust.
    """
    from modelcatalog.catalog.diagnostics.errors import ArgumentError

    if list_them:
        _list(json=json)
        return
    if not files:
        raise ArgumentError(
            "no file was named", argument="files", hint="catalog trust models.yaml, catalog trust --list"
        )
    missing = [str(path) for path in files if not path.is_file() and not remove]
    if missing:
        raise ArgumentError(f"file not found: {', '.join(missing)}", argument="files")
    if remove:
        _remove(files, json=json)
        return
    from modelcatalog.resolver.catalogs.review import look

    seen = {path: look(path) for path in files}
    if json:
        print_json({"files": [_as_json(path, sent) for path, (_, sent) in seen.items()]})
    else:
        for path, (_, sent) in seen.items():
            emit(_shown(path, sent))
    if not (yes or _agreed(len(seen))):
        raise typer.Exit(1)
    from modelcatalog.resolver.trust.records import trust as record

    for path, (digest, _) in seen.items():
        try:
            record(path, digest)
        except OSError as error:
            raise ArgumentError(f"the trust can't be recorded: {error}", argument="files") from None
    if not json:
        emit(
            [
                f"{paint('Trusted', 'good')}, as {'they are' if len(seen) > 1 else 'it is'} now: an edit ends it."
            ]
        )


def _shown(path: Path, sent: list[Preview]) -> list[str]:
    if not sent:
        return [f"{path} would send nothing of yours anywhere."]
    lines = [f"{path} would send"]
    for one in sent:
        lines += fold("  ", ", ".join(f"{what}{_state(what)}" for what in one.whats))
        lines += columns([("to", one.address), ("for", f"{one.id}/... ({one.position})")], indent=6)
    return lines


def _state(what: str) -> str:
    from modelcatalog.resolver.credentials.environment import Environment

    if not what.isupper():
        return ""
    found = [hit for hit in Environment.current().look([what]) if not hit.is_blank]
    return f" (set: {found[0].where})" if found else " (not set)"


def _agreed(count: int) -> bool:
    if not sys.stdin.isatty():
        note("error: nothing was recorded: there is no terminal to ask on\nhint: catalog trust --yes FILE")
        return False
    return typer.confirm(f"Trust {'them' if count > 1 else 'it'}?", default=False)


def _list(*, json: bool) -> None:
    from modelcatalog.resolver.trust.records import content_of, trusted_files

    known = trusted_files()
    states = {one: _state_of(content_of(one.path), one.digest) for one in known}
    if json:
        rows = [{"file": str(one.path), "since": one.since, "state": states[one]} for one in known]
        print_json({"trusted": rows})
    elif known:
        emit(columns([(str(one.path), f"since {one.since}", states[one]) for one in known], indent=0))
    else:
        emit(["No file of a project is trusted."])


def _state_of(content: str | None, digest: str) -> str:
    return (
        "file not found"
        if content is None
        else "unchanged"
        if content == digest
        else "changed since, no longer trusted"
    )


def _remove(files: list[Path], *, json: bool) -> None:
    from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
    from modelcatalog.resolver.trust.records import distrust

    unknown = [str(path) for path in files if not distrust(path)]
    if unknown:
        raise ModelCatalogError(f"not trusted: {', '.join(unknown)}", hint="catalog trust --list")
    if json:
        print_json({"removed": [str(path) for path in files]})
    else:
        emit([f"{counted(len(files), 'file')} no longer trusted."])


def _as_json(path: Path, sent: list[Preview]) -> dict[str, object]:
    rows = [
        {"id": one.id, "address": one.address, "sends": list(one.whats), "position": one.position}
        for one in sent
    ]
    return {"file": str(path), "sends": rows}
