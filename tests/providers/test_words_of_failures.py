"""What each fact about a failed call means by itself: codes, statuses, words, exceptions by name and by kind."""

from __future__ import annotations

import socket
import ssl
from types import SimpleNamespace as Of
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.adapter.connection import Step
from modelcatalog.providers.failures.classifier import Refusal, call_of, classified, explained
from modelcatalog.providers.failures.codes import CODES
from modelcatalog.providers.failures.http_api import read, refusal, said
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.statuses import by_status
from modelcatalog.providers.failures.transport import Cause, apart_from, cause_of, causes, one_line

MEANT: dict[tuple[Step, str], str] = {
    (
        "auth",
        "key",
    ): "invalid_api_key authentication_error api_key_invalid api_key_expired incompletesignature "
    "invalidclienttokenid invalidsignatureexception missingauthenticationtokenexception signaturedoesnotmatch "
    "unrecognizedclientexception workers-ai:9109 workers-ai:10000",
    (
        "auth",
        "forbidden",
    ): "permission_error service_disabled accessdeniedexception workers-ai:5016 workers-ai:3023",
    ("auth", "expired"): "expiredtokenexception expiredtoken",
    ("model", "unknown-model"): "model_not_found deploymentnotfound invalid_model resourcenotfoundexception "
    "workers-ai:5007 workers-ai:3042",
    ("model", "not-ready"): "modelnotreadyexception",
    ("model", "forbidden"): "workers-ai:5018 workers-ai:3041",
    ("quota", "no-credit"): "insufficient_quota billing_error billing_disabled workers-ai:3036",
    ("quota", "rate"): "rate_limit_error servicequotaexceededexception throttlingexception",
    ("server", "timeout"): "modeltimeoutexception",
    ("server", "error"): "modelerrorexception modelstreamerrorexception internalserverexception "
    "serviceunavailableexception",
    ("server", "busy"): "workers-ai:3040",
    ("request", "error"): "validationexception",
    ("request", "too-large"): "workers-ai:3006",
    ("path", "not-found"): "workers-ai:7000 workers-ai:7003",
}
STATUSES: dict[tuple[Step, str], list[int | None]] = {
    ("auth", "key"): [401],
    ("quota", "no-credit"): [402],
    ("auth", "forbidden"): [403],
    ("path", "not-found"): [404, 405, 410],
    ("proxy", "credentials"): [407],
    ("server", "timeout"): [408, 504],
    ("quota", "rate"): [429],
    ("server", "error"): [None, 200, 204, 299, 500, 501, 503, 599],
    ("path", "redirect"): [300, 301, 399],
    ("request", "error"): [199, 400, 409, 422, 499],
}


@pytest.mark.parametrize("meant", MEANT, ids=str)
def test_each_code_means_this(meant: tuple[Step, str]) -> None:
    for code in MEANT[meant].split():
        assert CODES[code] == meant
        found = classified(Refusal(status=418, said="Words", codes=("other", code.upper())))
        assert found == (*meant, "Words")


def test_no_code_is_left_out() -> None:
    assert CODES.keys() == {code for codes in MEANT.values() for code in codes.split()}


@pytest.mark.parametrize("meant", STATUSES, ids=str)
def test_each_status_means_this(meant: tuple[Step, str]) -> None:
    for status in STATUSES[meant]:
        assert by_status(status) == meant
        words = "The address redirects elsewhere. Words" if meant[1] == "redirect" else "Words"
        assert classified(Refusal(status=status, said="Words")) == (*meant, words)


KEY, MODEL = ("auth", "key"), ("model", "unknown-model")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Incorrect API key provided", KEY),
        ("please pass a VALID API key", KEY),
        ("an invalid api_key was given", KEY),
        ("the API key is not valid", KEY),
        ("api_key invalid", KEY),
        ("api key is invalid", KEY),
        ("the API key is fine", ("request", "error")),
        ("the model does not exist", MODEL),
        ("MODEL x not found", MODEL),
        ("unknown model", MODEL),
        ("invalid model", MODEL),
        ("no such model", MODEL),
        ("the file does not exist", ("request", "error")),
        ("the model is tired", ("request", "error")),
        ("could not resolve the foundation Model", MODEL),
        ("the model identifier is invalid", MODEL),
        ("Server is pinned to 'x'", MODEL),
    ],
)
def test_the_words_of_an_api_say_what_is_wrong(words: str, meant: tuple[str, str]) -> None:
    assert classified(Refusal(status=400, said=words, structured=True))[:2] == meant
    of_404 = MODEL if meant == MODEL else ("path", "not-found")
    assert classified(Refusal(status=404, said=words, structured=True))[:2] == of_404
    # A page of a proxy says nothing of a model; other statuses have a meaning of their own.
    assert classified(Refusal(status=404, said=words))[:2] == ("path", "not-found")
    assert classified(Refusal(status=403, said=words, structured=True))[:2] == ("auth", "forbidden")


@pytest.mark.parametrize(
    ("words", "codes", "status", "meant"),
    [
        ("model: x", ("not_found",), 404, MODEL),
        ("model: x", ("NOT_FOUND_ERROR",), 404, MODEL),
        ("file: x", ("not_found",), 404, ("path", "not-found")),
        ("model: x", ("other",), 404, ("path", "not-found")),
        ("the model has no such identifier", ("ValidationException",), 500, MODEL),
        ("the model is bad", ("ValidationException",), 500, ("request", "error")),
        ("the identifier is bad", ("ValidationException",), 500, ("request", "error")),
        ("the model has no such identifier", ("other",), 500, ("server", "error")),
        ("x", ("ModelErrorException", "invalid_api_key"), 400, ("server", "error")),
        ("Incorrect API key", ("ModelErrorException",), 400, KEY),
    ],
)
def test_codes_and_words_say_it_together(
    words: str, codes: tuple[str, ...], status: int, meant: tuple[str, str]
) -> None:
    refused = Refusal(status=status, said=words, codes=codes, structured="not_found" in str(codes).lower())
    assert classified(refused)[:2] == meant


# Bodies


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, ""),
        ({}, ""),
        ([], ""),
        ("Just text", "Just text"),
        ({"message": "A", "detail": "B"}, "A"),
        ({"message": "", "detail": "B"}, "B"),
        ({"detail": [{"message": "C"}, {"message": "D"}]}, "C"),
        ({"error": {"message": "E"}}, "E"),
        ({"errors": [{"title": "F"}]}, "F"),
        ({"title": "G"}, "G"),
        ({"other": 1}, "{'other': 1}"),
        (7, "7"),
        ("<html><title>Bad Gateway</title>", "The server sent an HTML page: Bad Gateway"),
        ("  <p><TITLE>Oh</TITLE><title>no</title>", "The server sent an HTML page: Oh"),
        ("<p>", "The server sent an HTML page."),
        ("<title></title>", "The server sent an HTML page."),
        ("a < b", "a < b"),
    ],
)
def test_the_servers_words_are_found(body: Any, words: str) -> None:
    assert said(body) == words


@pytest.mark.parametrize(
    ("body", "codes", "structured"),
    [
        ({"code": "a", "type": "b", "error": {"code": "c", "type": 7}}, ("a", "b", "c", "7"), True),
        ({"error": {"error": {"type": "deep"}}}, ("deep",), True),
        ({"code": "", "type": None}, (), True),
        (' {"code": "a"}', ("a",), True),
        ("{broken", (), False),
        ('["a"]', (), False),
        (["a"], (), False),
        (None, (), False),
    ],
)
def test_codes_are_found_in_a_body(body: Any, codes: tuple[str, ...], structured: bool) -> None:
    found = refusal(418, body)
    assert (found.status, found.codes, found.structured) == (418, codes, structured)


@pytest.mark.parametrize(
    ("status", "seen"),
    [(199, None), (200, None), (299, None), (300, 300), (404, 404), ("404", None), (None, None)],
)
def test_an_error_in_a_stream_that_began_well_has_no_status(status: Any, seen: int | None) -> None:
    error = RuntimeError("x")
    error.__dict__.update(status_code=status, body={"message": "Busy"})
    found = read(error)
    assert found is not None
    assert (found.status, found.said) == (seen, "Busy")


def test_an_exception_without_status_and_body_is_no_refusal() -> None:
    error = RuntimeError("x")
    assert read(error) is None
    error.__dict__.update(status_code="404", body=None)
    assert read(error) is None
    error.__dict__.update(status_code=404)
    assert read(error) == Refusal(status=404, said="")


# Exceptions

NAMED = {
    "ConnectTimeout": ("timeout", "connect"),
    "ReadTimeout": ("timeout", "read"),
    "WriteTimeout": ("timeout", "write"),
    "PoolTimeout": ("timeout", "pool"),
    "ProxyError": ("proxy", "refused"),
    "TooManyRedirects": ("path", "redirects"),
    "UnsupportedProtocol": ("path", "scheme"),
    "LocalProtocolError": ("auth", "header"),
    "RemoteProtocolError": ("answer", "cut"),
    "JSONDecodeError": ("answer", "unreadable"),
    "ConnectError": ("connect", "unreachable"),
    "ReadError": ("answer", "cut"),
    "WriteError": ("answer", "cut"),
    "APIConnectionError": ("connect", "unreachable"),
    "Unheard": ("request", "error"),
}


def named(name: str, text: str = "x", base: type[Exception] = Exception) -> Exception:
    error: Exception = type(name, (base,), {})(text)
    return error


def unverified() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("x")
    error.verify_message = "self-signed"
    return error


def of_ssl(reason: str | None) -> ssl.SSLError:
    error = ssl.SSLError("x")
    error.reason = reason  # type: ignore[assignment]
    return error


KINDS: list[tuple[BaseException, tuple[str, str], str]] = [
    (unverified(), ("tls", "certificate"), "The certificate isn't trusted: self-signed."),
    (of_ssl("WRONG_VERSION"), ("tls", "handshake"), "No TLS connection: wrong version. Does"),
    (of_ssl(None), ("tls", "handshake"), "No TLS connection: unknown reason. Does"),
    (socket.gaierror(-2, "x"), ("dns", "unknown-host"), "The host's name is not known."),
    (ConnectionRefusedError(), ("connect", "refused"), "Nothing listens"),
    (TimeoutError(), ("timeout", "deadline"), "Not done within"),
    (ConnectionResetError(), ("connect", "reset"), "The connection was cut off."),
    (BrokenPipeError(), ("connect", "reset"), "The connection was cut off."),
    (OSError(5, "No route"), ("connect", "unreachable"), "No connection: No route."),
    (OSError("x"), ("request", "error"), "OSError: x"),
    (
        named("RemoteProtocolError", "illegal status line: x"),
        ("http", "not-http"),
        "The port answers, but not",
    ),
    (named("Other", "illegal status line: x"), ("request", "error"), "Other: illegal"),
    (ValueError("Invalid header value b'x'"), ("auth", "header"), "The key, or another header"),
    (named("InvalidHeader", "Invalid leading whitespace", ValueError), ("auth", "header"), "The key, or"),
    (ValueError("Forbidden control character"), ("auth", "header"), "The key, or"),
    (ValueError("Newline, carriage return"), ("auth", "header"), "The key, or"),
    (ValueError("An Invalid header value"), ("request", "error"), "ValueError: An"),
    (RuntimeError("Invalid header value"), ("request", "error"), "RuntimeError: "),
]


@pytest.mark.parametrize("name", NAMED)
def test_each_exception_means_this_by_its_name(name: str) -> None:
    found = cause_of([named(name)])
    assert found[:2] == NAMED[name]
    assert found.detail.endswith((".", ").")) or name == "Unheard"
    # One that says what happened counts before one that only says that something did, in whatever order they are.
    assert cause_of([named(name), ConnectionRefusedError()])[:2] == found_by(name)


def found_by(name: str) -> tuple[str, str]:
    """What counts beside a refused connection: the exception where its name alone says enough."""
    vague = ("ConnectError", "ReadError", "WriteError", "APIConnectionError", "Unheard")
    return ("connect", "refused") if name in vague else NAMED[name]


@pytest.mark.parametrize(("error", "meant", "detail"), KINDS, ids=repr)
def test_each_exception_means_this_by_its_kind(
    error: BaseException, meant: tuple[str, str], detail: str
) -> None:
    found = cause_of([error])
    assert found[:2] == meant
    assert found.detail.startswith(detail)
    outer = cause_of([named("APIConnectionError"), error])
    assert outer[:2] == (meant if meant[0] != "request" else ("connect", "unreachable"))


def test_an_unknown_exception_is_said_as_it_is() -> None:
    assert cause_of([named("Outer", "why"), named("Inner")]) == ("request", "error", "Outer: why")


# Chains


def chained(error: BaseException, **links: BaseException) -> BaseException:
    for name, other in links.items():
        setattr(error, f"__{name}__", other)
    return error


def test_all_below_an_exception_is_found_once_and_the_outermost_first() -> None:
    inner, context, member, kept = (ValueError(one) for one in ("inner", "context", "member", "kept"))
    chained(inner, context=context)
    group = ExceptionGroup("group", [member, inner])
    group.__dict__["kwargs"] = {"error": kept}
    chained(context, cause=group)
    assert list(causes(group)) == [group, member, inner, kept, context]
    context.__cause__ = None
    assert list(causes(inner, hidden=False)) == [inner]
    assert list(causes(chained(ValueError(), cause=inner, context=member)))[1:] == [inner, context]
    for wrong in ({"error": "text"}, {"other": kept}, [kept], None):
        error = ValueError()
        error.__dict__["kwargs"] = wrong
        assert list(causes(error)) == [error]


def test_what_was_being_handled_is_no_cause() -> None:
    handled, before = ValueError("handled"), ValueError("before")
    chained(handled, context=before)
    error = chained(ValueError("ours"), context=handled)
    with apart_from(handled):
        assert list(causes(error)) == [error]
        with apart_from(None):
            assert len(list(causes(error))) == 3
        assert list(causes(error)) == [error]
    assert list(causes(error)) == [error, handled, before]


def request(url: str = "https://a.dev/x?key=1", method: str = "PUT") -> Any:
    return Of(url=url, method=method)


class UnsetError(Exception):
    @property
    def request(self) -> object:
        raise RuntimeError("The .request property has not been set.")


def with_attributes(**attributes: Any) -> Exception:
    error = RuntimeError("x")
    error.__dict__.update(attributes)
    return error


CALLED = ("https://a.dev/x", "PUT")


@pytest.mark.parametrize(
    ("chain", "called"),
    [
        ([RuntimeError()], (None, None)),
        ([UnsetError()], (None, None)),
        ([with_attributes(request=request())], CALLED),
        ([with_attributes(response=Of(request=request()))], CALLED),
        ([UnsetError(), with_attributes(request=request())], CALLED),
        ([with_attributes(request=Of(url="", method="GET")), with_attributes(request=request())], CALLED),
        ([with_attributes(request=request()), with_attributes(request=request("https://b.dev"))], CALLED),
        (
            [with_attributes(request=request()), AnswerError("x", url="https://b.dev?a", method="GET")],
            ("https://b.dev", "GET"),
        ),
        ([AnswerError("x"), with_attributes(request=request())], CALLED),
    ],
)
def test_the_request_is_found_in_the_exceptions(chain: list[BaseException], called: tuple[Any, Any]) -> None:
    assert call_of(chain) == called


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (None, ("answer", "unreadable")),
        (200, ("answer", "unreadable")),
        (299, ("answer", "unreadable")),
        (300, ("path", "redirect")),
        (404, ("path", "not-found")),
    ],
)
def test_an_answer_that_is_none_is_explained(status: int | None, meant: tuple[str, str]) -> None:
    error = AnswerError(
        "No text, s-e-c-r-e-t.", status=status, url="https://a.dev/s-e-c-r-e-t?x", method="GET"
    )
    found = explained(error, ["s-e-c-r-e-t"], lambda _: None, url="https://other.dev")
    assert (found.step, found.reason, found.status) == (*meant, status)
    assert (found.url, found.method) == ("https://a.dev/****", "GET")
    assert found.detail.endswith("No text, ****.")


def test_what_an_adapter_reads_counts_before_the_rest() -> None:
    inner, outer = ConnectionRefusedError(), RuntimeError("outer")
    chained(outer, cause=inner)
    cause = Cause("proxy", "refused", "By the proxy")
    found = explained(outer, [], lambda one: cause if one is inner else None, url="https://a.dev")
    assert (found.step, found.reason, found.status, found.detail) == (
        "proxy",
        "refused",
        None,
        "By the proxy",
    )
    assert (found.url, found.method) == ("https://a.dev", "POST")
    refused = explained(outer, [], lambda one: Refusal(status=401, said="No") if one is outer else cause)
    assert (refused.step, refused.status, refused.url, refused.method) == ("auth", 401, None, None)
    last = explained(outer, [], lambda _: None, otherwise=lambda chain: Cause("dns", "x", f"{len(chain)}"))
    assert (last.step, last.reason, last.detail) == ("dns", "x", "2")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a\n\tb  c ", "a b c"),
        ("a\x1b[31mb", "a [31mb"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 297 + "..."),
        ("", ""),
    ],
)
def test_words_are_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


# Never sent


HALF = UnicodeEncodeError("utf-8", "ab\ud83d", 2, 3, "no")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        *(
            (kind("x"), "argument")
            for kind in (AttributeError, IndexError, KeyError, NameError, OverflowError)
        ),
        *((kind("x"), "argument") for kind in (RecursionError, TypeError, ValueError)),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), "argument"),
        (named("ParamValidationError"), "argument"),
        (named("PydanticSerializationError"), "argument"),
        (named("ValidationError"), "argument"),
        (ArgumentError("no", argument="x"), "argument"),
        (HALF, "encoding"),
        (UnicodeEncodeError("utf-8", "a\udfff", 1, 2, "no"), "encoding"),
        (UnicodeEncodeError("utf-8", "ab\ud800", 2, 3, "no"), "encoding"),
        (UnicodeEncodeError("ascii", "ab\ud83d", 2, 3, "no"), None),
        (UnicodeEncodeError("utf-8", "ab\ue000", 2, 3, "no"), None),
        (UnicodeEncodeError("utf-8", "key12345\ud83d", 8, 9, "no"), None),
        (ValueError("Invalid header value x"), None),
        (named("TheirValueError", base=ValueError), None),
        (RuntimeError("x"), None),
        (AnswerError("x"), None),
    ],
    ids=repr,
)
def test_what_was_never_sent_is_known(error: BaseException, reason: str | None) -> None:
    found = not_sent(error, ["key12345"])
    assert (found and found[:2]) == (None if reason is None else ("local", reason))
    # Of the chain below it, too; but not of what was being handled, nor where there was an answer.
    outer = RuntimeError("outer")
    assert not_sent(chained(outer, cause=error), ["key12345"]) == found
    assert not_sent(chained(RuntimeError("outer"), context=error), ["key12345"]) is None
    for name in ("body", "raw_response", "response", "status_code", "modelcatalog_answered"):
        answered = chained(with_attributes(**{name: 1}), cause=error)
        assert not_sent(answered, ["key12345"]) is None
    assert not_sent(chained(with_attributes(status_code=None), cause=error), ["key12345"]) == found


def test_an_encoding_is_said_with_its_place() -> None:
    assert not_sent(HALF) == (
        "local",
        "encoding",
        "A text can't be encoded: '\\ud83d' at 2 in what would be sent is half of a surrogate pair.",
    )
    assert not_sent(KeyError("x")) == ("local", "argument", "KeyError: 'x'")
    assert not_sent(ArgumentError("no", argument="x")) == ("local", "argument", "no")
