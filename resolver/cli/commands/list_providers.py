"""`catalog list`: every provider of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from modelcatalog.resolver.cli.options import Files, Json, Names
from modelcatalog.resolver.cli.rendering import columns, counted, emit, note, print_json

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.model.entries import Entry


def list_providers(names: Names = None, file: Files = None, json: Json = False) -> None:
    """List the providers, and what each needs."""
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.catalogs.selection import select

    catalog = load_catalog(file or ())
    unread: list[Problem] = []
    entries = select(catalog, names or (), unread)
    if json:
        print_json({"providers": [_as_json(entry) for entry in entries]})
    else:
        emit(columns(([_name(entry), needs(entry)] for entry in entries), indent=0))
    problems = dict.fromkeys([*catalog.problems, *unread])
    if problems:
        files = ", ".join(dict.fromkeys(problem.path for problem in problems))
        note(f"{counted(len(problems), 'problem')} in {files}: see `catalog validate`.")
        raise typer.Exit(1)


def _name(entry: Entry) -> str:
    aliases = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
    ended = "" if entry.status == "active" else f" [{entry.status}]"
    return f"{entry.id}{aliases}{ended}"


def needs(entry: Entry, mark: str = "") -> str:
    """The variables and credentials that it needs before it can be used; each variable between two `mark`s."""
    required = [
        s
        for s in entry.settings.values()
        if (s.required or s.required_for) and s.default is None and s.variables
    ]
    others = [f"{mark}{setting.variables[0]}{mark}" for setting in required if setting.name != "api_key"]
    ways = [_CREDENTIALS[scheme] for scheme in entry.auth if scheme in _CREDENTIALS]
    key = entry.settings.get("api_key")
    if key is not None and key.variables and (key.required or ways):
        ways.insert(0, f"{mark}{key.variables[0]}{mark}")
    return ", ".join([*filter(None, [" or ".join(ways)]), *others]) or "nothing"


_CREDENTIALS = {"aws": "AWS credentials", "google": "Google credentials", "entra": "Entra ID credentials"}


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
        "position": str(entry.position),
    }
