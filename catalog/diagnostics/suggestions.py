"""Near misses: which of the known names may have been meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 100
_SHORTEST = 3


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.75, most: int = 3) -> list[str]:
    """Those of `candidates` that `word` may be a misspelling of, the nearest first, `most` of them at most.

    Capitals don't count. One letter too many, too few, wrong or swapped is near, also in a short word.
    """
    from difflib import SequenceMatcher

    if len(word) > _LONGEST:
        return []
    folded = word.casefold()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(folded)
    scored: list[tuple[float, str]] = []
    for candidate in dict.fromkeys(candidates):
        other = candidate.casefold()
        shorter, longer = sorted((len(folded), len(other)))
        if not shorter or (2 * shorter / (shorter + longer) < cutoff and longer - shorter > 1):
            continue
        matcher.set_seq1(other)
        close = matcher.quick_ratio() >= cutoff and matcher.ratio() >= cutoff
        if close or is_one_edit(folded, other):
            scored.append((-matcher.ratio(), candidate))
    return [candidate for _, candidate in sorted(scored)[:most]]


def is_one_edit(word: str, other: str) -> bool:
    """Whether one letter inserted, deleted, replaced or swapped makes `other` of `word`; never for words of 2."""
    if not -1 <= len(word) - len(other) <= 1 or min(len(word), len(other)) < _SHORTEST:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    one, two = word[start:], other[start:]
    swapped = one[:2] == two[1::-1] and one[2:] == two[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or swapped
