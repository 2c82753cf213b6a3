"""Anchors and aliases: a value that is written once (`&name`) and used in several places (`*name`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.catalog.parsing.limits import Limits

_ABSENT: Any = object()
_OPEN: Any = object()


class AliasError(Exception):
    """An alias that isn't allowed where it is. `is_final`: reading on could take without end."""

    def __init__(self, code: str, message: str, hint: str | None = None, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.is_final = code, message, hint, is_final


class Anchors:
    """The anchored values of one file, and how much its aliases have repeated so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._values: dict[str, Any] = {}
        self._repeated = 0

    def open(self, name: str) -> None:
        """A list or map with this anchor begins."""
        self._values[name] = _OPEN

    def close(self, name: str, value: Any) -> None:
        """The value with this anchor is complete."""
        self._values[name] = value

    def repeat(self, name: str, depth: int) -> Any:
        """The value for an alias below `depth` lists and maps. Raises AliasError."""
        value = self._values.get(name, _ABSENT)
        if value is _ABSENT:
            raise AliasError("alias", "no value before this has the anchor", "put it in quotes if it is text")
        if value is _OPEN:
            raise AliasError(
                "alias", "this alias is inside the value that it repeats", "replace the alias by the value"
            )
        self._measure(value, depth)
        return value

    def _measure(self, value: Any, depth: int) -> None:
        """Count what is repeated: without a bound, a few lines could mean billions of values."""
        level = [value]
        while level:
            self._repeated += len(level)
            if self._repeated > self._limits.max_alias_nodes:
                message = f"aliases repeat more than {self._limits.max_alias_nodes:,} values"
                raise AliasError(
                    "too-many-aliases", message, "replace the aliases by their values", is_final=True
                )
            containers = [item for item in level if type(item) in (dict, list)]
            depth += bool(containers)
            if depth > self._limits.max_depth:
                message = f"more than {self._limits.max_depth} levels of lists and maps in each other"
                raise AliasError("too-deep", message, is_final=True)
            level = [
                inner for item in containers for inner in (item.values() if type(item) is dict else item)
            ]
