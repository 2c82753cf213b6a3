"""What of a file may be shown: secrets that somebody wrote into it are redacted, hidden characters made visible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from modelcatalog.catalog.redaction.secret_names import is_secret_name

REDACTED = "****"
_REACH = 4000
_STEP = 1000
_WIDEST = 100
_SHORT = 40

_VARIABLES = ("env", "also")
OF_A_SETTING = (*_VARIABLES, "pattern", "choices", "description")
"""Keys of a secret setting that hold no secret."""

_FIELD = re.compile(r"""(?<![\w.-])(?P<name>[\w.-]++)["']?\s*+[:=]""")
_ENTRY = re.compile(r"""[,{]\s*+["']?[\w.-]++["']?\s*+:(?:\s|$)""")
_TOKEN = re.compile(r"""[^\s,\[\]{}"']+""")
_SHOWN_VALUE = re.compile(
    r"[|>][+-]?|[-{}?:$]|\d{1,4}|\*\*\*\*|[A-Z][A-Z0-9]{0,4}|\$?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|"
    r"(?i:(?:required|optional|none|null|~|true|false|yes|no|on|off|env|also|pattern|description|choices|default):?)"
)
_SHAPES = (
    re.compile(
        r"(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xai|ghp|gho|github_pat|glpat|hf|r8|nvapi|csk|fw|pplx|tgp)[-_][\w-]{6,}"
    ),
    re.compile(r"(?<![A-Za-z0-9])(?:AIza|AKIA|ASIA|eyJ)[\w.-]{12,}"),
    re.compile(r"(?i)(?<=\bbearer )\s*+[^\s\"'{]\S*"),
    re.compile(r"(?<=://)[^/\s@]++(?=@)"),
    re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}"),
)
_HIDDEN = re.compile(
    r"[^\x20-\x7e\xa0-\u200a\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def hides(pointer: Sequence[str | int], value: object) -> bool:
    """Whether `value`, at `pointer`, is probably a secret. Where a variable is named, people put those."""
    if (
        isinstance(value, bool)
        or not isinstance(value, str | int | float)
        or _SHOWN_VALUE.fullmatch(str(value))
    ):
        return False
    *_, section, above, last = ("", "", "", *(step for step in pointer if isinstance(step, str)))
    if last in OF_A_SETTING:
        return last in _VARIABLES
    is_in_secret = above == "api_key" or (section in ("settings", "headers") and is_secret_name(above))
    return is_secret_name(last) or is_in_secret


def redact_suspected(text: str) -> str:
    """`text` with everything redacted that looks like a secret, by the name before it or by its shape."""
    return _replaced(text, _secret_spans(text), 0)[0]


def visible(text: str) -> str:
    """`text` without characters that would move the cursor, colour a terminal or turn the reading direction."""
    return _HIDDEN.sub("\ufffd", text.replace("\t", " "))


def shown(value: object) -> str:
    """A value as a message shows it: short, in quotes if it is text, without secrets."""
    if isinstance(value, str):
        text = redact_suspected(value[:_REACH])
        return repr(visible(text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."))
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return str(value)[:_SHORT]
    return "a map" if isinstance(value, dict) else "a list"


def excerpt(line: str, column: int, hide_from: int | None = None) -> tuple[str, int]:
    """The part of a source line around `column` (from 1) that may be shown, and the offset of that column in it.

    From column `hide_from` on, all is redacted.
    """
    start = max(0, (column - 1 - _REACH) // _STEP * _STEP)
    text, caret = line[start : start + 2 * _REACH + _STEP], column - 1 - start
    spans = [*_secret_spans(text)]
    if hide_from is not None:
        spans.append((max(0, hide_from - 1 - start), len(text)))
    text, caret = _replaced(text, spans, caret)
    text = visible(text).rstrip()
    if len(text) > _WIDEST:
        left = max(0, caret - _WIDEST * 2 // 3)
        end = left + _WIDEST
        text = ("..." if left else "") + text[left:end] + ("..." if end < len(text) else "")
        caret -= left - (3 if left else 0)
    return text, caret


# A message and its parts are asked for one after the other.
@lru_cache(maxsize=4)
def _secret_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Remembers the last few: one long line may have a thousand problems."""
    spans = [match.span() for shape in _SHAPES for match in shape.finditer(text)]
    done = closed = 0
    for field in _FIELD.finditer(text):
        is_inside = field.start() < closed and field["name"] not in OF_A_SETTING
        is_secret = is_secret_name(field["name"]) or field["name"] in _VARIABLES
        if field.start() < done or not (is_secret or is_inside):
            continue
        done = _value_end(text, field)
        if text[field.end() : done].strip() == "{":
            closed = text.index("}", done) if "}" in text[done:] else len(text)
        end = len(text[:done].rstrip(" \t]}\"'"))
        hidden = (
            one for one in _TOKEN.finditer(text, field.end(), end) if not _SHOWN_VALUE.fullmatch(one[0])
        )
        if (first := next(hidden, None)) is not None:
            spans.append((first.start(), end))
    return tuple(spans)


def _value_end(text: str, field: re.Match[str]) -> int:
    """Where the value of a field ends: before the next key, but only of a map in braces, and not inside quotes."""
    start = field.end() + len(text[field.end() :]) - len(text[field.end() :].lstrip())
    quote = text[start : start + 1]
    if quote and quote in "\"'":
        start = len(text) - len(text[start + 1 :].partition(quote)[2])
    is_in_braces = text.count("{", 0, field.start()) > text.count("}", 0, field.start())
    after = _ENTRY.search(text, start) if is_in_braces or quote == "{" else None
    return after.start() + (text[after.start()] == "{") if after else len(text)


def _replaced(text: str, spans: Sequence[tuple[int, int]], caret: int) -> tuple[str, int]:
    """`text` with asterisks for each stretch that the spans cover, and where `caret` is then."""
    pieces: list[str] = []
    at, moved = 0, caret
    for start, end in _joined(spans):
        pieces += [text[at:start], REDACTED]
        if caret >= end:
            moved += len(REDACTED) - (end - start)
        elif caret > start:
            moved = len("".join(pieces)) - len(REDACTED)
        at = end
    return "".join([*pieces, text[at:]]), moved


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined
