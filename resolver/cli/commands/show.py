"""`catalog show`: everything in the catalog about one provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.resolver.cli.options import Files, Json, Names
from modelcatalog.resolver.cli.rendering import columns, emit, print_json

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry, Setting


def show(names: Names, file: Files = None, json: Json = False) -> None:
    """Show all facts about a provider.

    Settings, variables, defaults, where arguments go, and the line that each comes from.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.catalogs.selection import select

    catalog = load_catalog(file or ())
    entries = select(catalog, names or ())
    if json:
        print_json({"entries": [_as_json(catalog, entry) for entry in entries]})
        return
    for at, entry in enumerate(entries):
        emit([*([""] if at else []), *_lines(catalog, entry)])


def _lines(catalog: Catalog, entry: Entry) -> list[str]:
    rows: list[tuple[str, ...]] = [("name", entry.name), ("adapter", entry.adapter)]
    rows += [("aliases", ", ".join(entry.aliases))] if entry.aliases else []
    rows += [("about", entry.description)] if entry.description else []
    if entry.status != "active":
        rows.append(("status", " ".join(filter(None, [entry.status, entry.since, entry.note]))))
    rows += [("auth", ", ".join(entry.auth))]
    rows += [("address", entry.endpoint)] if entry.endpoint != "{base_url}" else []
    rows += [("model id", f"{entry.model_prefix}MODEL")] if entry.model_prefix else []
    rows += [("qualifiers", ", ".join(entry.qualifiers))] if entry.qualifiers else []
    rows += [("arguments", _arguments(entry))]
    for key, value in (
        ("docs", entry.docs),
        ("keys", entry.keys),
        ("source", entry.source),
        ("verified", entry.verified),
    ):
        rows += [(key, str(value))] if value else []
    rows += [("defined in", str(entry.position))]
    settings = [("  " + setting.name, _setting(setting)) for setting in entry.settings.values()]
    headers = [("  " + name, header.value or ", ".join(header.env)) for name, header in entry.headers.items()]
    lines = [entry.id, *columns(rows), "  settings", *columns(settings)]
    if headers:
        lines += ["  headers", *columns(headers)]
    models = catalog.models(entry.provider)
    return [*lines, *columns([("models", ", ".join(models))] if models else [])]


def _setting(setting: Setting) -> str:
    parts = [", ".join(setting.env) or "argument only"]
    if setting.also:
        parts.append(f"also {', '.join(setting.also)}")
    if setting.command:
        parts.append(f"then the command {setting.command[0]}")
    if setting.default is not None:
        parts.append(f"default {setting.default}")
    elif setting.required:
        parts.append("required")
    return "; ".join(parts)


def _arguments(entry: Entry) -> str:
    own = [f"{argument.name} to {argument.target}" for argument in entry.arguments.values()]
    return "; ".join([*own, f"{'others' if own else 'all'} to {entry.default_target}"])


def _as_json(catalog: Catalog, entry: Entry) -> dict[str, Any]:
    plain = (
        "id",
        "name",
        "adapter",
        "endpoint",
        "model_prefix",
        "description",
        "docs",
        "keys",
        "status",
        "since",
    )
    return {
        **{
            key: getattr(entry, key)
            for key in (*plain, "replacement", "note", "source", "verified", "extends")
        },
        "aliases": list(entry.aliases),
        "qualifiers": list(entry.qualifiers),
        "auth": list(entry.auth),
        "settings": {name: _setting_json(setting) for name, setting in entry.settings.items()},
        "headers": {name: {"value": h.value, "env": list(h.env)} for name, h in entry.headers.items()},
        "arguments": {"*": entry.default_target, **{a.name: a.target for a in entry.arguments.values()}},
        "models": {
            model: dict(catalog.facts(entry.provider, model)) for model in catalog.models(entry.provider)
        },
        "position": str(entry.position),
    }


def _setting_json(setting: Setting) -> dict[str, Any]:
    return {
        "env": list(setting.env),
        "also": list(setting.also),
        "default": setting.default,
        "secret": setting.secret,
        "required": setting.required,
        "description": setting.description,
        "position": str(setting.env_position) if setting.env_position else None,
    }
