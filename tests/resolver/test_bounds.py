"""Every bound of the resolver, at its edge: the largest that is taken, and the smallest that isn't."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, SetupError
from modelcatalog.providers.testing.answers import stream
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import Environment, check, explain, load_catalog, probe
from modelcatalog.resolver.catalogs.discovery import project_file
from modelcatalog.resolver.credentials.command import Command, CommandFailedError
from modelcatalog.resolver.planning.refused_arguments import refused
from modelcatalog.resolver.planning.text_table import text_table


def python(code: str) -> Command:
    return Command((sys.executable, "-c", code))


@pytest.mark.parametrize("size", [1, 1 << 16])
def test_command_may_print_so_much(size: int) -> None:
    assert python(f"print('x' * {size}, end='')").run() == "x" * size


def test_command_may_not_print_more() -> None:
    with pytest.raises(CommandFailedError, match="printed more than a key"):
        python(f"print('x' * {(1 << 16) + 1}, end='')").run()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", ""),
        (" \n", ""),
        ("a " * 150, ": " + "a " * 149 + "a"),
        ("a" * 300, ": " + "a" * 300),
        ("b" + "a" * 300, ": ..." + "a" * 300),
    ],
)
def test_end_of_what_a_failed_command_says_is_shown(said: str, shown: str) -> None:
    with pytest.raises(CommandFailedError) as caught:
        python(f"import sys; sys.stderr.write({said!r}); sys.exit(3)").run()
    assert str(caught.value) == f"{sys.executable} failed with exit code 3{shown}"


@pytest.mark.parametrize(("printed", "shown"), [("one", "one"), ("ones", "****")])
def test_what_a_failed_command_printed_is_redacted_unless_it_is_a_word(printed: str, shown: str) -> None:
    with pytest.raises(CommandFailedError) as caught:
        python(f"import sys; print({printed!r}); sys.stderr.write('key {printed}'); sys.exit(1)").run()
    assert str(caught.value).endswith(f": key {shown}")


@pytest.mark.parametrize(("size", "is_read"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_dotenv_of_a_megabyte_is_read(tmp_path: Path, size: int, is_read: bool) -> None:
    (tmp_path / ".env").write_text("A=b\n#".ljust(size, "x"), "utf-8")
    found = Environment.current().read_dotenv()
    assert (None if found is None else dict(found.values)) == ({"A": "b"} if is_read else None)


@pytest.mark.parametrize(("blank", "is_ours"), [(0, True), ((1 << 16) - 8, True), ((1 << 16) - 7, False)])
def test_project_file_says_early_that_it_is_one(tmp_path: Path, blank: int, is_ours: bool) -> None:
    (tmp_path / "models.yaml").write_text("\n" * blank + "catalog: 1\n", "utf-8")
    assert (project_file() is not None) is is_ours


@pytest.mark.parametrize(("days", "is_said"), [(-1, True), (0, True), (1, True), (90, True), (91, False)])
def test_what_ends_is_said_ninety_days_before(days: int, is_said: bool) -> None:
    day = (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011
    providers = {
        "acme": {"base_url": "https://a.example/v1", "models": {"m": {"retires": day}}},
        "beta": {"base_url": "https://b.example/v1", "status": "deprecated", "since": day},
    }
    catalog = load_catalog(overlay={"providers": providers})
    codes = {
        name: [one.code for one in explain(f"{name}/m", catalog=catalog, env={}).findings]
        for name in providers
    }
    assert ("model-retired" in codes["acme"], "deprecated" in codes["beta"]) == (is_said, is_said)
    report = check("acme", catalog=catalog, env={"ACME_API_KEY": "key-of-acme-0123"}, within=abs(days))
    assert [one.code for one in report.rows[0].findings] == ["model-retired"]


@pytest.mark.parametrize(("length", "is_cut"), [(200, False), (201, True)])
def test_refusal_of_a_constructor_is_shown_up_to_its_two_hundredth_character(
    length: int, is_cut: bool
) -> None:
    text = "x" * length
    error = refused(explain("openai/x", organization="o", timeout=3, user_agent="a"), ValueError(text))
    shown = text[:200]
    assert isinstance(error, ArgumentError)
    assert error.message == f"openai.AsyncOpenAI doesn't accept the argument user_agent (ValueError: {shown})"
    assert (error.argument, error.hint) == ("user_agent", "leave out user_agent")
    assert is_cut is (shown != text)


def test_refusal_without_an_argument_of_the_callers_is_a_finding() -> None:
    plan = explain("openai/x", timeout=3, max_retries=1, allow_http=True)
    error = refused(plan, ValueError())
    assert isinstance(error, SetupError)
    assert [one.message for one in error.findings] == ["openai.AsyncOpenAI can't be made: ValueError."]


def test_refusal_of_one_of_several_names_them_all() -> None:
    error = refused(explain("openai/x", user_agent="a", other=3, headers={}), TypeError("no. "))
    assert isinstance(error, ArgumentError)
    assert error.message == (
        "openai.AsyncOpenAI doesn't accept one of the arguments user_agent, other, headers (TypeError: no)"
    )
    assert (error.argument, error.hint) == (
        "user_agent, other, headers",
        "leave out one of user_agent, other, headers",
    )


def test_wide_cell_widens_no_column() -> None:
    rows = [("a", "b"), ("x" * 44, "c"), ("y" * 45, "d"), ("z",)]
    assert text_table(rows) == [f"a{' ' * 43}  b", f"{'x' * 44}  c", f"{'y' * 45}  d", "z"]
    assert text_table([]) == []


@pytest.mark.parametrize(("pieces", "taken"), [(63, 63), (64, 64), (65, 64)])
def test_probe_takes_so_many_pieces(pieces: int, taken: int) -> None:
    with RecordingServer() as server:
        server.answer(stream(*["a"] * pieces))
        report = probe("openai/x", api_key="sk-0123456789abcdef", base_url=server.url)
    assert (report.ok, report.text) == (True, "a" * taken)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"timeout": 0.001}, None),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"max_retries": 0}, None),
        ({"max_retries": -1}, "max_retries"),
        ({"max_retries": False}, "max_retries"),
        ({"max_retries": 1.0}, "max_retries"),
        ({"headers": []}, "headers"),
        ({"allow_http": 1}, "allow_http"),
        ({"http_client": 2.5}, "http_client"),
        ({"http_client": []}, "http_client"),
        ({"http_client": {}}, "http_client"),
        ({"http_client": object()}, None),
    ],
)
def test_option_is_taken_or_refused_by_its_kind_and_size(
    arguments: dict[str, Any], refusal: str | None
) -> None:
    if refusal is None:
        assert explain("openai/x", **arguments).arguments[0].target == "option"
        return
    with pytest.raises(ArgumentError) as caught:
        explain("openai/x", **arguments)
    assert caught.value.argument == refusal
    example = EXAMPLES.get(refusal, f"resolve(model, {refusal}=...) in Python takes one")
    assert caught.value.hint == example


EXAMPLES = {
    "timeout": "timeout=30",
    "max_retries": "max_retries=2",
    "headers": "headers={X-Team: evals}",
    "allow_http": "allow_http=true",
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("''", "single quotes"),
        ('""', "double quotes"),
        ("'", None),
        ('"a', None),
        ("\u201ca\u201d", "typographic quotes"),
        ("`a`", "back quotes"),
        ("a\x7f", "control character"),
        ("a\x1fb", "control character"),
        ("a b", None),
    ],
)
def test_text_around_a_value_is_noticed(value: str, said: str | None) -> None:
    for variable in ("OPENAI_ORG_ID", "OPENAI_API_KEY"):
        plan = explain("openai/x", env={"OPENAI_API_KEY": "sk-0123456789abcdef", variable: value})
        found = [
            one.message for one in plan.findings if one.code in ("invalid-setting", "invalid-credential")
        ]
        if said is None and variable == "OPENAI_ORG_ID":
            assert found == []
        elif said is not None:
            assert said in found[0]
