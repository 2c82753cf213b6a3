"""`catalog remove`, `catalog edit` and `catalog path`: the user's own catalog file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcatalog.resolver import load_catalog

from support.command import Catalog
from support.trusting import trusted

URL = "https://llm.acme.dev/v1"
KEPT = f"""\
# mine
catalog: 1

providers:
    first: {{base_url: "https://f.example/v1"}}   # kept

    acme:      # the one
      base_url: {URL}
      # inside

      api_key: none
    # about the last one
    last:
      base_url: https://l.example/v1

aliases: {{fast: acme/x, slow: last/x}}
"""
GONE = KEPT.replace(
    f"""
    acme:      # the one
      base_url: {URL}
      # inside

      api_key: none
""",
    "",
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The user's own file, which doesn't exist yet, in its folder."""
    path = tmp_path / "home" / "config" / "modelcatalog" / "models.yaml"
    path.parent.mkdir(parents=True)
    return path


def test_entry_is_removed_and_everything_else_stays(catalog: Catalog, own: Path) -> None:
    own.write_bytes(b"\xef\xbb\xbf" + KEPT.encode())
    done = catalog("remove", "acme")
    assert (done.returncode, done.stderr) == (0, "")
    shown = "home/config/modelcatalog/models.yaml"
    assert done.stdout.startswith(f"Removed acme from {shown}, line 7:\n    acme:      # the one\n")
    assert done.stdout.endswith("      api_key: none\nnote: the alias fast still names a model of acme.\n")
    assert own.read_bytes() == b"\xef\xbb\xbf" + GONE.encode()
    assert "acme" not in load_catalog().providers


def test_add_and_remove_leave_the_file_as_it_was(catalog: Catalog, own: Path) -> None:
    own.write_text(KEPT)
    assert catalog("add", "new", "https://n.example/v1").returncode == 0
    found = json.loads(catalog("remove", "NEW", "--json").stdout)
    assert found["entry"] == "    new:\n      base_url: https://n.example/v1"
    assert own.read_text() == KEPT


def test_named_and_project_files_are_changed_when_asked_for(catalog: Catalog, tmp_path: Path) -> None:
    text = f"catalog: 1\nproviders:\n  acme: {{base_url: '{URL}'}}\n"
    for name in ("models.yaml", "other.yaml"):
        (tmp_path / name).write_text(text)
    trusted(tmp_path / "models.yaml")
    refused = catalog("remove", "acme")
    assert refused.returncode == 2
    assert refused.stderr == (
        "error: 'acme' is not in home/config/modelcatalog/models.yaml, but in models.yaml:3\n"
        "hint: catalog remove acme --project\n"
    )
    assert catalog("remove", "acme", "--project").returncode == 0
    assert catalog("remove", "acme", "--file", "other.yaml").returncode == 0
    for name in ("models.yaml", "other.yaml"):
        assert (tmp_path / name).read_text() == "catalog: 1\nproviders:\n"
    assert catalog("validate").returncode == 0


def test_bundled_entry_is_overridden_with_null_as_the_hint_says(catalog: Catalog, own: Path) -> None:
    done = catalog("remove", "xai")
    assert done.returncode == 2
    assert "'xai' is another name of 'grok', and not in" in done.stderr
    assert "write grok: null below providers" in done.stderr
    own.write_text("catalog: 1\nproviders:\n  grok: null\n")
    assert catalog("validate").returncode == 0
    assert "grok" not in catalog("list").stdout


def test_override_that_is_removed_brings_the_bundled_entry_back(catalog: Catalog, own: Path) -> None:
    own.write_text(f"catalog: 1\nproviders:\n  grok: {{base_url: '{URL}'}}\n")
    assert "note: grok is still a provider: modelcatalog/models.yaml:" in catalog("remove", "grok").stdout


def test_entry_that_another_extends_is_reported(catalog: Catalog, own: Path) -> None:
    own.write_text(f"catalog: 1\nproviders:\n  acme: {{base_url: '{URL}'}}\n  eu: {{extends: acme}}\n")
    assert "note: something else needs it: see catalog validate.\n" in catalog("remove", "acme").stdout
    assert catalog("validate").returncode == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("catalog: 1\nproviders: {acme: {base_url: 'https://a.example'}}\n", "can't be removed line by line"),
        ("catalog: 1\nproviders:\n  acme: {bas_url: x}\n", "unknown key 'bas_url'"),
        ("catalog: 1\nproviders: [a\n", "never closed"),
    ],
)
def test_file_that_cant_be_changed_stays_as_it_is(catalog: Catalog, own: Path, text: str, said: str) -> None:
    own.write_text(text)
    done = catalog("remove", "acme")
    assert done.returncode == 1
    assert done.stderr.startswith("error: home/config/modelcatalog/models.yaml:")
    assert said in done.stderr
    assert own.read_text() == text


def test_qualifier_is_not_removed_by_itself(catalog: Catalog) -> None:
    assert catalog("remove", "openai/azure").stderr.startswith(
        "error: a qualifier can't be removed by itself\n"
    )


def test_editor_gets_a_new_file_that_is_valid(catalog: Catalog, own: Path) -> None:
    done = catalog("edit", EDITOR="true")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "0 problems in home/config/modelcatalog/models.yaml\n"
    first, rest = own.read_text().split("\n", 1)
    assert first.startswith("# yaml-language-server: $schema=file://")
    assert rest == "catalog: 1\n\nproviders:\n"
    assert catalog("add", "acme", URL).returncode == 0
    assert own.read_text() == f"{first}\n{rest}  acme:\n    base_url: {URL}\n"


def test_visual_is_used_with_its_words_and_what_it_wrote_is_validated(catalog: Catalog, own: Path) -> None:
    own.write_text("catalog: 1\n")
    editor = "sh -c 'printf \"providers: {acme: {bas_url: x}}\" >> $0'"
    done = catalog("edit", VISUAL=editor, EDITOR="false")
    assert done.returncode == 1
    assert "models.yaml:2:20: unknown key 'bas_url' in provider 'acme'" in done.stdout
    assert "did you mean 'base_url'?" in done.stdout
    assert done.stdout.endswith("1 problem in home/config/modelcatalog/models.yaml\n")
    found = json.loads(catalog("edit", "--json", EDITOR="true").stdout)
    assert [problem["hint"] for problem in found["problems"]] == ["did you mean 'base_url'?"]


def test_problems_of_other_files_are_not_of_this_one(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text("catalog: 1\nproviders: {acme: {bas_url: x}}\n")
    assert catalog("edit", EDITOR="true").returncode == 0
    assert catalog("edit", "--project", EDITOR="true").returncode == 1
    assert catalog("edit", "--file", "new.yaml", EDITOR="true").returncode == 0
    assert (tmp_path / "new.yaml").read_text() == "catalog: 1\n\nproviders:\n"


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({}, "no editor is set; the file is {own}"),
        (
            {"EDITOR": "nosuch-editor"},
            "the editor 'nosuch-editor' can't be started: No such file or directory",
        ),
        ({"EDITOR": "false"}, "the editor 'false' ended with exit code 1"),
        ({"EDITOR": "vi 'x"}, "EDITOR can't be read: No closing quotation"),
    ],
)
def test_editor_that_cant_be_used_is_an_error(
    catalog: Catalog, own: Path, variables: dict[str, str], text: str
) -> None:
    done = catalog("edit", **variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {text.format(own=own)}\n")


def test_editor_of_a_projects_dotenv_is_never_run(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("EDITOR=touch\nVISUAL=touch\n")
    assert "no editor is set" in catalog("edit").stderr


def test_path_lists_the_files_in_the_order_in_which_they_are_read(
    catalog: Catalog, tmp_path: Path, own: Path
) -> None:
    own.write_text("catalog: 1\n")
    for name in ("option.yaml", "named.yaml"):
        (tmp_path / name).write_text("catalog: 1\n")
    more = {"MODELCATALOG_FILES": "option.yaml"}
    rows = [
        line.split(maxsplit=1) for line in catalog("path", "--file", "named.yaml", **more).stdout.splitlines()
    ]
    assert rows[0][0] == "bundled"
    assert rows[1:] == [
        ["user", "home/config/modelcatalog/models.yaml"],
        ["project", "models.yaml (file not found)"],
        ["MODELCATALOG_FILES", "option.yaml"],
        ["--file", "named.yaml"],
    ]
    (tmp_path / "models.yaml").write_text("catalog: 1\n")
    files = json.loads(catalog("path", "--json", **more).stdout)["files"]
    assert [(one["origin"], one["exists"]) for one in files] == [
        ("bundled", True),
        ("user", True),
        ("project", True),
        ("MODELCATALOG_FILES", True),
    ]
    listed = [Path(one["path"]).resolve() for one in files]
    read = [Path(layer.path) for layer in load_catalog(["option.yaml"]).layers]
    assert len(listed) == len(read)
    assert [one.name for one in listed] == [one.name for one in read]
