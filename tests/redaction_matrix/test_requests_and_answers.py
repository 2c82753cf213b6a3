"""What hangs on an exception of an HTTP library: headers, requests, answers, addresses, of each library's classes."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable
from types import MappingProxyType, SimpleNamespace
from typing import Any

import httpx
import httpx2
import pytest
import requests
import yarl
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict
from pydantic import BaseModel
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict

from support.redaction_sites import SECRET, SdkError, cleaned, redact, sent_in

OTHER = "token-that-nobody-knows"
HOLDERS: dict[str, Callable[[dict[str, str]], Any]] = {
    "httpx": httpx.Headers,
    "httpx2": httpx2.Headers,
    "requests": CaseInsensitiveDict,
    "aiohttp": CIMultiDict,
    "aiohttp, frozen": lambda headers: CIMultiDictProxy(CIMultiDict(headers)),
    "urllib3": HTTPHeaderDict,
}
SECRET_NAMES = [
    "Authorization",
    "X-Api-Key",
    "api-key",
    "Cookie",
    "Set-Cookie",
    "X-Goog-Api-Key",
    "X-Amz-Security-Token",
]
PLAIN_NAMES = ["Accept", "User-Agent", "X-Request-Id", "Content-Type"]


def after(value: Any) -> Any:
    """What is left of a value that hangs on an exception."""
    error: Any = cleaned(SdkError("failed", body=value))
    return error.body


@pytest.mark.parametrize("name", [*SECRET_NAMES, *PLAIN_NAMES])
@pytest.mark.parametrize("library", HOLDERS)
def test_header_of_a_secret_name_goes_whatever_it_holds(library: str, name: str) -> None:
    left = after(HOLDERS[library]({name: OTHER, "X-Kind": f"of {SECRET}"}))
    assert left[name] == ("****" if name in SECRET_NAMES else OTHER)
    assert left["X-Kind"] == "of ****"
    assert isinstance(left, type(HOLDERS[library]({})))


@pytest.mark.parametrize("library", HOLDERS)
def test_headers_without_a_secret_stay(library: str) -> None:
    headers = dict.fromkeys(PLAIN_NAMES, "value")
    given = HOLDERS[library](headers)
    left = after(given)
    assert left is given
    assert {name: left[name] for name in headers} == headers


@pytest.mark.parametrize("make", [dict, UserDict, MultiDict], ids=lambda make: make.__name__)
def test_map_that_is_no_headers_keeps_what_is_no_secret(make: Any) -> None:
    left = after(make({"authorization": OTHER, "message": SECRET}))
    assert (left["authorization"], left["message"]) == (OTHER, "****")


def test_frozen_map_is_replaced_by_a_clean_one() -> None:
    assert after(MappingProxyType({"a": SECRET, "b": 1})) == {"a": "****", "b": 1}
    plain = MappingProxyType({"a": "x"})
    assert after(plain) is plain


URLS = {"httpx": httpx.URL, "httpx2": httpx2.URL, "yarl": yarl.URL}


@pytest.mark.parametrize("library", URLS)
def test_address_is_cleaned_and_stays_one(library: str) -> None:
    key = "Tr4ce-9Qw7zL2mN4pR8"
    error: Any = SdkError("failed", url=URLS[library](f"https://a.example/v1?key={key}"))
    redact(error, [key])
    assert str(error.url) == "https://a.example/v1?key=****"
    assert isinstance(error.url, URLS[library])
    plain = URLS[library]("https://a.example/v1")
    assert after(plain) is plain


REQUESTS: dict[str, Callable[[dict[str, str]], Any]] = {
    "httpx": lambda headers: httpx.Request("POST", "https://a.example", headers=headers, content=SECRET),
    "httpx2": lambda headers: httpx2.Request("POST", "https://a.example", headers=headers, content=SECRET),
    "requests": lambda headers: requests.Request(
        "POST", "https://a.example", headers=headers, data=SECRET
    ).prepare(),
}


def everything(value: Any) -> str:
    inner = getattr(value, "__dict__", {})
    return f"{value!r} {getattr(value, 'content', '')!r} {inner!r} {list(value.headers.items())!r}"


@pytest.mark.parametrize("name", SECRET_NAMES)
@pytest.mark.parametrize("library", REQUESTS)
def test_request_of_an_exception_holds_no_secret(library: str, name: str) -> None:
    request = REQUESTS[library]({name: OTHER, "X-Echo": SECRET, "Accept": "text/plain"})
    for holder in (request, SimpleNamespace(request=request)):
        error: Any = cleaned(SdkError("failed", request=request, response=holder))
        left = everything(error.request)
        assert OTHER not in left
        assert SECRET not in left
        assert error.request.headers["Accept"] == "text/plain"


@pytest.mark.parametrize("depth", range(8))
def test_depth_to_which_is_looked(depth: int) -> None:
    value: Any = SECRET
    for _ in range(depth):
        value = [value]
    assert (SECRET[:8] in repr(after(value))) == (depth >= 7)
    assert "****" in repr(after(["", [SECRET]]))


class Answer(BaseModel):
    """As SDKs have answers."""

    text: str
    more: dict[str, Any] = {}


class Client:
    """Something that must not be changed."""

    def __init__(self) -> None:
        self.key = SECRET


def test_models_are_cleaned_and_clients_are_not() -> None:
    answer, client = Answer(text=SECRET, more={"a": [SECRET]}), Client()
    left = after({"answer": answer, "client": client})
    assert (left["answer"].text, left["answer"].more) == ("****", {"a": ["****"]})
    assert left["client"].key == SECRET
    for name in ("stream", "raw", "connection", "client", "session", "transport"):
        error: Any = cleaned(SdkError("failed", **{name: [SECRET]}))
        assert getattr(error, name) == [SECRET]


@pytest.mark.parametrize("name", ["error", "data", "details", "body", "model"])
def test_object_of_any_class_that_holds_what_a_service_said_is_cleaned(name: str) -> None:
    error: Any = cleaned(SdkError("failed", **{name: Client()}))
    assert getattr(error, name).key == "****"


def test_attribute_that_cannot_be_read_or_set_stops_nothing() -> None:
    class OddError(SdkError):
        @property
        def body(self) -> str:
            raise RuntimeError("never set")

    class Fixed(dict[str, str]):
        def __setitem__(self, key: str, value: str) -> None:
            raise TypeError("fixed")

    error: Any = cleaned(OddError(SECRET, Fixed(a=SECRET), {"b": SECRET}, detail=SECRET))
    assert error.args[0] == "****"
    assert error.args[2] == {"b": "****"}
    assert error.detail == "****"


@pytest.mark.parametrize("secrets", [[], [""], ["  ", "\n"]])
def test_without_secrets_nothing_is_done(secrets: list[str]) -> None:
    error = SdkError("a  b", headers=httpx.Headers({"Authorization": OTHER}))
    redact(error, secrets)
    assert error.args == ("a  b",)
    assert error.headers["Authorization"] == OTHER  # type: ignore[attr-defined]


# What the request was signed with


@pytest.mark.parametrize("library", ["httpx", "httpx2", "requests", "aiohttp"])
@pytest.mark.parametrize("where", ["request", "request_info"])
@pytest.mark.parametrize("below", [False, True], ids=["itself", "its answer"])
@pytest.mark.parametrize(
    ("value", "found"),
    [("token-1", "token-1"), ("Bearer token-1", "token-1"), ("AWS4 a=b, c=d", "AWS4 a=b, c=d")],
)
def test_what_a_request_was_signed_with_is_known(
    library: str, where: str, below: bool, value: str, found: str
) -> None:
    headers = HOLDERS[library]({"Authorization": value, "Accept": "text/plain"})
    holder = SimpleNamespace(**{where: SimpleNamespace(headers=headers)})
    error = SdkError("failed", response=holder) if below else SdkError("failed", **vars(holder))
    outer = SdkError("outer")
    outer.__cause__ = error
    assert sent_in(outer) == (found,)
    assert sent_in(ExceptionGroup("several", [outer, error])) == (found,)


def test_header_in_bytes_is_known() -> None:
    request = SimpleNamespace(headers={"x-api-key": b"token-1", "accept": b"text/plain", "cookie": 7})
    assert sent_in(SdkError("failed", request=request)) == ("token-1",)


def test_exception_without_a_request_holds_nothing() -> None:
    assert sent_in(SdkError("failed")) == ()
    assert sent_in(httpx.ConnectError("no request was set")) == ()
