"""The reader of catalog files: what words mean, where values stand, and what it refuses."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.catalog.parsing.document import Document, DocumentError, Limits, parse_document

both_parsers = pytest.mark.parametrize("libyaml", [True, False], ids=["libyaml", "pure"])

SECRET = "sk-hunter2hunter2"


def read(text: str | bytes, **options: Any) -> Any:
    return parse_document(text, "models.yaml", **options).data


def problems(text: str | bytes, **options: Any) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        parse_document(text, "models.yaml", **options)
    return [str(problem) for problem in caught.value.problems]


@both_parsers
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-10-21", "2024-10-21"),
        ("2024-10-21T10:00:00Z", "2024-10-21T10:00:00Z"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("22:30:15", "22:30:15"),
        ("012", "012"),
        ("0b11", "0b11"),
        ("0o17", 15),
        ("0x1F", 31),
        ("0", 0),
        ("-7", -7),
        ("-0", "-0"),
        ("+5", "+5"),
        ("1_000", "1_000"),
        ("2.5", 2.5),
        ("-2.5", -2.5),
        ("2.10", "2.10"),
        ("2.", "2."),
        (".5", ".5"),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("1e400", "1e400"),
        ("1" * 400, "1" * 400),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("nULL", "nULL"),
        ("=", "="),
        ("a b # a comment", "a b"),
        ("'012'", "012"),
        ('"null"', "null"),
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("!!int 5", 5),
        ("!!float 5", 5),
        ("!!null ~", None),
        ("!!seq [a]", ["a"]),
        ("!!map {a: b}", {"a": "b"}),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">-\n  two\n  lines\n", "two lines"),
        ("[a,\tb]", ["a", "b"]),
        ("{a: , b}", {"a": None, "b": None}),
    ],
)
def test_a_word_means_what_a_person_expects(written: str, meant: object, libyaml: bool) -> None:
    value = read(f"key: {written}\n", libyaml=libyaml)["key"]
    assert (value, type(value)) == (meant, type(meant))


@both_parsers
def test_nan_is_a_number(libyaml: bool) -> None:
    value = read(".nan", libyaml=libyaml)
    assert value != value  # noqa: PLR0124


@both_parsers
def test_keys_are_text_whatever_they_look_like(libyaml: bool) -> None:
    text = "1: a\nno: b\n2.10: c\nnull: d\n2024-10-21: e\n'<<': f\n'': g\n"
    assert list(read(text, libyaml=libyaml)) == ["1", "no", "2.10", "null", "2024-10-21", "<<", ""]


@both_parsers
@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "\ufeff", b"\xef\xbb\xbf# nothing"])
def test_an_empty_text_has_no_data(text: str | bytes, libyaml: bool) -> None:
    assert read(text, libyaml=libyaml) is None


@both_parsers
def test_byte_order_mark_and_line_breaks_of_any_system_are_read(libyaml: bool) -> None:
    for text in ("\ufeffa: 1\r\nb: é\r\n", "\ufeffa: 1\r\nb: é\r\n".encode(), "a: 1\rb: é", "a: 1\nb: é"):
        assert read(text, libyaml=libyaml) == {"a": 1, "b": "é"}
        assert parse_document(text, "", libyaml=libyaml).position(["b"]) == (2, 4)


@both_parsers
def test_json_is_read_with_its_escapes(libyaml: bool) -> None:
    data = {
        "a\u00e9\U0001f600": ["\U0001f600\U0001f600", "/", '"', "\\", "\n", "\u2028"],
        "b": {"c": [1.5, None, True]},
    }
    for text in (
        json.dumps(data),
        json.dumps(data, indent="\t"),
        json.dumps(data, ensure_ascii=False).replace("/", "\\/"),
    ):
        if "\u2028" not in text:
            assert read(text, libyaml=libyaml) == data


@both_parsers
def test_half_a_pair_of_escapes_is_refused(libyaml: bool) -> None:
    assert problems('a: "\\ud83d x"', libyaml=libyaml) == [
        "models.yaml:1:4: an escape in this text means no character: write the character itself"
    ]


TEXT = """\
# a comment
catalog: 1
providers:
  acme: &acme
    base_url: https://llm.acme.dev/v1
    aliases: [a1,
      a2]
    "name" : 'Acme'
    models:
    - first
  other: *acme
  empty:
"""


@both_parsers
@pytest.mark.parametrize(
    ("pointer", "key", "value"),
    [
        ([], (2, 1), (2, 1)),
        (["catalog"], (2, 1), (2, 10)),
        (["providers"], (3, 1), (4, 3)),
        (["providers", "acme"], (4, 3), (4, 9)),
        (["providers", "acme", "base_url"], (5, 5), (5, 15)),
        (["providers", "acme", "aliases"], (6, 5), (6, 14)),
        (["providers", "acme", "aliases", 1], (7, 7), (7, 7)),
        (["providers", "acme", "name"], (8, 5), (8, 14)),
        (["providers", "acme", "models", 0], (10, 7), (10, 7)),
        (["providers", "other"], (11, 3), (11, 10)),
        (["providers", "other", "base_url"], (5, 5), (5, 15)),
        (["providers", "empty"], (12, 3), (12, 9)),
        (["providers", "empty", "name"], (12, 9), (12, 9)),
        (["providers", "acme", "models", 7, "x"], (10, 5), (10, 5)),
        (["nothing", "here"], (2, 1), (2, 1)),
    ],
)
def test_every_key_and_value_has_its_place(
    pointer: list[str | int], key: tuple[int, int], value: tuple[int, int], libyaml: bool
) -> None:
    document = parse_document(TEXT, "models.yaml", libyaml=libyaml)
    assert document.position(pointer, key=True) == key
    assert document.position(pointer) == value


@both_parsers
def test_places_are_found_in_large_maps(libyaml: bool) -> None:
    document = parse_document("".join(f"k{n}: {n}\n" for n in range(100)), "models.yaml", libyaml=libyaml)
    assert [document.position([f"k{n}"], key=True)[0] for n in range(100)] == list(range(1, 101))


@pytest.mark.parametrize("text", ["a: 1", "a: [", "a: @", "a: 1\na: 2"])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(text: str, enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with suppress(DocumentError):
            parse_document(text, "models.yaml")
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_all_duplicates_are_reported_at_once_and_a_broken_line_with_them() -> None:
    assert problems("a: 1\na: 2\nb: {c: 1, c: 2}\nd: @x\n") == [
        "models.yaml:2:1: key 'a' is in line 1 already: keep one of lines 1 and 2",
        "models.yaml:3:11: key 'c' is in line 3 already: keep one of the two",
        "models.yaml:4:4: a value can't begin with '@': write \"@x\"",
    ]


@both_parsers
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("&a x: 1\n*a : 2", ["duplicate-key"]),
        ("b: &a y\n*a : 2\n? *a\n: 3", ["duplicate-key"]),
        ("a: &a [1]\n*a : 2", ["key-type"]),
        ("*a : 2", ["alias"]),
        ("!!int 1: a", ["tag"]),
        ("!!seq {a: 1}: a", ["tag", "key-type"]),
        ("[a, b]: {c: [1]}\nd: 1", ["key-type"]),
        ("a: 1\na: {b: [1, {c: 2}]}\nd: 3", ["duplicate-key"]),
        ("%YAML 1.2\n---\na: 1", ["directive"]),
        ("a: !!bool maybe\nb: !!float x\nc: !!binary aGk=", ["tag", "tag", "tag"]),
    ],
)
def test_reading_goes_on_after_an_odd_key_or_tag(text: str, codes: list[str], libyaml: bool) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document(text, "models.yaml", libyaml=libyaml)
    assert [problem.code for problem in caught.value.problems] == codes


def test_there_is_an_end_to_the_problems_that_are_reported() -> None:
    assert len(problems("a: 1\n" * 5000)) == 1000


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a: b: c",
            "a: 1\n b: 2",
            "a:\n  b: 1\n c: 2",
            "a\nb: 1",
            "a: 1\nb\nc: 2",
            "k:v\nb: 1",
            ": x",
            "a: ? b",
            "a: - b",
        ),
        *(
            "a: [1, 2",
            "a: {x: 1",
            "a: {x: 1]",
            "a: [1 2: 3 4}",
            "a: [\nb: 1\nc: 2",
            "{",
            "[a, , b]",
            "a: ]",
            "a: [b}",
        ),
        *(
            'a: "abc',
            "a: 'b\n\nc: 1",
            'a: "\\d"',
            'a: "\\xZZ"',
            'a: "\\ud800"',
            'a: "\\UFFFFFFFF"',
            "a: 'it's'",
            'a: "x" y',
        ),
        *(
            "*: x",
            "a: *",
            "a: & b",
            "a: *x",
            "a: &x {b: *x}",
            "a: > x",
            "a: >=3",
            "a: |x\n  b",
            "a: |\n\tb",
            "a: {b}/v1",
        ),
        *(
            "\ta: 1",
            "a:\n\tb: 1",
            "a: 1\n\tb: 2",
            "a: @x",
            "a: `x`",
            "a: %x",
            "a: !x:y 5",
            "a: !e!x 5",
            "a: !<x",
            "a: !!py/x",
        ),
        *(
            "%FOO\n---\na",
            "%YAML 2.0\n---\na",
            "%YAML 1.3\n---\na",
            "%TAG ! x\n---\na",
            "a: 1\n...\nb: 2",
            "--- a\n--- b",
        ),
        *(
            "- a\nb: 1",
            "a: 1\n- b",
            "- - a\n - b",
            "a:\n- b\nc",
            "&a &b c",
            "k" * 1100 + ": 1",
            "? a: b: c",
            "[a]: b",
        ),
    ],
)
def test_both_parsers_complain_in_the_same_words(text: str) -> None:
    assert problems(text) == problems(text, libyaml=False)
    assert "can't be read as YAML" not in problems(text)[0]


@both_parsers
@pytest.mark.parametrize(
    ("limits", "text", "code"),
    [
        (Limits(max_bytes=10), "a: 123456789", "too-large"),
        (Limits(max_nodes=10), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "too-large"),
        (Limits(max_depth=3), "[[[[1]]]]", "too-deep"),
        (Limits(max_depth=3), "a: {b: {c: {d: 1}}}", "too-deep"),
        (Limits(max_depth=3), "a: &x [[1]]\nb: {c: *x}", "too-deep"),
        (Limits(max_alias_nodes=4), "a: &x [1, 2]\nb: *x\nc: *x", "too-many-aliases"),
        (
            Limits(),
            "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
            "too-many-aliases",
        ),
        (Limits(), "a: &a [" + "x, " * 6000 + "x]\nb: *a\nc: *a\n", "too-many-aliases"),
        (Limits(), "[" * 100_000, "too-deep"),
        (Limits(), "- " * 100_000, "too-deep"),
        (Limits(), "{a: " * 100_000, "too-deep"),
    ],
)
def test_size_depth_and_repetition_are_bounded(limits: Limits, text: str, code: str, libyaml: bool) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document(text, "models.yaml", limits, libyaml=libyaml)
    assert [problem.code for problem in caught.value.problems] == [code]


@both_parsers
def test_what_is_within_the_bounds_is_read(libyaml: bool) -> None:
    limits = Limits(max_bytes=28, max_nodes=7, max_depth=2, max_alias_nodes=3)
    assert read("a: &x [1, 2]\nb: *x", limits=limits, libyaml=libyaml) == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    "character", ["\0", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff", "\ufffe"]
)
def test_characters_that_no_editor_shows_are_refused(character: str) -> None:
    told = problems(f"a: 1\nb: x{character}y\n")
    assert told == [
        f"models.yaml:2:5: a character that can't be seen is here (U+{ord(character):04X}): remove it"
    ]


def test_half_a_character_is_refused() -> None:
    assert "U+D800" in problems("a: \ud800")[0]
    assert problems(b"a: 1\nb: \xc3\xa9\xc3")[0].startswith("models.yaml:2:5: byte 0xc3 isn't UTF-8")


def test_a_secret_is_not_in_the_representation_of_a_document() -> None:
    document = parse_document(f"api_key: {SECRET}\n", "models.yaml")
    assert SECRET not in repr(document)
    assert SECRET not in repr(document.source)


@pytest.mark.parametrize(
    "text",
    [
        "api_key: {s}\n  more: 1\n",
        "api_key:\n  @{s}\n",
        "api_key:\n  x: y: {s}\n",
        "api_key:\n  {s}\n  more {s}: x\n",
        "api_key: '{s}\n",
        'a: {{api_key: "{s}", b: [}}\n',
        "a: {{api_key: {s}, api_key: {s}}}\n",
        "headers: {{Authorization: Bearer {s}, X: @y}}\n",
        "api_key:{s}\nb: 1\n",
        "api_key: *{s}\n",
        "api_key: !{s} x\n",
        "api_key: >{s}\n",
        "api_key: `{s}`\n",
        "token: %{s}\n",
        "password = {s}: x: y\n",
        "url: https://x:{s}@host: x\n",
        "api_key:\n  value: {s}: x\n",
        "api_key: {{value: {s}, b: [}}\n",
        "api_key: [{s}\n",
        "- env: [A_KEY, {s}]: x\n",
    ],
)
@both_parsers
def test_a_broken_file_shows_no_secret(text: str, libyaml: bool) -> None:
    for secret in ("hunter2hunter2", SECRET):
        assert_hidden(text.format(s=secret), secret, libyaml)


def assert_hidden(text: str, secret: str, libyaml: bool) -> None:
    try:
        parse_document(text, "models.yaml", libyaml=libyaml)
    except DocumentError as error:
        shown = [str(error), repr(error)]
        for problem in error.problems:
            shown += [str(problem), repr(problem), problem.render(), str(problem.to_json())]
        assert secret not in "\n".join(shown)


PIECES = [
    *"@`%&*!|>'\"[]{},:#\t?-",
    ": ",
    "- ",
    "\n",
    "\n\n",
    "  ",
    "\n\t",
    "---\n",
    "...\n",
    "<<: x\n",
    "\\",
    "é",
]


@given(st.data())
def test_no_damage_to_a_file_makes_it_show_a_key(data: st.DataObject) -> None:
    text = f"a: 1\nacme:\n  api_key: {SECRET}\n  headers: {{Authorization: Bearer {SECRET}, X-A: b}}\nb:\n  c: d\n"
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        if SECRET not in text[max(0, at - len(SECRET) + 1) : at + len(SECRET) - 1]:
            text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:]
    assert_hidden(text, SECRET, libyaml=True)


def json_like(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=15)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)


@both_parsers
@given(data=json_like(SCALARS), flow=st.sampled_from([True, False, None]))
def test_what_was_dumped_is_read_back(data: Any, flow: bool | None, libyaml: bool) -> None:
    text = quoted_dump(data, default_flow_style=flow)
    assert repr(read(text, libyaml=libyaml)) == repr(data)


class _Quoting(yaml.SafeDumper):
    """Puts all text in double quotes, and nothing else: !!int "5" would be another thing."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def quoted_dump(data: Any, **options: Any) -> str:
    text: str = yaml.dump(data, Dumper=_Quoting, sort_keys=False, **options)
    return text


@given(data=json_like(SCALARS))
def test_both_parsers_give_every_value_the_same_place(data: Any) -> None:
    text = quoted_dump({"data": data})
    fast, pure = (parse_document(text, "models.yaml", libyaml=libyaml) for libyaml in (True, False))
    for pointer in pointers(fast.data):
        assert fast.position(pointer) == pure.position(pointer)
        assert fast.position(pointer, key=True) == pure.position(pointer, key=True)


def pointers(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [above, *(pointer for step, inner in items for pointer in pointers(inner, (*above, step)))]


YAMLISH = st.lists(
    st.sampled_from([*PIECES, "a", "key: 1\n", "012", "&a", "*a", "!!str", "\0", "\\x", "a:\n  "])
)


@both_parsers
@given(text=st.text() | YAMLISH.map("".join) | st.binary())
def test_any_text_is_read_or_gives_problems_within_it(text: str | bytes, libyaml: bool) -> None:
    try:
        document = parse_document(text, "models.yaml", libyaml=libyaml)
    except DocumentError as error:
        lines = len(text.splitlines()) + 2
        for problem in error.problems:
            assert 1 <= problem.line <= lines
            assert problem.column >= 1
            assert problem.message
            assert "\n" not in str(problem)
            assert len(problem.render().splitlines()) <= 3
    else:
        assert isinstance(document, Document)


@pytest.mark.parametrize(
    "module",
    [
        "parsing.document",
        "validation.schema",
        "diagnostics.suggestions",
        "diagnostics.problem",
        "diagnostics.finding",
    ],
)
def test_importing_the_reader_loads_no_parser_and_no_validator(module: str) -> None:
    heavy = "{'yaml', 'jsonschema', 'difflib', 'unicodedata'}"
    code = f"import sys, modelcatalog.catalog.{module}; print({heavy} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "text", ["{a: U? ? RL}", "{a: x? ?  ? y}", "{a: b ?   ?}", "{b:}", "[b:]", "{b:,c: 1}", "{b:?x}"]
)
def test_parsers_agree_on_question_marks_and_colons_in_braces(text: str) -> None:
    outcomes = []
    for libyaml in (True, False):
        try:
            outcomes.append(repr(parse_document(text, "x", libyaml=libyaml).data))
        except DocumentError as error:
            outcomes.append(error.problems[0].message)
    assert outcomes[0] == outcomes[1]
