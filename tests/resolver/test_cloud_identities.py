"""Ways in without a key: seen in variables and files, and nobody is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcatalog.resolver import Environment, check, explain, load_catalog
from modelcatalog.resolver.credentials.cloud_identities import look

AWS = {"AWS_ACCESS_KEY_ID": "AKIA0000", "AWS_SECRET_ACCESS_KEY": "aws-secret-value"}


def set_all(patch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        patch.setenv(name, value)


def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def source(scheme: str) -> str | None:
    return look(scheme, Environment(), {}).source


@pytest.mark.parametrize("scheme", ["aws", "google", "entra"])
def test_nothing_is_seen_where_nothing_is(scheme: str) -> None:
    login = look(scheme, Environment(), {})
    assert (login.source, login.unusable) == (None, None)
    assert login.hint


def test_aws_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, **AWS)
    assert source("aws") == "AWS_ACCESS_KEY_ID, environment"


def test_half_an_aws_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000")
    assert source("aws") is None


@pytest.mark.parametrize(
    ("file", "text", "seen"),
    [
        (
            "credentials",
            "[default]\naws_access_key_id = a\naws_secret_access_key = b\n",
            "profile default (access key), ~/.aws/credentials",
        ),
        ("config", "[default]\nsso_session = corp\n", "profile default (SSO), ~/.aws/config"),
        ("config", "[profile dev]\nrole_arn = arn\n", "profile dev (role), ~/.aws/config"),
        (
            "config",
            "[profile dev]\ncredential_process = get 50%\n",
            "profile dev (credential process), ~/.aws/config",
        ),
    ],
)
def test_aws_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, seen: str
) -> None:
    write(home(tmp_path) / ".aws" / file, text)
    if "dev" in seen:
        monkeypatch.setenv("AWS_PROFILE", "dev")
    assert source("aws") == seen


def test_aws_profile_that_is_missing_is_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, AWS_PROFILE="nosuch")
    assert (
        look("aws", Environment(), {}).unusable
        == "the profile 'nosuch' isn't in ~/.aws/config or ~/.aws/credentials"
    )


@pytest.mark.parametrize("text", ["[default\n", "\x00\xff", "aws_access_key_id = a\n"])
def test_broken_aws_file_is_no_crash(tmp_path: Path, text: str) -> None:
    write(home(tmp_path) / ".aws" / "credentials", text)
    assert source("aws") is None


def test_google_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"type": "service_account", "client_email": "bot@p.example", "private_key": "private-value"}
    path = write(home(tmp_path) / "adc.json", json.dumps(data))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    assert source("google") == "service account, bot@p.example, ~/adc.json (GOOGLE_APPLICATION_CREDENTIALS)"


def test_google_file_that_gcloud_wrote(tmp_path: Path) -> None:
    data = {"type": "authorized_user", "refresh_token": "refresh-value"}
    write(home(tmp_path) / ".config" / "gcloud" / "application_default_credentials.json", json.dumps(data))
    assert (
        source("google") == "authorized user, ~/.config/gcloud/application_default_credentials.json (gcloud)"
    )


@pytest.mark.parametrize("text", [None, "", "[]", "{}", "not json"])
def test_google_file_that_holds_nothing_is_unusable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    path = home(tmp_path) / "adc.json"
    if text is not None:
        write(path, text)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    login = look("google", Environment(), {})
    assert login.source is None
    assert "is not found or holds no credentials" in str(login.unusable)


def test_entra_application(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, AZURE_TENANT_ID="t", AZURE_CLIENT_ID="app-1", AZURE_CLIENT_SECRET="secret-value")
    assert source("entra") == "application app-1 (AZURE_CLIENT_SECRET, environment)"


def test_entra_login_of_the_command_line(tmp_path: Path) -> None:
    data = {"subscriptions": [{"isDefault": True, "user": {"name": "me@corp.example"}}]}
    write(home(tmp_path) / ".azure" / "azureProfile.json", "\ufeff" + json.dumps(data))
    assert source("entra") == "az login as me@corp.example, ~/.azure/azureProfile.json"


def test_no_secret_of_a_login_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch, **AWS, AZURE_TENANT_ID="t", AZURE_CLIENT_ID="a", AZURE_CLIENT_SECRET="entra-secret-value"
    )
    path = write(
        home(tmp_path) / "adc.json", json.dumps({"type": "authorized_user", "refresh_token": "google-secret"})
    )
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    text = " ".join(str(look(scheme, Environment(), {})) for scheme in ("aws", "google", "entra"))
    assert "secret" not in text.replace("AZURE_CLIENT_SECRET", "")


def test_login_stands_in_for_a_missing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREAI_OPENAI_BASE_URL", "https://east.example.com")
    assert explain("openai/azure/x").auth == "key"
    set_all(monkeypatch, AZURE_TENANT_ID="t", AZURE_CLIENT_ID="a", AZURE_CLIENT_SECRET="s")
    plan = explain("openai/azure/x")
    assert plan.auth == "entra"
    assert not any(finding.code == "missing-credential" for finding in plan.findings)
    assert explain("openai/azure/x", api_key="k").auth == "key"


def test_scheme_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelcatalog.catalog.diagnostics.errors import ArgumentError

    monkeypatch.setenv("AZUREAI_OPENAI_BASE_URL", "https://east.example.com")
    plan = explain("openai/azure/x", api_key="k", auth="entra")
    assert plan.auth == "entra"
    assert "no-credentials" in {finding.code for finding in plan.findings}
    with pytest.raises(ArgumentError, match="openai/azure has no auth 'aws': it has key, entra"):
        explain("openai/azure/x", auth="aws")


def test_check_tells_missing_credentials_from_broken_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "adapter": "bedrock",
        "auth": "aws",
        "args": "session.client",
        "settings": {"base_url": "http://127.0.0.1:9", "region": "us-east-1", "api_key": None},
    }
    catalog = load_catalog(overlay={"providers": {"cloud": entry}})
    assert check("cloud", catalog=catalog).rows[0].state == "not_configured"
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    assert check("cloud", catalog=catalog).rows[0].state == "error"
    monkeypatch.delenv("AWS_PROFILE")
    set_all(monkeypatch, **AWS)
    assert check("cloud", catalog=catalog).rows[0].state == "ready"


def test_check_names_login_region_and_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from modelcatalog.resolver.cli.reports.check_report import way_in

    set_all(monkeypatch, AWS_PROFILE="dev", AWS_REGION="eu-west-1", ANTHROPIC_VERTEX_REGION="europe-west4")
    set_all(monkeypatch, ANTHROPIC_VERTEX_PROJECT_ID="my-project")
    write(home(tmp_path) / ".aws" / "config", "[profile dev]\nsso_session = corp\n")
    data = {"type": "service_account", "client_email": "bot@p.example", "private_key": "private-value"}
    monkeypatch.setenv(
        "GOOGLE_APPLICATION_CREDENTIALS", str(write(home(tmp_path) / "adc.json", json.dumps(data)))
    )
    shown = {row.id: way_in(row) for row in check("anthropic").rows}
    assert shown["anthropic/bedrock"] == "profile dev (SSO), ~/.aws/config; region eu-west-1"
    google = "service account, bot@p.example, ~/adc.json (GOOGLE_APPLICATION_CREDENTIALS)"
    assert shown["anthropic/vertex"] == f"{google}; project my-project; region europe-west4"
