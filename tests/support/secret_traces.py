"""Looking for a secret in all that may hold it."""

from __future__ import annotations

import copy
import html
import json
import pickle
import traceback
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

SENTINEL = "sk-Sent1nel/7Qw+9zL2mN4pR8tV1bC3dF5gH6jX0"
"""A key with characters that encodings change; its last four are what a redacted key may show."""

DEEP = 9
INSIDE = (
    "request",
    "response",
    "headers",
    "url",
    "body",
    "content",
    "_content",
    "message",
    "details",
    "history",
    "error",
)


def forms(secret: str) -> set[str]:
    """The secret as it is, encoded, and its end."""
    found = {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], html.escape(secret)}
    found |= {
        b64encode(secret.encode()).decode(),
        b64encode(f"user:{secret}".encode()).decode(),
        secret.encode().hex(),
    }
    found |= {secret.upper(), secret[:20], secret[10:30], secret[-5:]}
    return found


def traces(text: str, secret: str = SENTINEL) -> set[str]:
    """What of the secret is in the text, also across its line breaks."""
    joined = "".join(text.split())
    return {form for form in forms(secret) if form in text or form in joined}


def echoes(secret: str) -> list[str]:
    """What a service, a proxy or a log may make of a key that it got."""
    encoded = b64encode(f"user:{secret}".encode()).decode()
    return [
        f"Incorrect API key provided: {secret}.",
        f"key={quote(secret, safe='')}&x=1",
        f"Basic {encoded}",
        json.dumps({"echo": json.dumps({"key": secret})}),
        f"{secret[:18]}\n{secret[18:]}",
        f"no such key: {secret[:24]}...",
        f"{secret[:7]}*****{secret[-6:]}",
        f"ends in {secret[-12:]}",
        secret.encode().hex(),
        secret.upper(),
    ]


def everything(error: BaseException) -> str:
    """All texts of an exception and of those below it, of their requests and answers, and their pickles."""
    texts = ["".join(traceback.format_exception(error))]
    seen: set[int] = set()
    texts += _values(error, seen, DEEP)
    for make in (pickle.dumps, copy.copy):
        with suppress(Exception):
            texts.append(repr(make(error)))
    return "\n".join(texts)


def _values(value: Any, seen: set[int], depth: int) -> Iterator[str]:
    if depth < 0 or value is None or id(value) in seen:
        return
    if isinstance(value, str):
        yield value
        return
    if isinstance(value, bytes | bytearray):
        yield value.decode("latin-1")
        return
    seen.add(id(value))
    inner: list[Any] = []
    if isinstance(value, BaseException):
        yield f"{value} {value!r}"
        inner += [
            value.args,
            value.__cause__,
            value.__context__,
            getattr(value, "__notes__", None),
            vars(value),
        ]
    elif isinstance(value, Mapping) or hasattr(value, "items"):
        with suppress(Exception):
            inner += [part for pair in value.items() for part in pair]
    elif isinstance(value, list | tuple):
        inner += list(value)
    elif type(value).__name__.endswith("URL"):
        yield str(value)
    for name in INSIDE:
        with suppress(Exception):
            part = getattr(value, name)
            if not callable(part):
                inner.append(part)
    for one in inner:
        yield from _values(one, seen, depth - 1)
