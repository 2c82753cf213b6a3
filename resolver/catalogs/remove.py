"""`remove`: a provider's entry removed from a catalog file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError, CatalogFileError
from modelcatalog.catalog.editing.atomic_write import replace
from modelcatalog.catalog.editing.removal import RemovalError
from modelcatalog.catalog.editing.removal import remove as cut
from modelcatalog.resolver.catalogs.discovery import load_catalog
from modelcatalog.resolver.catalogs.validate import validate
from modelcatalog.resolver.catalogs.writing import Writable, opened, text_of, writable
from modelcatalog.resolver.model_names import unknown_provider

if TYPE_CHECKING:
    from pathlib import Path

    from modelcatalog.catalog.model.catalog import Catalog


class RemovedEntry(NamedTuple):
    """What was removed and where. `notes` are sentences on what that changes elsewhere."""

    file: Path
    shown: str
    line: int
    entry: str
    notes: tuple[str, ...]


def remove(name: str, *, file: Path | None = None, project: bool = False) -> RemovedEntry:
    """Remove an entry from the user's own catalog file, the project's, or `file`. Everything else in it stays.

    Raises ModelNameError for a name that no file has, ArgumentError for one that another file has, CatalogError for
    problems in the file, and CatalogFileError when it can't be written. Then the file is as it was.
    """
    if "/" in name:
        hint = f"catalog edit, and write {name.partition('/')[2]}: null below its qualifiers"
        raise ArgumentError("a qualifier can't be removed by itself", argument="name", hint=hint)
    name = name.strip().casefold()
    target_file = writable(file, project=project)
    if not target_file.path.is_file():
        raise _elsewhere(name, target_file)
    before = len(validate(_all(file)))
    with opened(target_file) as target:
        mark, text = text_of(target, target_file.shown)
        try:
            removed = cut(text, target_file.shown, name)
        except KeyError:
            raise _elsewhere(name, target_file) from None
        except RemovalError as error:
            raise CatalogFileError(
                f"{target_file.shown}:{error.line}: {name} can't be removed line by line, or other entries need it. "
                "The file is as it was",
                hint="catalog edit" + ("" if target_file.is_users else f" --file {target_file.shown}"),
            ) from error
        replace(target, mark + removed.text.encode())
    after = _all(file)
    notes = _notes(name, after, has_new_problems=len(validate(after)) > before)
    return RemovedEntry(target_file.path, target_file.shown, removed.line, removed.entry, notes)


def _all(file: Path | None) -> Catalog:
    return load_catalog([file] if file is not None else [])


def _notes(name: str, catalog: Catalog, *, has_new_problems: bool) -> tuple[str, ...]:
    found = catalog.find(name)
    if found is not None:
        return (f"{name} is still a provider: {catalog.entry(found).position} defines it.",)
    lost = [alias for alias, model in catalog.model_aliases.items() if model.startswith(f"{name}/")]
    if lost or not has_new_problems:
        return tuple(f"the alias {alias} still names a model of {name}." for alias in lost)
    return ("something else needs it: see catalog validate.",)


def _elsewhere(name: str, file: Writable) -> Exception:
    """The error for a provider that isn't in the file: where it is, and what to do there."""
    catalog = load_catalog()
    found = catalog.find(name)
    if found is None:
        unknown = unknown_provider(name, name, catalog)
        unknown.hint = ", ".join(unknown.suggestions) or "catalog path, catalog list"
        return unknown
    layer = next(one for one in reversed(catalog.layers) if one.record(f"p/{found}") is not None)
    where = catalog.entry(found).position
    also = "" if found == name else f"another name of {found!r}, and "
    hints = {
        "user": f"catalog remove {found}",
        "project": f"catalog remove {found} --project",
        "named": f"catalog remove {found} --file {layer.path}",
    }
    override = f"catalog edit, and write {found}: null below providers (that overrides it)"
    return ArgumentError(
        f"{name!r} is {also}not in {file.shown}, but in {where}",
        argument="name",
        hint=hints.get(layer.kind, override),
    )
