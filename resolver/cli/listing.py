"""`catalog list`: the providers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from modelcatalog.resolver.cli.options import Files, Json, Names
from modelcatalog.resolver.cli.output import columns, counted, emit, note, print_json

if TYPE_CHECKING:
    from modelcatalog.catalog.entries import Entry
    from modelcatalog.catalog.problems import Problem


def list_providers(names: Names = None, file: Files = None, json: Json = False) -> None:
    """List the providers: what each is called, what it needs, which adapter serves it."""
    from modelcatalog.resolver.files import load_catalog
    from modelcatalog.resolver.selection import select

    catalog = load_catalog(file or ())
    unread: list[Problem] = []
    entries = select(catalog, names or (), unread)
    if json:
        print_json({"providers": [_as_json(entry) for entry in entries]})
    else:
        emit(
            columns(([_name(entry), entry.name, entry.adapter, _needs(entry)] for entry in entries), indent=0)
        )
    problems = dict.fromkeys([*catalog.problems, *unread])
    if problems:
        files = ", ".join(dict.fromkeys(problem.path for problem in problems))
        note(f"{counted(len(problems), 'problem')} in {files}: see `catalog validate`.")
        raise typer.Exit(1)


def _name(entry: Entry) -> str:
    aliases = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
    ended = "" if entry.status == "active" else f" [{entry.status}]"
    return f"{entry.id}{aliases}{ended}"


def _needs(entry: Entry) -> str:
    needed = [
        setting.variables[0] for setting in entry.settings.values() if setting.required and setting.variables
    ]
    optional = entry.settings["base_url"].variables[:1] if "base_url" in entry.settings else ()
    needed = [name for name in needed if name not in optional or entry.settings["base_url"].default is None]
    return ", ".join(needed) or "no key"


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "provider": entry.provider,
        "qualifier": entry.qualifier,
        "name": entry.name,
        "adapter": entry.adapter,
        "aliases": list(entry.aliases),
        "status": entry.status,
        "variables": [variable for setting in entry.settings.values() for variable in setting.variables],
        "required": [setting.name for setting in entry.settings.values() if setting.required],
        "docs": entry.docs,
        "place": str(entry.place),
    }
