"""Safety settings of Google's models: our short words, and the names that all of Google's SDKs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError

# https://ai.google.dev/gemini-api/docs/safety-settings, 2026-11-23. Set for every model, to `none` unless said.
_USUAL = ("sexually_explicit", "hate_speech", "harassment", "dangerous_content")
# Added by the SDKs later, to each its own. Sent only when said: a model refuses a category that it doesn't have.
_FURTHER = (
    "civic_integrity",
    "jailbreak",
    "image_sexually_explicit",
    "image_hate",
    "image_harassment",
    "image_dangerous_content",
)
_THRESHOLDS = {
    "none": "BLOCK_NONE",
    "only_high": "BLOCK_ONLY_HIGH",
    "medium_and_above": "BLOCK_MEDIUM_AND_ABOVE",
    "low_and_above": "BLOCK_LOW_AND_ABOVE",
    "off": "OFF",
}
_ARGUMENT = "safety_settings"


def safety_settings(given: object, categories: Iterable[Any], thresholds: Iterable[Any]) -> dict[str, str]:
    """HARM_CATEGORY_* -> BLOCK_* (or OFF), for each of the four usual categories and those that are given.

    `given` is a mapping of our words, its text in JSON or YAML, or None; the others are the enums of the SDK in use.
    Makes a new dict each time. Raises ArgumentError for a word that is neither a category nor a threshold.
    """
    long = {one.name for one in (*categories, *thresholds)}
    known = [name for name in (*_USUAL, *_FURTHER) if _long(name) in long]
    words = [word for word, name in _THRESHOLDS.items() if name in long]
    chosen = dict.fromkeys(_USUAL, "none")
    for category, threshold in _mapping(given).items():
        if category not in known:
            raise _unknown("category", category, known)
        # `off` without quotes is a truth value in other readers of YAML.
        word = "off" if threshold is False else threshold
        if not isinstance(word, str) or word not in words:
            raise _unknown(f"threshold for {category}", threshold, words)
        chosen[category] = word
    return {_long(category): _THRESHOLDS[threshold] for category, threshold in chosen.items()}


def adapter_arguments(given: Mapping[str, Any]) -> object:
    """The safety settings among the arguments for the adapter, of which there are no others."""
    return given.get(_ARGUMENT)


ADAPTER_ARGUMENTS = frozenset({_ARGUMENT})


def _long(category: str) -> str:
    return f"HARM_CATEGORY_{category.upper()}"


def _mapping(given: object) -> Mapping[Any, Any]:
    if given is None:
        return {}
    value = _read(given) if isinstance(given, str) else given
    if not isinstance(value, Mapping):
        raise ArgumentError(
            f"{_ARGUMENT} is {given!r}; expected a mapping such as {{hate_speech: low_and_above}}.",
            argument=_ARGUMENT,
        )
    return value


def _read(text: str) -> Any:
    from modelcatalog.catalog.parsing.document import DocumentError, parse_document

    try:
        return parse_document(text, _ARGUMENT).data
    except DocumentError as error:
        reason = error.problems[0].message
        raise ArgumentError(f"{_ARGUMENT} can't be read: {reason}.", argument=_ARGUMENT) from None


def _unknown(what: str, word: object, valid: Sequence[str]) -> ArgumentError:
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    near = nearest(str(word), valid)
    return ArgumentError(
        f"{_ARGUMENT}: there is no {what} {word!r}; there are {', '.join(valid)}.",
        argument=_ARGUMENT,
        suggestions=near,
    )
