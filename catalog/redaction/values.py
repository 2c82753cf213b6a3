"""Secrets redacted in a text by their value: as they are, encoded, broken over lines, or cut short.

The rules, with the reason for each:

- A secret of eight characters or more is redacted wherever it appears, in whatever case, also across white space.
- A shorter one only where it is the whole text, or follows a word such as `key:`: the key `test` of a local server must
  not take that word out of every sentence.
- So are its encodings: percent, JSON, HTML, hexadecimal, and Base64 with anything before or after it (`user:key`).
- Of one of sixteen characters or more also each part of eight or more that looks like a key (letters and digits, or
  both cases) or has sixteen; and each beginning or end of five or more beside the asterisks or dots of another
  program's redaction.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

REDACTED = "****"
WHOLE = 8
"""Characters from which a secret is redacted wherever it appears."""

_LONG = 16
_PART = 8
_CUT = 5
_MOST_CUT = 64
_FAR = 1 << 17
_HUGE = 1 << 20
_SOLID = re.compile(r"(?:(?!\\[nrt])\S)+")
_RUN = re.compile(r"[*.…•]+")
"""Stars or dots of somebody's own redaction. One dot before a letter is a part of a name: api.openai.com."""
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?[A-Z_][A-Z0-9_]*=\s*")
_NAMED = r"(?:key|token|secret|passw\w*|authorization|bearer|basic|credential)s?"

_BREAKS = re.compile(r"\s|\\[nrt]")

Span = tuple[int, int]


def redact_values(text: str, secrets: Iterable[str]) -> str:
    """The text with every trace of these secrets redacted."""
    return redactor(secrets).redact(text)


def redactor(secrets: Iterable[str]) -> Redactor:
    """What redacts these secrets in any text. The last one is kept: a failed call asks for the same again."""
    given = frozenset(secret for secret in secrets if secret.strip())
    known = _last[0] if _last else None
    if known is None or known.secrets != given:
        known = Redactor(given)
        _last[:] = [known]
    return known


class Redactor:
    """A set of secrets, their encodings worked out once. A text is read once, however many secrets there are."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self.secrets = secrets
        self._known = sorted(
            {*secrets, *filter(str.strip, map(_core, secrets))}, key=lambda one: (-len(one), one)
        )
        self._short = [secret.strip() for secret in self._known if len(_bare(secret)) < WHOLE]
        long = [(secret, bare) for secret in self._known if len(bare := _bare(secret)) >= WHOLE]
        self._forms: dict[str, set[str]] = {}
        for secret, bare in long:
            for form in _forms(secret, bare):
                self._forms.setdefault(form[:_PART], set()).add(form)
        self._heads: dict[str, list[str]] = {}
        self._tails: dict[str, list[str]] = {}
        for _, bare in long:
            if len(bare) >= _LONG:
                self._heads.setdefault(bare.lower()[:_CUT], []).append(bare.lower())
                self._tails.setdefault(bare.lower()[-_CUT:], []).append(bare.lower())
        self._parts: dict[str, list[str]] = {}
        for secret in dict.fromkeys(
            bare.lower() for one, _ in long if len(bare := _bare(_core(one))) >= _LONG
        ):
            for at in range(len(secret) - _PART + 1):
                self._parts.setdefault(secret[at : at + _PART], []).append(secret)
        self._grams = self._forms.keys() | self._parts.keys()

    def redact(self, text: str) -> str:
        """The text with every trace of the secrets redacted."""
        if not self._known or not text:
            return text
        if len(text) > _HUGE:
            return _replaced(text, self._known)
        spans = [span for secret in self._short for span in _short(text, secret)]
        if len(text) >= _CUT:
            spans += self._long(text)
        return _covered(text, spans) if spans else text

    def _long(self, text: str) -> Iterator[Span]:
        plain = text.lower()
        if len(plain) == len(text) and not _BREAKS.search(text):
            solid: _Solid | None = None
        else:
            solid = _Solid([(match.start(), match[0]) for match in _SOLID.finditer(text)])
            plain = solid.text
        grams = self._grams
        hits = [at for at in range(len(plain) - _PART + 1) if plain[at : at + _PART] in grams]
        if not hits and not _RUN.search(plain):
            return
        solid = solid or _Solid([(0, text)])
        for at in hits:
            for form in self._forms.get(plain[at : at + _PART], ()):
                if plain.startswith(form, at):
                    yield solid.span(at, at + len(form))
        yield from self._partly(solid, hits)
        yield from self._cuts(solid)

    def _partly(self, solid: _Solid, hits: Sequence[int]) -> Iterator[Span]:
        """Every longest part of a secret that looks like one."""
        text, free = solid.text[:_FAR], 0
        for at in hits:
            found = self._parts.get(text[at : at + _PART]) if at >= free else None
            if found is None:
                continue
            end = at + _PART
            while end < len(text) and any(text[at : end + 1] in secret for secret in found):
                end += 1
            if end - at >= _LONG or _is_telling(solid.plain[at:end]):
                yield solid.span(at, end)
            free = end - _PART + 1

    def _cuts(self, solid: _Solid) -> Iterator[Span]:
        """The beginning of a secret before somebody's stars or dots, the end of one after them."""
        text = solid.text[:_FAR]
        for run in _RUN.finditer(text):
            star, after = run.span()
            if run[0] == "." and text[after : after + 1].isalnum():
                continue
            for at in range(max(0, star - _MOST_CUT), star - _CUT + 1):
                for secret in self._heads.get(text[at : at + _CUT], ()):
                    if secret.startswith(text[at:star]):
                        yield solid.span(at, star)
            for end in range(after + _CUT, min(len(text), after + _MOST_CUT) + 1):
                for secret in self._tails.get(text[end - _CUT : end], ()):
                    if secret.endswith(text[after:end]):
                        yield solid.span(after, end)


# One set of secrets, those of the last text: it is gone with the next.
_last: list[Redactor] = []


class _Solid:
    """A text without its white space, and the way back to it."""

    def __init__(self, pieces: Sequence[tuple[int, str]]) -> None:
        self.plain = "".join(piece for _, piece in pieces)
        lowered = self.plain.lower()
        self.text = lowered if len(lowered) == len(self.plain) else self.plain
        self._starts = [start for start, _ in pieces]
        self._offsets: list[int] = []
        total = 0
        for _, piece in pieces:
            self._offsets.append(total)
            total += len(piece)

    def span(self, start: int, end: int) -> Span:
        """Where these characters are in the text that it was made from."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, at: int) -> int:
        piece = bisect_right(self._offsets, at) - 1
        return self._starts[piece] + at - self._offsets[piece]


def _bare(secret: str) -> str:
    return "".join(secret.split())


def _core(secret: str) -> str:
    """The secret alone, where it was set with the name of its variable: a message must still be able to say that."""
    return _ASSIGNED.sub("", secret)


def _short(text: str, secret: str) -> Iterator[Span]:
    if text.strip() == secret:
        yield 0, len(text)
        return
    between = r"[^\n]{0,16}?" if len(secret) >= _CUT - 1 else ""
    pattern = rf"(?i:{_NAMED}){between}(?:\s*[:=]\s*|\s+)[\"']?(?-i:({re.escape(secret)}))(?![\w-])"
    for match in re.finditer(pattern, text):
        yield match.span(1)


def encodings(secret: str) -> set[str]:
    """The secret as it is and encoded, in lower case and without white space. None of a short one."""
    return _forms(secret, _bare(secret))


def _forms(secret: str, bare: str) -> set[str]:
    """The secret as it may appear in a text, in lower case and without white space."""
    import html
    import json
    from urllib.parse import quote, quote_plus

    once = json.dumps(secret)[1:-1]
    forms = {
        bare,
        quote(secret, errors="replace"),
        quote(secret, safe="", errors="replace"),
        quote_plus(secret, errors="replace"),
        html.escape(secret),
        repr(secret)[1:-1],
    }
    forms |= {once, json.dumps(once)[1:-1], once.replace("/", "\\/"), secret.encode("utf-8", "replace").hex()}
    forms |= set(_base64(secret)) | set(_base64(secret.strip()))
    return {"".join(form.split()).lower() for form in forms if len(form) >= WHOLE}


def _base64(secret: str) -> Iterator[str]:
    """What all Base64 texts have in common that hold the secret at the same remainder of three."""
    from base64 import b64encode, urlsafe_b64encode

    data = secret.encode("utf-8", "replace")
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        whole = b"\0" * before + data
        kept = len(whole) * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(whole).decode()[skipped:kept]


def _is_telling(part: str) -> bool:
    """Whether a part looks random, as words don't."""
    has_letter, has_digit = any(map(str.isalpha, part)), any(map(str.isdigit, part))
    return (has_letter and has_digit) or (
        part != part.lower() and part != part.upper() and not part.istitle()
    )


def _replaced(text: str, secrets: Iterable[str]) -> str:
    """For a text of megabytes: the secrets as they are, at the speed of a search."""
    for secret in secrets:
        if len(secret) >= WHOLE:
            text = text.replace(secret, REDACTED)
    return text


def _covered(text: str, spans: Iterable[Span]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        if start > at or not pieces:
            pieces += [text[at:start], REDACTED]
        at = end
    return "".join([*pieces, text[at:]])
