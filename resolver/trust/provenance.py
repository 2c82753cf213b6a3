"""Whose decision it is where a secret goes: the user's, or that of a file which came with a project.

The user's are arguments, the environment, the user's own file, files named by hand and what is installed. A project's
are its `models.yaml` and its `.env`, until the user trusts them. What the project adds is found by comparing an entry
with what it would be without the project's file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.redaction.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry, Position
    from modelcatalog.catalog.model.layers import Layer
    from modelcatalog.resolver.credentials.values import SettingValue

_TAKEN = ("environment", ".env", "secrets", "keyring")


class ProjectOrigin(NamedTuple):
    """A project's file that decides something. `position` and `file` as a person writes them."""

    position: str
    file: str


class Comparison(NamedTuple):
    """An entry beside what it would be without the project's file; the same where that is trusted, or has no part.

    Where it doesn't `honours_trust`, no file of a project counts as trusted.
    """

    entry: Entry
    reference: Entry
    below: Catalog
    project: Layer | None
    honours_trust: bool = True

    def origin_of(self, value: SettingValue) -> ProjectOrigin | None:
        """The project's file that this value, or the choice of its variable, comes from; None: the user's."""
        mark = value.mark
        if mark is not None and mark.is_near:
            from modelcatalog.resolver.trust.records import is_trusted

            if not (self.honours_trust and is_trusted(mark.path, mark.digest)):
                return ProjectOrigin(value.source.partition(", ")[2], str(mark.path))
        known = self.reference.settings.get(value.name)
        if value.kind == "default":
            is_same = known is not None and known.default == self.entry.settings[value.name].default
            return None if is_same else self.origin(value.position)
        return self.choice(value)

    def choice(self, value: SettingValue) -> ProjectOrigin | None:
        """The project's file that names this variable; None: the value would be taken from it without that file too."""
        known = self.reference.settings.get(value.name)
        if value.kind not in _TAKEN or (known is not None and value.variable in known.variables):
            return None
        setting = self.entry.settings[value.name]
        return self.origin(setting.also_position if value.variable in setting.also else setting.env_position)

    def origin(self, position: Position | None) -> ProjectOrigin:
        """The project's file, at this position if that is one in it."""
        at = position if position is not None and position.layer == "project" else self.entry.position
        file = self.project.path if self.project is not None else at.path
        return ProjectOrigin(str(at) if at.layer == "project" else file, file)


def compare(catalog: Catalog, entry: Entry, *, honours_trust: bool = True) -> Comparison:
    """The entry beside its reference."""
    layer = next((layer for layer in catalog.layers if layer.kind == "project"), None)
    if layer is None or layer.file is None:
        return Comparison(entry, entry, catalog, None, honours_trust)
    from modelcatalog.resolver.trust.records import is_trusted

    if honours_trust and is_trusted(layer.file, layer.digest):
        return Comparison(entry, entry, catalog, None)
    below = catalog.without_project
    if all(position.layer != "project" for position in entry.positions.values()):
        return Comparison(entry, entry, below, layer, honours_trust)
    return Comparison(entry, _reference(below, catalog, entry), below, layer, honours_trust)


def concealed(comparison: Comparison, values: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    """The values. One that the project took from a variable of its own choice is made secret, whatever it calls it."""
    return {name: _concealed(comparison, value) for name, value in values.items()}


def _concealed(comparison: Comparison, value: SettingValue) -> SettingValue:
    if isinstance(value.value, str) and value.name != "base_url" and comparison.choice(value) is not None:
        return value._replace(value=Secret(value.value))
    return value


def meaning(catalog: Catalog, name: str) -> str | None:
    """The provider that a model's name leads to in this catalog."""
    try:
        full = catalog.model_alias(name.strip()) or name.strip()
        return catalog.find(re.split(r"[/:]", full, maxsplit=1)[0])
    except CatalogError:
        return None


def _reference(below: Catalog, catalog: Catalog, entry: Entry) -> Entry:
    """What the entry, or the one that it extends, is without the project's file; else a blank one of its name."""
    provider, qualifier, seen = entry.provider, entry.qualifier, set[str]()
    while provider not in seen:
        seen.add(provider)
        for way in dict.fromkeys((qualifier, None)):
            found = _found(below, provider, way)
            if found is not None:
                return found
        merged = catalog.merged(provider)
        target = merged[0].get("extends") if merged is not None else None
        if not target:
            break
        provider, _, other = str(target).partition("/")
        provider, qualifier = catalog.find(provider) or provider, other or qualifier
    return _blank(entry)


def _found(catalog: Catalog, provider: str, qualifier: str | None) -> Entry | None:
    try:
        if catalog.find(provider) != provider:
            return None
        return catalog.entry(provider, qualifier)
    except (CatalogError, KeyError):
        return None


def _blank(entry: Entry) -> Entry:
    """A provider of this name of which nothing is known but that its variables are called after it."""
    prefix = re.sub(r"\W", "_", entry.id).upper()
    settings = {
        name: setting._replace(default=None, env=(f"{prefix}_{name.upper()}",), also=(), command=())
        for name, setting in entry.settings.items()
        if name in ("api_key", "base_url")
    }
    return entry._replace(
        settings=settings, headers={}, auth=("key", "none"), endpoint="{base_url}", positions={}
    )
