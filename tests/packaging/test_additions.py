"""What CONTRIBUTING says of additions, followed in a copy: a provider is models.yaml, an adapter the files named."""

from __future__ import annotations

import filecmp
import re
import subprocess
from pathlib import Path

import pytest

from support.checkout import ROOT, change, copy_to, python_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
GENERATED = {"README.md", "docs/providers.md"}
BEFORE = "  # Open models, on your own machines "
PAGES = (
    "tests/test_docs.py",
    "tests/test_provider_docs.py",
    "tests/test_doc_blocks.py",
    "tests/test_vocabulary.py",
)

# An SDK that nobody has: openai's, under another name.
SDK = """\
import openai
from openai import *

class OpenAI(openai.OpenAI):
    pass

class AsyncOpenAI(openai.AsyncOpenAI):
    pass
"""
METADATA = "Metadata-Version: 2.1\nName: acme-sdk\nVersion: 1.2.0\n"

NEW_FILES = {
    "providers/acme/__init__.py": '"""Adapter for the acme SDK."""\n',
    "providers/acme/acme.py": '''"""Adapter for the acme SDK, which is made like openai's."""

from __future__ import annotations

from modelcatalog.providers.adapter.adapter import Package
from modelcatalog.providers.openai.openai import OpenAI


class Acme(OpenAI):
    """`acme_sdk.OpenAI` and `acme_sdk.AsyncOpenAI`."""

    PACKAGE = Package("acme-sdk", "acme_sdk", "1.0", "acme")
    CALLS = "modelcatalog.providers.acme.chat"
    CLIENTS = ("acme_sdk.OpenAI", "acme_sdk.AsyncOpenAI")
''',
    "providers/acme/chat.py": '''"""The uniform calls with the clients of the acme SDK."""

from __future__ import annotations

from modelcatalog.providers.openai.chat import Completions

CALLS = Completions()
''',
    "tests/support/services/acme.py": '''"""Acme: OpenAI's protocol."""

from __future__ import annotations

from modelcatalog.providers.testing.openai_service import OpenAIService

SERVICE = OpenAIService()
''',
}
ENTRY = "  acme:\n    adapter: acme\n    base_url: https://llm.acme.dev/v1\n\n"
EDITS = {
    "providers/adapter/registry.py": (
        "ADAPTERS = {\n",
        'ADAPTERS = {\n    "acme": "modelcatalog.providers.acme.acme:Acme",\n',
    ),
    "models.yaml": (BEFORE, ENTRY + BEFORE),
}
# Of pyproject.toml: the extra, `all`, and the order of imports.
SETTINGS = [
    ("\nopenai = [", '\nacme = ["acme-sdk>=1.0,<2"]\nopenai = ['),
    ("entra,google-auth]", "entra,google-auth,acme]"),
    ('"anthropic | groq | mistral"', '"acme | anthropic | groq | mistral"'),
]


def changed(checkout: Path) -> set[str]:
    """The files of the copy that are new, or other than in the repository."""
    files = [
        file.relative_to(checkout) for file in checkout.rglob("*") if file.is_file() and not file.is_symlink()
    ]
    return {
        file.as_posix()
        for file in files
        if "__pycache__" not in file.parts
        and file.parts[0] != "site"
        and not file.parts[0].endswith("_cache")
        if not (ROOT / file).exists() or not filecmp.cmp(checkout / file, ROOT / file, shallow=False)
    }


def passed(checkout: Path, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """These tests, run in the copy. `path` is a further folder of packages."""
    paths = f"{checkout / '.import'}:{path}"
    done = python_in(
        checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *words, PYTHONPATH=paths
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done


def test_a_new_provider_is_an_edit_of_models_yaml_and_nothing_else(tmp_path: Path) -> None:
    checkout = copy_to(tmp_path / "checkout")
    entry = "  acme:\n    base_url: https://llm.acme.dev/v1\n\n"
    change(checkout / "models.yaml", BEFORE, entry + BEFORE)
    done = python_in(checkout, "docs/tables.py")
    assert done.returncode == 0, done.stderr
    assert changed(checkout) == {"models.yaml", *GENERATED}
    assert "| `acme/...` | `openai.AsyncOpenAI` | `ACME_API_KEY` | client |" in (
        checkout / "README.md"
    ).read_text("utf-8")
    section = (
        (checkout / "docs/providers.md").read_text("utf-8").partition("\n## acme\n")[2].partition("\n## ")[0]
    )
    assert "export ACME_API_KEY=..." in section
    assert "`https://llm.acme.dev/v1`" in section
    done = passed(checkout, *PAGES, "tests/packaging/test_floors.py", "-k", "not test_example_runs or acme")
    assert "failed" not in done.stdout


def test_a_provider_that_the_pages_lack_is_found(tmp_path: Path) -> None:
    checkout = copy_to(tmp_path / "checkout")
    change(checkout / "models.yaml", BEFORE, ENTRY.replace("    adapter: acme\n", "") + BEFORE)
    done = python_in(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_docs.py")
    assert done.returncode == 1
    assert "run: python docs/tables.py" in done.stdout


def test_a_new_adapter_is_the_files_that_are_named(tmp_path: Path) -> None:
    checkout = copy_to(tmp_path / "checkout")
    site = checkout / "site"
    for path, text in {"acme_sdk/__init__.py": SDK, "acme_sdk-1.2.0.dist-info/METADATA": METADATA}.items():
        (site / path).parent.mkdir(parents=True)
        (site / path).write_text(text, encoding="utf-8")
    for path, text in NEW_FILES.items():
        (checkout / path).parent.mkdir(exist_ok=True)
        (checkout / path).write_text(text, encoding="utf-8")
    for path, (old, new) in EDITS.items():
        change(checkout / path, old, new)
    for old, new in SETTINGS:
        change(checkout / "pyproject.toml", old, new)
    paths = f"{checkout / '.import'}:{site}"
    done = python_in(checkout, "docs/tables.py", PYTHONPATH=paths)
    assert done.returncode == 0, done.stderr
    assert changed(checkout) == {*NEW_FILES, *EDITS, "pyproject.toml", *GENERATED}
    assert changed(checkout) == named_in_contributing()

    contract = ("tests/providers/test_contract.py", "tests/providers/test_contract_chat.py")
    done = passed(checkout, *contract, "-k", "acme", path=str(site))
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 40
    passed(
        checkout,
        *PAGES,
        "tests/packaging/test_floors.py",
        "tests/packaging/test_structure.py",
        "-k",
        "not test_example_runs or acme",
        path=str(site),
    )


def named_in_contributing() -> set[str]:
    """The files in the table about adapters, but for those that are rarely needed."""
    section = CONTRIBUTING.partition("## Add an adapter\n")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    return {path for cell in rows if "rarely" not in cell for path in re.findall(r"`(\S+)`", cell)}
