"""The meaning of an unquoted word: YAML 1.2 core, and text wherever a number would lose what was written."""

from __future__ import annotations

import re
from math import isinf

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_STARTS = frozenset("-+.0123456789")
_LONGEST = 400
_DECIMAL = re.compile(r"0|-?[1-9][0-9]{0,307}")
_BASED = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?P<exponent>[eE][-+]?[0-9]+)?")


def plain_value(text: str) -> Scalar:
    """What `text` means where it is unquoted.

    `2.5` is a number; `2.10`, `012`, `+5` and `1_000` are text, because the number would be written otherwise. So are
    `2024-10-21`, `12:30`, `no` and `on`.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS or len(text) > _LONGEST:
        return text
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return _float(text)


def _float(text: str) -> Scalar:
    match = _FLOAT.fullmatch(text)
    if match is None:
        return text
    value = float(text)
    if isinf(value):
        return text
    return value if match["exponent"] or repr(value) == text else text
