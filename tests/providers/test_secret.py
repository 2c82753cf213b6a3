"""A secret is shown nowhere, and gives itself only when asked."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from modelcatalog.catalog.redaction.secret import Secret, redact, reveal

LONG = "sk-sentinel-0123456789-c1f8"


@pytest.mark.parametrize(
    ("value", "shown"), [(LONG, "****c1f8"), ("x" * 16, "****xxxx"), ("x" * 15, "****"), ("", "****")]
)
def test_at_most_four_characters_are_shown(value: str, shown: str) -> None:
    secret = Secret(value)
    assert [str(secret), f"{secret}", f"{secret:>8}".strip(), f"{secret!r}"] == [shown] * 3 + [
        f"Secret('{shown}')"
    ]
    assert secret.reveal() == value


def test_it_is_equal_by_value_and_never_to_a_text() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_it_is_not_written_anywhere() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(LONG))
    with pytest.raises(TypeError):
        json.dumps(Secret(LONG))
    assert not hasattr(Secret(LONG), "__dict__")


def test_a_copy_is_the_secret_itself() -> None:
    secret = Secret(LONG)
    assert copy.copy(secret) is copy.deepcopy([secret])[0] is secret


def test_reveal_leaves_other_values_alone() -> None:
    assert [reveal(Secret("a")), reveal("b"), reveal(None)] == ["a", "b", None]


def test_masking_takes_the_longest_first_and_ignores_empty_ones() -> None:
    short, long = "abcdefgh", "abcdefgh-ijkl"
    assert redact(f"one {long} and {short}", [short, "", long]) == "one **** and ****"
