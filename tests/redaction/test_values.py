"""Masking by value: every form of a secret goes, and harmless text stays."""

from __future__ import annotations

from base64 import b64encode
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.catalog.redaction.secret_names import is_secret_name

from support.secret_traces import SENTINEL, echoes, traces

KEYS = st.text(ascii_letters + digits + "-_/+=.", min_size=20, max_size=60).filter(
    lambda key: any(map(str.isdigit, key)) and any(map(str.isalpha, key))
)
HARMLESS = st.text("abcdefghijklmnopqrstuvwxyz .,:\n", max_size=60)


@pytest.mark.parametrize("echo", echoes(SENTINEL))
def test_secret_goes_in_whatever_form(echo: str) -> None:
    assert traces(redact(echo, [SENTINEL])) == set()


@given(KEYS, HARMLESS, HARMLESS, st.sampled_from(range(10)))
def test_any_key_goes_from_any_text(key: str, before: str, after: str, form: int) -> None:
    text = f"{before}\n{echoes(key)[form]}\n{after}"
    masked = redact(text, [key])
    assert key not in masked
    assert key not in "".join(masked.split())
    assert key.encode().hex() not in masked


@given(HARMLESS)
def test_text_without_the_secret_stays_as_it_is(text: str) -> None:
    assert redact(text, [SENTINEL, "Another-key-0123456789"]) == text


@given(KEYS, st.binary(max_size=7), st.binary(max_size=7))
def test_base64_of_anything_around_the_key_holds_nothing_of_it(key: str, before: bytes, after: bytes) -> None:
    encoded = b64encode(before + key.encode() + after).decode()
    whole = b64encode(b"\0" * (len(before) % 3) + key.encode()).decode()[4:24]
    assert whole not in redact(f"Basic {encoded}", [key])


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        ("a", "a key and a lock: a", "a key and a lock: a"),
        ("a", "api_key=a, b", "api_key=****, b"),
        ("test", "this is a test", "this is a test"),
        (
            "test",
            "Incorrect API key provided: test. It is a test.",
            "Incorrect API key provided: ****. It is a test.",
        ),
        ("test", "Authorization: Bearer test", "Authorization: Bearer ****"),
        ("test", "test", "****"),
        ("EMPTY", "the list is EMPTY", "the list is EMPTY"),
        ("secret-1", "it is secret-1!", "it is ****!"),
        ("my-openrouter-localhost-key", "openrouter failed at localhost", "openrouter failed at localhost"),
        ("sk-ant-api03-Xy7Qw9zL2mN4pR8tV1", "its keys begin with sk-ant-", "its keys begin with sk-ant-"),
        ("", "nothing", "nothing"),
        ("   ", "a   b", "a   b"),
    ],
)
def test_short_and_wordy_secrets_leave_sentences_alone(secret: str, text: str, masked: str) -> None:
    assert redact(text, [secret]) == masked


def test_whole_answer_of_megabytes_is_masked_too() -> None:
    text = f"{'x' * 3_000_000}{SENTINEL}{'y' * 10}"
    assert traces(redact(text, [SENTINEL])) == set()


@pytest.mark.parametrize(
    "name", ["api_key", "X-Token", "hf_token", "AWS_SESSION_TOKEN", "Cookie", "tokens", "Authorization"]
)
def test_name_of_a_secret_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["tokenizer", "tokenizer_mode", "max_new_tokens", "max_tokens", "num_tokens", "timeout"]
)
def test_name_that_only_has_the_word_in_it_hides_nothing(name: str) -> None:
    assert not is_secret_name(name)


def test_secret_that_no_encoding_can_carry_is_redacted_all_the_same() -> None:
    secret = "\udced\udca0\udc80" * 10
    assert redact(f"key {secret}.", [secret]) == "key ****."
