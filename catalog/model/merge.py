"""Merging of entries: maps key by key, lists and scalars replace, null removes; the position of each value is kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from modelcatalog.catalog.model.entries import Place

Places = dict[str, Place]
"""Pointer ("settings/api_key/env"; "" for the whole) -> place."""


def merge(
    below: Mapping[str, Any],
    below_places: Mapping[str, Place],
    above: Mapping[str, Any],
    above_places: Mapping[str, Place],
) -> tuple[dict[str, Any], Places]:
    """`above` laid over `below`. A null stays in the result as None, so that a default can't bring the value back."""
    if not below and not below_places:
        return dict(above), dict(above_places)
    places = dict(below_places)
    stale, fresh = sorted(below_places), sorted(above_places)

    def laid(below: Mapping[str, Any], above: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        merged = dict(below)
        for key, value in above.items():
            pointer = f"{prefix}{key}"
            old = merged.get(key)
            if isinstance(old, dict) and isinstance(value, dict):
                merged[key] = laid(old, value, f"{pointer}/")
                places[pointer] = above_places.get(pointer, places.get(pointer) or above_places[""])
                continue
            merged[key] = value
            for known in _within(stale, pointer):
                places.pop(known, None)
            for known in _within(fresh, pointer):
                places[known] = above_places[known]
        return merged

    merged = laid(below, above, "")
    if "" in above_places:
        places[""] = above_places[""]
    return merged, places


def _within(pointers: list[str], pointer: str) -> list[str]:
    """This pointer, if it is one of them, and those below it. They are sorted; `0` is what follows `/`."""
    at = bisect_left(pointers, pointer)
    itself = pointers[at : at + 1] if pointers[at : at + 1] == [pointer] else []
    start, end = bisect_left(pointers, f"{pointer}/", at), bisect_left(pointers, f"{pointer}0", at)
    return itself + pointers[start:end]


def part(places: Mapping[str, Place], pointer: str) -> Places:
    """The positions below `pointer`, seen from there."""
    prefix = f"{pointer}/"
    inside = {known[len(prefix) :]: place for known, place in places.items() if known.startswith(prefix)}
    if pointer in places:
        inside[""] = places[pointer]
    return inside
