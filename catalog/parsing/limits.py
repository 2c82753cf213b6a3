"""How large a catalog file may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a file. `max_alias_nodes` counts the values that aliases (`*name`) repeat."""

    max_bytes: int = 64 * 1024 * 1024
    max_depth: int = 32
    max_nodes: int = 5_000_000
    max_alias_nodes: int = 10_000


LIMITS = Limits()
