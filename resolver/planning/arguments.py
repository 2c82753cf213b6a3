"""Arguments: read from the command line, and sorted by the place that the entry sends each of them to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError
from modelcatalog.resolver.credentials.values import PlannedArgument

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Argument, Entry
    from modelcatalog.providers.adapter.adapter import Adapter

OPTIONS = ("timeout", "max_retries", "headers", "http_client", "auth", "allow_http")
"""Arguments that every adapter takes: seconds, a number of attempts after the first, a mapping, an HTTP client, one of
the entry's auth schemes, and whether a secret may go over plain http."""


def read_pairs(pairs: Iterable[str], entry_types: Mapping[str, Argument]) -> dict[str, Any]:
    """The values of `key=value` pairs: YAML 1.2 core meaning, and a list of commas where the entry declares a list.

    A `-` in a key is read as `_`. Raises ArgumentError for a pair without `=` and for a value that isn't YAML.
    """
    read: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        key = key.strip().replace("-", "_")
        if not sign or not key:
            raise ArgumentError(f"{pair!r} is not an argument: write NAME=VALUE.", argument=pair)
        declared = entry_types.get(key)
        read[key] = coerce(key, read_value(key, text), declared)
    return read


def read_value(key: str, text: str) -> Any:
    """The text as a YAML value; `a, b` and the like stay text."""
    from modelcatalog.catalog.parsing.document import DocumentError, parse_document
    from modelcatalog.catalog.parsing.scalars import plain_value

    stripped = text.strip()
    if stripped[:1] not in ("{", "[", '"', "'"):
        return plain_value(stripped)
    try:
        return parse_document(stripped, f"-M {key}").data
    except DocumentError as error:
        reason = error.problems[0].message
        raise ArgumentError(f"The value of {key} can't be read: {reason}.", argument=key) from None


def coerce(name: str, value: Any, declared: Argument | None) -> Any:
    """The value as the type that the entry declares for it. Raises ArgumentError when it can't be."""
    if declared is None or declared.type is None or value is None:
        return value
    if declared.type == "list":
        return _as_list(value)
    if declared.type == "string":
        return str(value)
    if isinstance(value, str):
        value = read_value(name, value)
    is_truth = isinstance(value, bool)
    fits = {
        "mapping": isinstance(value, Mapping),
        "boolean": is_truth,
        "integer": isinstance(value, int) and not is_truth,
        "number": isinstance(value, int | float) and not is_truth,
    }
    if not fits[declared.type]:
        raise ArgumentError(f"{name}: expected {_TYPE_WORDS[declared.type]}, got {value!r}.", argument=name)
    return value


_TYPE_WORDS = {
    "mapping": "a mapping",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(value, Sequence):
        return [item.strip() if isinstance(item, str) else item for item in value]
    return [value]


def route(
    entry: Entry, arguments: Mapping[str, Any], sources: Mapping[str, str], own: Collection[str] = ()
) -> tuple[PlannedArgument, ...]:
    """Where each argument goes; `own` are those that the adapter takes itself, unless the entry says otherwise.

    Raises ArgumentError for one that the entry refuses.
    """
    routed: list[PlannedArgument] = []
    for name, value in arguments.items():
        source = sources.get(name, "argument")
        declared = entry.arguments.get(name)
        if declared is not None:
            target: str = declared.target
            value = coerce(name, value, declared)
        elif name in entry.settings:
            target = "setting"
        elif name in OPTIONS:
            target = "option"
            _check_option(name, value)
        elif name in own:
            target = "adapter"
        else:
            target = entry.default_target
        if target == "refuse":
            reason = f" ({declared.description})" if declared is not None and declared.description else ""
            raise ArgumentError(f"{entry.id} doesn't take the argument {name}{reason}.", argument=name)
        routed.append(PlannedArgument(name, value, target, source))
    return tuple(routed)


def _check_option(name: str, value: Any) -> None:
    """Raises ArgumentError for an option of another kind. Its value isn't shown: a header may be a secret."""
    kind, example = _KINDS.get(name, (object, ""))
    if name in _KINDS and (not isinstance(value, kind) or isinstance(value, bool)):
        raise ArgumentError(f"{name}: expected {example}, got {type(value).__name__}.", argument=name)


_KINDS: dict[str, tuple[Any, str]] = {
    "headers": (Mapping, "a map, such as {X-Team: evals}"),
    "max_retries": (int, "a whole number"),
}
"""Options that the resolver itself has to understand."""


def check_signatures(entry: Entry, arguments: Iterable[PlannedArgument], adapter: Adapter) -> None:
    """Compare each argument with what its target really takes; imports the SDK. Raises UnknownArgumentError."""
    for argument in arguments:
        if argument.target in ("setting", "option", "body"):
            continue
        taken = adapter.parameters(argument.target)
        if taken is None or argument.name in taken:
            continue
        from modelcatalog.catalog.diagnostics.suggestions import nearest

        near = nearest(argument.name, [*entry.settings, *OPTIONS, *entry.arguments, *taken])
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownArgumentError(
            f"{entry.id} has no argument {argument.name!r} ({adapter.client_name(False)} doesn't take it).{guess}",
            argument=argument.name,
            suggestions=near,
        )
