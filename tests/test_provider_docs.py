"""docs/providers.md: a section for each entry, its variables named, its examples run."""

from __future__ import annotations

import asyncio
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.service import KEY, MESSAGES
from modelcatalog.resolver import load_catalog, resolve

from support.entries import ENTRIES, set_up
from support.services import service_of

TEXT = (Path(__file__).parent.parent / "docs" / "providers.md").read_text("utf-8")
SECTIONS = {part.split("\n", 1)[0].strip(): part for part in TEXT.split("\n## ")[1:]}
EVERY = {entry.id: entry for entry in load_catalog(user=False, project=False).entries()}
HERE = {entry.id for entry in ENTRIES}


def examples(section: str) -> list[str]:
    """The indented blocks that resolve something."""
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.MULTILINE)
    return [textwrap.dedent(block) for block in blocks if "resolve(" in block]


RUN = [(name, code) for name, section in SECTIONS.items() if name in HERE for code in examples(section)]


def test_every_entry_has_a_section_and_every_section_an_entry() -> None:
    assert list(SECTIONS) == list(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_section_names_every_variable_and_what_to_install(name: str) -> None:
    from modelcatalog.providers.adapter.registry import load_adapter

    entry = EVERY[name]
    section = SECTIONS[name]
    variables = {variable for setting in entry.settings.values() for variable in setting.variables}
    if entry.extends is None:
        assert {variable for variable in variables if variable not in section} == set()
    assert f"modelcatalog[{load_adapter(entry.adapter).PACKAGE.extra}]" in section
    assert examples(section)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # an SDK's own word on an older model's name
@pytest.mark.parametrize(("name", "code"), RUN, ids=[f"{name}-{at}" for at, (name, _) in enumerate(RUN)])
def test_example_runs(name: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EVERY[name]
    profile = tmp_path / "home" / ".aws" / "credentials"
    profile.parent.mkdir(parents=True)
    profile.write_text(
        f"[work]\naws_access_key_id = AKIDSENTINEL\naws_secret_access_key = {KEY}\n", encoding="utf-8"
    )
    with RecordingServer(service=service_of(entry.adapter)) as server:
        given = set_up(monkeypatch, entry, server.origin)

        def resolve_here(model: str, **arguments: Any) -> Any:
            own = {} if "aws_profile" in arguments else given
            base = {key: value for key, value in given.items() if key == "base_url"}
            return resolve(model, **{**base, **own, **arguments})

        code = code.replace("from modelcatalog import resolve\n", "")
        body = f"async def example():\n{textwrap.indent(code, '    ')}\n    return True\n"
        names: dict[str, Any] = {"resolve": resolve_here, "MESSAGES": MESSAGES, "asyncio": asyncio}
        exec(compile(body, f"docs/providers.md, {name}", "exec"), names)
        assert asyncio.run(names["example"]())
        assert server.requests or "chat" not in code
