"""One catalog file, compiled: a record for each provider, model and alias, ready to be merged with other layers.

Keys of the records: `p/NAME` a provider, `m/NAME/MODEL` facts on one of its models, `a/ALIAS` another name of a
provider, `n/ALIAS` another name of a whole model, `v/VARIABLE` the providers that name an environment variable,
`k/PREFIX` the providers whose keys begin so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from modelcatalog.catalog.model.entries import LayerKind, Position

if TYPE_CHECKING:
    from pathlib import Path

    from modelcatalog.catalog.diagnostics.problem import Problem

Record = dict[str, Any]


class Records(Protocol):
    """Keyed records: a dict, or a compiled file on disk that is read key by key."""

    def get(self, key: str, /) -> Record | None: ...
    def keys(self, prefix: str = "", /) -> Iterable[str]: ...


class MemoryRecords:
    """Records in memory."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records

    def get(self, key: str, /) -> Record | None:
        return self._records.get(key)

    def keys(self, prefix: str = "", /) -> Iterable[str]:
        return (key for key in self._records if key.startswith(prefix))

    def items(self) -> Iterable[tuple[str, Record]]:
        return self._records.items()


class Layer(NamedTuple):
    """A compiled catalog file. `problems` is empty unless the file, or a part of it, can't be used.

    `unreadable` is None for a file that could be parsed; else its text, empty when not even that could be had.
    `digest` is that of the very text that the records were compiled from.
    """

    kind: LayerKind
    path: str
    records: Records
    problems: tuple[Problem, ...] = ()
    unreadable: str | None = None
    file: Path | None = None
    digest: str = ""

    def record(self, key: str) -> Record | None:
        """The record of this key, None when the file doesn't have it."""
        return self.records.get(key)

    def problems_of(self, provider: str) -> tuple[Problem, ...]:
        """The problems that keep `provider` from being used.

        A file that couldn't be read at all keeps every provider that its text mentions from being used: it may have
        sent that provider elsewhere, and guessing that it doesn't could send a key to the wrong host.
        """
        if self.unreadable == "":
            return self.problems
        if self.unreadable is not None:
            mentioned = re.search(
                rf"(?<![\w.-]){re.escape(provider)}(?![\w.-])", self.unreadable, re.IGNORECASE
            )
            return self.problems if mentioned else ()
        if not self.problems or self.records.get(f"p/{provider}") is None:
            return ()
        return tuple(
            problem
            for problem in self.problems
            if len(problem.pointer) < 2 or problem.pointer[:2] == ("providers", provider)
        )

    def position(self, line: int) -> Position:
        return Position(self.path, line, self.kind)


class _Located(Protocol):
    @property
    def data(self) -> Any: ...
    def position(self, pointer: tuple[str | int, ...], /, *, key: bool = False) -> tuple[int, int]: ...


def compile_records(
    document: _Located, skip: frozenset[str] = frozenset(), *, aliases: bool = True
) -> dict[str, Record]:
    """The records of a parsed file. Providers in `skip` have problems: only their existence is recorded."""
    records: dict[str, Record] = {}
    for name, raw in _maps(document.data.get("providers")):
        records[f"p/{name}"] = record = {
            "v": None,
            "l": {"": document.position(("providers", name), key=True)[0]},
        }
        if name in skip or raw is None:
            continue
        _provider(records, record, document, name, raw)
    for alias, model in _maps(document.data.get("aliases") if aliases else None):
        records[f"n/{alias}"] = {"to": model, "l": document.position(("aliases", alias), key=True)[0]}
    return records


def _provider(
    records: dict[str, Record], record: Record, document: _Located, name: str, raw: Mapping[str, Any]
) -> None:
    from modelcatalog.catalog.model.shorthand import expand

    def line(pointer: tuple[str | int, ...]) -> int:
        return document.position(("providers", name, *pointer), key=True)[0]

    record["v"], record["l"] = expand(raw, line)
    for alias in record["v"].get("aliases") or ():
        records[f"a/{alias}"] = {"to": name, "l": record["l"]["aliases"]}
    for variable in variables_in(record["v"]):
        records.setdefault(f"v/{variable}", {"by": []})["by"].append(name)
    for prefix in prefixes_in(record["v"]):
        records.setdefault(f"k/{prefix}", {"by": []})["by"].append(name)
    models = raw.get("models")
    if "models" in raw and models is None:
        record["v"]["models"] = None
    for model, facts in (models or {}).items():
        records[f"m/{name}/{model}"] = {"v": facts, "l": line(("models", model))}


def variables_in(entry: Mapping[str, Any]) -> Iterator[str]:
    """Every environment variable that an expanded entry, or a qualifier of it, names."""
    parts = [*(entry.get("settings") or {}).values(), *(entry.get("headers") or {}).values()]
    for part in parts:
        if isinstance(part, Mapping):
            yield from part.get("env") or ()
            yield from part.get("also") or ()
    for patch in (entry.get("qualifiers") or {}).values():
        if patch:
            yield from variables_in(patch)


def prefixes_in(entry: Mapping[str, Any]) -> Iterator[str]:
    """How the keys of an expanded entry begin, where it says so."""
    key = (entry.get("settings") or {}).get("api_key") or {}
    yield from key.get("prefixes") or ()
    if (prefix := literal_start(key.get("pattern"))) is not None:
        yield prefix


def key_prefixes(records: Records) -> Mapping[str, tuple[str, ...]]:
    """How keys begin, and the providers whose keys do. Asked with each plan, so it is read once."""
    known = _prefixes.get(records)
    if known is None:
        found = {key[2:]: records.get(key) for key in records.keys("k/")}
        known = {prefix: tuple(record["by"]) for prefix, record in found.items() if record is not None}
        _prefixes[records] = known
    return known


# The beginnings of keys in a layer, for as long as the layer lives: each check of a key asks for them.
_prefixes: WeakKeyDictionary[Records, Mapping[str, tuple[str, ...]]] = WeakKeyDictionary()


def literal_start(pattern: str | None) -> str | None:
    """What a pattern such as `^sk-` asks a text to begin with, where it asks for nothing else."""
    found = re.fullmatch(r"\^([A-Za-z0-9_-]{2,})", pattern or "")
    return found.group(1) if found else None


def _maps(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()
