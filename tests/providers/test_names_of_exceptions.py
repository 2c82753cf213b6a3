"""Exceptions of SDKs that are known by their names alone: every name, in every adapter that knows it."""

from __future__ import annotations

import json
from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.anthropic import cloud_failure
from modelcatalog.providers.bedrock import failure as bedrock_failure
from modelcatalog.providers.bedrock.chat import ConverseGuard
from modelcatalog.providers.chat.guard import Guard
from modelcatalog.providers.cohere.chat import CohereGuard
from modelcatalog.providers.ended.azureai.chat import CALLS as AZUREAI
from modelcatalog.providers.google import failure as google_failure
from modelcatalog.providers.google.request_tracking import TrackingGuard, saw_answer, saw_request
from modelcatalog.providers.mistral.chat import CALLS as MISTRAL
from modelcatalog.providers.transformers import failure as transformers_failure

CALL = ChatCall("m/1", ({"role": "user", "content": "hi"},))
CUT = "The connection was cut in the middle of the answer"
UNREADABLE = "The answer can't be read"


def named(name: str, text: str = "x", **attributes: Any) -> Exception:
    builtin = {
        one.__name__: one for one in (KeyError, TypeError, AttributeError, OSError, ValueError, LookupError)
    }
    error: Exception = builtin.get(name, type(name, (Exception,), {}))(text)
    error.__dict__.update(attributes)
    return error


def converse() -> Guard:
    guard = ConverseGuard(SimpleNamespace(meta=SimpleNamespace(endpoint_url="https://a.dev")), "/path")
    guard.received({"ResponseMetadata": {"HTTPStatusCode": 200}})
    return guard


def tracking() -> Guard:
    guard = TrackingGuard()
    guard.status = 200
    return guard


def with_status(guard: Guard) -> Guard:
    guard.status = 200
    return guard


GUARDS = {
    "bedrock": (
        converse,
        "HTTPError ClientError ProtocolError IncompleteReadError ResponseStreamingError",
        "ParserError ChecksumMismatch InvalidHeadersLength InvalidPayloadLength ResponseParserError ValueError "
        "KeyError TypeError AttributeError",
        "APITimeoutError ReadTimeoutError TimeoutError Unheard",
    ),
    "google": (
        tracking,
        "APIConnectionError",
        "TypeError AttributeError LookupError ParseError ValueError",
        "UnicodeEncodeErrorOfTheirs ReadError RemoteProtocolError Unheard",
    ),
    "azureai": (
        lambda: with_status(AZUREAI.guard(None, CALL)),
        "IncompleteReadError ServiceRequestError ServiceResponseError OSError ClientError",
        "DecodeError TypeError AttributeError KeyError",
        "ServiceResponseTimeoutError Unheard",
    ),
    "mistral": (
        lambda: with_status(MISTRAL.guard(None, CALL)),
        "ReadError RemoteProtocolError",
        "MistralError MistralAzureError ValueError ResponseValidationError",
        "Unheard",
    ),
}


@pytest.mark.parametrize("adapter", GUARDS)
def test_each_name_means_this_on_an_answer_of_success(adapter: str) -> None:
    make, cut, unreadable, passes = GUARDS[adapter]
    for name in passes.split():
        error = named(name)
        with pytest.raises(type(error)) as passed, make():
            raise error
        assert passed.value is error
    for name, words in chain(
        ((one, CUT) for one in cut.split()), ((one, UNREADABLE) for one in unreadable.split())
    ):
        with pytest.raises(AnswerError, match=f"^{words}") as caught, make():
            raise named(name)
        assert caught.value.status == 200


def test_a_refusal_inside_a_stream_of_bedrock_passes() -> None:
    error = named("ClientError", response={"Error": {}})
    with pytest.raises(type(error)), converse():
        raise error
    answer = AnswerError("No text")
    answer.__dict__["response"] = 1
    with pytest.raises(AnswerError, match=r"^No text"), converse():
        raise answer


@pytest.mark.parametrize(
    ("facts", "status", "kind"),
    [
        (
            {"ResponseMetadata": {"HTTPStatusCode": 201, "HTTPHeaders": {"content-type": "a/b; c"}}},
            201,
            "a/b",
        ),
        ({"ResponseMetadata": {"HTTPStatusCode": 201}}, 201, "none"),
        ({}, None, "none"),
    ],
)
def test_an_answer_of_bedrock_holds_its_facts(facts: dict[str, Any], status: int | None, kind: str) -> None:
    guard = converse()
    assert guard.received(facts) is facts
    assert (guard.answered, guard.status, guard.kind) == (True, status, kind)
    assert guard.response_of(facts) is None


def test_an_error_of_bedrock_knows_its_address() -> None:
    error = named("Unheard")
    with pytest.raises(type(error)), converse():
        raise error
    assert vars(error)["modelcatalog_url"] == "https://a.dev/path"
    known = named("Unheard", modelcatalog_url="https://b.dev")
    with pytest.raises(type(known)), converse():
        raise known
    assert vars(known)["modelcatalog_url"] == "https://b.dev"
    never = named("Unheard")
    with pytest.raises(type(never)), ConverseGuard(SimpleNamespace(), "/path"):
        raise never
    assert "modelcatalog_url" not in vars(never)


def test_googles_http_client_says_where_a_call_is() -> None:
    with TrackingGuard() as guard:
        guard.status = 500
        saw_request("https://a.dev/x?key=1", "POST")
        assert (guard.url, guard.method) == ("https://a.dev/x", "POST")
        assert vars(guard)["status"] is None
        saw_answer(201, "text/html; charset=x")
        assert (guard.status, guard.kind) == (201, "text/html")
        assert (
            guard.text_of(AnswerError("No text"))
            == "The answer is an HTML page: the address is not that of an API"
        )
        saw_answer(202, None)
        assert (guard.status, guard.kind) == (202, "none")
        assert guard.text_of(AnswerError("No text")) == "No text"


class WithHeaders(Exception):  # noqa: N818  the SDK's own have many names
    """As those of the cohere SDK are: they hold the head of the answer themselves."""

    def __init__(self, status: int, headers: Any) -> None:
        super().__init__("x")
        self.status_code = status
        self.headers = headers


COHERE: list[tuple[Any, int | None, str | None]] = [
    (named("SSEError", "Expected text/event-stream, got 'text/html'"), 200, "text/html"),
    (named("SSEError", "x"), 200, ""),
    (TypeError("C.model_construct() argument after ** must be a mapping"), 200, ""),
    (TypeError("x"), None, None),
    (ValueError("model_construct()"), None, None),
    (WithHeaders(201, {"content-type": "a/b; c"}), 201, "a/b"),
    (WithHeaders(201, {}), None, None),
    (WithHeaders(201, None), None, None),
    (SimpleNamespace(status_code=201, headers={"content-type": "a/b"}), None, None),
]


@pytest.mark.parametrize(("answer", "status", "kind"), COHERE, ids=lambda one: type(one).__name__)
def test_exceptions_of_cohere_hold_the_answer(answer: Any, status: int | None, kind: str | None) -> None:
    guard = CohereGuard()
    found = guard.response_of(answer)
    assert (found is None) == (status is None)
    if found is not None:
        guard.take(found)
    assert (guard.status, guard.kind) == (status, kind)


# Failures

BEDROCK = {
    (
        "auth",
        "no-credentials",
    ): "NoCredentialsError PartialCredentialsError CredentialRetrievalError SSOTokenLoadError",
    ("auth", "expired"): "UnauthorizedSSOTokenError",
    ("auth", "profile"): "ProfileNotFound",
    ("timeout", "read"): "ReadTimeoutError",
    ("timeout", "connect"): "ConnectTimeoutError",
    ("answer", "cut"): "ConnectionClosedError ResponseStreamingError IncompleteReadError",
    ("proxy", "refused"): "ProxyConnectionError",
    ("answer", "unreadable"): "ResponseParserError",
    ("request", "error"): "Unheard",
}
GOOGLE = {
    ("auth", "no-credentials"): "DefaultCredentialsError",
    ("auth", "header"): "InvalidHeader",
    ("auth", "credentials"): "RefreshError",
    (
        "answer",
        "cut",
    ): "ChunkedEncodingError ProtocolError RemoteDisconnected IncompleteRead ConnectionResetError",
    ("request", "error"): "Unheard",
}
CLOUD = {
    (
        "auth",
        "no-credentials",
    ): "NoCredentialsError PartialCredentialsError ProfileNotFound DefaultCredentialsError",
    (
        "auth",
        "credentials",
    ): "CredentialRetrievalError TokenRetrievalError RefreshError UnauthorizedSSOTokenError",
    ("request", "error"): "Unheard",
}
TRANSFORMERS = {
    ("connect", "offline"): "LocalEntryNotFoundError OfflineModeIsEnabled",
    ("auth", "gated"): "GatedRepoError",
    (
        "model",
        "unknown-model",
    ): "RepositoryNotFoundError RevisionNotFoundError EntryNotFoundError HFValidationError",
    ("server", "out-of-memory"): "OutOfMemoryError MemoryError",
    ("timeout", "deadline"): "TimeoutError ConnectTimeout ReadTimeout",
    ("connect", "unreachable"): "ConnectionError ConnectError",
    ("model", "broken-weights"): "SafetensorError UnpicklingError",
    ("request", "too-long"): "PromptTooLongError",
    ("request", "closed"): "ClosedError",
    ("request", "error"): "Unheard",
}
FAILURES = [
    *((bedrock_failure, meant, name) for meant, names in BEDROCK.items() for name in names.split()),
    *((google_failure, meant, name) for meant, names in GOOGLE.items() for name in names.split()),
    *((cloud_failure, meant, name) for meant, names in CLOUD.items() for name in names.split()),
    *((transformers_failure, meant, name) for meant, names in TRANSFORMERS.items() for name in names.split()),
]


@pytest.mark.parametrize(
    ("module", "meant", "name"), FAILURES, ids=lambda one: getattr(one, "__name__", str(one))
)
def test_each_name_means_this_failure(module: Any, meant: tuple[str, str], name: str) -> None:
    # By the class and by one derived from it, outermost and below another.
    error: Exception = type(name, (Exception,), {})("words s-e-c-r-e-t")
    outer = RuntimeError("outer")
    outer.__cause__ = error
    for one in (error, outer):
        found = module.failure(one, ["s-e-c-r-e-t"])
        assert (found.step, found.reason) == meant
        assert found.detail
        assert "s-e-c-r" not in found.detail
        assert (found.status, found.url, found.method) == (None, None, None)


@pytest.mark.parametrize("module", [cloud_failure, transformers_failure], ids=["cloud", "transformers"])
def test_classes_derived_from_these_mean_the_same(module: Any) -> None:
    name = "NoCredentialsError" if module is cloud_failure else "GatedRepoError"
    error = type("Derived", (type(name, (Exception,), {}),), {})("x")
    assert module.failure(error).step == "auth"


WORDS = {
    ("server", "out-of-memory"): ["CUDA out of memory", "not enough memory", "can't allocate memory"],
    ("model", "unknown-model"): ["x is not a local folder and is not a valid model identifier"],
    ("model", "no-weights"): [
        "it does not appear to have a file named x",
        "No file named x",
        "no model file",
    ],
    ("model", "unknown-architecture"): [
        *(
            "Unrecognized model in x",
            "does not recognize this architecture",
            "Unrecognized configuration class",
        )
    ],
    ("model", "broken-files"): ["it is not a valid JSON file"],
    ("connect", "unreachable"): ["We couldn't connect to x"],
    ("request", "error"): ["memory is a fine thing"],
}


@pytest.mark.parametrize("meant", WORDS, ids=str)
def test_words_of_transformers_mean_this(meant: tuple[str, str]) -> None:
    for words in WORDS[meant]:
        outer = RuntimeError("outer")
        outer.__cause__ = OSError(words)
        for error in (OSError(words), outer):
            found = transformers_failure.failure(error)
            assert (found.step, found.reason) == meant


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (
            named("GatedRepoError", "a\n b."),
            "a b. Ask for access on the model's page of the hub, and set HF_TOKEN to",
        ),
        (named("MemoryOf", "out of memory"), "out of memory. A smaller batch_size, dtype, or model may fit."),
        (
            named("OfflineModeIsEnabled", "x"),
            "x. Its files aren't in the cache, and the hub isn't asked (offline).",
        ),
        (named("Unheard", "a\n b"), "Unheard: a b"),
        (named("Unheard", ""), "Unheard"),
        (named("PromptTooLongError", ""), "PromptTooLongError"),
    ],
    ids=repr,
)
def test_transformers_failures_are_said(error: Exception, detail: str) -> None:
    assert transformers_failure.failure(error).detail.startswith(detail)


def test_aws_credentials_that_the_anthropic_sdk_does_not_find_are_missing() -> None:
    found = cloud_failure.failure(
        RuntimeError("Could not resolve AWS credentials of s-e-c-r-e-t"), ["s-e-c-r-e-t"]
    )
    assert (found.step, found.reason) == ("auth", "no-credentials")
    assert found.detail == "Could not resolve AWS credentials of ****"
    assert cloud_failure.failure(TypeError("x")).step == "local"


@pytest.mark.parametrize(
    ("response", "meant", "status", "detail"),
    [
        (
            {
                "Error": {"Code": "ThrottlingException", "Message": "Slow"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            },
            ("quota", "rate"),
            400,
            "Slow",
        ),
        (
            {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}},
            ("path", "not-found"),
            404,
            "404",
        ),
        (
            {
                "Error": {"Code": "X", "Message": "model not found"},
                "ResponseMetadata": {"HTTPStatusCode": 404},
            },
            ("model", "unknown-model"),
            404,
            "model not found",
        ),
        (
            {
                "Error": {"Code": "404", "Message": "model not found"},
                "ResponseMetadata": {"HTTPStatusCode": 404},
            },
            ("path", "not-found"),
            404,
            "model not found",
        ),
        ({"Error": None, "ResponseMetadata": {"HTTPStatusCode": "4"}}, ("server", "error"), None, ""),
        ({}, ("server", "error"), None, ""),
    ],
    ids=json.dumps,
)
def test_refusals_of_bedrock_are_read(
    response: dict[str, Any], meant: tuple[str, str], status: int | None, detail: str
) -> None:
    error = named("ClientError", response=response, modelcatalog_url="https://a.dev/x")
    for found in (bedrock_failure.failure(error), load_adapter("anthropic_bedrock").failure(error)):
        assert (found.step, found.reason, found.status, found.detail) == (*meant, status, detail)
        assert (found.url, found.method) == ("https://a.dev/x", "POST")


@pytest.mark.parametrize(
    ("attributes", "meant", "detail"),
    [
        ({"code": 400, "details": {"error": {"message": "A", "status": "X"}}}, ("request", "error"), "A"),
        (
            {
                "code": 400,
                "details": {"error": {"message": "A", "details": [{"reason": "API_KEY_INVALID"}, 7]}},
            },
            ("auth", "key"),
            "A",
        ),
        (
            {"code": 404, "details": [{"error": {"message": "model not found", "status": "NOT_FOUND"}}]},
            ("path", "not-found"),
            "x",
        ),
        (
            {"code": 404, "details": {"message": "model not found", "status": "NOT_FOUND"}},
            ("model", "unknown-model"),
            "model",
        ),
        ({"code": 404, "details": {"message": "model not found"}}, ("path", "not-found"), "model not found"),
        ({"code": 429, "details": {"error": "words"}}, ("quota", "rate"), "words"),
        ({"code": 429, "details": None, "message": "M"}, ("quota", "rate"), "M"),
        ({"code": 429, "details": []}, ("quota", "rate"), "x"),
        (
            {
                "code": 400,
                "details": [],
                "response": SimpleNamespace(json=lambda: [{"error": {"message": "R"}}]),
            },
            ("request", "error"),
            "R",
        ),
        (
            {"code": 400, "details": [], "response": SimpleNamespace(json=list)},
            ("request", "error"),
            "x",
        ),
        ({"code": "400", "details": {}}, ("request", "error"), "Refused: x"),
        ({"code": 400}, ("request", "error"), "Refused: x"),
    ],
)
def test_refusals_of_google_are_read(attributes: dict[str, Any], meant: tuple[str, str], detail: str) -> None:
    found = google_failure.failure(named("Refused", **attributes))
    assert (found.step, found.reason) == meant
    assert found.detail.startswith(detail)


def test_what_is_below_googles_transport_counts_first() -> None:
    for inner, meant in (
        (TimeoutError(), ("timeout", "deadline")),
        (ConnectionRefusedError(), ("connect", "refused")),
        (named("ProxyError"), ("proxy", "refused")),
        (named("TooManyRedirects"), ("path", "redirects")),
        (named("ChunkedEncodingError"), ("answer", "cut")),
        (named("ConnectError"), ("connect", "unreachable")),
    ):
        outer = named("ProtocolError") if meant[0] != "connect" or meant[1] == "refused" else RuntimeError()
        outer.__cause__ = inner
        found = google_failure.failure(outer)
        assert (found.step, found.reason) == meant
    refresh = google_failure.failure(named("RefreshError", "why"))
    assert refresh.detail == "The credentials were refused when asking for a token: why"
    assert google_failure.failure(type("RefreshError", (Exception,), {})()).detail.endswith(": RefreshError")
