"""What `check` finds beside the state: names that are nearly right, files that aren't read, keys of others, ends."""

from __future__ import annotations

import os
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.resolver import Environment, check, explain, load_catalog, resolve
from modelcatalog.resolver.checking.dotenv_files import unreadable
from modelcatalog.resolver.checking.report import CheckReport

SENTINEL = "sentinel-0123456789-never-shown"


def found(report: CheckReport, code: str) -> list[Finding]:
    every = [*(finding for row in report.rows for finding in row.findings), *report.findings]
    assert SENTINEL not in repr(every)
    return [finding for finding in every if finding.code == code]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("OPENAI_KEY", "OPENAI_API_KEY"),
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
        ("OPEN_AI_API_KEY", "OPENAI_API_KEY"),
        ("openai_api_key", "OPENAI_API_KEY"),
        ("OPENAI_API_TOKEN", "OPENAI_API_KEY"),
        ("OPENAI_API_KYE", "OPENAI_API_KEY"),
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
        ("ANTHROPIC_APIKEY", "ANTHROPIC_API_KEY"),
        ("ANTHROPIC_KEY", "ANTHROPIC_API_KEY"),
        ("GEMINI_KEY", "GOOGLE_API_KEY"),
        ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY"),
        ("TOGETHER_AI_API_KEY", "TOGETHER_API_KEY"),
        ("MISTRALAI_API_KEY", "MISTRAL_API_KEY"),
        ("XAI_KEY", "GROK_API_KEY"),
        ("CF_API_TOKEN", "CLOUDFLARE_API_TOKEN"),
        ("CF_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID"),
        ("CLOUDFLARE_TOKEN", "CLOUDFLARE_API_TOKEN"),
        ("OPENROUTER_KEY", "OPENROUTER_API_KEY"),
        ("AZURE_OPENAI_KEY", "AZUREAI_OPENAI_API_KEY"),
        ("AZURE_OPENAI_API_BASE", "AZUREAI_OPENAI_BASE_URL"),
        ("AWS_REGOIN", "AWS_REGION"),
    ],
)
def test_name_that_is_nearly_right_is_reported_with_the_right_one(name: str, wanted: str) -> None:
    report = check(env={name: SENTINEL})
    findings = found(report, "near-miss-variable")
    assert any(f"{name} is set (environment), but nothing reads it" in one.message for one in findings)
    assert any(f"looks for {wanted}." in one.message for one in findings)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "GITHUB_TOKEN",
        "API_KEY",
        "TOKEN",
        "AWS_PROFILE",
        "AWS_SECRET_ACCESS_KEY",
        "OPENAI_LOG",
        "OPENAI_MODEL",
        "DATABASE_URL",
        "AZURE_CLIENT_SECRET",
        "GOOGLE_CLIENT_ID",
        "COHERE_API_KEY",
        "DEEPSEEK_API_KEY",
        "MODELCATALOG_CACHE",
        "SSL_CERT_FILE",
        "HTTPS_PROXY",
        "OLLAMA_HOST",
        "CLOUDFLARE_EMAIL",
        "VLLM_API_KEY_FILE",
    ],
)
def test_name_of_something_else_is_no_near_miss(name: str) -> None:
    assert found(check(env={name: SENTINEL}), "near-miss-variable") == []


def test_variable_of_one_entry_is_no_near_miss_of_another() -> None:
    everything = {
        variable: "x"
        for entry in load_catalog(user=False, project=False).entries()
        for setting in entry.settings.values()
        for variable in setting.variables
    }
    assert found(check(env=everything), "near-miss-variable") == []


def test_nothing_is_near_where_the_right_one_is_set() -> None:
    env = {"OPENAI_KEY": SENTINEL, "OPENAI_API_KEY": "sk-x"}
    assert found(check("openai", env=env), "near-miss-variable") == []


def test_command_for_a_near_miss_fixes_it() -> None:
    (finding,) = found(check("openai", env={"OPENAI_KEY": SENTINEL}), "near-miss-variable")
    command = finding.hint or ""
    done = subprocess.run(
        ["sh", "-c", f'{command}; printf %s "$OPENAI_API_KEY"'],
        env={**os.environ, "OPENAI_KEY": SENTINEL},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == SENTINEL


@pytest.mark.parametrize("name", [".env.local", ".env.production", "../.env", "../../.env", "../.env.local"])
def test_file_that_isnt_read_is_reported_and_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "one" / "two").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "one" / "two")
    Path(name).write_text(f"# keys\nexport OPENAI_API_KEY={SENTINEL}\n", encoding="utf-8")
    (finding,) = found(check("openai"), "unloaded-variable")
    assert finding.message == f"OPENAI_API_KEY is in {name}:2, which isn't read."
    assert finding.hint == f"export MODELCATALOG_ENV_FILE={name}"
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", name)
    (row,) = check("openai").of("ready")
    assert row.id == "openai"


def test_files_above_the_repository_are_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / ".env").write_text("OPENAI_API_KEY=x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "repository")
    assert found(check("openai"), "unloaded-variable") == []


def test_dotenv_that_is_turned_off_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=x\n", encoding="utf-8")
    (tmp_path / "other.env").write_text("GROQ_API_KEY=x\n", encoding="utf-8")
    assert found(check("openai"), "unloaded-variable") == []
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", "other.env")
    (finding,) = found(check("openai"), "unloaded-variable")
    assert finding.message == "OPENAI_API_KEY is in .env:1, which isn't read."


def test_file_that_cant_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", "nosuch.env")
    monkeypatch.setenv("MODELCATALOG_SECRETS_DIR", str(tmp_path / "nowhere"))
    findings = found(check("openai"), "unread-file")
    assert [one.message.partition(" ")[0] for one in findings] == [
        "nosuch.env",
        f"{tmp_path / 'nowhere'},",
    ]
    monkeypatch.delenv("MODELCATALOG_ENV_FILE")
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=\xff\xfe\n")
    assert ".env isn't UTF-8" in unreadable(Environment.current())[0].message


def test_empty_and_shadowed_variables_are_reported() -> None:
    env = {"GROK_API_KEY": "xai-one", "XAI_API_KEY": "xai-two", "GROK_BASE_URL": " "}
    report = check("grok", env=env)
    (empty,) = found(report, "empty-variable")
    assert empty.message == "GROK_BASE_URL is set but empty (environment): it counts as unset."
    (shadowed,) = found(report, "shadowed-variable")
    assert (
        shadowed.message
        == "XAI_API_KEY (environment) isn't used: api_key comes from GROK_API_KEY in the environment."
    )
    assert found(check("grok", env={**env, "XAI_API_KEY": "xai-one"}), "shadowed-variable") == []


def test_dotenv_in_the_shade_of_the_environment_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("\nOPENAI_API_KEY=sk-new\n", encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-old")
    (finding,) = found(check("openai"), "shadowed-variable")
    assert finding.message == "OPENAI_API_KEY (.env:2) isn't used: api_key comes from environment."


def test_key_of_another_provider_is_reported_whose_it_is_and_goes_nowhere() -> None:
    for key, name in (
        ("sk-ant-api03-x", "Anthropic"),
        ("sk-or-v1-x", "OpenRouter"),
        ("gsk_x", "Groq"),
        ("AIzaX", "Google"),
    ):
        (finding,) = found(check("openai", env={"OPENAI_API_KEY": key}), "foreign-key")
        assert f"OPENAI_API_KEY holds a key of {name}" in finding.message
        assert finding.severity == "error"
        assert "unset OPENAI_API_KEY" in (finding.hint or "")
    with pytest.raises(Exception, match="holds a key of Anthropic"):
        resolve("openai/x", env={"OPENAI_API_KEY": "sk-ant-x"})


def test_provider_that_a_file_took_away_owns_no_keys(tmp_path: Path) -> None:
    catalog = load_catalog(overlay={"providers": {"anthropic": None}})
    assert found(check("openai", catalog=catalog, env={"OPENAI_API_KEY": "sk-ant-x"}), "foreign-key") == []
    (tmp_path / "mine.yaml").write_text(
        "catalog: 1\nproviders: {anthropic: {bas_url: x}}\n", encoding="utf-8"
    )
    catalog = load_catalog(["mine.yaml"])
    assert found(check("openai", catalog=catalog, env={"OPENAI_API_KEY": "sk-ant-x"}), "foreign-key") == []


def test_own_key_is_never_called_anothers() -> None:
    for name, key in {
        "OPENAI_API_KEY": "sk-proj-x",
        "ANTHROPIC_API_KEY": "sk-ant-x",
        "OPENROUTER_API_KEY": "sk-or-v1-x",
        "GROQ_API_KEY": "gsk_x",
        "XAI_API_KEY": "xai-x",
        "TOGETHER_API_KEY": "tgp_v1_x",
        "GOOGLE_API_KEY": "AIzax",
        "GEMINI_API_KEY": "AQ.x",
    }.items():
        report = check(env={name: key})
        for code in ("foreign-key", "unusual-key", "placeholder-value"):
            assert found(report, code) == []


def test_key_whose_own_form_is_unknown_is_only_doubted() -> None:
    (finding,) = found(check("mistral", env={"MISTRAL_API_KEY": "sk-ant-x"}), "foreign-key")
    assert finding.severity == "warning"
    assert found(check("mistral", env={"MISTRAL_API_KEY": "sk-x"}), "foreign-key") == []


def test_argument_is_the_users_own_word() -> None:
    (finding,) = explain("openai/x", env={}, api_key="sk-ant-x").findings
    assert (finding.code, finding.severity) == ("foreign-key", "warning")


def test_file_of_a_project_cant_have_keys_refused(tmp_path: Path) -> None:
    text = (
        'catalog: 1\nproviders: {acme: {base_url: "https://h.example/v1", api_key: {prefixes: [sk-proj]}}}\n'
    )
    (tmp_path / "models.yaml").write_text(text, encoding="utf-8")
    assert found(check("openai", env={"OPENAI_API_KEY": "sk-proj-x"}), "foreign-key") == []


def test_host_that_a_users_file_names_takes_what_keys_it_likes() -> None:
    catalog = load_catalog(overlay={"providers": {"openai": {"base_url": "https://proxy.example.com/v1"}}})
    for key in ("sk-ant-x", "anything", "your-api-key"):
        report = check("openai", catalog=catalog, env={"OPENAI_API_KEY": key})
        assert [row.state for row in report.rows if row.id == "openai"] == ["ready"]
        assert found(report, "unusual-key") == found(report, "foreign-key") == []


@pytest.mark.parametrize(
    "value",
    [
        "your-api-key-here",
        "<your key>",
        "${OPENAI_API_KEY}",
        "sk-...",
        "sk-xxxxxxxx",
        "changeme",
        "YOUR_OPENAI_API_KEY",
    ],
)
def test_placeholder_for_a_key_is_reported(value: str) -> None:
    (row,) = [row for row in check("openai", env={"OPENAI_API_KEY": value}).rows if row.id == "openai"]
    assert row.state == "error"
    assert {"placeholder-value", "invalid-credential"} & {finding.code for finding in row.findings}


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011  as the code under test means it


def ending(days: int, **facts: Any) -> Catalog:
    day = in_days(days)
    models = {"old": {"retires": day, **facts}, "new": {"retires": "2999-01-01"}, "unknown": {}}
    overlay = {"providers": {"openai": {"models": models}}, "aliases": {"fast": "openai/old"}}
    return load_catalog(overlay=overlay)


def test_models_that_end_soon_are_reported_with_their_replacement() -> None:
    catalog = ending(30, replacement="new")
    report = check("openai", catalog=catalog, env={"OPENAI_API_KEY": "sk-x"})
    one, alias = found(report, "model-retired")
    assert one.message.startswith("openai/old will be retired on ")
    assert one.hint == "Use openai/new instead."
    assert alias.message.startswith("Alias fast: openai/old will be retired on ")
    assert (
        found(check("openai", catalog=catalog, env={"OPENAI_API_KEY": "sk-x"}, within=29), "model-retired")
        == []
    )
    assert found(check("openai", catalog=catalog, env={}), "model-retired") == [alias]
    assert "model-retired" in {
        finding.code for finding in explain("openai/old", catalog=catalog, env={}).findings
    }


def test_model_that_has_ended_says_so() -> None:
    report = check("openai", catalog=ending(-1), env={"OPENAI_API_KEY": "sk-x"})
    assert " was retired on " in found(report, "model-retired")[0].message


def test_provider_that_will_end_is_reported_within_its_days() -> None:
    day = in_days(40)
    entry = {"base_url": "https://h.example/v1", "status": "retired", "since": day, "replacement": "openai"}
    catalog = load_catalog(overlay={"providers": {"acme": entry}})
    (finding,) = found(check("acme", catalog=catalog, env={}), "retired")
    assert finding.message == f"acme will be retired from {day} on."
    assert finding.hint == "Use openai instead."
    assert found(check("acme", catalog=catalog, env={}, within=39), "retired") == []


def test_package_without_which_an_adapter_only_builds_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelcatalog.providers.adapter import packages

    def installed(name: str) -> str | None:
        return None if name == "boto3" else "99"

    monkeypatch.setattr(packages, "installed_version", installed)
    (finding,) = found(check("anthropic/bedrock", env={}), "missing-package")
    assert finding.message == "anthropic/bedrock needs the package boto3, which isn't installed."
    assert finding.hint == "pip install 'modelcatalog[anthropic-bedrock]'"
