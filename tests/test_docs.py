"""What the documents say is what the code does."""

from __future__ import annotations

import html
import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics import errors
from modelcatalog.catalog.validation.schema import schema
from modelcatalog.providers.adapter.connection import STEPS

from support.checkout import copy_to, python_in

TOP = Path(__file__).parent.parent


def script(name: str) -> Any:
    """A script of docs, as a module."""
    spec = importlib.util.spec_from_file_location(name, TOP / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_pages_say_of_providers_is_made_of_the_catalog_as_it_is() -> None:
    tables = script("tables")
    for path, updated in ((tables.README, tables.updated), (tables.PROVIDERS, tables.updated_sections)):
        text = path.read_text("utf-8")
        assert text == updated(text), "run: python docs/tables.py"


def drawn(picture: str) -> str:
    """The text in an SVG, line by line."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for one in re.finditer(r'<text class="\S+-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', picture):
        lines.setdefault(float(one[2]), []).append((float(one[1]), html.unescape(one[3])))
    return "\n".join("".join(text for _, text in sorted(lines[y])) for y in sorted(lines)).replace(
        "\xa0", " "
    )


def steady(text: str) -> list[str]:
    """The lines, but for what depends on the machine and on releases, and the long list of what isn't configured."""
    kept = re.sub(r"^Not configured.*\n(?: .*\n)*|^  hf .*\n", "", text, flags=re.MULTILINE)
    return [re.sub(r"\d+", "0", line).rstrip() for line in kept.splitlines()]


@pytest.mark.slow
def test_pictures_show_what_the_commands_print(tmp_path: Path) -> None:
    checkout = copy_to(tmp_path / "checkout")
    done = python_in(checkout, "docs/pictures.py")
    assert done.returncode == 0, done.stderr
    for name in ("check", "explain"):
        old, new = (steady(drawn((top / f"docs/{name}.svg").read_text("utf-8"))) for top in (TOP, checkout))
        assert old == new, "run: python docs/pictures.py"
        assert len(old) > 5


def test_description_of_the_package_is_the_first_sentence_of_the_readme() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    assert (TOP / "README.md").read_text("utf-8").split("\n\n")[1] == f"{project['description']}."


def test_every_finding_code_and_step_is_documented() -> None:
    text = (TOP / "docs" / "findings.md").read_text("utf-8")
    used = set()
    for path in (TOP / "resolver").rglob("*.py"):
        used |= set(re.findall(r'Finding\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    used |= set(errors._KINDS)
    assert used
    assert {code for code in used if f"`{code}`" not in text} == set()


def test_the_steps_of_a_probe_are_all_documented_and_no_others() -> None:
    table = (TOP / "docs" / "findings.md").read_text("utf-8").partition("## Steps of a probe")[2]
    assert tuple(re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE)) == STEPS


def test_every_key_of_an_entry_is_documented() -> None:
    text = (TOP / "docs" / "catalog-file.md").read_text("utf-8")
    keys = set(schema()["$defs"]["provider"]["properties"])
    assert {key for key in keys if f"`{key}`" not in text and f"{key}:" not in text} == set()


def test_links_between_the_documents_lead_somewhere() -> None:
    for path in [*TOP.glob("*.md"), *(TOP / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
