"""The blocks of docs and CONTRIBUTING: Python compiles and its names exist, YAML is valid, commands are parsed.

Those of python.md and providers.md are run besides (test_front_door.py, test_provider_docs.py, local/test_hf_docs.py),
and so are all of README.md (packaging/test_readme.py).
"""

from __future__ import annotations

import ast
import re
import shlex
import textwrap
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import typer
import typer.main
import yaml

import modelcatalog
from modelcatalog.catalog.loading.loader import compile_text
from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.cli.app import application

from support.command import command_in
from support.documents import indented

TOP = Path(__file__).parent.parent
PAGES = [
    *sorted((TOP / "docs").glob("*.md")),
    TOP / "CONTRIBUTING.md",
    TOP / "examples/acme-extension/README.md",
]
BLOCKS = [
    pytest.param(page, block, id=f"{page.name}-{at}")
    for page in PAGES
    for at, block in enumerate(indented(page.read_text("utf-8")))
]

# What a block shows that is no code: a tree of folders, a message and a log, a prompt.
SHOWN = ("resolver/ ", "openai/gpt-5: ", "System: ")
PROGRAMS = {"catalog", "export", "gcloud", "pip", "pytest", "python", "ray", "sh", "transformers", "vllm"}
PROGRAMS |= {".venv/bin/pre-commit"}


def lines_of_commands(block: str) -> list[list[str]]:
    """The words of each line, without comments."""
    return [words for line in block.splitlines() if (words := shlex.split(line, comments=True))]


def kind(block: str) -> str:
    if block.startswith("$ "):
        return "console"
    if block.startswith(SHOWN):
        return "shown"
    with suppress(ValueError):  # quotes that no shell has
        if all(words[0] in PROGRAMS for words in lines_of_commands(block)):
            return "shell"
    # `api_key: none` would be an annotation in Python.
    return "yaml" if isinstance(read(block), dict) and "(" not in block else "python"


def in_function(block: str) -> str:
    return f"async def example():\n{textwrap.indent(block, '    ')}"


def read(block: str) -> object:
    try:
        return yaml.safe_load(block)
    except yaml.YAMLError:
        return None


def of_kind(*kinds: str) -> list[object]:
    return [one for one in BLOCKS if kind(str(one.values[1])) in kinds]


def test_blocks_of_every_kind_were_found() -> None:
    counts = {name: len(of_kind(name)) for name in ("python", "yaml", "shell", "console", "shown")}
    assert counts["python"] > 35
    assert counts["yaml"] > 10
    assert counts["shell"] > 35
    assert counts["console"] == 1
    assert counts["shown"] == 4


@pytest.mark.parametrize(("page", "block"), of_kind("python"))
def test_python_compiles_and_imports_names_that_exist(page: Path, block: str) -> None:
    tree = ast.parse(in_function(block))
    compile(tree, str(page), "exec")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "modelcatalog":
            assert {alias.name for alias in node.names} <= set(modelcatalog.__all__)


@pytest.mark.parametrize(("page", "block"), of_kind("yaml"))
def test_yaml_is_valid_where_it_belongs(page: Path, block: str) -> None:
    """A whole file, a part of one, a provider, or keys of a provider, each line by itself."""
    found = read(block)
    top = {"catalog", "providers", "aliases"}
    if isinstance(found, dict) and top & found.keys():
        files = [block if "catalog" in found else f"catalog: 1\n{block}"]
    elif isinstance(found, dict) and all(
        isinstance(value, dict) and "base_url" in value for value in found.values()
    ):
        files = [f"catalog: 1\nproviders:\n{textwrap.indent(block, '  ')}"]
    else:
        keys = [f"    base_url: https://llm.acme.dev/v1\n    {line}" for line in block.splitlines()]
        files = [f"catalog: 1\nproviders:\n  acme:\n{key}\n" for key in keys]
    for text in files:
        assert compile_text(text, kind="user", shown=page.name).problems == (), text


def parsed(words: list[str]) -> Iterator[str]:
    """What is wrong with a command line of `catalog`."""
    group = typer.main.get_command(application())
    with group.make_context("catalog", list(words), resilient_parsing=True) as context:
        command = group.get_command(context, words[0])  # type: ignore[attr-defined]
        if command is None:
            yield f"no command {words[0]}"
            return
        try:
            command.make_context(words[0], words[1:], parent=context).close()
        except Exception as error:  # noqa: BLE001  the parser's own classes are typer's private copy of click
            yield str(error)


@pytest.mark.parametrize(("page", "block"), of_kind("shell"))
def test_commands_have_words_that_exist(page: Path, block: str) -> None:
    extras = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for words in lines_of_commands(block):
        words = words[: words.index("<")] if "<" in words else words
        match words:
            case ["catalog", *rest]:
                assert list(parsed(rest)) == [], words
            case ["pip", "install", what] if what.startswith("modelcatalog["):
                assert what.removeprefix("modelcatalog[").removesuffix("]") in extras
            case ["export", *assigned]:
                assert {one.partition("=")[0] for one in assigned} <= known_variables(), page.name
            case ["python" | "sh" | "pytest", *rest]:
                paths = [word for word in rest if "/" in word]
                assert all((TOP / path).exists() for path in paths), words


def known_variables() -> set[str]:
    entries = load_catalog(user=False, project=False).entries()
    found = {name for entry in entries for setting in entry.settings.values() for name in setting.variables}
    return found | {"ACME_NATIVE_API_KEY", "VLLM_USE_MODELSCOPE"}


def test_a_wrong_command_is_found() -> None:
    assert list(parsed(["chek", "acme"]))
    assert list(parsed(["check", "--onlin"]))
    assert list(parsed(["explain"]))


def test_trust_in_the_document_is_what_the_command_prints(tmp_path: Path) -> None:
    [block] = [
        block
        for block in indented((TOP / "docs" / "credentials.md").read_text("utf-8"))
        if block.startswith("$")
    ]
    [text] = [
        block
        for block in indented((TOP / "docs" / "catalog-file.md").read_text("utf-8"))
        if block.startswith("catalog: 1\n")
    ]
    (tmp_path / "models.yaml").write_text(text, encoding="utf-8")
    catalog, key = command_in(tmp_path), {"ACME_API_KEY": "acme-key-0123456789"}
    check, trust = re.split(r"^\$ .*\n", block, flags=re.MULTILINE)[1:]
    assert catalog("check", "acme", **key).stdout.strip() == check.strip()
    asked = trust.replace("Trust it? [y/N]: y\n", "")
    assert catalog("trust", "--yes", "models.yaml", **key).stdout == asked
