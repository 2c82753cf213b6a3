"""A value of the wrong type, in words, and how it should have been written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.parsing.scalars import plain_value
from modelcatalog.catalog.redaction.heuristics import hides, redact_suspected, shown
from modelcatalog.catalog.redaction.secret_names import is_secret_name
from modelcatalog.catalog.validation.pointers import Pointer, owner, subject

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.document import Document

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
}
_ONE = {"aliases": "alias", "env": "variable", "also": "variable", "choices": "choice", "auth": "scheme"}
_YES_NO = {
    **dict.fromkeys(("yes", "y", "on", "1"), "true"),
    **dict.fromkeys(("no", "n", "off", "0"), "false"),
}
_GLUED = re.compile(r"[A-Za-z_][\w.-]*:(?!//)\S")
_VARIABLE = re.compile(r"\$?\{?(?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|PASSWORD|PAT))\}?")


def kind(value: Any) -> str:
    """The JSON Schema type of a value."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return kinds.get(type(value), "null")


def kinds_of(form: dict[str, Any]) -> list[str]:
    """The JSON Schema types that a part of the schema takes."""
    if "anyOf" in form:
        return [name for inner in form["anyOf"] for name in kinds_of(inner)]
    types = form.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def either(names: Iterable[str], word: str = "or") -> str:
    """The names in a row: a, b or c."""
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


def wrong_type(document: Document, forms: Sequence[dict[str, Any]], value: Any, pointer: Pointer) -> Problem:
    """The problem of `value`, whose type is that of none of the schema's `forms`."""
    wanted = list(dict.fromkeys(name for form in forms for name in kinds_of(form) if name != "null"))
    if _is_literal_secret(wanted, value, pointer):
        return literal_secret(document, value, pointer)
    if wanted == ["array"] and not isinstance(value, dict):
        return _no_list(document, value, pointer)
    found = _as_written(document, value, pointer)
    if pointer and pointer[-1] == "api_key" and "string" in wanted:
        message = f"{subject(pointer)}: expected required, optional, none or {{env: NAME}}, got {found}"
        hint = _key_hint(value)
        return document.problem(pointer, "wrong-type", message, hint)
    message = f"{subject(pointer)}: expected {_expected(forms)}, got {found}"
    has_choices = any("enum" in form for form in forms)
    hint = None if has_choices else _hint(wanted, value, found, pointer)
    return document.problem(pointer, "wrong-type", message, hint)


def _key_hint(value: Any) -> str | None:
    """What to write for an API key in place of a value that is none of its forms."""
    if isinstance(value, bool):
        return "write required" if value else "write none"
    if (
        isinstance(value, list)
        and value
        and all(isinstance(item, str) and variable_in(item) == item for item in value)
    ):
        return f"write {{env: [{', '.join(value)}]}}"
    return "write {env: [NAME, NAME]}" if isinstance(value, list) else None


def _expected(forms: Sequence[dict[str, Any]]) -> str:
    words = []
    for form in forms:
        types = [name for name in kinds_of(form) if name != "null"]
        if "number" in types and "pattern" in form:
            types.remove("string")  # a price as 2.50, which would be another text as a number
        if "enum" in form:
            words.append(either(choice for choice in form["enum"] if choice is not None))
        elif types:
            words.append(either(_KINDS[name] for name in types))
    has_choices = any("enum" in form for form in forms)
    return (", or " if has_choices else " or ").join(dict.fromkeys(words)) or "null only"


def _as_written(document: Document, value: Any, pointer: Pointer) -> str:
    """A number as the file has it (1e3, not 1000.0), any other value as messages show it."""
    word = document.source.word(*document.position(pointer))
    is_number = kind(value) in ("integer", "number") and plain_value(word or "null") == value
    return word if is_number else shown_value(value, pointer)


def literal_secret(document: Document, value: Any, pointer: Pointer) -> Problem:
    """The problem of a secret that is written in the file itself."""
    is_default = pointer[-1] == "default"
    message = (
        f"{subject(pointer[:-1] if is_default else pointer)} holds a value: secrets don't belong in this file"
    )
    variable = variable_in(value)
    form = f"{{env: {variable or 'NAME'}}}"
    hint = f"write {form}" if variable else f"write {form}, and put the value in that variable"
    if is_default:
        hint = "remove 'default', name a variable with 'env:', and put the value in that variable"
    return _unquoted(document, pointer, "literal-secret", message, hint, hide=variable is None)


def no_variable(document: Document, rule: str, value: str, pointer: Pointer) -> Problem:
    """The problem of a text that can't be a variable's name. It isn't shown: people put the secret itself here."""
    variable = variable_in(value)
    hint = f"write {variable}" if variable else "write the name; the value itself stays out of this file"
    return _unquoted(document, pointer, "wrong-form", rule, hint, hide=variable is None)


def variable_in(value: Any) -> str | None:
    """The name of a variable that `value` plainly is, as in $ACME_API_KEY."""
    match = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    return match["name"] if match else None


def shown_value(value: Any, pointer: Pointer) -> str:
    """A value in a message; where it is probably a secret, it is not shown."""
    return "a hidden value" if hides(pointer, value) else shown(value)


def _unquoted(
    document: Document, pointer: Pointer, code: str, message: str, hint: str, *, hide: bool
) -> Problem:
    line, column = document.position(pointer)
    hide_from = column if hide else None
    return document.source.problem(line, column, code, message, hint, pointer=pointer, hide_from=hide_from)


def _is_literal_secret(wanted: list[str], value: Any, pointer: Pointer) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not pointer:
        return False
    if pointer[-1] == "default":
        return not wanted
    return pointer[-1] == "api_key" or (
        is_secret_name(pointer[-1]) and pointer[-2:-1] in (("settings",), ("headers",))
    )


def _no_list(document: Document, value: Any, pointer: Pointer) -> Problem:
    name = str(pointer[-1])
    is_open = isinstance(value, str) and not hides(pointer, value) and redact_suspected(value) == value
    found = _as_written(document, value, pointer)
    message = f"{subject(pointer)}: expected a list, got one {_ONE.get(name, 'value')}, {found}"
    hint = f"write [{value}]" if is_open and str(value).isprintable() else "write it in [ ]"
    return document.problem(pointer, "wrong-type", message, hint)


def _hint(wanted: list[str], value: Any, found: str, pointer: Pointer) -> str | None:
    if isinstance(value, str):
        return _text_hint(wanted, value, pointer)
    if isinstance(value, list):
        return "write each name as a key, 'name: ...', without '-'" if wanted == ["object"] else None
    is_scalar = isinstance(value, int | float) and redact_suspected(found) == found
    return f'write "{found}"' if is_scalar and "string" in wanted and "number" not in wanted else None


def _text_hint(wanted: list[str], text: str, pointer: Pointer) -> str | None:
    if "boolean" in wanted and text.lower() in _YES_NO:
        return f"write {_YES_NO[text.lower()]}"
    if "integer" in wanted or "number" in wanted:
        number = plain_value(text.replace("_", "").replace(",", "").strip())
        return f"write {number}" if kind(number) in ("integer", *wanted) else None
    if "object" not in wanted:
        return None
    if _GLUED.match(text):
        return "write a blank after the ':'"
    if (
        owner(pointer).startswith("provider")
        and text.startswith(("https://", "http://"))
        and redact_suspected(text) == text
    ):
        return f"write {{base_url: {text}}}"
    return None
