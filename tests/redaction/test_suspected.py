"""What of a catalog file is taken for a secret: each kind of name, place, value and form of writing."""

from __future__ import annotations

from itertools import product

import pytest

from modelcatalog.catalog.redaction.heuristics import excerpt, hides, redact_suspected, shown, visible

SECRET = "hunter2Hunter2"
VALUES = {"text": SECRET, "number": 12345, "decimal": 12345.5, "with blanks": "hun ter 2"}
# Values that are no secret wherever they are.
HARMLESS = [
    *("true", "false", "null", "None", "~", "yes", "No", "on", "OFF", "required", "optional", "env:", "also"),
    *("pattern", "description:", "choices", "default", "|", ">", "|-", ">+", "-", "{", "}", "?", ":", "$"),
    *("1", "12", "123", "1234", "****", "A", "AB", "AB123", "ACME_KEY", "$ACME_KEY", "A_B_2"),
]
NO_HARMLESS = [
    "12345",
    "||",
    "***",
    "*****",
    "ABCDEF",
    "ACME__KEY",
    "acme_key",
    "$$A_B",
    "A_",
    "trueish",
    "1a",
]
# Ways to a value, and whether a secret is there.
WAYS: dict[tuple[str | int, ...], bool] = {
    ("providers", "acme", "api_key"): True,
    ("api_key",): True,
    ("providers", "acme", "settings", "token"): True,
    ("providers", "acme", "headers", "X-Api-Key"): True,
    ("providers", "acme", "headers", "X-Api-Key", 0): True,
    ("providers", "acme", "api_key", "value"): True,
    ("providers", "acme", "settings", "token", "value"): True,
    ("providers", "acme", "headers", "Authorization", "value"): True,
    ("providers", "acme", "api_key", "env"): True,
    ("providers", "acme", "api_key", "env", 1): True,
    ("providers", "acme", "settings", "region", "env"): True,
    ("providers", "acme", "settings", "region", "also"): True,
    ("providers", "acme", "api_key", "pattern"): False,
    ("providers", "acme", "api_key", "choices", 0): False,
    ("providers", "acme", "settings", "token", "description"): False,
    ("providers", "acme", "settings", "region", "value"): False,
    ("providers", "acme", "settings", "region"): False,
    ("providers", "acme", "headers", "X-Title", "value"): False,
    ("providers", "acme", "arguments", "token", "value"): False,
    ("providers", "acme", "base_url"): False,
    ("base_url",): False,
    (): False,
    (0, 1): False,
}


@pytest.mark.parametrize(("way", "value"), list(product(WAYS, VALUES)), ids=str)
def test_a_value_is_hidden_by_its_place(way: tuple[str | int, ...], value: str) -> None:
    assert hides(way, VALUES[value]) == WAYS[way]


@pytest.mark.parametrize("value", [True, False, None, [], {}, [SECRET], {"a": SECRET}], ids=repr)
def test_what_is_neither_text_nor_number_is_no_secret(value: object) -> None:
    assert not hides(("api_key",), value)


@pytest.mark.parametrize("value", HARMLESS)
def test_a_harmless_value_is_shown_in_every_form(value: str) -> None:
    assert not hides(("api_key",), value)
    assert redact_suspected(f"api_key: {value}") == f"api_key: {value}"
    assert redact_suspected(f"api_key: {value} {SECRET}") == f"api_key: {value} ****"


@pytest.mark.parametrize("value", NO_HARMLESS)
def test_what_only_begins_like_a_harmless_value_is_hidden(value: str) -> None:
    assert hides(("api_key",), value)
    assert redact_suspected(f"api_key: {value}") == "api_key: ****"


# Ways of writing a field; N is its name, V its value.
FORMS = {
    "N: V": "N: ****",
    "N:V": "N:****",
    "N = V": "N = ****",
    '"N": "V"': '"N": "****"',
    "'N' : 'V'": "'N' : '****'",
    "- N: V": "- N: ****",
    "{N: V}": "{N: ****}",
    "{N: V, other: 1}": "{N: ****, other: 1}",
    "{other: 1, N: V}": "{other: 1, N: ****}",
    "{N: 'V, x: 1', other: 1}": "{N: '****', other: 1}",
    "{N: 'V": "{N: '****",
    "{a: {b: c}, N: V, d: e}": "{a: {b: c}, N: ****, d: e}",
    "{a: {b: c}, N: V}, d: e}": "{a: {b: c}, N: ****}, d: e}",
    "a: {b: c}, N: V, d: e": "a: {b: c}, N: ****",
    "N: V, other: 1": "N: ****",
    "N: {value: V, other: W}": "N: {value: ****, other: ****}",
    "N: {value: V, pattern: W}": "N: {value: ****, pattern: W}",
    "N: {value: V}, other: W": "N: {value: ****}, other: W",
    "{N: {value: V}, other: W}": "{N: {value: ****}, other: W}",
    "N: {value: V": "N: {value: ****",
    "N: [V, W]": "N: [****]",
    "N: V W X": "N: ****",
    "N:   V  ": "N:   ****  ",
    "N:": "N:",
    "N: ''": "N: ''",
    "x.N: V": "x.N: V",
    "xN: V": "xN: V",
    "N V": "N V",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["pwd", "env", "also"])
def test_a_secret_is_found_in_every_form_of_writing(form: str, name: str) -> None:
    line, seen = (
        text.replace("N", name).replace("V", SECRET).replace("W", "second2Second2").replace("X", "third3")
        for text in (form, FORMS[form])
    )
    if form == "N: {value: V, pattern: W}" and name in ("env", "also"):
        assert SECRET not in redact_suspected(line)
        return
    if form in ("x.N: V", "xN: V") and name == "pwd":
        seen = seen.replace(SECRET, "****")
    assert redact_suspected(line) == seen


SHAPES = [
    *(f"{head}{join}abc123" for head in ("sk", "pk", "rk", "gsk", "xai", "ghp", "gho") for join in "-_"),
    *(
        "github_pat_abcdef",
        "glpat-abcdef",
        "hf_abcdef",
        "r8_abcdef",
        "nvapi-abcdef",
        "csk-abcdef",
        "fw_abcdef",
    ),
    *("pplx-abcdef", "tgp_abcdef", "AIzaAbcdefghijkl", "AKIAABCDEFGHIJKL", "ASIAABCDEFGHIJKL"),
    *("eyJhbGciOiJIUzI1", "a1" * 16, "1a" * 16, "sk-abc-12_"),
]
NO_SHAPES = [
    "sk-abcde",
    "mask-abcdef",
    "eyJabcdefghijk",
    "a1" * 15 + "a",
    "a" * 40,
    "1" * 40,
    "xsk_abcdef",
    "-a" * 20,
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("line", ["S", "x: S", "x: 'S'", "[S]", "(S)", "/S/", "x-S"])
def test_a_key_is_known_by_its_shape(shape: str, line: str) -> None:
    assert redact_suspected(line.replace("S", shape)) == line.replace("S", "****")


@pytest.mark.parametrize("text", NO_SHAPES)
def test_what_only_resembles_a_key_is_shown(text: str) -> None:
    assert redact_suspected(f"x: {text}") == f"x: {text}"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("x: Bearer abc def", "x: Bearer **** def"),
        ("x: bearer   abc", "x: bearer ****"),
        ("x: Bearer {token}", "x: Bearer {token}"),
        ("x: forbearer", "x: forbearer"),
        ("x: https://user@host/", "x: https://****@host/"),
        ("x: https://host/@name", "x: https://host/@name"),
        ("x: ftp://u:p@h https://v:q@i", "x: ftp://****@h https://****@i"),
    ],
)
def test_what_follows_a_scheme_is_hidden(line: str, seen: str) -> None:
    assert redact_suspected(line) == seen


# What is shown of a long line

LINE = "".join(chr(0x4E00 + number) for number in range(2000))
"""Each character of it is another one."""


@pytest.mark.parametrize(
    ("length", "column", "seen", "caret"),
    [
        (100, 1, LINE[:100], 0),
        (100, 100, LINE[:100], 99),
        (101, 1, f"{LINE[:100]}...", 0),
        (101, 67, f"{LINE[:100]}...", 66),
        (101, 68, f"...{LINE[1:101]}", 69),
        (150, 117, f"...{LINE[50:150]}", 69),
        (150, 116, f"...{LINE[49:149]}...", 69),
        (150, 150, f"...{LINE[83:150]}", 69),
        (2000, 1000, f"...{LINE[933:1033]}...", 69),
    ],
)
def test_of_a_long_line_exactly_this_is_shown(length: int, column: int, seen: str, caret: int) -> None:
    assert excerpt(LINE[:length], column) == (seen, caret)


@pytest.mark.parametrize("hidden", [1, 2, 50, 96, 101])
def test_from_a_column_on_all_is_hidden(hidden: int) -> None:
    text, caret = excerpt(LINE[:100], 1, hide_from=hidden)
    assert text == LINE[: hidden - 1] + ("****" if hidden <= 100 else "")
    assert caret == 0


@pytest.mark.parametrize("column", [1, 4000, 4001, 5000, 5001, 6000, 6001, 9000, 20_000])
def test_a_place_in_a_line_of_any_length_is_shown_without_the_secret_before_it(column: int) -> None:
    for distance in (1, 30, 3000):
        before = max(0, column - 1 - distance)
        line = "é" * before + " pwd='" + "x" * (column + 50 - before) + "'" + "é" * 30_000
        text, _ = excerpt(line, column)
        assert "xx" not in text


def test_what_is_far_from_the_place_is_not_looked_at() -> None:
    # Of a line of megabytes, a stretch of 9,000 characters is looked at, which begins at a whole thousand.
    for column, start in ((5000, 0), (5001, 1000), (6000, 1000), (6001, 2000)):
        for at, is_seen in ((start, True), (start - 1, False)):
            if at < 0:
                continue
            line = f"{' ' * at}pwd={'x' * 20_000}"
            assert ("xx" not in excerpt(line, column)[0]) == is_seen
    for end in (8999, 9000):
        line = f"{'é' * 50} pwd='x".ljust(end - 3, "x") + "',b:" + "é" * 100
        assert excerpt(line, 1)[0].startswith("é" * 50)


def test_a_long_value_is_looked_at_as_far_as_it_could_be_shown() -> None:
    for length, seen in ((4000, "'{pwd: ****, b:'"), (4001, "'{pwd: ****'")):
        filled = "x" * (length - len("{pwd: , b:"))
        assert shown(f"{{pwd: {filled}, b:") == seen


# Characters and values


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, range(32)),
        "\x7f",
        "\x9b",
        "\u200b",
        "\u200f",
        "\u2028",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\ufffe",
    ],
)
def test_a_character_that_moves_something_is_replaced(character: str) -> None:
    assert visible(f"a{character}b") == ("a b" if character == "\t" else "a\ufffdb")


@pytest.mark.parametrize(
    "character", ["~", " ", "\xa0", "é", "\u200a", "\u2010", "\ue000", "\ufffd", "\U0001f600"]
)
def test_a_character_that_moves_nothing_stays(character: str) -> None:
    assert visible(f"a{character}b") == f"a{character}b"


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("x" * 40, repr("x" * 40)),
        ("x" * 41, repr("x" * 37 + "...")),
        (False, "false"),
        (10**50, "1" + "0" * 39),
        (-1, "-1"),
        ((), "a list"),
        ("", "''"),
    ],
)
def test_a_value_is_shown_short(value: object, seen: str) -> None:
    assert shown(value) == seen
