"""`catalog add`: what it writes, what it leaves alone, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

from support.command import Catalog

SCHEMA = re.compile(r"# yaml-language-server: \$schema=file://(/.*models\.schema\.json)\n")
KEPT = """\
# my providers
catalog: 1
providers:
    # the first
    acme:   {base_url: "https://a.example/v1"}   # kept

    beta:
        base_url: https://b.example/v1
        headers:
            X-Team: evals

            # about the next header
            X-Tier: gold
    # about what follows

aliases: {fast: beta/x}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The user's own file, not yet written."""
    return tmp_path / "home" / "config" / "modelcatalog" / "models.yaml"


def test_first_entry_makes_the_file_with_the_schema_line(catalog: Catalog, own: Path) -> None:
    done = catalog("add", "acme", "https://llm.acme.dev/v1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Wrote acme to home/config/modelcatalog/models.yaml, line 5:\n"
        "  acme:\n    base_url: https://llm.acme.dev/v1\nNext: catalog check acme\n"
    )
    first = SCHEMA.match(own.read_text())
    assert first is not None
    assert json.loads(Path(first[1]).read_text())["$defs"]
    rest = "catalog: 1\n\nproviders:\n  acme:\n    base_url: https://llm.acme.dev/v1\n"
    assert own.read_text().removeprefix(first[0]) == rest
    assert "acme  No API key for acme" in catalog("check", "acme").stdout


def test_entry_is_put_after_the_last_one_and_nothing_else_changes(catalog: Catalog, own: Path) -> None:
    own.parent.mkdir(parents=True)
    own.write_text(KEPT)
    assert catalog("add", "gamma", "https://g.example/v1", "--api-key", "optional").returncode == 0
    head, tail = KEPT.split("    # about what")
    entry = "\n    gamma:\n      base_url: https://g.example/v1\n      api_key: optional\n"
    assert own.read_text() == f"{head}{entry}    # about what{tail}"
    assert catalog("validate").returncode == 0


def test_replaced_entry_keeps_its_place(catalog: Catalog, own: Path) -> None:
    own.parent.mkdir(parents=True)
    own.write_text(KEPT)
    refused = catalog("add", "acme", "https://new.example/v1")
    assert refused.returncode == 2
    assert "'acme' is a provider already (home/config/modelcatalog/models.yaml:5)" in refused.stderr
    assert own.read_text() == KEPT
    assert catalog("add", "acme", "https://new.example/v1", "--replace").returncode == 0
    line = '    acme:   {base_url: "https://a.example/v1"}   # kept\n'
    assert own.read_text() == KEPT.replace(line, "    acme:\n      base_url: https://new.example/v1\n")


def test_project_and_named_files_are_written_when_asked_for(
    catalog: Catalog, tmp_path: Path, own: Path
) -> None:
    assert catalog("add", "acme", "https://a.example/v1", "--project").returncode == 0
    assert "  acme:" in (tmp_path / "models.yaml").read_text()
    done = catalog("add", "beta", "https://b.example/v1", "--file", "other.yaml", "--json")
    found = json.loads(done.stdout)
    assert (found["file"], found["line"], found["next"]) == (
        "other.yaml",
        4,
        "catalog check beta --file other.yaml",
    )
    assert found["entry"] == "  beta:\n    base_url: https://b.example/v1"
    assert not own.exists()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--key-env", "A_KEY"], "api_key: {env: A_KEY}"),
        (["--key-env", "A_KEY", "--key-env", "B_KEY"], "api_key: {env: [A_KEY, B_KEY]}"),
        (["--key-env", "A_KEY", "--api-key", "optional"], "api_key: {env: A_KEY, required: false}"),
        (["--api-key", "none"], "api_key: none"),
        (["--adapter", "anthropic"], "adapter: anthropic"),
    ],
)
def test_options_become_lines(catalog: Catalog, own: Path, options: list[str], line: str) -> None:
    assert catalog("add", "acme", "https://a.example", *options).returncode == 0
    assert f"    {line}\n" in own.read_text()
    assert catalog("validate").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["acme", "a.example/v1"], "has no http:// or https:// before it\nhint: https://a.example/v1\n"),
        (["acme", "https://u:hunter2@a.example"], "has a user name or password in it"),
        (["Acme", "https://a.example"], "a name begins with a lower-case letter or digit"),
        (
            ["acme: x", "https://a.example"],
            "error: the name can't be a key of a catalog file\nhint: catalog add acme-x URL\n",
        ),
        (["acme\nevil", "https://a.example"], "error: name can't be written:"),
        (["xai", "https://a.example"], "'xai' is another name of 'grok' (modelcatalog/models.yaml:"),
        (["openai", "https://a.example"], "'openai' is a provider already (modelcatalog/models.yaml:"),
        (
            ["acme", "https://a.example", "--api-key", "hunter2"],
            "--api-key: expected required, optional or none",
        ),
        (
            ["acme", "https://a.example", "--key-env", "sk-hunter2"],
            "--key-env: expected the name of an environment variable",
        ),
        (["acme", "https://a.example", "--key-env", "A", "--api-key", "none"], "has no effect"),
        (["acme", "https://a.example", "--adapter", "nosuch"], "no adapter of that name; expected one of "),
    ],
)
def test_value_that_cant_be_used_is_refused_and_nothing_is_written(
    catalog: Catalog, own: Path, words: list[str], said: str
) -> None:
    done = catalog("add", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert not own.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "catalog: 1\nproviders: {acme: {base_url: 'https://a.example'}}\n",
            "Write by hand:\n  beta:\n    base_url:",
        ),
        ("catalog: 1\nproviders:\n  acme: {bas_url: x}\n", "unknown key 'bas_url'"),
        ("catalog: 1\nproviders: [a\n", "never closed"),
        ("name: something else\n", "isn't a catalog file"),
        ("catalog: 1\n...\n", "is written in a form that can't be added to"),
        (b"catalog: 1\n# \xff\n", "isn't UTF-8"),
    ],
)
def test_file_that_cant_be_added_to_stays_as_it_is(
    catalog: Catalog, tmp_path: Path, text: str | bytes, said: str
) -> None:
    path = tmp_path / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = path.read_bytes()
    done = catalog("add", "beta", "https://b.example", "--file", str(path))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "start", ["", "# only a comment\n", "catalog: 1\n", "catalog: 1", "catalog: 1\nproviders:\n"]
)
def test_file_without_providers_gets_its_first(catalog: Catalog, tmp_path: Path, start: str) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(start)
    assert catalog("add", "beta", "https://b.example", "-f", "some.yaml").returncode == 0
    assert start in path.read_text()
    assert path.read_text().endswith("providers:\n  beta:\n    base_url: https://b.example\n")


def test_line_ends_and_byte_order_mark_stay(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfcatalog: 1\r\nproviders:\r\n  acme:\r\n    base_url: https://a.example\r\n"
    )
    before = path.read_bytes()
    assert catalog("add", "beta", "https://b.example", "-f", "some.yaml").returncode == 0
    assert path.read_bytes() == before + b"  beta:\r\n    base_url: https://b.example\r\n"


def test_mode_and_link_of_the_file_stay(catalog: Catalog, tmp_path: Path, own: Path) -> None:
    real = tmp_path / "dotfiles.yaml"
    real.write_text("catalog: 1\n")
    real.chmod(0o640)
    own.parent.mkdir(parents=True)
    own.symlink_to(real)
    assert catalog("add", "acme", "https://a.example").returncode == 0
    assert own.is_symlink()
    assert "acme:" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["dotfiles.yaml", "home"]


def test_corrected_address_is_reported(catalog: Catalog, own: Path) -> None:
    done = catalog("add", "acme", "http://a.example/v1/chat/completions")
    assert "Note: /chat/completions was taken off the base URL" in done.stdout
    assert "isn't encrypted" in done.stdout
    assert "    base_url: http://a.example/v1\n" in own.read_text()


def test_entry_of_ones_own_in_a_project_needs_no_further_word_of_trust(
    catalog: Catalog, tmp_path: Path
) -> None:
    key = {"ACME_API_KEY": "0123456789abcdef0123"}
    assert catalog("add", "acme", "https://llm.acme.dev/v1", "--project").returncode == 0
    assert catalog("check", "acme", **key).stdout.startswith("Ready (1)")
    assert catalog("add", "other", "https://llm.other.dev/v1", "--project").returncode == 0
    assert catalog("check", "acme", **key).stdout.startswith("Ready (1)")
    with (tmp_path / "models.yaml").open("a", encoding="utf-8") as file:
        file.write("# by somebody else\n")
    assert "came with a project" in catalog("check", "acme", **key).stdout
    catalog("add", "third", "https://llm.third.dev/v1", "--project")
    assert "came with a project" in catalog("check", "acme", **key).stdout
