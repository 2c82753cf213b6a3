"""Regular expressions that come out of catalog files: only those that can't be made to run for ever."""

from __future__ import annotations

import re
import warnings
from math import log2

from modelcatalog.catalog.redaction.secret import Secret, reveal

LONGEST = 256
"""Characters of a value that is compared at all: no key or setting with a form of its own is longer."""

_LONGEST_PATTERN = 200
_MOST_BITS = 24
_UNBOUNDED = log2(LONGEST)
_CLASS = r"(?s)\[\^?\]?(?:\\.|[^\]\\])*\]"
_REPEAT = r"(?P<group>\))?(?:(?P<open>[*+]|\{\d*,\})|\{(?P<least>\d*),(?P<most>\d+)\}|(?P<fixed>\{\d+\})|\?)"


INVALID = (re.error, OverflowError, FutureWarning)


class SlowPatternError(Exception):
    """The expression is valid, but there are values on which it would take too long."""


def check_pattern(pattern: str) -> None:
    """Raises one of INVALID for what is no regular expression, SlowPatternError for one that could take too long.

    Python's engine tries every way in which repeats can share a text between them. With no repeated groups their
    number is the product of the choices at each repeat and alternative, and so has a bound that can be read off.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise SlowPatternError
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        re.compile(pattern)
    plain = re.sub(_CLASS, "x", re.sub(r"\\.", "x", pattern, flags=re.DOTALL)).replace("(?", "(")
    bits = 0.0 if plain.startswith("^") and "|" not in plain else _UNBOUNDED
    bits += plain.count("|")
    for repeat in re.finditer(_REPEAT, plain):
        if repeat["open"]:
            bits += _UNBOUNDED
        elif repeat["most"]:
            bits += log2(max(2, int(repeat["most"][:4]) - int(repeat["least"][:4] or 0) + 1))
        elif not repeat["fixed"]:
            bits += 1
        if repeat["group"] and repeat[0] != ")?":
            raise SlowPatternError
    if bits > _MOST_BITS:
        raise SlowPatternError


def fits(pattern: str, text: str | Secret) -> bool:
    """Whether the expression is found in the text. A text that is too long to be compared fits."""
    return len(reveal(text)) > LONGEST or re.search(pattern, reveal(text)) is not None
