"""Where each value of a document begins, packed."""

from __future__ import annotations

from array import array
from typing import Any

_LINEAR = 16


class Positions:
    """Line and column (from 0) in one integer each, in one array for the whole file.

    The positions in a container are kept together: key and value in turn, or the items. Containers are known by
    identity, so positions are of use only as long as the document's data lives, unchanged.
    """

    __slots__ = ("_flat", "_index", "_offset", "root")

    def __init__(self) -> None:
        self.root = 0
        self._flat = array("Q")
        self._offset: dict[int, int] = {}
        self._index: dict[int, dict[str, int]] = {}

    def add(self, container: object, positions: list[int]) -> None:
        """Keep the positions of a complete list or map."""
        self._offset[id(container)] = len(self._flat)
        self._flat.extend(positions)

    def find(self, container: Any, step: Any, *, key: bool = False) -> int:
        """The position of `container[step]`, which must exist, or of that key."""
        offset = self._offset[id(container)]
        if isinstance(container, list):
            return self._flat[offset + int(step)]
        return self._flat[offset + 2 * self._order(container, step) + (not key)]

    def _order(self, container: dict[str, Any], step: str) -> int:
        if len(container) <= _LINEAR:
            return list(container).index(step)
        index = self._index.get(id(container))
        if index is None:
            index = self._index[id(container)] = {name: at for at, name in enumerate(container)}
        return index[step]
