"""Each place where a secret could get out, with each form that it could have: it is redacted, and the rest stays."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret, live_secrets

from support.redaction_sites import ENDS, SECRET, SITES, STREAMED, SdkError, cleaned, forms, logged, printed

FORMS = forms()
HARMLESS = [
    "*** keys begin with sk-Tr4 here",
    "*** and sk-Tr4",
    "*** and 6jX0 H6jX0 here",
    "",
    "nothing",
    "It is 7 o'clock: skip *** it.",
    "sk-",
    "a\nb\tc ",
    "\u0130stanbul",
    '{"key": null}',
]


def is_clean(written: str, left: str) -> bool:
    """Whether nothing of it is left, and all that stood around it."""
    is_gone = written not in left and "".join(written.split()) not in "".join(left.split())
    return is_gone and all(part in left for part in ("It began: ", "****", "it ended."))


@pytest.mark.parametrize("site", SITES)
def test_secret_is_redacted_in_every_form(site: str) -> None:
    """All forms in one test: a thousand tests would take ten times as long."""
    wanted = {name: text for name, text in FORMS.items() if site not in STREAMED or name not in ENDS}
    left = {name: SITES[site](f"It began: {text}, it ended.") for name, text in wanted.items()}
    assert {name: text for name, text in left.items() if not is_clean(wanted[name], text)} == {}


@pytest.mark.parametrize("site", SITES)
def test_what_is_no_secret_stays(site: str) -> None:
    for text in HARMLESS:
        left = SITES[site](text)
        assert text in left or repr(text)[1:-1] in left
        assert "****" not in left


@pytest.mark.parametrize(
    "value",
    [
        [1, "a", None],
        ("a", True, 2.5),
        {"a": {"b": [1]}},
        {"a", "b"},
        b"bytes",
        bytearray(b"bytes"),
        SdkError("inner", detail="a"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_value_without_a_secret_is_the_same_object_as_before(value: Any) -> None:
    before = copy.copy(value)
    error: Any = cleaned(SdkError(value, body=value))
    assert error.args[0] is value
    assert error.body is value
    if not isinstance(value, Exception):
        assert value == before


def test_containers_that_can_change_are_changed_in_place() -> None:
    listed, mapped = [SECRET], {"key": SECRET}
    cleaned(SdkError(listed, body=mapped))
    assert (listed, mapped) == (["****"], {"key": "****"})


def test_value_that_holds_itself_ends() -> None:
    listed: list[Any] = [SECRET]
    listed.append(listed)
    error: Any = cleaned(SdkError(listed))
    assert error.args[0][0] == "****"
    assert error.args[0][1] is error.args[0]


def test_exception_that_is_its_own_cause_ends() -> None:
    error = SdkError(SECRET)
    error.__cause__ = error
    assert str(cleaned(error)) == "****"


def test_record_without_a_secret_keeps_its_arguments() -> None:
    records: list[Any] = []

    def keep(record: Any) -> bool:
        records.append(record)
        return True

    def write(logger: Any, text: str) -> None:
        logger.addFilter(keep)
        logger.debug("%s of %d", text, 7)

    assert logged(write, "one") == "one of 7\n"
    assert records[0].args == ("one", 7)
    assert records[0].msg == "%s of %d"


@pytest.mark.parametrize("pieces", [1, 3, 8])
def test_output_that_only_begins_like_a_secret_comes_whole(pieces: int) -> None:
    for size in range(1, 8):
        assert printed(SECRET[:size], pieces=pieces) == SECRET[:size]


def test_short_secret_leaves_the_output_alone() -> None:
    held = Secret("ok")
    assert printed("ok, it is ok") == "ok, it is ok\n"
    assert held.reveal() in live_secrets()
