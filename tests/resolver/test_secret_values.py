"""Values that are redacted because of a variable's name, keys that are placeholders, and where a command runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, CatalogError, CatalogFileError
from modelcatalog.resolver import Environment, check, explain, load_catalog, validate
from modelcatalog.resolver.catalogs import writing
from modelcatalog.resolver.catalogs.add import add
from modelcatalog.resolver.catalogs.remove import remove
from modelcatalog.resolver.catalogs.review import trust
from modelcatalog.resolver.credentials.command import Command
from modelcatalog.resolver.credentials.environment import secret_values

VALUES = [
    ("ACME_API_KEY", "123456789012", True),
    ("ACME_API_KEY", "12345678901", False),
    ("ACME_API_KEY", "12345678901 ", False),
    ("ACME_API_KEY", " 123456789012", True),
    ("ACME_TEAM", "123456789012", False),
    ("MODELCATALOG_TOKEN", "123456789012", False),
    ("SSH_TOKEN", "/run/tokens/1", False),
    ("SSH_TOKEN", "~/tokens/1", False),
    ("SSH_TOKEN", "./tokens/1", False),
    ("SSH_TOKEN", "http://a.example/1", False),
    ("SSH_TOKEN", "https://a.example/1", False),
    ("SSH_TOKEN", ".tokens.1234", True),
    ("SSH_TOKEN", "httpx-tokens", True),
]
PLACEHOLDERS = [
    "<your-key>",
    "{{key}}",
    "$(acme)",
    "insert-token",
    "enter_your_key",
    "${ACME_KEY}",
    "$ACME_KEY",
    "sk-...",
    "sk-xxxx",
    "sk-****",
    "your-key",
    "my_api_key",
    "sk-your-key-here",
    "paste-the-secret-here",
    "changeme",
    "CHANGE_ME",
    "replace-me",
    "placeholder",
    "todo",
    "none",
    "null",
    "nil",
    "undefined",
    "tbd",
]
SENT = ["OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"]
KEYS = ["sk-xxx1234", "sk-yourkeys", "a-real-0123456789", "nonesuch", "my-key-1", "sk-...-1", "<a>and<b>c"]


@pytest.mark.parametrize(("name", "value", "is_one"), VALUES)
def test_value_counts_as_a_secret_by_the_name_and_its_looks(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, is_one: bool
) -> None:
    monkeypatch.setenv(name, value)
    assert secret_values() == ((value,) if is_one else ())


def is_placeholder(key: str) -> bool:
    [row] = check("groq", env={"GROQ_API_KEY": key}).rows
    return "placeholder-value" in [one.code for one in row.findings]


@pytest.mark.parametrize("key", PLACEHOLDERS)
def test_placeholder_is_taken_for_one(key: str) -> None:
    assert is_placeholder(key)
    plan = explain("groq/x", env={}, api_key=key)
    assert "placeholder-value" not in [one.code for one in plan.findings]


@pytest.mark.parametrize("key", KEYS)
def test_other_key_is_not_taken_for_a_placeholder(key: str) -> None:
    assert not is_placeholder(key)


@pytest.mark.parametrize("home", ["here", "nosuch", None])
def test_command_runs_in_the_home_folder_or_at_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / home) if home else "/")
    command = Command((sys.executable, "-c", "import os; print(os.getcwd())"))
    assert command.run() == (str(tmp_path / "here") if home == "here" else "/")


def test_functions_write_to_the_users_own_file_unless_asked_otherwise(tmp_path: Path) -> None:
    added = add("acme", "https://a.example/v1")
    assert added.file == tmp_path / "home" / "config" / "modelcatalog" / "models.yaml"
    assert not (tmp_path / "models.yaml").exists()
    assert add("other", "https://b.example/v1", project=True).file.resolve() == tmp_path / "models.yaml"
    assert remove("acme").file == added.file
    assert remove("other", project=True).file.resolve() == tmp_path / "models.yaml"
    assert load_catalog(project=False).find("acme") is None


@pytest.mark.parametrize("project", [False, True])
def test_nobodys_home_is_no_place_to_write_to(monkeypatch: pytest.MonkeyPatch, project: bool) -> None:
    monkeypatch.setattr(writing, "user_file", lambda: None)
    if project:
        assert writing.writable(project=True).path == Path("models.yaml")
        return
    with pytest.raises(CatalogFileError, match="no home folder was found for your catalog file") as caught:
        writing.writable()
    assert caught.value.hint == "--file models.yaml, --project"


@pytest.mark.parametrize(
    ("file", "folder", "sources"),
    [
        (None, None, (".env", None)),
        ("", " ", (None, None)),
        (" ", "", (None, None)),
        ("mine.env", " secrets ", ("mine.env", "secrets")),
    ],
)
def test_sources_of_the_process_are_those_that_its_options_name(
    monkeypatch: pytest.MonkeyPatch,
    file: str | None,
    folder: str | None,
    sources: tuple[str | None, str | None],
) -> None:
    for name, value in (("ENV_FILE", file), ("SECRETS_DIR", folder)):
        if value is not None:
            monkeypatch.setenv(f"MODELCATALOG_{name}", value)
    found = Environment.current()
    assert (found.dotenv, found.secrets) == tuple(one and Path(one) for one in sources)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        (".env", b"A=\xff", "can't be read: it isn't UTF-8."),
        ("nosuch.env", None, "file not found."),
        ("models.yaml", b"catalog: 1\nproviders: {acme: 3}\n", "models.yaml:2"),
    ],
)
def test_trust_in_what_can_not_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes | None, text: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises((ArgumentError, CatalogError)) as caught:
        trust(name)
    assert text in str(caught.value)


def test_report_of_trust_as_json(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(
        "catalog: 1\nproviders:\n  openai: {base_url: 'http://a.example/v1'}\n", "utf-8"
    )
    for yes in (False, True):
        found = trust("models.yaml", yes=yes).to_json()
        assert found.pop("sends")[0] == {
            "id": "openai",
            "address": "http://a.example/v1",
            "sends": SENT,
            "position": "models.yaml:3",
        }
        assert found == {"file": "models.yaml", "recorded": yes}


def test_dotenv_that_leads_a_key_elsewhere_is_shown_by_its_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nOPENAI_BASE_URL=http://a.example/v1\nOPENAI_API_KEY=x\n", "utf-8")
    [found] = [one for one in trust(".env").sendings if one.id == "openai"]
    assert (found.address, found.whats, found.position) == ("http://a.example/v1", tuple(SENT), ".env:2")


def test_base_url_with_what_the_sdk_adds_is_a_problem() -> None:
    url = "https://a.example/v1"
    entry = {"base_url": f"{url}/chat/completions"}
    catalog = load_catalog(user=False, project=False, overlay={"providers": {"acme": entry}})
    [problem] = [one for one in validate(catalog) if one.code == "bad-address"]
    assert problem.message == f"the base URL '{url}/chat/completions' ends in what the SDK adds by itself"
    assert problem.hint == f"write {url}"


ENDPOINTS = [
    ("groq", {}, True),
    ("cloudflare", {}, True),
    ("groq", {"base_url": "https://mine.example/v1"}, False),
    ("groq", {"base_url": {"default": None, "required": True}}, False),
    ("cloudflare", {"endpoint": "{base_url}/{account_id}/v2"}, False),
    ("groq", {"description": "mine"}, True),
]


@pytest.mark.parametrize(("name", "changes", "is_at_home"), ENDPOINTS, ids=str)
@pytest.mark.parametrize(
    ("key", "code"), [("your-key-here", "placeholder-value"), ("sk-ant-api03-0123456789", "foreign-key")]
)
def test_looks_of_a_key_count_only_where_the_catalog_names_the_host(
    name: str, changes: dict[str, object], is_at_home: bool, key: str, code: str
) -> None:
    catalog = load_catalog(overlay={"providers": {name: changes}} if changes else None)
    variable = catalog.entry(name).settings["api_key"].variables[0]
    env = {variable: key, "CLOUDFLARE_ACCOUNT_ID": "a"}
    codes = [one.code for one in explain(f"{name}/x", catalog=catalog, env=env).findings]
    assert (code in codes) is is_at_home
    url = {f"{name.upper()}_BASE_URL": "https://other.example/v1"}
    codes = [one.code for one in explain(f"{name}/x", catalog=catalog, env={**env, **url}).findings]
    assert code not in codes
    plan = explain(f"{name}/x", catalog=catalog, env=env, base_url="http://127.0.0.1:9/v1")
    assert code not in [one.code for one in plan.findings]
