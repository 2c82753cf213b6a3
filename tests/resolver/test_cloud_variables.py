"""Which variables and files together make credentials of a cloud, which don't, and which of several win."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver import Environment
from modelcatalog.resolver.credentials.cloud_identities import look
from modelcatalog.resolver.credentials.values import SettingValue

KEY = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn"}
APPLICATION = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app"}
CONTAINER = "the container's role (AWS_CONTAINER_CREDENTIALS_*)"
MANAGED = "the machine's managed identity (IDENTITY_ENDPOINT, environment)"
SEEN: list[tuple[str, dict[str, str], str | None]] = [
    ("aws", KEY, "AWS_ACCESS_KEY_ID, environment"),
    ("aws", {"AWS_SECRET_ACCESS_KEY": "b"}, None),
    ("aws", {**KEY, "AWS_ACCESS_KEY_ID": " "}, None),
    ("aws", {**KEY, "AWS_PROFILE": "dev"}, "profile dev (role), ~/.aws/config"),
    ("aws", {**KEY, "AWS_DEFAULT_PROFILE": "dev"}, "profile dev (role), ~/.aws/config"),
    ("aws", {"AWS_PROFILE": "dev", "AWS_DEFAULT_PROFILE": "sso"}, "profile dev (role), ~/.aws/config"),
    ("aws", {"AWS_PROFILE": "sso"}, "profile sso (SSO), ~/.aws/config"),
    ("aws", {"AWS_PROFILE": "web"}, "profile web (web identity), ~/.aws/config"),
    ("aws", {"AWS_PROFILE": "both"}, "profile both (access key), ~/.aws/credentials"),
    ("aws", {"AWS_PROFILE": "bare"}, None),
    ("aws", {"AWS_CONFIG_FILE": "other"}, "profile default (SSO), other"),
    ("aws", {"AWS_SHARED_CREDENTIALS_FILE": "keys"}, "profile default (access key), keys"),
    ("aws", WEB, "AWS_WEB_IDENTITY_TOKEN_FILE, environment"),
    ("aws", {"AWS_ROLE_ARN": "arn"}, None),
    ("aws", {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, None),
    ("aws", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://a"}, CONTAINER),
    ("aws", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/a"}, CONTAINER),
    ("entra", APPLICATION, None),
    *(
        ("entra", {**APPLICATION, name: "x"}, f"application app ({name}, environment)")
        for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
    ),
    ("entra", {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_SECRET": "x"}, None),
    ("entra", {"AZURE_CLIENT_ID": "t", "AZURE_CLIENT_SECRET": "x"}, None),
    ("entra", {"IDENTITY_ENDPOINT": "http://a"}, MANAGED),
    ("entra", {"MSI_ENDPOINT": "http://a"}, MANAGED),
    ("entra", {"AZURE_CONFIG_DIR": "az"}, "az login as second, az/azureProfile.json"),
    (
        "google",
        {"CLOUDSDK_CONFIG": "gcloud"},
        "user, p, gcloud/application_default_credentials.json (gcloud)",
    ),
    (
        "google",
        {"GOOGLE_APPLICATION_CREDENTIALS": "adc.json"},
        "user, q, adc.json (GOOGLE_APPLICATION_CREDENTIALS)",
    ),
]
FILES = {
    "home/.aws/config": (
        "[profile dev]\nrole_arn = a\n[profile sso]\nsso_start_url = a\n[profile web]\nweb_identity_token_file = a\n"
        "[profile both]\nrole_arn = a\n[bare]\nrole_arn = a\n[profile empty]\nregion = a\n"
    ),
    "home/.aws/credentials": "[both]\naws_access_key_id = a\n[profile dev]\naws_access_key_id = a\n",
    "other": "[default]\nsso_session = a\n",
    "keys": "[default]\naws_access_key_id = a\n",
    "az/azureProfile.json": json.dumps(
        {"subscriptions": [{"user": {"name": "first"}}, {"isDefault": True, "user": {"name": "second"}}]}
    ),
    "gcloud/application_default_credentials.json": json.dumps({"type": "user", "project_id": "p"}),
    "adc.json": json.dumps({"type": "user", "quota_project_id": "q", "project_id": "p"}),
}
SETTINGS = [
    ("aws", "aws_access_key_id", "access key from argument"),
    ("aws", "aws_access_key", "access key from argument"),
    ("aws", "profile", "profile dev (role), ~/.aws/config"),
    ("aws", "aws_profile", "profile dev (role), ~/.aws/config"),
    ("google", "access_token", "token from argument"),
    ("entra", "token_provider", "token provider, argument"),
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")


@pytest.mark.parametrize(("scheme", "variables", "seen"), SEEN)
def test_variables_make_credentials(
    monkeypatch: pytest.MonkeyPatch, scheme: str, variables: dict[str, str], seen: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = look(scheme, Environment(), {})
    assert (found.scheme, found.source) == (scheme, seen)


@pytest.mark.parametrize(("scheme", "setting", "seen"), SETTINGS)
def test_arguments_make_credentials(scheme: str, setting: str, seen: str) -> None:
    given = SettingValue(
        setting, Secret("dev") if "profile" not in setting else "dev", "argument", "argument"
    )
    assert look(scheme, Environment(), {setting: given}).source == seen
    unset = SettingValue(setting, None, "none", "")
    assert look(scheme, Environment(), {setting: unset}).source is None


@pytest.mark.parametrize(
    ("scheme", "hint"),
    [
        ("aws", "Run: aws configure (or aws sso login), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
        ("google", "Run: gcloud auth application-default login"),
        ("entra", "Run: az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."),
    ],
)
def test_hint_says_what_to_run(scheme: str, hint: str) -> None:
    assert look(scheme, Environment(), {}).hint == hint


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"subscriptions": []}', '{"subscriptions": [{"user": 1}]}']
)
def test_broken_login_of_azure_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AZURE_CONFIG_DIR", "az")
    (tmp_path / "az" / "azureProfile.json").write_text(text, "utf-8")
    assert look("entra", Environment(), {}).source is None
    one = {"subscriptions": [{"user": {"name": "first"}}]}
    (tmp_path / "az" / "azureProfile.json").write_text(json.dumps(one), "utf-8")
    assert look("entra", Environment(), {}).source == "az login as first, az/azureProfile.json"
