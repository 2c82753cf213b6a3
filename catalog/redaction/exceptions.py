"""Secrets redacted in an exception and of all that hangs on it: what a service echoed, and the request itself.

An SDK's exception holds the request with its headers and the answer with its body; whoever logs, pickles or prints it
writes the key down. Only exceptions, requests, answers and plain containers are changed, never a client.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from modelcatalog.catalog.redaction.secret_names import is_secret_name
from modelcatalog.catalog.redaction.values import REDACTED, redactor

_DEEP = 8
_MOST = 20_000
_CARRIERS = ("Request", "Response", "RequestInfo", "Headers", "HttpResponseImpl", "Error", "Exception")
_NEVER = frozenset(
    ("stream", "raw", "connection", "client", "session", "_session", "transport", "_loop", "_stream")
)
_HEADERS = ("Headers", "CaseInsensitiveDict", "HeadersDict", "HTTPHeaderDict", "HTTPHeaders", "CIMultiDict")
_SAID = ("error", "data", "details", "body", "model")
"""Attributes of exceptions in which SDKs keep what a service said, as objects of any class."""

_OF_C = ("filename", "filename2", "strerror", "object", "reason", "doc", "msg")


def redact_exception(error: BaseException, secrets: Iterable[str]) -> None:
    """Redact these secrets in the exception, its causes, contexts, notes and groups, requests and answers."""
    known = tuple(filter(str.strip, secrets))
    if not known:
        return
    work = _Redactor(known)
    for one in _family(error):
        work.exception(one)


def sent_secrets(error: BaseException) -> tuple[str, ...]:
    """What the request that failed was signed with, by the names of its headers: tokens that an SDK fetched by itself
    are known nowhere else.
    """
    return tuple(dict.fromkeys(text for one in _family(error) for text in _in_headers(one)))


def _in_headers(error: BaseException) -> Iterator[str]:
    for holder in (error, getattr(error, "response", None)):
        for name in ("request", "request_info"):
            with suppress(Exception):  # httpx: "The .request property has not been set."
                for header, value in getattr(holder, name).headers.items():
                    text = value.decode("latin-1") if isinstance(value, bytes) else value
                    if is_secret_name(header) and isinstance(text, str):
                        yield text.rpartition(" ")[2] if text.count(" ") == 1 else text


def _family(error: BaseException) -> Iterator[BaseException]:
    """The exception with all below it: causes, contexts (suppressed ones too), members of groups."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


class _Redactor:
    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._redactor = redactor(secrets)
        self._clean: dict[str, str] = {}
        self._seen: dict[int, Any] = {}
        self._left = _MOST

    def exception(self, error: BaseException) -> None:
        args = self.value(error.args, _DEEP)
        if args is not error.args:
            with suppress(Exception):
                error.args = args
        for name in _OF_C:
            self._attribute(error, name, _DEEP)
        for name in _SAID:
            with suppress(Exception):
                self._attributes(getattr(error, name), _DEEP)
        self._attributes(error, _DEEP)

    def value(self, value: Any, depth: int) -> Any:
        """The value without secrets: itself if it holds none or could be changed in place."""
        self._left -= 1
        if depth <= 0 or self._left < 0 or value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            # One of a class of its own becomes a plain text, if it holds a secret.
            return clean if (clean := self._redacted(value)) != value else value
        if isinstance(value, bytes | bytearray):
            return self._bytes(value)
        if id(value) in self._seen:
            return self._seen[id(value)]
        self._seen[id(value)] = value
        changed = self._seen[id(value)] = self._container(value, depth - 1)
        return changed

    def _redacted(self, text: str) -> str:
        """A text without secrets. The same texts hang on an exception in many places: each is read once."""
        clean = self._clean.get(text)
        if clean is None:
            clean = self._clean[text] = self._redactor.redact(text)
        return clean

    def _bytes(self, value: bytes | bytearray) -> bytes | bytearray:
        text = value.decode("latin-1")
        clean = self._redacted(text)
        return value if clean == text else type(value)(clean.encode("latin-1", "replace"))

    def _container(self, value: Any, depth: int) -> Any:
        kind = type(value).__name__
        if isinstance(value, MutableMapping):
            self._mapping(value, depth)
            return value
        if isinstance(value, MappingProxyType) or "multidict" in type(value).__module__:
            return self._frozen_mapping(value, depth)
        if isinstance(value, list):
            for at, item in enumerate(value):
                if (clean := self.value(item, depth)) is not item:
                    value[at] = clean
            return value
        if isinstance(value, tuple | set | frozenset):
            items = [self.value(item, depth) for item in value]
            if all(new is old for new, old in zip(items, value, strict=True)):
                return value
            return type(value)._make(items) if hasattr(value, "_make") else type(value)(items)
        if kind == "URL":
            return self._url(value)
        if (
            isinstance(value, BaseException)
            or kind.endswith(_CARRIERS)
            or hasattr(type(value), "model_fields")
        ):
            self._attributes(value, depth)
        return value

    def _mapping(self, value: MutableMapping[Any, Any], depth: int) -> None:
        for key in list(value):
            with suppress(Exception):
                item = value[key]
                if isinstance(item, str | bytes) and _is_header(value, key):
                    value[key] = REDACTED if isinstance(item, str) else REDACTED.encode()
                elif (clean := self.value(item, depth)) is not item and clean != item:
                    value[key] = clean
                if isinstance(key, str) and (other := self._redacted(key)) != key:
                    value[other] = value.pop(key)
        if type(value).__name__ == "Headers":
            self._attributes(value, depth)

    def _frozen_mapping(self, value: Mapping[Any, Any], depth: int) -> Any:
        pairs = [
            (key, REDACTED if _is_header(value, key) else self.value(item, depth))
            for key, item in value.items()
        ]
        if all(new == old for (_, new), old in zip(pairs, value.values(), strict=True)):
            return value
        if isinstance(value, MappingProxyType):
            return MappingProxyType(dict(pairs))
        with suppress(Exception):
            from multidict import CIMultiDict

            kind: Any = type(value)
            return kind(CIMultiDict(pairs))
        return dict(pairs)

    def _url(self, value: Any) -> Any:
        text = str(value)
        clean = self._redacted(text)
        if clean == text:
            return value
        with suppress(Exception):
            return type(value)(clean)
        return clean

    def _attributes(self, holder: Any, depth: int) -> None:
        names = list(getattr(holder, "__dict__", ()))
        for kind in type(holder).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            names += [slots] if isinstance(slots, str) else slots
        for name in dict.fromkeys(names):
            if name not in _NEVER:
                self._attribute(holder, name, depth)

    def _attribute(self, holder: Any, name: str, depth: int) -> None:
        with suppress(Exception):
            old = getattr(holder, name)
            new = self.value(old, depth - 1)
            if new is not old:
                try:
                    setattr(holder, name, new)
                except (AttributeError, TypeError):
                    object.__setattr__(holder, name, new)


def _is_header(holder: Any, name: object) -> bool:
    """Whether it is a header that is redacted whatever it holds: Authorization, X-Api-Key, Cookie, ..."""
    kind = type(holder).__name__
    return kind.startswith(_HEADERS) and is_secret_name(
        name.decode("latin-1") if isinstance(name, bytes) else name
    )
