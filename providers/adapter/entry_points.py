"""Adapters and catalog files that other installed packages bring, by entry points.

`modelcatalog.adapters`: NAME = MODULE:CLASS, a class derived from `Adapter`. `modelcatalog.catalogs`: NAME = a package
with a file models.yaml in it. Nothing of an extension is imported before one of its providers is used.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

ADAPTERS = "modelcatalog.adapters"
CATALOGS = "modelcatalog.catalogs"

Signature = tuple[tuple[str, int], ...]


class Extension(NamedTuple):
    """One entry point: its group and name, the class or package that it names, and the distribution it came with."""

    group: str
    name: str
    value: str
    distribution: str


# The extensions for the signature of the folders that modules come from: another signature, another answer.
_found: dict[Signature, tuple[Extension, ...]] = {}


def signature() -> Signature:
    """Changes when a package is installed or removed: the folders that modules come from, and their time stamps."""
    stamps = []
    for place in sys.path:
        try:
            stamps.append((place, os.stat(place or ".").st_mtime_ns))
        except OSError:
            continue
    return tuple(stamps)


def extensions(now: Signature | None = None) -> tuple[Extension, ...]:
    """Every extension that is installed, in the order of their names. Reads metadata, imports none.

    `now` is the signature of this moment, if the caller has it at hand.
    """
    now = now or signature()
    known = _found.get(now)
    if known is None:
        from importlib.metadata import entry_points

        points = [*entry_points(group=ADAPTERS), *entry_points(group=CATALOGS)]
        every = {Extension(p.group, p.name, p.value, p.dist.name if p.dist else "?") for p in points}
        _found.clear()
        known = _found[now] = tuple(sorted(every))
    return known


def is_known(now: Signature) -> bool:
    """Whether `extensions` has its answer for this signature at hand."""
    return now in _found


def stamp(now: Signature) -> str:
    """What `extensions` gives, as one word."""
    import json

    return json.dumps(extensions(now)).encode().hex()


def remember(now: Signature, word: str) -> None:
    """Take what `stamp` gave for the same signature, instead of looking again."""
    import json

    _found[now] = tuple(Extension(*fields) for fields in json.loads(bytes.fromhex(word)))


def adapter_modules() -> dict[str, list[Extension]]:
    """Adapter name -> those who bring it; more than one is a conflict."""
    found: dict[str, list[Extension]] = {}
    for extension in extensions():
        if extension.group == ADAPTERS:
            found.setdefault(extension.name, []).append(extension)
    return found


def catalog_files(now: Signature) -> list[tuple[Extension, Path | None]]:
    """The catalog file of each extension that brings one; None where the package or the file isn't found."""
    return [
        (extension, _file(extension.value)) for extension in extensions(now) if extension.group == CATALOGS
    ]


def _file(package: str) -> Path | None:
    from importlib.util import find_spec

    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    folders = spec.submodule_search_locations if spec is not None else None
    return next((path for folder in folders or () if (path := Path(folder) / "models.yaml").is_file()), None)
