"""The places where a secret could get out, and the forms in which it could: every pair of the two is a case.

The functions of the package that redact are named here alone.
"""

from __future__ import annotations

import html
import io
import json
import logging
import sys
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote, quote_plus

import httpx2

from modelcatalog.catalog.redaction.exceptions import sent_secrets
from modelcatalog.catalog.redaction.log_filter import SecretFilter
from modelcatalog.catalog.redaction.secret import Secret, redact_exception
from modelcatalog.catalog.redaction.secret import redact as redact_text
from modelcatalog.resolver.cli.redacting_stream import redacted

SECRET = "sk-Tr4ce/9Qw+7zL2m&N4pR8\"tV1bC3dF5'gH6jX0"
"""A key in which each encoding changes something."""


def forms(secret: str = SECRET) -> dict[str, str]:
    """The secret as a service, a proxy, a log or an SDK may write it."""
    data = secret.encode()
    once = json.dumps(secret)[1:-1]
    return {
        "plain": secret,
        "in capitals": secret.upper(),
        "in small letters": secret.lower(),
        "percent-encoded": quote(secret),
        "percent-encoded with its slashes": quote(secret, safe=""),
        "percent-encoded in small letters": quote(secret, safe="").lower(),
        "of a form": quote_plus(secret),
        "JSON": once,
        "JSON in JSON": json.dumps(once)[1:-1],
        "JSON with escaped slashes": once.replace("/", "\\/"),
        "HTML": html.escape(secret),
        "repr": repr(secret)[1:-1],
        "hexadecimal": data.hex(),
        "hexadecimal in capitals": data.hex().upper(),
        "Base64": b64encode(data).decode(),
        "Base64 after one character": b64encode(b"u" + data).decode(),
        "Base64 after two characters": b64encode(b"u:" + data).decode(),
        "Base64 before others": b64encode(b"us:" + data + b":password").decode(),
        "Base64 for URLs": urlsafe_b64encode(data).decode(),
        "Base64 for URLs after one character": urlsafe_b64encode(b"u" + data).decode(),
        "Base64 for URLs after two characters": urlsafe_b64encode(b"u:" + data).decode(),
        "over two lines": f"{secret[:15]}\n{secret[15:]}",
        "over three indented lines": f"{secret[:12]}\n    {secret[12:25]}\n    {secret[25:]}",
        "with a blank in it": f"{secret[:20]} {secret[20:]}",
        "over two lines of JSON": f"{secret[:12]}\\n{secret[12:21]}",
        "cut off": f"{secret[:24]}...",
        "cut off by an ellipsis": f"{secret[:24]}\u2026",
        "its beginning before stars": f"{secret[:8]}****",
        "its first five before stars": f"{secret[:5]}**",
        "its first six before dots": f"{secret[:6]}...",
        "its last five after stars": f"**{secret[-5:]}",
        "its end after stars": f"****{secret[-9:]}",
        "its end after dots": f"...{secret[-9:]}",
        "a part of its middle": secret[10:28],
        "a short part that looks like one": secret[11:20],
    }


class Text(str):
    """As SDKs have them: strings of a class of their own."""

    __slots__ = ()


class SdkError(Exception):
    """An exception of an SDK, with what hangs on it."""

    def __init__(self, *args: object, **attributes: object) -> None:
        super().__init__(*args)
        for name, value in attributes.items():
            setattr(self, name, value)


class Pair(NamedTuple):
    """A tuple that can't be made from a list."""

    first: object
    second: object


class Slots:
    """An object that has no __dict__. Its name says that it may be changed."""

    __slots__ = ("detail",)

    def __init__(self, detail: object) -> None:
        self.detail = detail


class SlotError(Exception):
    """An object of which only one attribute has a name."""

    __slots__ = "detail"  # noqa: PLC0205  as some have it

    def __init__(self, detail: object) -> None:
        self.detail = detail


SlotsError = type("SlotsError", (Slots,), {"__slots__": ()})


sent_in = sent_secrets
redact = redact_exception


def cleaned(error: BaseException) -> BaseException:
    redact_exception(error, [SECRET])
    return error


def raised(
    error: BaseException, cause: BaseException | None = None, *, hidden: bool = False
) -> BaseException:
    """The error with a traceback, a cause, or a context that was suppressed."""
    with suppress(BaseException):
        if cause is None:
            raise error
        with ExitStack() as stack:
            stack.push(lambda *_: _raise(error, None if hidden else cause))
            raise cause
    return error


def _raise(error: BaseException, cause: BaseException | None) -> NoReturn:
    raise error from cause


def formatted(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def request_of(text: str) -> httpx2.Request:
    headers = {"X-Echo": text.encode("unicode_escape").decode()}
    return httpx2.Request("POST", "https://a.example/v1", params={"q": text}, headers=headers, content=text)


def response_of(text: str) -> httpx2.Response:
    response = httpx2.Response(401, content=text.encode(), request=request_of("x"))
    response.read()
    return response


def logged(make: Callable[[logging.Logger, str], None], text: str) -> str:
    """What a handler with the filter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(SecretFilter())
    logger = logging.Logger("sdk", logging.DEBUG)  # noqa: LOG001  nobody else may hear of it
    logger.addHandler(handler)
    held = Secret(SECRET)
    make(logger, text)
    assert held.reveal()
    return stream.getvalue()


def _with_exception(logger: logging.Logger, text: str) -> None:
    error = raised(SdkError(text))
    logger.error("failed", exc_info=error)


def _formatted_before(logger: logging.Logger, text: str) -> None:
    record = logger.makeRecord("sdk", logging.DEBUG, "f", 1, "failed", (), None)
    record.exc_text = text
    logger.handle(record)


def printed(text: str, *, error: bool = False, pieces: int = 0, lines: bool = False) -> str:
    """What reaches the terminal of a command that holds the secret."""
    real = sys.stdout, sys.stderr
    streams = io.StringIO(), io.StringIO()
    sys.stdout, sys.stderr = streams
    held = Secret(SECRET)
    try:
        with redacted([]):
            stream = sys.stderr if error else sys.stdout
            if lines:
                stream.writelines(text.splitlines(keepends=True))
            elif pieces:
                for at in range(0, len(text), pieces):
                    stream.write(text[at : at + pieces])
            else:
                print(text, file=stream)
        assert held.reveal()
        assert sys.stdout is streams[0]
        assert sys.stderr is streams[1]
    finally:
        sys.stdout, sys.stderr = real
    return streams[error].getvalue()


def _chain(error: BaseException) -> str:
    """All of an exception, its causes and contexts, suppressed ones too."""
    texts = []
    one: BaseException | None = error
    while one is not None:
        texts += [str(one), repr(one.args), repr(vars(one))]
        one = one.__cause__ or one.__context__
    return "\n".join(texts)


def _attribute(value: Any) -> str:
    """What is left of a value that an exception holds."""
    error: Any = cleaned(SdkError("failed", body=value))
    return _written(error.body)


def _written(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return value.decode()
    if isinstance(value, Mapping):
        return "\n".join(_written(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return "\n".join(map(_written, value))
    return str(getattr(value, "detail", value))


def _of_response(text: str) -> str:
    error: Any = cleaned(SdkError("failed", response=response_of(text)))
    return f"{error.response.text}\n{error.response.content.decode()}"


def _of_member(text: str) -> str:
    group = ExceptionGroup("several", [SdkError("a"), ExceptionGroup("more", [SdkError(text)])])
    cleaned(group)
    inner: Any = group.exceptions[1]
    return str(inner.exceptions[0])


def _of_os(text: str) -> str:
    error: Any = cleaned(OSError(2, text, text, None, text))
    return f"{error} {error.args} {error.filename} {error.filename2} {error.strerror}"


def _of_json(text: str) -> str:
    error: Any = cleaned(json.JSONDecodeError("bad", text, 0))
    return f"{error} {error.args} {error.doc}"


def _of_decoding(text: str) -> str:
    error: Any = cleaned(UnicodeDecodeError("utf-8", text.encode(), 0, 1, text))
    return f"{error} {error.reason} {error.object.decode()}"


SITES: dict[str, Callable[[str], str]] = {
    "text": lambda text: redact_text(text, [SECRET]),
    "text with further secrets": lambda text: redact_text(text, ["", "Other-0123456789", SECRET, "   "]),
    "argument of an exception": lambda text: str(cleaned(SdkError(text))),
    "one of its arguments": lambda text: str(cleaned(SdkError(401, [text], None, True)).args[1][0]),
    "its repr": lambda text: str(cleaned(SdkError(text)).args[0]),
    "its traceback": lambda text: formatted(cleaned(raised(SdkError(text)))),
    "its note": lambda text: formatted(cleaned(_noted(text))),
    "its cause": lambda text: _chain(cleaned(raised(SdkError("outer"), SdkError(text)))),
    "cause of its cause": lambda text: _chain(
        cleaned(raised(SdkError("a"), raised(SdkError("b"), SdkError(text))))
    ),
    "its suppressed context": lambda text: _chain(
        cleaned(raised(SdkError("outer"), SdkError(text), hidden=True))
    ),
    "member of a group": _of_member,
    "exception of the system": _of_os,
    "exception of JSON": _of_json,
    "exception of a decoder": _of_decoding,
    "attribute": _attribute,
    "attribute of a class with slots": lambda text: _attribute(SlotsError(text)),
    "attribute of a class with one slot": lambda text: _attribute(SlotError(text)),
    "text of a class of its own": lambda text: _attribute(Text(text)),
    "bytes": lambda text: _attribute(text.encode()),
    "byte array": lambda text: _attribute(bytearray(text.encode())),
    "list": lambda text: _attribute(["a", text, 1]),
    "tuple": lambda text: _attribute(("a", text, None)),
    "named tuple": lambda text: _attribute(Pair("a", text)),
    "set": lambda text: _attribute({"a", text}),
    "frozen set": lambda text: _attribute(frozenset(("a", text))),
    "map": lambda text: _attribute({"a": 1, "detail": text}),
    "key of a map": lambda text: _attribute({text: 1}),
    "maps and lists in each other": lambda text: _attribute({"error": {"details": [{"message": text}]}}),
    "exception in an attribute": lambda text: str(_attribute(SdkError(text, detail=text))),
    "body of an answer": _of_response,
    "record of a log": lambda text: logged(lambda log, one: log.debug(one), text),
    "arguments of a record": lambda text: logged(lambda log, one: log.debug("key: %s, %d", one, 7), text),
    "exception of a record": lambda text: logged(_with_exception, text),
    "exception of a record, formatted before": lambda text: logged(_formatted_before, text),
    "standard output": printed,
    "standard error": lambda text: printed(text, error=True),
    "output in pieces of one character": lambda text: printed(text, pieces=1),
    "output in pieces of seven characters": lambda text: printed(text, pieces=7),
    "lines of output": lambda text: printed(text, lines=True),
}


def _noted(text: str) -> BaseException:
    error = raised(SdkError("failed"))
    error.add_note(text)
    return error


STREAMED = [site for site in SITES if "pieces" in site]
ENDS = [
    "its last five after stars",
    "its end after stars",
    "its end after dots",
    "a part of its middle",
    "a short part that looks like one",
]
"""Forms of which the first piece doesn't look like anything: in pieces they pass."""
