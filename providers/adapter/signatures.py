"""What a function of an SDK takes."""

from __future__ import annotations

from typing import Any


def names_of(function: Any) -> frozenset[str]:
    """The names of a function's parameters, but `self` and private ones."""
    from inspect import signature

    return frozenset(
        name for name in signature(function).parameters if name != "self" and not name.startswith("_")
    )
