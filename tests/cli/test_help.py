"""Help: short first sentences, none of them cut, and every command answers in JSON."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from modelcatalog.resolver.cli.app import application

from support.command import Catalog
from support.terminal import printed

COMMANDS = [str(one.name) for one in application().registered_commands]


def test_every_command_has_a_short_first_sentence(catalog: Catalog) -> None:
    shown = catalog("--help", COLUMNS="80").stdout.partition("Commands:\n")[2].splitlines()
    rows = dict(line.split(maxsplit=1) for line in shown)
    assert list(rows) == COMMANDS
    assert {name: text for name, text in rows.items() if len(text) >= 45 or not text.endswith(".")} == {}
    assert "..." not in "".join(rows.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_80_columns(catalog: Catalog, name: str) -> None:
    short, long = (catalog(name, option, COLUMNS="80") for option in ("-h", "--help"))
    assert (short.returncode, short.stderr, short.stdout) == (0, "", long.stdout)
    assert max(map(len, short.stdout.splitlines())) <= 80
    assert "-h, --help" in short.stdout
    assert not re.search(r"\w\.\.\.$", short.stdout.partition("Options:")[2], re.MULTILINE)


def test_command_alone_prints_its_help(catalog: Catalog) -> None:
    alone = catalog()
    assert (alone.returncode, alone.stderr, alone.stdout) == (0, "", catalog("-h").stdout)


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(catalog: Catalog, option: str) -> None:
    done = catalog(option)
    assert (done.returncode, done.stdout) == (0, f"modelcatalog {version('modelcatalog')}\n")


@pytest.mark.slow
def test_schema_and_demo_answer_in_json(catalog: Catalog) -> None:
    schema = json.loads(catalog("schema", "--json").stdout)
    assert (schema["version"], schema["schema"]) == (1, json.loads(catalog("schema").stdout))
    done = catalog("demo", "--json")
    demo = json.loads(done.stdout)
    assert (done.returncode, demo["version"], demo["ok"]) == (0, 1, True)
    codes = {step["command"]: step["exit_code"] for step in demo["steps"]}
    assert codes["catalog probe acme/small acme/smal"] == 1
    assert codes["python ask.py"] == 0
    assert "protocol that your SDK knows" in demo["steps"][-1]["output"]


def test_server_of_the_demo_runs_alone_until_it_is_ended(catalog: Catalog, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("catalog")), "demo", "--serve", "0", "--json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            served = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
            given = {"OPENAI_API_KEY": served["key"], "OPENAI_BASE_URL": served["base_url"]}
            said = catalog("chat", f"openai/{served['model']}", "hi", **given)
            assert "protocol that your SDK knows" in said.stdout, said.stderr
            port = served["base_url"].partition("127.0.0.1:")[2].partition("/")[0]
            second = catalog("demo", "--serve", port)
            assert (second.returncode, second.stdout) == (2, "")
            assert f"error: port {port} of 127.0.0.1 can't be used" in second.stderr
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["nosuch"], "UsageError"),
        (["list", "--nosuch"], "UsageError"),
        (["explain"], "UsageError"),
        (["check", "--timeout", "x"], "UsageError"),
        (["keys", "get"], "ArgumentError"),
        (["trust"], "ArgumentError"),
        (["explain", "gpt-4o"], "MalformedModelError"),
    ],
)
def test_misuse_answers_in_json(catalog: Catalog, words: list[str], kind: str) -> None:
    done = catalog(*words, "--json")
    assert (done.returncode, done.stderr) == (2, "")
    found = json.loads(done.stdout)
    assert (found["version"], found["error"]["type"]) == (1, kind)
    assert found["error"]["hint"]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_error_and_hint_are_folded_at_the_width_of_the_terminal(tmp_path: Path, columns: int) -> None:
    lines = printed(tmp_path, "chat", "openai/azure/x", "hi", columns=columns, NO_COLOR="1").splitlines()
    assert len([line for line in lines if line.startswith("error: ")]) == 2
    assert len([line for line in lines if line.startswith("hint: ")]) == 2
    assert [line for line in lines if not line.startswith(("error: ", "hint: ", "    "))] == []
    # A command stays in one line, so that it can be copied.
    assert [line for line in lines if len(line) > columns and "export" not in line] == []


def test_colour_of_an_error_only_repeats_the_word(tmp_path: Path) -> None:
    coloured = printed(tmp_path, "explain", "gpt-4o")
    assert coloured.startswith("\x1b[31merror:\x1b[0m no provider in 'gpt-4o'")
    assert printed(tmp_path, "explain", "gpt-4o", NO_COLOR="1").startswith("error: no provider in 'gpt-4o'")


def test_server_of_the_demo_ends_with_ctrl_c_and_without_a_word(tmp_path: Path) -> None:
    # A job in a shell's background ignores the signal, and Python leaves that so.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code += "from modelcatalog.resolver.cli import main; main()"
    command = [sys.executable, "-c", code, "demo", "--serve", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "for the key" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=60)
    assert (process.returncode, said, complaints) == (0, "", "")
