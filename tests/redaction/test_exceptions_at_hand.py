"""Secrets in exceptions that are made here: each kind of thing that can hang on one, and what must stay as it is."""

from __future__ import annotations

import logging
import sys
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from pydantic import BaseModel

from modelcatalog.catalog.redaction.exceptions import sent_secrets
from modelcatalog.catalog.redaction.log_filter import SecretFilter
from modelcatalog.catalog.redaction.secret import Secret, redact_exception

KEY = "Xy7Qw9zL2mN4pR8tV1kJ3hG5"


class Said(NamedTuple):
    code: int
    text: str


class Body(BaseModel):
    text: str


class OurError(Exception):
    """Holds what it is given."""

    def __init__(self, held: Any = None) -> None:
        super().__init__("no")
        self.held = held


class SlottedError(Exception):
    __slots__ = ("held",)

    held: FrozenRequest


class StubbornError(Exception):
    """Can't be asked for some attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.later = text

    @property
    def error(self) -> object:
        raise RuntimeError("not read yet")

    data = body = error


class FrozenRequest:
    """Allows no change by the usual way."""

    text: str

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "text", text)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


class Client:
    def __init__(self, text: str) -> None:
        self.text = text


HELD = [
    (f"is {KEY}", "is ****"),
    (f"is {KEY}".encode(), b"is ****"),
    (bytearray(f"is {KEY}".encode()), bytearray(b"is ****")),
    ([1, f"is {KEY}", None], [1, "is ****", None]),
    ((1, f"is {KEY}"), (1, "is ****")),
    ({f"is {KEY}", "b"}, {"is ****", "b"}),
    (frozenset({f"is {KEY}"}), frozenset({"is ****"})),
    (Said(1, KEY), Said(1, "****")),
    ({"a": {"b": [KEY]}, KEY: 1, "c": True}, {"a": {"b": ["****"]}, "****": 1, "c": True}),
    (MappingProxyType({"a": KEY, "b": 1}), MappingProxyType({"a": "****", "b": 1})),
    (CIMultiDict({"A": KEY, "b": "c"}), CIMultiDict({"A": "****", "b": "c"})),
    (CIMultiDictProxy(CIMultiDict({"A": KEY})), CIMultiDictProxy(CIMultiDict({"A": "****"}))),
    (CIMultiDict({"Authorization": "other"}), CIMultiDict({"Authorization": "****"})),
    (CIMultiDictProxy(CIMultiDict({"Cookie": "x"})), CIMultiDictProxy(CIMultiDict({"Cookie": "****"}))),
    ({"Authorization": "other"}, {"Authorization": "other"}),
    (httpx.URL(f"http://a/?k={KEY}"), httpx.URL("http://a/?k=****")),
    (
        httpx.Headers({"Cookie": "x", "b": KEY, "c": "d"}),
        httpx.Headers({"Cookie": "****", "b": "****", "c": "d"}),
    ),
    (Body(text=KEY), Body(text="****")),
]
UNTOUCHED = [
    "a text",
    b"bytes",
    ("a", 1),
    frozenset({"a"}),
    MappingProxyType({"a": "b"}),
    httpx.URL("http://a/?k=b"),
    CIMultiDictProxy(CIMultiDict({"a": "b"})),
]


@pytest.mark.parametrize(("held", "seen"), HELD, ids=lambda one: type(one).__name__)
def test_holder_of_any_kind_is_redacted(held: Any, seen: Any) -> None:
    error = OurError(held)
    redact_exception(error, [KEY])
    assert error.held == seen
    assert type(error.held) is type(seen)


@pytest.mark.parametrize("held", UNTOUCHED, ids=lambda one: type(one).__name__)
def test_holder_without_a_secret_stays_the_same_object(held: Any) -> None:
    error = OurError(held)
    redact_exception(error, [KEY])
    assert error.held is held


@pytest.mark.parametrize("holder", ["stream", "client", "_session", "raw", "connection", "transport"])
def test_client_is_left_alone(holder: str) -> None:
    error = OurError(Client(KEY))
    setattr(error, holder, [KEY])
    redact_exception(error, [KEY])
    assert error.held.text == KEY
    assert getattr(error, holder) == [KEY]


def test_mapping_of_a_class_of_its_own_keeps_its_attributes() -> None:
    class Store(dict[str, str]):
        text = ""

    held = Store(a=KEY)
    held.text = KEY
    error = OurError(held)
    redact_exception(error, [KEY])
    assert error.held is held
    assert (held, held.text) == ({"a": "****"}, KEY)


@pytest.mark.parametrize("name", ["error", "data", "details", "body", "model"])
def test_object_in_which_an_sdk_keeps_the_answer_is_redacted(name: str) -> None:
    error = OurError()
    setattr(error, name, Client(KEY))
    redact_exception(error, [KEY])
    assert getattr(error, name).text == "****"


def test_parts_that_can_not_be_read_or_set_hinder_nothing() -> None:
    stubborn, slotted = StubbornError(KEY), SlottedError(KEY)
    slotted.held = FrozenRequest(KEY)
    for error in (stubborn, slotted):
        redact_exception(error, [KEY])
        assert error.args == ("****",)
    assert stubborn.later == "****"
    assert slotted.held.text == "****"


def test_errors_of_python_itself_lose_it_too() -> None:
    decoding = UnicodeDecodeError("utf-8", KEY.encode(), 0, 1, f"of {KEY}")
    missing = FileNotFoundError(2, f"no {KEY}", f"/{KEY}", None, f"/b/{KEY}")
    for error in (decoding, missing):
        redact_exception(error, [KEY])
        assert KEY not in str(error)
        assert KEY not in repr(error)
    assert (decoding.object, decoding.reason) == (b"****", "of ****")
    assert (missing.filename, missing.filename2, missing.strerror) == ("/****", "/b/****", "no ****")


def test_all_errors_below_it_are_redacted_and_a_circle_ends() -> None:
    cause, context, member = OurError(KEY), OurError(KEY), OurError(KEY)
    top = ExceptionGroup("all", [member])
    top.add_note(f"note {KEY}")
    top.__cause__, top.__context__, cause.__context__ = cause, context, top
    member.held = [member, KEY]
    redact_exception(top, [KEY])
    assert (cause.held, context.held, top.__notes__) == ("****", "****", ["note ****"])
    assert member.held == [member, "****"]
    redact_exception(OurError(KEY), ["", " "])


@pytest.mark.parametrize("depth", [1, 6, 7, 8, 20])
def test_depth_of_lists_has_an_end(depth: int) -> None:
    held: list[Any] = [KEY]
    for _ in range(depth - 1):
        held = [held]
    error = OurError(held)
    redact_exception(error, [KEY])
    assert (KEY in repr(error.held)) == (depth >= 7)


@pytest.mark.parametrize(("size", "goes"), [(19_000, True), (19_996, True), (19_997, False)])
def test_number_of_things_has_an_end(size: int, goes: bool) -> None:
    error = OurError([None] * size + [KEY])
    redact_exception(error, [KEY])
    assert (error.held[-1] == "****") == goes


def test_what_a_request_was_signed_with_is_known() -> None:
    headers = {"Authorization": "Bearer fetched-1", "X-Api-Key": "key 1 2", "Cookie": "c=1", "X-Other": "no"}
    request = httpx.Request("POST", "http://a/", headers=headers)
    response = httpx.Response(401, request=request)
    found = ("fetched-1", "key 1 2", "c=1")
    assert sent_secrets(httpx.HTTPStatusError("no", request=request, response=response)) == found
    error = OurError()
    error.__cause__ = httpx.ReadError("no", request=request)
    assert sent_secrets(error) == found
    error = OurError()
    error.response = response  # type: ignore[attr-defined]
    assert sent_secrets(error) == found
    assert sent_secrets(httpx.ReadError("no request")) == ()
    raw = OurError()
    raw.request = OurError()  # type: ignore[attr-defined]
    raw.request.headers = {"Authorization": b"Basic abc", "X-Token": 7}  # type: ignore[attr-defined]
    assert sent_secrets(raw) == ("abc",)


def test_record_of_the_log_is_redacted_in_each_of_its_parts() -> None:
    secret = Secret(KEY)
    try:
        raise OurError(KEY)  # noqa: TRY301  one with a traceback
    except OurError:
        info = sys.exc_info()
    record = logging.LogRecord("x", logging.INFO, "f", 1, "key %s", (secret.reveal(),), info)
    record.exc_text = f"Traceback: {KEY}"
    assert SecretFilter().filter(record)
    assert (record.getMessage(), record.args, record.exc_text) == ("key ****", None, "Traceback: ****")
    assert isinstance(info[1], OurError)
    assert info[1].held == "****"
    plain = logging.LogRecord("x", logging.INFO, "f", 1, "no %s", ("key",), None)
    assert SecretFilter().filter(plain)
    assert (plain.msg, plain.args, plain.exc_text) == ("no %s", ("key",), None)
    none = logging.LogRecord("x", logging.INFO, "f", 1, "no", (), (None, None, None))
    assert SecretFilter().filter(none)
