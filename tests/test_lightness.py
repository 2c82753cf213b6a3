"""What is loaded when: counted, not timed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "openai",
    "anthropic",
    "httpx",
    "httpx2",
    "pydantic",
    "pydantic_settings",
    "yaml",
    "jsonschema",
    "typer",
    "asyncio",
)
CLI = """
import sys
from modelcatalog.resolver.cli import main
sys.argv = ["catalog", *{words!r}]
try:
    main()
except SystemExit:
    pass
"""


def modules(code: str, folder: Path) -> set[str]:
    """The modules in a process that has run this."""
    code += "\nimport sys; print('\\n' + ' '.join(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("name", ["modelcatalog", "modelcatalog.resolver"])
def test_importing_the_package_loads_next_to_nothing(name: str, tmp_path: Path) -> None:
    loaded = modules(f"import {name}", tmp_path)
    assert not loaded.intersection(HEAVY)
    assert len(loaded) <= 90
    assert {one for one in loaded if one.startswith("modelcatalog")} == {"modelcatalog", name}


@pytest.mark.parametrize("words", [["list"], ["show", "openai"], ["check"], ["explain", "openai/x"]])
def test_looking_loads_no_sdk(tmp_path: Path, words: list[str]) -> None:
    code = CLI.format(words=words)
    modules(code, tmp_path)  # the first run compiles the catalog
    loaded = modules(code, tmp_path)
    assert not loaded.intersection({"openai", "anthropic", "httpx", "httpx2", "yaml", "jsonschema"})
    if words == ["list"]:
        assert not loaded.intersection({"pydantic", "pydantic_settings", "rich", "asyncio"})


def test_resolving_loads_only_its_own_sdk_and_little_more(tmp_path: Path) -> None:
    code = "from modelcatalog import resolve; resolve('openai/x', api_key='sk-x')"
    modules(code, tmp_path)
    bare = modules("import openai; openai.AsyncOpenAI(api_key='x')", tmp_path)
    extra = modules(code, tmp_path) - bare
    assert not extra.intersection({"yaml", "jsonschema", "typer", "aiohttp"})
    assert not any(name.startswith(("anthropic", "google.")) for name in extra)
    third = {name for name in extra if not name.startswith(("modelcatalog", "pydantic_settings", "dotenv"))}
    assert len(third) <= 40, sorted(third)


def test_facts_of_adapters_load_no_sdk_and_no_code_of_a_chat(tmp_path: Path) -> None:
    code = "from modelcatalog.providers.adapter.registry import ADAPTERS, load_adapter\n"
    loaded = modules(f"{code}for name in ADAPTERS: load_adapter(name)", tmp_path)
    chat = (
        "modelcatalog.providers.chat.",
        "modelcatalog.providers.adapter.chat_",
        "modelcatalog.providers.http.",
    )
    assert {name for name in loaded if name.startswith(chat)} == set()
    assert not loaded.intersection(
        {"openai", "anthropic", "httpx", "httpx2", "pydantic", "importlib.metadata"}
    )


def test_checking_loads_no_settings_library_where_no_file_needs_it(tmp_path: Path) -> None:
    code = CLI.format(words=["check"])
    modules(code, tmp_path)
    assert not modules(code, tmp_path).intersection(
        {"pydantic", "pydantic_settings", "importlib.metadata", "rich"}
    )
