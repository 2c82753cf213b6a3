"""Which entries a person means by names, aliases and globs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import UnknownProviderError

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry


def select(catalog: Catalog, names: Iterable[str], problems: list[Problem] | None = None) -> list[Entry]:
    """The entries that these names and globs mean, in the catalog's order; all but the hidden ones when there is no
    name. A provider's name means the provider and its qualifiers.
    """
    names = list(names)
    every = list(catalog.entries(problems))
    if not names:
        return [entry for entry in every if not entry.hidden]
    wanted: dict[str, Entry] = {}
    for name in names:
        found = _matching(catalog, every, name)
        if not found and _is_pattern(name):
            raise UnknownProviderError(
                f"no provider matches {name!r}",
                name=name,
                provider=name,
                hint=f"catalog list (shows all {len(catalog.providers)})",
            )
        if not found:
            from modelcatalog.resolver.model_names import unknown_provider, unknown_qualifier

            provider, _, qualifier = name.strip().partition("/")
            if catalog.find(provider) is not None:
                raise unknown_qualifier(provider, qualifier, name, catalog)
            raise unknown_provider(name, name, catalog, [entry.id for entry in every])
        wanted.update({entry.id: entry for entry in found})
    return list(wanted.values())


def _is_pattern(name: str) -> bool:
    return any(character in name for character in "*?[")


def _matching(catalog: Catalog, every: list[Entry], name: str) -> list[Entry]:
    folded = name.strip().casefold()
    if _is_pattern(folded):
        from fnmatch import fnmatchcase

        return [
            entry for entry in every if fnmatchcase(entry.id, folded) or fnmatchcase(entry.provider, folded)
        ]
    head, slash, qualifier = folded.partition("/")
    provider = catalog.find(head)
    if provider is None:
        return []
    if slash:
        return [entry for entry in every if entry.provider == provider and entry.qualifier == qualifier]
    return [
        catalog.entry(provider),
        *(e for e in every if e.provider == provider and e.qualifier is not None),
    ]
