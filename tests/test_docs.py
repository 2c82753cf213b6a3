"""What the documents say is what the code does."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

from modelcatalog.catalog.diagnostics import errors
from modelcatalog.catalog.validation.schema import schema
from modelcatalog.providers.adapter.connection import STEPS

TOP = Path(__file__).parent.parent


def test_what_the_pages_say_of_providers_is_made_of_the_catalog_as_it_is() -> None:
    spec = importlib.util.spec_from_file_location("tables", TOP / "docs" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    for path, updated in ((tables.README, tables.updated), (tables.PROVIDERS, tables.updated_sections)):
        text = path.read_text("utf-8")
        assert text == updated(text), "run: python docs/tables.py"


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
