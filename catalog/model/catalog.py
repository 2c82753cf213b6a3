"""The catalog: what all layers together say of a provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import CatalogError, UnknownProviderError
from modelcatalog.catalog.model.entries import Position
from modelcatalog.catalog.model.entry_builder import typed
from modelcatalog.catalog.model.inheritance import linked
from modelcatalog.catalog.model.layers import key_prefixes
from modelcatalog.catalog.model.merge import Positions, merge
from modelcatalog.catalog.redaction.secret import Secret, reveal

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.catalog.model.layers import Layer


class Catalog:
    """Providers and their entries, from layers of which each overrides the ones before it.

    Made by `load`. Reading is lazy: an entry is merged and checked when it is asked for. Safe to share between
    threads; it never changes.
    """

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers
        self._entries: dict[tuple[str, str | None], Entry] = {}
        self._names: dict[str, str] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in each file by itself (`validate` finds more: what is wrong between them)."""
        return tuple(problem for layer in self.layers for problem in layer.problems)

    @cached_property
    def providers(self) -> tuple[str, ...]:
        """The names of all providers, in the order of the files."""
        names = dict.fromkeys(key[2:] for layer in self.layers for key in layer.records.keys("p/"))
        return tuple(name for name in names if self._is_present(name))

    @cached_property
    def provider_aliases(self) -> Mapping[str, str]:
        """Other names of providers."""
        aliases = dict.fromkeys(key[2:] for layer in self.layers for key in layer.records.keys("a/"))
        return {alias: name for alias in aliases if (name := self.find(alias)) is not None and name != alias}

    @cached_property
    def model_aliases(self) -> Mapping[str, str]:
        """Names for whole models: `fast` -> `groq/llama-3.1-8b-instant`."""
        found: dict[str, str | None] = {}
        for layer in self.layers:
            for key in layer.records.keys("n/"):
                record = layer.record(key)
                found[key[2:]] = record["to"] if record else None
        return {alias: model for alias, model in found.items() if model is not None}

    @cached_property
    def without_project(self) -> Catalog:
        """What the catalog would be without the project's file."""
        return Catalog(tuple(layer for layer in self.layers if layer.kind != "project"))

    @cached_property
    def bundled_qualifiers(self) -> Mapping[str, frozenset[str]]:
        """The qualifiers of each bundled provider that has any."""
        found: dict[str, frozenset[str]] = {}
        for layer in self.layers:
            if layer.kind == "bundled":
                for key in layer.records.keys("p/"):
                    record = layer.record(key)
                    qualifiers = ((record or {}).get("v") or {}).get("qualifiers")
                    if qualifiers:
                        found[key[2:]] = frozenset(qualifiers)
        return found

    def find(self, name: str) -> str | None:
        """The provider of this name or alias, in whatever letter case; None: there is none."""
        folded = name.strip().casefold()
        if folded in self._names:
            return self._names[folded]
        self._raise_problems(folded)
        if self._is_present(folded):
            return self._names.setdefault(folded, folded)
        for layer in reversed(self.layers):
            record = layer.record(f"a/{folded}")
            if record is not None and self._is_present(record["to"]):
                return self._names.setdefault(folded, str(record["to"]))
        return None

    def model_alias(self, name: str) -> str | None:
        """The model name that an alias for whole models stands for. Raises CatalogError where aliases run in a loop."""
        if "/" in name:
            return None
        seen = [name]
        while True:
            record = next(
                (r for layer in reversed(self.layers) if (r := layer.record(f"n/{seen[-1]}")) is not None),
                None,
            )
            if record is None or record["to"] is None:
                return seen[-1] if len(seen) > 1 else None
            if record["to"] in seen:
                raise CatalogError((self._loop(seen, record["to"]),))
            seen.append(record["to"])

    def entry(self, provider: str, qualifier: str | None = None) -> Entry:
        """The entry of a provider, or of one of its qualifiers. `provider` is a name or an alias.

        Raises UnknownProviderError, KeyError for a qualifier that the provider doesn't have, and CatalogError when
        the files have problems that concern it.
        """
        found = self.find(provider)
        if found is None:
            self._raise_problems(provider)
            raise UnknownProviderError(f"No provider {provider!r}.", name=provider, provider=provider)
        known = self._entries.get((found, qualifier))
        if known is None:
            entry, positions = linked(self, found, qualifier)
            known = self._entries[found, qualifier] = typed(found, qualifier, entry, positions)
        return known

    def entries(self, problems: list[Problem] | None = None) -> Iterable[Entry]:
        """Every entry that can be read: each provider, followed by its qualifiers.

        Why the others can't be read goes to `problems`.
        """
        for provider in self.providers:
            try:
                entry = self.entry(provider)
                yield entry
                for qualifier in entry.qualifiers:
                    yield self.entry(provider, qualifier)
            except CatalogError as error:
                if problems is not None:
                    problems.extend(error.problems)

    def facts(self, provider: str, model: str) -> Mapping[str, Any]:
        """What the catalog knows of one model; empty when nothing. An absent key means unknown, never false or 0."""
        facts: dict[str, Any] = {}
        for layer in self.layers:
            record = layer.record(f"m/{provider}/{model}")
            if record is not None:
                facts = (
                    merge(facts, {}, record["v"], {"": layer.position(record["l"])})[0] if record["v"] else {}
                )
        return {key: value for key, value in facts.items() if value is not None}

    def models(self, provider: str) -> tuple[str, ...]:
        """The models of a provider that the catalog has facts on. An unknown model can be resolved all the same."""
        prefix = f"m/{provider}/"
        return tuple(
            dict.fromkeys(key[len(prefix) :] for layer in self.layers for key in layer.records.keys(prefix))
        )

    def holders(self, variable: str) -> dict[str, set[str]]:
        """Which layers name this environment variable, and for which providers: layer kind -> providers."""
        found: dict[str, set[str]] = {}
        for layer in self.layers:
            record = layer.record(f"v/{variable}")
            if record is not None:
                found.setdefault(layer.kind, set()).update(record["by"])
        return found

    def owners_of_key(self, key: str | Secret) -> tuple[str, tuple[str, ...]] | None:
        """The longest known beginning that `key` has, and the providers whose keys begin so.

        A project's file has no word in this: it could have other keys refused.
        """
        found: dict[str, list[str]] = {}
        for layer in self.layers:
            if layer.kind != "project":
                for prefix, owners in key_prefixes(layer.records).items():
                    if reveal(key).startswith(prefix):
                        found.setdefault(prefix, []).extend(owners)
        longest = max(found, key=len, default=None)
        return None if longest is None else (longest, tuple(dict.fromkeys(found[longest])))

    def merged(self, provider: str) -> tuple[dict[str, Any], Positions] | None:
        """All layers' text on one provider, short forms written out; None when there is none or it was removed."""
        self._raise_problems(provider)
        data: dict[str, Any] | None = None
        positions: Positions = {}
        for layer in self.layers:
            record = layer.record(f"p/{provider}")
            if record is None:
                continue
            path, kind = layer.path, layer.kind
            above = {pointer: Position(path, line, kind) for pointer, line in record["l"].items()}
            if record["v"] is None:
                data, positions = None, {}
            else:
                data, positions = merge(data or {}, positions, record["v"], above)
        return None if data is None else (data, positions)

    def _is_present(self, provider: str) -> bool:
        for layer in reversed(self.layers):
            record = layer.record(f"p/{provider}")
            if record is not None:
                return record["v"] is not None or bool(layer.problems_of(provider))
        return False

    def _raise_problems(self, provider: str) -> None:
        problems = [
            problem for layer in self.layers if layer.problems for problem in layer.problems_of(provider)
        ]
        if problems:
            raise CatalogError(problems)

    def _loop(self, seen: list[str], to: str) -> Problem:
        from modelcatalog.catalog.diagnostics.problem import Problem

        layer, record = next(
            (layer, r) for layer in reversed(self.layers) if (r := layer.record(f"n/{seen[-1]}")) is not None
        )
        way = " -> ".join([*seen, to])
        return Problem(
            path=layer.path,
            line=record["l"],
            column=1,
            message=f"alias {seen[-1]!r} runs in a loop: {way}",
            code="alias-loop",
        )
