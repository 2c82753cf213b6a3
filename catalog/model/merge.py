"""Merging of entries: maps key by key, lists and scalars replace, null removes; the position of each value is kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from modelcatalog.catalog.model.entries import Position

Positions = dict[str, Position]
"""Pointer ("settings/api_key/env"; "" for the whole) -> position."""


def merge(
    below: Mapping[str, Any],
    below_positions: Mapping[str, Position],
    above: Mapping[str, Any],
    above_positions: Mapping[str, Position],
) -> tuple[dict[str, Any], Positions]:
    """`above` laid over `below`. A null stays in the result as None, so that a default can't bring the value back."""
    if not below and not below_positions:
        return dict(above), dict(above_positions)
    positions = dict(below_positions)
    stale, fresh = sorted(below_positions), sorted(above_positions)

    def laid(below: Mapping[str, Any], above: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        merged = dict(below)
        for key, value in above.items():
            pointer = f"{prefix}{key}"
            old = merged.get(key)
            if isinstance(old, dict) and isinstance(value, dict):
                merged[key] = laid(old, value, f"{pointer}/")
                positions[pointer] = above_positions.get(
                    pointer, positions.get(pointer) or above_positions[""]
                )
                continue
            merged[key] = value
            for known in _within(stale, pointer):
                positions.pop(known, None)
            for known in _within(fresh, pointer):
                positions[known] = above_positions[known]
        return merged

    merged = laid(below, above, "")
    _restore_key(merged, above, "", positions)
    for name, patch in (above.get("qualifiers") or {}).items():
        if patch is not None and patch is not merged["qualifiers"][name]:
            _restore_key(merged["qualifiers"][name], patch, f"qualifiers/{name}/", positions)
    if "" in above_positions:
        positions[""] = above_positions[""]
    return merged, positions


def _restore_key(merged: dict[str, Any], above: Mapping[str, Any], prefix: str, positions: Positions) -> None:
    """A key over `api_key: none` brings authentication back: the `auth: none` below it holds no longer."""
    is_keyed = (above.get("settings") or {}).get("api_key") is not None
    if is_keyed and "auth" not in above and merged.get("auth") == ["none"]:
        del merged["auth"]
        positions.pop(f"{prefix}auth", None)


def _within(pointers: list[str], pointer: str) -> list[str]:
    """This pointer, if it is one of them, and those below it. They are sorted; `0` is what follows `/`."""
    at = bisect_left(pointers, pointer)
    itself = pointers[at : at + 1] if pointers[at : at + 1] == [pointer] else []
    start, end = bisect_left(pointers, f"{pointer}/", at), bisect_left(pointers, f"{pointer}0", at)
    return itself + pointers[start:end]


def part(positions: Mapping[str, Position], pointer: str) -> Positions:
    """The positions below `pointer`, seen from there."""
    prefix = f"{pointer}/"
    inside = {
        known[len(prefix) :]: position for known, position in positions.items() if known.startswith(prefix)
    }
    if pointer in positions:
        inside[""] = positions[pointer]
    return inside
