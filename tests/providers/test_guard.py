"""What the guard round a call makes of each exception, whatever came before it: every pair of the two is a case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.chat.guard import Guard, answer_error

URL = "https://llm.acme.dev/v1/chat"
CUT = "The connection was cut in the middle of the answer"
PAGE = "The answer is an HTML page: the address is not that of an API"
OTHER = "The answer can't be read, it isn't JSON"

# Exceptions by name, and what is said of one on an answer that came with success; None for one that passes.
SAID = {
    "APITimeoutError": None,
    "APIStatusError": None,
    "TimeoutException": None,
    "TimeoutError": None,
    "ReadTimeoutError": None,
    "OwnRefusal": None,
    "NobodyKnows": None,
    "APIConnectionError": CUT,
    "ReadError": CUT,
    "RemoteProtocolError": CUT,
    "OwnCut": CUT,
    "ParserError": OTHER,
    "ResponseValidationError": OTHER,
    "OwnForm": OTHER,
    "ValueError": OTHER,
}
STATUSES = [None, 101, 199, 200, 204, 299, 300, 404, 500]
HOLDERS: dict[str, Callable[[Any], Any]] = {
    "http_response": lambda response: SimpleNamespace(http_response=response),
    "raw_response": lambda response: SimpleNamespace(raw_response=response),
    "response": lambda response: SimpleNamespace(response=response),
    "itself": lambda response: response,
}


def response(status: int, kind: str | None = "application/json", *, request: bool = True) -> Any:
    headers = {} if kind is None else {"content-type": kind}
    asked = SimpleNamespace(url=URL, method="PUT")
    return SimpleNamespace(status_code=status, headers=headers, **({"request": asked} if request else {}))


def named(name: str, **attributes: Any) -> Exception:
    """An exception of a class with this name, as an SDK that nobody imports has it."""
    kind = ValueError if name == "ValueError" else type(name, (Exception,), {})
    error: Exception = kind("theirs")
    error.__dict__.update(attributes)
    return error


def left(guard: Guard, error: BaseException, *received: Any) -> BaseException:
    """What comes out of the guard when this exception is raised after these answers were received."""
    try:
        with guard:
            for answer in received:
                assert guard.received(answer) is answer
            raise error  # noqa: TRY301  inside the guard
    except BaseException as outcome:  # noqa: BLE001  whatever it is, it is looked at
        return outcome


def own() -> Guard:
    return Guard(
        theirs=frozenset({"OwnRefusal"}), cut=frozenset({"OwnCut"}), unreadable=frozenset({"OwnForm"})
    )


@pytest.mark.parametrize(("name", "status"), list(product(SAID, STATUSES)))
def test_only_on_success_an_exception_is_about_the_answer(name: str, status: int | None) -> None:
    error = named(name)
    outcome = left(own(), error, *([] if status is None else [response(status)]))
    said = SAID[name] if status is not None and 200 <= status < 300 else None
    if said is None:
        assert outcome is error
        return
    assert isinstance(outcome, AnswerError)
    assert str(outcome) == f"{said} (content type application/json)."
    assert (outcome.status, outcome.url, outcome.method) == (status, URL, "PUT")
    assert outcome.__cause__ is error


def test_a_timeout_passes_although_it_is_an_error_of_the_connection_too() -> None:
    kind = type("APITimeoutError", (type("APIConnectionError", (Exception,), {}),), {})
    error = kind()
    assert left(Guard(), error, response(200)) is error


@pytest.mark.parametrize(("holder", "in_error"), list(product(HOLDERS, [False, True])))
def test_a_response_is_found_wherever_an_sdk_keeps_it(holder: str, in_error: bool) -> None:
    held = HOLDERS[holder](response(200))
    error = named("ReadError", **(vars(held) if in_error else {}))
    outcome = left(Guard(), error, *([] if in_error else [held]))
    assert isinstance(outcome, AnswerError)
    assert (outcome.status, outcome.url, outcome.method) == (200, URL, "PUT")


@pytest.mark.parametrize("lacks", ["status_code", "headers"])
def test_what_only_looks_like_a_response_is_none(lacks: str) -> None:
    fake = SimpleNamespace(**{**vars(response(200)), lacks: None})
    delattr(fake, lacks)
    error = named("ReadError")
    assert left(Guard(), error, fake, SimpleNamespace(response=fake)) is error


def test_the_first_response_counts_and_not_one_of_the_exception() -> None:
    outcome = left(Guard(), named("ReadError", response=response(500)), response(201))
    assert isinstance(outcome, AnswerError)
    assert outcome.status == 201


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text/html", f"{PAGE} (content type text/html)."),
        ("text/html; charset=utf-8", f"{PAGE} (content type text/html)."),
        ("text/plain", f"{OTHER} (content type text/plain)."),
        (None, f"{OTHER} (content type none)."),
    ],
)
def test_a_page_is_said_to_be_one(kind: str | None, said: str) -> None:
    assert str(left(Guard(), named("ValueError"), response(200, kind))) == said


def _generator() -> Iterator[int]:
    yield 1


async def _agenerator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("answer", "answered"),
    [
        (object(), True),
        (response(200), True),
        (response(204), True),
        (None, True),
        (_generator(), False),
        (_agenerator(), False),
    ],
    ids=["object", "200", "204", "none", "generator", "async generator"],
)
def test_an_error_knows_whether_there_was_an_answer(answer: Any, answered: bool) -> None:
    error = named("NobodyKnows")
    assert left(Guard(), error, answer) is error
    assert hasattr(error, "modelcatalog_answered") == answered


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_with_a_response_of_success_was_answered(status: int | None) -> None:
    error = named("NobodyKnows", **({} if status is None else {"response": response(status)}))
    assert left(Guard(), error) is error
    assert hasattr(error, "modelcatalog_answered") == (status in range(200, 300))


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit, SystemExit])
def test_what_is_no_error_passes_as_it_is(kind: type[BaseException]) -> None:
    error = kind()
    assert left(Guard(url=URL), error, response(200)) is error
    assert not error.__dict__


@pytest.mark.parametrize("status", STATUSES)
def test_an_answer_without_what_was_asked_for_knows_its_call(status: int | None) -> None:
    outcome = left(Guard(url=URL), AnswerError("No text"), *([] if status is None else [response(status)]))
    assert isinstance(outcome, AnswerError)
    assert str(outcome) == ("No text." if status is None else "No text (content type application/json).")
    # Without a response, the answer could be looked at: it came with success.
    assert (outcome.status, outcome.url) == (status or 200, URL)
    assert outcome.method == ("POST" if status is None else "PUT")


def test_an_answer_error_that_knows_its_call_passes() -> None:
    error = AnswerError("No text.", status=202, url="https://other.dev", method="GET")
    assert left(Guard(url=URL), error, response(200)) is error


@pytest.mark.parametrize(("url", "known"), list(product([None, URL], [False, True])))
def test_an_error_that_passes_knows_its_request(url: str | None, known: bool) -> None:
    own_request = object()
    error = named("NobodyKnows", **({"request": own_request} if known else {}))
    assert left(Guard(url=url, method="GET"), error) is error
    request = getattr(error, "request", None)
    if known:
        assert request is own_request
    elif url is None:
        assert request is None
    else:
        assert (request.url, request.method) == (URL, "GET")  # type: ignore[union-attr]


def test_a_request_that_cannot_be_asked_for_is_left_alone() -> None:
    def unset(_: object) -> None:
        raise RuntimeError("The .request property has not been set.")

    error: Exception = type("Late", (Exception,), {"request": property(unset)})()
    assert left(Guard(url=URL), error) is error
    assert "request" not in error.__dict__


@pytest.mark.parametrize("url", [None, "https://of.the.call"])
def test_a_response_without_its_request_is_that_of_the_call(url: str | None) -> None:
    outcome = left(Guard(url=url, method="PATCH"), named("ReadError"), response(200, request=False))
    assert isinstance(outcome, AnswerError)
    assert (outcome.url, outcome.method) == (url, "PATCH")


@pytest.mark.parametrize(("module", "ours"), [("modelcatalog.providers.x", True), ("modelcatalogue", False)])
def test_a_fault_of_our_own_code_is_not_put_on_the_answer(module: str, ours: bool) -> None:
    space: dict[str, Any] = {"__name__": module}
    exec("def fail(): raise ValueError('ours')\ndef outer(): fail()", space)
    guard = Guard()
    guard.received(response(200))
    with pytest.raises(ValueError if ours else AnswerError), guard:
        space["outer"]()


def test_an_answer_error_on_a_response() -> None:
    error = answer_error("No list", response(203, "text/x-list"))
    assert str(error) == "No list (content type text/x-list)."
    assert (error.status, error.url, error.method) == (203, URL, "PUT")


def test_what_is_sent_is_not_changed() -> None:
    sent = {"model": "m"}
    assert Guard().prepared(sent) is sent
    with Guard() as entered:
        assert entered.answered is False
