"""What a JSON Schema validator found, in the words of somebody who writes catalog files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.diagnostics.suggestions import nearest
from modelcatalog.catalog.redaction.heuristics import hides, redact_suspected, shown, visible
from modelcatalog.catalog.validation.pointers import Pointer, field, names_thing, owner, subject
from modelcatalog.catalog.validation.references import hint_of, reference_in
from modelcatalog.catalog.validation.safe_regex import SlowPatternError
from modelcatalog.catalog.validation.semantics import usual_adapter_hint
from modelcatalog.catalog.validation.type_messages import (
    either,
    kind,
    kinds_of,
    literal_secret,
    no_variable,
    shown_value,
    variable_in,
    wrong_type,
)

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.document import Document

_FEW = 9

_ELSEWHERE = {
    **dict.fromkeys(("url", "api", "api_base", "api_url", "api_endpoint", "server_url"), "base_url"),
    **dict.fromkeys(("key", "token", "env_key", "api_key_env", "api_key_env_var", "key_env"), "api_key"),
    **dict.fromkeys(("sdk", "type", "kind", "npm"), "adapter"),
    **dict.fromkeys(("default_headers", "extra_headers"), "headers"),
    **dict.fromkeys(("context", "context_length", "max_input_tokens", "max_model_len"), "context_window"),
    **dict.fromkeys(("max_output", "max_tokens", "max_completion_tokens"), "max_output_tokens"),
    **dict.fromkeys(("variable", "variables", "env_var", "environment"), "env"),
}
"""Keys of other tools' files -> ours."""


class Mismatch(NamedTuple):
    """One of the validator's errors."""

    document: Document
    schema: dict[str, Any]
    error: Any

    @property
    def pointer(self) -> Pointer:
        return tuple(self.error.absolute_path)

    @property
    def value(self) -> Any:
        return self.error.instance

    @property
    def wanted(self) -> Any:
        return self.error.validator_value

    def problem(self, code: str, message: str, hint: str | None = None) -> Problem:
        return self.document.problem(self.pointer, code, message, hint)


def problems_of(mismatch: Mismatch) -> Iterable[Problem]:
    """The problems that one of the validator's errors means."""
    words = _WORDS.get(mismatch.error.validator)
    return () if words is None else words(mismatch)


def _type(at: Mismatch) -> Iterator[Problem]:
    yield wrong_type(at.document, [at.error.schema], at.value, at.pointer)


def _any_of(at: Mismatch) -> Iterator[Problem]:
    """The problems of the one form that the value's shape shows to be meant."""
    for number, form in enumerate(at.wanted):
        if kind(at.value) in kinds_of(form):
            for inner in at.error.context:
                if inner.schema_path[0] == number:
                    yield from problems_of(at._replace(error=inner))
            return
    yield wrong_type(at.document, at.wanted, at.value, at.pointer)


def _enum(at: Mismatch) -> Iterator[Problem]:
    if not isinstance(at.value, str):
        return  # the type is wrong, and that is reported
    choices = [choice for choice in at.wanted if choice is not None]
    near = nearest(at.value, choices)
    if at.pointer[-1] == "api_key" and not near:
        yield literal_secret(at.document, at.value, at.pointer)
        return
    is_hidden = hides(at.pointer, at.value)
    message = f"{subject(at.pointer)}: expected {either(choices)}" + (
        "" if is_hidden else f", got {shown(at.value)}"
    )
    yield at.problem("wrong-choice", message, f"did you mean {near[0]!r}?" if near else None)


def _const(at: Mismatch) -> Iterator[Problem]:
    if kind(at.value) == "integer" and at.value > at.wanted:
        message = (
            f"the file is of catalog format {shown(at.value)}, and this version reads format {at.wanted}"
        )
        yield at.problem("wrong-version", message, "update modelcatalog")
    else:
        message = f"version of the catalog format: expected {at.wanted}, got {shown(at.value)}"
        yield at.problem("wrong-version", message, f"write 'catalog: {at.wanted}'")


def _pattern(at: Mismatch) -> Iterator[Problem]:
    rule = _broken_rule(at)
    hint = None if hides(at.pointer, at.value) else _form_hint(at.value, at.wanted)
    if (reference := reference_in(at.value)) is not None:
        where = {"'base_url'": "settings/base_url", "'endpoint'": "endpoint"}.get(field(at.pointer), "")
        hint = f"nothing is filled in here: {hint_of(reference, where, at.value)}"
    if field(at.pointer) == "'adapter'":
        hint = usual_adapter_hint(at.value)
    if "propertyNames" in at.error.absolute_schema_path:
        pointer = (*at.pointer, at.value)
        message = f"{rule}; got {shown(at.value)}"
        yield at.document.problem(pointer, "wrong-form", message, hint, key=True)
    elif field(at.pointer) in ("'env'", "'also'") and not names_thing(at.pointer):
        yield no_variable(at.document, rule, at.value, at.pointer)
    else:
        yield at.problem("wrong-form", f"{rule}; got {shown_value(at.value, at.pointer)}", hint)


def _broken_rule(at: Mismatch) -> str:
    """The rule that the value breaks; of a base URL's several, the one that is broken."""
    text: str = at.value
    if "https?" in at.wanted and not text.casefold().startswith(("https://", "http://", "{")):
        return f"{_kind_of_url(at.wanted)} begins with https:// or http://"
    if "https?" in at.wanted:
        for char, what in (("@", "user name"), ("?", "query string"), ("#", "fragment")):
            if char in text:
                return f"{_kind_of_url(at.wanted)} has no {what}"
    rule: str = at.error.schema["patternErrorMessage"]
    return rule


def _kind_of_url(pattern: str) -> str:
    return "a base URL" if "|" in pattern else "a web address"


def _form_hint(value: str, pattern: str) -> str | None:
    """The nearest text that has the form."""
    dashed = "-".join(value.split())
    if "/" in value and re.fullmatch(pattern, slashed := dashed.lower().replace("/", "-")):
        return (
            f"write {slashed}, or {value.rpartition('/')[2]} below 'qualifiers:' of {value.partition('/')[0]}"
        )
    better = [
        value.strip(),
        value.lower(),
        dashed,
        dashed.lower(),
        f"/{value}",
        _padded(value),
        f"{value}/MODEL",
    ]
    if "https?" in pattern:
        if "?" in value:
            return "remove the '?' and what follows it"
        if "@" in value:
            return "remove what is before the '@'"
        better = [] if "://" in value else [f"https://{value}"]
    for text in better:
        if text != value and re.fullmatch(pattern, text) and redact_suspected(text) == text:
            return f"write {text}"
    return None


def _padded(value: str) -> str:
    match = re.fullmatch(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})", value)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else value


def _format(at: Mismatch) -> Iterator[Problem]:
    value = shown_value(at.value, at.pointer)
    if at.wanted == "date":
        yield at.problem("no-such-day", f"there is no day {value}")
    elif isinstance(at.error.cause, SlowPatternError):
        hint = "repeat single characters and sets, not groups, and few of them; begin it with ^"
        yield at.problem("slow-pattern", f"{value} could take very long on some values", hint)
    else:
        reason = str(at.error.cause or "").split(" at position")[0]
        yield at.problem(
            "wrong-form", f"{value} is no regular expression: {visible(redact_suspected(reason))}"
        )


def _required(at: Mismatch) -> Iterator[Problem]:
    fixes = {"catalog": "begin it with 'catalog: 1'", "env": "write {env: NAME}", "to": "write {to: body}"}
    for name in at.wanted:
        if name not in at.value:
            code = "not-a-catalog" if name == "catalog" else "missing-key"
            yield at.problem(code, f"{owner(at.pointer)} has no key {name!r}", fixes.get(name))


def _additional(at: Mismatch) -> Iterator[Problem]:
    known = at.error.schema.get("properties", {})
    place = f"in {owner(at.pointer)}" if at.pointer else "at the top of the file"
    for key in at.value:
        if key not in known:
            message = f"unknown key {shown(key)} {place}"
            hint = _key_hint(at, key, known)
            yield at.document.problem((*at.pointer, key), "unknown-key", message, hint, key=True)


def _key_hint(at: Mismatch, key: str, known: dict[str, Any]) -> str | None:
    if hint := _hint_for_other_tools(at, key):
        return hint
    elsewhere = [_ELSEWHERE[key]] if _ELSEWHERE.get(key) in known else []
    near = sorted(elsewhere or nearest(key, known), key=lambda name: name in at.value)
    if near and near[0] in at.value:
        return f"remove it: {near[0]!r} is given already"
    if near:
        return f"did you mean {near[0]!r}?"
    if not at.pointer:
        return "a provider belongs below 'providers:'" if isinstance(at.value[key], dict) else None
    for name in ("provider", "setting", "model"):
        if key in at.schema["$defs"][name]["properties"]:
            return f"it is a key of a {name}"
    if len(known) <= _FEW:
        return f"known are {either(known, 'and')}"
    return "a setting of that name belongs below 'settings:'" if "settings" in known else None


def _hint_for_other_tools(at: Mismatch, key: str) -> str | None:
    """What to do about a key of another tool's file whose value isn't taken as it is: an API key, an adapter."""
    value, known = at.value[key], at.error.schema.get("properties", {})
    ours = _ELSEWHERE.get(key) or next(iter(nearest(key, known)), None)
    if not isinstance(value, str) or value in ("required", "optional", "none") or ours in at.value:
        return None
    if ours == "adapter":
        return usual_adapter_hint(value)
    if ours != "api_key" or ours not in known:
        return None
    is_name = "env" in key and re.fullmatch(r"[A-Z][A-Z0-9_]*", value) is not None
    variable = value if is_name and redact_suspected(value) == value else variable_in(value)
    hint = f"write api_key: {{env: {variable or 'NAME'}}}"
    return hint if variable else f"{hint}, and put the value in that variable"


def _empty(at: Mismatch) -> Iterator[Problem]:
    yield at.problem(
        "empty-list", f"{subject(at.pointer)} is an empty list", "write null to remove an inherited one"
    )


def _twice(at: Mismatch) -> Iterator[Problem]:
    items: list[Any] = at.value
    second = repeated(items) or 0
    pointer = (*at.pointer, second)
    message = f"{shown_value(items[second], at.pointer)} appears twice in {subject(at.pointer)}"
    yield at.document.problem(pointer, "twice", message, "keep one of them")


def repeated(items: list[Any]) -> int | None:
    """The first item that appears a second time. Lists and maps don't count: no list of ours may hold them."""
    seen: set[tuple[bool, Any]] = set()
    for number, item in enumerate(items):
        if isinstance(item, list | dict):
            continue
        key = (isinstance(item, bool), item)
        if key in seen:
            return number
        seen.add(key)
    return None


def _minimum(at: Mismatch) -> Iterator[Problem]:
    message = f"{subject(at.pointer)}: expected {at.wanted} or more, got {shown(at.value)}"
    yield at.problem("too-small", message, "leave it out if it isn't known" if at.value == 0 else None)


_WORDS: dict[str, Callable[[Mismatch], Iterator[Problem]]] = {
    "type": _type,
    "anyOf": _any_of,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "required": _required,
    "additionalProperties": _additional,
    "minItems": _empty,
    "uniqueItems": _twice,
    "minimum": _minimum,
}
