"""Where redaction begins and ends: by one character more or less of a secret, and what around it stays."""

from __future__ import annotations

import pytest

from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.catalog.redaction.values import encodings

KEY = "Xy7Qw9zL2mN4pR8tV1kJ3hG5"
WORDS = "correcthorsebatterystaple"
LENGTHS = [
    ("secret-", "is secret- ok", "is secret- ok"),
    ("secret-1", "is secret-1 ok", "is **** ok"),
    ("secret-1", "is SECRET-1 ok", "is **** ok"),
    ("secret-1", "is secret-1", "is ****"),
    ("secret-1", "secret-1 ok", "**** ok"),
    ("secret 1", "is secret 1 ok", "is secret 1 ok"),
    ("secret 12", "is secret\n12 ok", "is **** ok"),
    (KEY, "of Qw9zL2m ok", "of Qw9zL2m ok"),
    (KEY, "of Qw9zL2mN ok", "of **** ok"),
    (KEY[:15], f"of {KEY[:14]} ok", f"of {KEY[:14]} ok"),
    (KEY[:16], f"of {KEY[:15]} ok", "of **** ok"),
    (WORDS, "of correcthorsebat ok", "of correcthorsebat ok"),
    (WORDS, "of correcthorsebatt ok", "of **** ok"),
    (WORDS.title(), "of Correctho ok", "of Correctho ok"),
    (WORDS.upper(), "of CORRECTHO ok", "of CORRECTHO ok"),
    ("correctHorseBatteryStaple", "of rectHors ok", "of **** ok"),
    (KEY, f"{KEY[:10]} and {KEY[12:]}", "**** and ****"),
    (KEY, f"{KEY}{KEY}", "****"),
    (KEY, f"{KEY} {KEY}", "**** ****"),
    (KEY, f"({KEY}).", "(****)."),
]
CUT = [
    ("Xy7Q*** ok", "Xy7Q*** ok"),
    ("Xy7Qw*** ok", "******* ok"),
    ("a Xy7Qw... ok", "a ****... ok"),
    ("a Xy7Qw… ok", "a ****… ok"),
    ("a Xy7Qw• ok", "a ****• ok"),
    ("a Xy7Qw*", "a *****"),
    ("a Xy7Qw-", "a Xy7Qw-"),
    ("***3hG5 ok", "***3hG5 ok"),
    ("***J3hG5 ok", "******* ok"),
    ("a *J3hG5", "a *****"),
    ("Xy7Qw***J3hG5", "***********"),
    ("*Xy7Qw", "*Xy7Qw"),
    ("J3hG5*", "J3hG5*"),
    ("Xy8Qw*", "Xy8Qw*"),
    ("zXy7Qw*", "z*****"),
]
SHORT = [
    ("test", "key by anyone there: test ok", "key by anyone there: **** ok"),
    ("test", "key by anyone theirs: test ok", "key by anyone theirs: test ok"),
    ("test", "key by\nanyone: test ok", "key by\nanyone: test ok"),
    ("tes", "key given: tes ok", "key given: tes ok"),
    ("tes", "key: tes ok", "key: **** ok"),
    ("tes", 'key = "tes" ok', 'key = "****" ok'),
    ("tes", "KEYS=tes", "KEYS=****"),
    ("tes", "token tes, password tes", "token ****, password ****"),
    ("tes", "key: Tes", "key: Tes"),
    ("tes", "key: tes-1", "key: tes-1"),
    ("tes", "key: tester", "key: tester"),
    ("tes", " tes\n", "****"),
    ("t.s", "key: tes", "key: tes"),
]
NAMED = [
    (f"ACME_KEY={KEY}", f"ACME_KEY is unset, not {KEY}", "ACME_KEY is unset, not ****"),
    (f"export ACME_KEY= {KEY}", f"is {KEY}.", "is ****."),
    (f"ACME_KEY={KEY}", "of ACME_KEY ok", "of ACME_KEY ok"),
    (f"acme={KEY}", f"is {KEY}.", "is ****."),
]


@pytest.mark.parametrize(
    ("secret", "text", "seen"), [*LENGTHS, *SHORT, *NAMED, *((KEY, text, seen) for text, seen in CUT)]
)
def test_redacted_to_the_character(secret: str, text: str, seen: str) -> None:
    assert redact(text, [secret]) == seen


def test_secrets_are_redacted_beside_each_other() -> None:
    other = "another-key-0123456789"
    assert redact(f"{other}: {KEY}, test; key: test", [KEY, "test", other]) == "****: ****, test; key: ****"
    assert redact(f"{KEY[:10]} {KEY}", [KEY, KEY[:10]]) == "**** ****"
    assert redact(f"{KEY} {other}", [KEY]) == f"**** {other}"
    assert redact(f"{KEY} {other}", [other]) == f"{KEY} ****"
    assert redact(f"{KEY} {other}", [""]) == f"{KEY} {other}"


@pytest.mark.parametrize(
    ("fill", "seen"),
    [((1 << 17) - 5 - 3, "****..."), ((1 << 17) - 8, "****..."), (1 << 17, "Xy7Qw...")],
)
def test_beginnings_are_looked_for_only_so_far(fill: int, seen: str) -> None:
    assert redact(f"{'-' * fill}Xy7Qw... {KEY}", [KEY]) == f"{'-' * fill}{seen} ****"


def test_text_of_megabytes_is_searched_for_the_plain_secret() -> None:
    most = 1 << 20
    texts = [f"{'-' * (size - len(KEY))}{KEY.lower()}" for size in (most, most + 1)]
    assert [redact(text, [KEY]).endswith("****") for text in texts] == [True, False]
    assert redact(f"{'-' * most}{KEY} secret- secret-1", [KEY, "secret-", "secret-1"]) == (
        f"{'-' * most}**** secret- ****"
    )


def test_encodings_of_a_secret() -> None:
    assert encodings("abcdefg").isdisjoint({"abcdefg", "abcdefg'"})
    found = encodings('Key+"0/ä<1 2')
    assert {
        'key+"0/ä<12',
        "key%2b%220/%c3%a4%3c1%202",
        "key%2b%220%2f%c3%a4%3c1%202",
        "key%2b%220%2f%c3%a4%3c1+2",
        "key+&quot;0/ä&lt;12",
        'key+\\"0/\\u00e4<12',
        'key+\\\\\\"0/\\\\u00e4<12',
        'key+\\"0\\/\\u00e4<12',
        'Key+"0/ä<1 2'.encode().hex(),
    } <= found
