"""Whether data fits a schema, said at a tenth of the cost of finding out where it doesn't.

Compiled from the schema: a function for each part of it. Knows the keywords that our schema uses and no other. What
it accepts, the jsonschema package accepts too; what it doesn't, that package looks at again, for the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any

Check = Callable[[Any], bool]

_WORDS = frozenset(
    "$schema $id $defs title description examples default deprecated pattern patternErrorMessage then else".split()
)
"""Keywords that say nothing of validity, or are read with another one."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def compiled(schema: Any, formats: Mapping[str, Check], search: Callable[[str], Check]) -> Check:
    """What says whether a value fits the schema, in which each reference was replaced by what it leads to.

    `formats` are those besides `date`; `search` makes what looks for a pattern in a text. Raises ValueError for a
    keyword that isn't known here.
    """
    return _Compiler({"date": _is_date, **formats}, search).check(schema)


class _Compiler:
    def __init__(self, formats: Mapping[str, Check], search: Callable[[str], Check]) -> None:
        self._formats, self._search = formats, search

    def check(self, schema: Any) -> Check:
        if isinstance(schema, bool):
            return _accept if schema else _refuse
        checks = [check for key, value in schema.items() if (check := self._keyword(key, value, schema))]
        if "pattern" in schema:
            checks.append(_of_text(self._search(schema["pattern"])))
        if _OBJECT & schema.keys():
            checks.append(self._object(schema))
        return _all(checks)

    def _keyword(self, key: str, value: Any, schema: Mapping[str, Any]) -> Check | None:
        if key in _WORDS or key in _OBJECT:
            return None
        match key:
            case "type":
                return _any([_TYPES[one] for one in ([value] if isinstance(value, str) else value)])
            case "enum" | "const":
                return _among(value if key == "enum" else [value])
            case "format":
                return _of_text(self._formats[value])
            case "anyOf":
                return _any([self.check(one) for one in value])
            case "if":
                return self._branches(value, schema)
            case "minimum":
                return lambda one: not _is_number(one) or one >= value
            case "minItems":
                return lambda one: type(one) is not list or len(one) >= value
            case "uniqueItems" if value is True:
                return lambda one: type(one) is not list or _is_unique(one)
            case "items":
                item = self.check(value)
                return lambda one: type(one) is not list or all(map(item, one))
            case "propertyNames":
                name = self.check(value)
                return lambda one: type(one) is not dict or all(map(name, one))
        raise ValueError(f"{key} is not known here")

    def _branches(self, condition: Any, schema: Mapping[str, Any]) -> Check:
        first = self.check(condition)
        then, other = (self.check(schema.get(key, True)) for key in ("then", "else"))
        return lambda one: then(one) if first(one) else other(one)

    def _object(self, schema: Mapping[str, Any]) -> Check:
        required = tuple(schema.get("required", ()))
        known = {name: self.check(part) for name, part in schema.get("properties", {}).items()}
        patterns = [
            (re.compile(pattern), self.check(part))
            for pattern, part in schema.get("patternProperties", {}).items()
        ]
        others = self.check(schema.get("additionalProperties", True))

        def check(value: Any) -> bool:
            if type(value) is not dict:
                return True
            for name in required:
                if name not in value:
                    return False
            for name, item in value.items():
                own = known.get(name)
                fitting = [part for pattern, part in patterns if pattern.search(name)] if patterns else ()
                if own is not None and not own(item):
                    return False
                for part in fitting:
                    if not part(item):
                        return False
                if own is None and not fitting and not others(item):
                    return False
            return True

        return check


_OBJECT = frozenset({"required", "properties", "patternProperties", "additionalProperties"})


def _accept(_: Any) -> bool:
    return True


def _refuse(_: Any) -> bool:
    return False


def _all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda one: first(one) and second(one)
    return lambda one: all(check(one) for check in checks)


def _any(checks: list[Check]) -> Check:
    return checks[0] if len(checks) == 1 else lambda one: any(check(one) for check in checks)


def _of_text(check: Check) -> Check:
    return lambda one: not isinstance(one, str) or check(one)


def _among(values: list[Any]) -> Check:
    """One of these values, and of its type: true is not 1."""
    return lambda one: any(type(one) is type(value) and one == value for value in values)


def _is_unique(items: list[Any]) -> bool:
    """Conservative: of items that can't be hashed, it says that they are not."""
    try:
        return len({(type(item), item) for item in items}) == len(items) and not _mixes(items)
    except TypeError:
        return False


def _mixes(items: list[Any]) -> bool:
    """Whether there are whole numbers and fractions, of which two may be equal."""
    return {int, float} <= set(map(type, items))


def _is_date(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(value: Any) -> bool:
    return type(value) is int or (type(value) is float and isfinite(value))


_TYPES: dict[str, Check] = {
    "string": lambda one: type(one) is str,
    "object": lambda one: type(one) is dict,
    "array": lambda one: type(one) is list,
    "boolean": lambda one: one is True or one is False,
    "null": lambda one: one is None,
    "integer": lambda one: type(one) is int,
    "number": _is_number,
}
