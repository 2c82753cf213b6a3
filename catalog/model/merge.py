"""Merging of entries: maps key by key, lists and scalars replace, null removes; the position of each value is kept."""

from __future__ import annotations

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
    positions = dict(below_positions)
    merged = _merge(below, above, "", positions, above_positions)
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


def _merge(
    below: Mapping[str, Any],
    above: Mapping[str, Any],
    prefix: str,
    positions: Positions,
    above_positions: Mapping[str, Position],
) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        pointer = f"{prefix}{key}"
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value, f"{pointer}/", positions, above_positions)
            positions[pointer] = above_positions.get(pointer, positions.get(pointer) or above_positions[""])
            continue
        merged[key] = value
        for stale in [known for known in positions if known == pointer or known.startswith(f"{pointer}/")]:
            del positions[stale]
        for known, position in above_positions.items():
            if known == pointer or known.startswith(f"{pointer}/"):
                positions[known] = position
    return merged


def part(positions: Mapping[str, Position], pointer: str) -> Positions:
    """The positions below `pointer`, seen from there."""
    prefix = f"{pointer}/"
    inside = {
        known[len(prefix) :]: position for known, position in positions.items() if known.startswith(prefix)
    }
    if pointer in positions:
        inside[""] = positions[pointer]
    return inside
