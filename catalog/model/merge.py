"""Merging of entries: maps key by key, lists and scalars replace, null removes; the position of each value is kept."""

from __future__ import annotations

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
    places = dict(below_places)
    merged = _merge(below, above, "", places, above_places)
    if "" in above_places:
        places[""] = above_places[""]
    return merged, places


def _merge(
    below: Mapping[str, Any],
    above: Mapping[str, Any],
    prefix: str,
    places: Places,
    above_places: Mapping[str, Place],
) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        pointer = f"{prefix}{key}"
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value, f"{pointer}/", places, above_places)
            places[pointer] = above_places.get(pointer, places.get(pointer) or above_places[""])
            continue
        merged[key] = value
        for stale in [known for known in places if known == pointer or known.startswith(f"{pointer}/")]:
            del places[stale]
        for known, place in above_places.items():
            if known == pointer or known.startswith(f"{pointer}/"):
                places[known] = place
    return merged


def part(places: Mapping[str, Place], pointer: str) -> Places:
    """The positions below `pointer`, seen from there."""
    prefix = f"{pointer}/"
    inside = {known[len(prefix) :]: place for known, place in places.items() if known.startswith(prefix)}
    if pointer in places:
        inside[""] = places[pointer]
    return inside
