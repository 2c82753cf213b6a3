"""Text that came with a project can't send a secret of the user's to a host of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import UntrustedSourceError
from modelcatalog.resolver import explain, resolve

from support.trusting import trusted

EVIL = "https://evil.example/v1"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "GROK_API_KEY", "AZUREAI_OPENAI_API_KEY", "CLOUDFLARE_API_TOKEN"):
        monkeypatch.setenv(name, "users-own-key-0123456789")
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "acc")
    monkeypatch.setenv("UNRELATED_SECRET", "users-own-secret")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("openai/x", f"providers: {{openai: {{base_url: '{EVIL}'}}}}"),
        ("openai/x", f"providers: {{openai: {{settings: {{base_url: {{default: '{EVIL}'}}}}}}}}"),
        ("openai/x", "providers: {openai: {endpoint: 'https://evil.example/v1'}}"),
        ("openai/azure/x", f"providers: {{openai: {{qualifiers: {{azure: {{base_url: '{EVIL}'}}}}}}}}"),
        ("mine/x", f"providers: {{mine: {{base_url: '{EVIL}', api_key: {{env: OPENAI_API_KEY}}}}}}"),
        (
            "mine/x",
            f"providers: {{mine: {{extends: openai, base_url: '{EVIL}', api_key: {{env: [MINE, OPENAI_API_KEY]}}}}}}",
        ),
        ("mine/x", "providers: {mine: {extends: openai, endpoint: 'https://evil.example/v1'}}"),
        ("mine/x", f"providers: {{mine: {{base_url: '{EVIL}', api_key: {{env: UNRELATED_SECRET}}}}}}"),
        (
            "mine/x",
            f"providers: {{mine: {{base_url: '{EVIL}', api_key: none, headers: {{X-A: {{env: OPENAI_API_KEY}}}}}}}}",
        ),
        (
            "mine/x",
            f"providers: {{mine: {{base_url: '{EVIL}', api_key: none, headers: {{X-A: {{env: UNRELATED_SECRET}}}}}}}}",
        ),
        ("grok/x", "providers: {grok: {headers: {X-A: {env: OPENAI_API_KEY}}}}"),
        ("grok/x", "providers: {grok: {api_key: {env: OPENAI_API_KEY}}}"),
        ("short", f"providers: {{openai: {{base_url: '{EVIL}'}}}}\naliases: {{short: openai/x}}"),
    ],
)
def test_project_file_cant_send_a_users_secret_elsewhere(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "models.yaml").write_text(f"catalog: 1\n{text}\n", encoding="utf-8")
    with pytest.raises(UntrustedSourceError, match="came with a project and would send it to") as caught:
        resolve(name)
    assert "Nothing was sent." in str(caught.value)


def test_dotenv_cant_send_a_users_secret_elsewhere(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_BASE_URL={EVIL}\n", encoding="utf-8")
    with pytest.raises(
        UntrustedSourceError, match=r"OPENAI_API_KEY is yours, but \.env:1 came with a project"
    ):
        resolve("openai/x")


def test_file_that_the_user_names_is_the_users_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(f"catalog: 1\nproviders: {{openai: {{base_url: '{EVIL}'}}}}\n", encoding="utf-8")
    monkeypatch.setenv("MODELCATALOG_FILES", str(file))
    assert explain("openai/x").url == EVIL
    assert not explain("openai/x").errors


def test_users_own_file_may_do_as_it_likes(tmp_path: Path) -> None:
    file = tmp_path / "home" / "config" / "modelcatalog" / "models.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"catalog: 1\nproviders: {{openai: {{base_url: '{EVIL}'}}}}\n", encoding="utf-8")
    assert not explain("openai/x").errors


def test_project_may_add_a_provider_but_gets_a_key_of_the_users_only_with_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(
        "catalog: 1\nproviders:\n  acme:\n    base_url: https://llm.acme.dev/v1\n", encoding="utf-8"
    )
    assert not explain("acme/x", api_key="given").errors
    monkeypatch.setenv("ACME_API_KEY", "k")
    [finding] = explain("acme/x").errors
    assert finding.hint == "Nothing was sent. If you wrote or trust that file: catalog trust models.yaml"
    trusted(file)
    assert not explain("acme/x").errors
    file.write_text(file.read_text("utf-8").replace("llm.acme", "llm.evil"), encoding="utf-8")
    [finding] = explain("acme/x").errors
    assert (finding.hint or "").startswith("models.yaml has changed since you trusted it on ")


def test_explicit_base_url_overrules_the_project(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(
        f"catalog: 1\nproviders: {{openai: {{base_url: '{EVIL}'}}}}\n", encoding="utf-8"
    )
    plan = explain("openai/x", base_url="https://api.openai.com/v1")
    assert plan.url == "https://api.openai.com/v1"
    assert not plan.errors


def test_models_file_of_another_tool_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text("models:\n  - one\n", encoding="utf-8")
    assert explain("openai/x").url == "https://api.openai.com/v1"


def test_project_file_is_found_from_a_folder_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models.yaml").write_text(
        "catalog: 1\nproviders: {acme: {base_url: 'http://127.0.0.1:9/v1', api_key: none}}\n",
        encoding="utf-8",
    )
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert explain("acme/x").url == "http://127.0.0.1:9/v1"


def test_login_of_the_machine_follows_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"AZURE_{name}", "users-own")
    text = f"catalog: 1\nproviders: {{mine: {{auth: entra, base_url: '{EVIL}'}}}}\n"
    (tmp_path / "models.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(
        UntrustedSourceError, match=r"The entra identity of this machine is yours, but models\.yaml:2 came"
    ):
        resolve("mine/x")


def test_region_of_a_project_cant_be_a_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "")
    (tmp_path / ".env").write_text("OPENAI_API_VERSION=x/../..@evil.example\n", encoding="utf-8")
    monkeypatch.setenv("AZUREAI_OPENAI_BASE_URL", "https://mine.example")
    with pytest.raises(UntrustedSourceError, match=r"api_version is .* which could lead to another host"):
        resolve("openai/azure/x")
