"""Arguments: read from the command line, and sorted by the place that the entry sends each of them to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError
from modelcatalog.resolver.credentials.values import PlannedArgument

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Argument, Entry
    from modelcatalog.providers.adapter.adapter import Adapter

OPTIONS = ("timeout", "max_retries", "headers", "http_client", "auth", "allow_http")
"""Arguments that every adapter takes: seconds, a number of attempts after the first, a mapping, an HTTP client, one of
the entry's auth schemes, and whether a secret may go over plain http."""


def read_pairs(
    pairs: Iterable[str], entry_types: Mapping[str, Argument], option: str = "-M"
) -> dict[str, Any]:
    """The values of `key=value` pairs: YAML 1.2 core meaning, and a list of commas where the entry declares a list.

    A `-` in a key is read as `_`. Raises ArgumentError for a pair without `=` and for a value that isn't YAML.
    """
    read: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            what = "no value" if key else "no name"
            raise ArgumentError(
                f"{what} in {option} {pair!r}; expected NAME=VALUE",
                argument=pair,
                hint=f"{option} {key or 'NAME'}=VALUE",
            )
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
        raise ArgumentError(f"the value of {key} can't be read: {reason}", argument=key) from None


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
        raise ArgumentError(f"{name}: expected {_TYPE_WORDS[declared.type]}, got {value!r}", argument=name)
    return value


_TYPE_WORDS = {
    "mapping": "a mapping such as {a: 1}",
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
            _check_option(name, value, source)
        elif name in own:
            target = "adapter"
        else:
            target = entry.default_target
        if target == "refuse":
            reason = f" ({declared.description})" if declared is not None and declared.description else ""
            raise ArgumentError(f"{entry.id} doesn't take the argument {name}{reason}", argument=name)
        routed.append(PlannedArgument(name, value, target, source))
    return tuple(routed)


def _check_option(name: str, value: Any, source: str) -> None:
    """Raises ArgumentError for an option of another kind. A header isn't shown: it may be a secret."""
    rule = _EXPECTED.get(name)
    if rule is None or rule.fits(value):
        return
    got = type(value).__name__ if isinstance(value, Mapping) or name == "headers" else repr(value)
    raise ArgumentError(
        f"{name}: expected {rule.expected}, got {got}",
        argument=name,
        hint=rule.shown(source) or f"resolve(model, {name}=...) in Python takes one",
    )


class _Expected(NamedTuple):
    """What an option has to be that the resolver itself understands."""

    expected: str
    example: str
    fits: Callable[[Any], bool]

    def shown(self, source: str) -> str | None:
        """The example as it is written there."""
        if source != "-M" or not self.example:
            return self.example or None
        return f"-M '{self.example}'" if "{" in self.example else f"-M {self.example}"


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


_EXPECTED: dict[str, _Expected] = {
    "headers": _Expected(
        "a mapping of names to values", "headers={X-Team: evals}", lambda value: isinstance(value, Mapping)
    ),
    "max_retries": _Expected(
        "a whole number from 0", "max_retries=2", lambda value: _is_number(value, int) and value >= 0
    ),
    "timeout": _Expected(
        "a positive number of seconds",
        "timeout=30",
        lambda value: _is_number(value, int | float) and 0 < value < float("inf"),
    ),
    "allow_http": _Expected("true or false", "allow_http=true", lambda value: isinstance(value, bool)),
    "http_client": _Expected(
        "a client object of Python, such as httpx.Client()",
        "",
        lambda value: not isinstance(value, str | int | float | list | Mapping),
    ),
}


def check_signatures(entry: Entry, arguments: Iterable[PlannedArgument], adapter: Adapter) -> None:
    """Compare each argument with what its target really takes; imports the SDK. Raises UnknownArgumentError."""
    for argument in arguments:
        if argument.target in ("setting", "option", "body"):
            continue
        taken = adapter.parameters(argument.target)
        if taken is not None and argument.name not in taken:
            raise _unknown(entry, argument, adapter, taken)


def _unknown(
    entry: Entry, argument: PlannedArgument, adapter: Adapter, taken: Collection[str]
) -> UnknownArgumentError:
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    name, of_calls = argument.name, _options_of_calls(adapter) - frozenset(taken)
    near = nearest(name, [*entry.settings, *OPTIONS, *entry.arguments, *taken, *of_calls])
    message = f"{entry.id} has no argument {name!r} ({adapter.client_name(False)} doesn't take it)"
    hint = f"catalog show {entry.id} (lists what it takes)"
    if name in of_calls:
        near = [name]
        message = f"{name!r} is an option of each call, not of the client ({adapter.client_name(False)})"
    if near and near[0] in of_calls:
        value = argument.value if isinstance(argument.value, int | float) else "..."
        hint = (
            f"chat(text, {near[0]}={value}) in Python, catalog chat -O {near[0]}={value} on the command line"
        )
    elif near:
        hint = f"did you mean {near[0]!r}?"
    return UnknownArgumentError(message, argument=name, suggestions=near, hint=hint)


def _options_of_calls(adapter: Adapter) -> frozenset[str]:
    """What can be given to each call: our own names, and those of the SDK."""
    from dataclasses import fields

    from modelcatalog.providers.adapter.chat_types import ChatCall

    own = frozenset(field.name for field in fields(ChatCall)) - {"model", "messages", "extra"}
    return own | ((adapter.parameters("request") if "request" in adapter.TARGETS else None) or frozenset())
