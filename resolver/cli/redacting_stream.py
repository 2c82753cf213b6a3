"""Standard output and error without secrets: whoever prints one, and in whatever form, it is redacted."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from modelcatalog.catalog.redaction.secret import live_secrets, redact
from modelcatalog.catalog.redaction.secret_names import is_secret_name

_MOST_HELD = 256


@contextmanager
def redacted(words: Sequence[str]) -> Iterator[None]:
    """Inside, what is printed has redacted every secret of the environment, of the command line `words`, and every one
    that the process comes to hold.
    """
    from modelcatalog.resolver.credentials.environment import secret_values

    known = (*secret_values(), *_given(words))
    inner = RedactingStream(_open(sys.stdout), known), RedactingStream(_open(sys.stderr), known)
    sys.stdout, sys.stderr = inner
    try:
        yield
        inner[0].release()
    finally:
        for one in inner:
            with suppress(OSError, ValueError):
                one.release()
        sys.stdout, sys.stderr = (one.stream for one in inner)


def _open(stream: TextIO | None) -> TextIO:
    """The stream; one that leads nowhere if the command was started without (`>&-`)."""
    return stream if stream is not None else open(os.devnull, "w", encoding="utf-8")


def _given(words: Sequence[str]) -> Iterator[str]:
    """Values on the command line with a name of a secret: `-M api_key=...`, `--token ...`."""
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if equals and is_secret_name(name):
            yield value.strip("\"' ")
        elif word.startswith("--") and is_secret_name(word) and word not in _NO_SECRETS:
            yield from (value for value in words[at + 1 : at + 2] if value not in _NO_SECRETS)


_NO_SECRETS = ("--key-env", "required", "optional", "none")
"""Words of `catalog add` that only name a secret, or say whether there is one."""


class RedactingStream:
    """A text stream that redacts. The beginning of a secret is held back until it is clear what it becomes.

    `is_closed`: whoever read it has gone, as `head` and `grep -q` do. What is printed then is dropped without a word:
    the command ends as it would have.
    """

    def __init__(self, stream: TextIO, known: Iterable[str]) -> None:
        self.stream = stream
        self._known = tuple(known)
        self._held = ""
        self.is_closed = False

    def write(self, text: str) -> int:
        secrets = self._secrets()
        whole = self._held + text
        self._held = _beginning(whole, secrets)
        self._put(redact(whole[: len(whole) - len(self._held)], secrets))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def release(self) -> None:
        """Write what was held back."""
        held, self._held = self._held, ""
        if held:
            self._put(redact(held, self._secrets()))
        self.flush()

    def flush(self) -> None:
        with self._failures_reported():
            self.stream.flush()

    def _secrets(self) -> set[str]:
        """Only long ones: what is printed comes in pieces, and one may happen to be the word that is a short key."""
        known = {*self._known, *live_secrets()}
        if not known:
            return known
        from modelcatalog.catalog.redaction.values import WHOLE

        return {secret for secret in known if len(secret) >= WHOLE}

    def _put(self, text: str) -> None:
        with self._failures_reported():
            self.stream.write(text)

    @contextmanager
    def _failures_reported(self) -> Iterator[None]:
        """No room, or no disk any more: said on standard error, if that isn't what fails, and the end."""
        try:
            yield
        except BrokenPipeError:
            self._drop_all()
        except OSError as error:
            self.stream = _open(None)
            if self is sys.stdout:
                print(f"catalog: the output can't be written: {error.strerror}.", file=sys.stderr)
            raise SystemExit(1) from None

    def _drop_all(self) -> None:
        """Let the rest go nowhere, what is left in buffers too: Python writes that when the process ends."""
        self.is_closed = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(nowhere, self.stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _beginning(text: str, secrets: Collection[str]) -> str:
    """The longest end of the text that a secret, as it is or encoded, begins with, but for one that is whole."""
    if not secrets:
        return ""
    from modelcatalog.catalog.redaction.values import encodings

    end = text[-_MOST_HELD:]
    end = end.lower() if len(end.lower()) == len(end) else end
    longest = 0
    for form in {form for secret in secrets for form in encodings(secret)}:
        at = end.find(form[0])
        while at >= 0 and len(end) - at > longest:
            if len(end) - at < len(form) and form.startswith(end[at:]):
                longest = len(end) - at
            at = end.find(form[0], at + 1)
    return text[len(text) - longest :]
