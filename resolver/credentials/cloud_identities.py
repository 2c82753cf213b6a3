"""The credentials of AWS, Google and Entra ID on this machine. Reads variables and files, and asks no network.

A look-up by the SDKs themselves would ask metadata addresses (three seconds where there are none), start other
programs, or refresh tokens. So what can't be seen from here, such as the role of a cloud machine, is said to be so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.resolver.credentials.environment import home

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.credentials.values import SettingValue


class CloudIdentity(NamedTuple):
    """The credentials that the SDK would use. `source` says where it is, without any secret; None: nothing can be seen.

    `unusable` says why what was found can't be used.
    """

    scheme: str
    source: str | None
    unusable: str | None = None
    hint: str | None = None


def look(scheme: str, environment: Environment, settings: Mapping[str, SettingValue]) -> CloudIdentity:
    """The credentials that a scheme without a key would use on this machine."""
    return LOOKS[scheme](environment, settings)


def _aws(environment: Environment, settings: Mapping[str, SettingValue]) -> CloudIdentity:
    hint = "Run: aws configure (or aws sso login), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    given = settings.get("aws_access_key_id") or settings.get("aws_access_key")
    if given is not None and given.is_set:
        return CloudIdentity("aws", f"access key from {given.source}")
    profile = _said(settings, "profile", "aws_profile") or _value(
        environment, "AWS_PROFILE", "AWS_DEFAULT_PROFILE"
    )
    if (
        profile is None
        and _value(environment, "AWS_ACCESS_KEY_ID")
        and _value(environment, "AWS_SECRET_ACCESS_KEY")
    ):
        return CloudIdentity("aws", "AWS_ACCESS_KEY_ID, environment")
    name = profile or "default"
    for variable, usual in (("AWS_SHARED_CREDENTIALS_FILE", "credentials"), ("AWS_CONFIG_FILE", "config")):
        path = _file(environment, variable, ".aws", usual)
        section = _section(path, name, bare=usual == "credentials")
        kind = next((word for key, word in _AWS_KINDS.items() if key in section), None)
        if kind is not None:
            return CloudIdentity("aws", f"profile {name} ({kind}), {_shown(path)}")
    if _value(environment, "AWS_WEB_IDENTITY_TOKEN_FILE") and _value(environment, "AWS_ROLE_ARN"):
        return CloudIdentity("aws", "AWS_WEB_IDENTITY_TOKEN_FILE, environment")
    if _value(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        return CloudIdentity("aws", "the container's role (AWS_CONTAINER_CREDENTIALS_*)")
    if profile is not None:
        return CloudIdentity(
            "aws", None, f"the profile {profile!r} isn't in ~/.aws/config or ~/.aws/credentials", hint
        )
    return CloudIdentity("aws", None, None, hint)


_AWS_KINDS = {
    "aws_access_key_id": "access key",
    "sso_session": "SSO",
    "sso_start_url": "SSO",
    "role_arn": "role",
    "credential_process": "credential process",
    "web_identity_token_file": "web identity",
}


def _google(environment: Environment, settings: Mapping[str, SettingValue]) -> CloudIdentity:
    hint = "Run: gcloud auth application-default login"
    if _said(settings, "access_token"):
        return CloudIdentity("google", f"token from {settings['access_token'].source}")
    named = _value(environment, "GOOGLE_APPLICATION_CREDENTIALS")
    if named is not None:
        return _google_file(Path(named), "GOOGLE_APPLICATION_CREDENTIALS", hint)
    folder = _value(environment, "CLOUDSDK_CONFIG")
    base = Path(folder) if folder else None
    if base is None and (user := home()) is not None:
        base = user / ".config" / "gcloud"
    path = base / "application_default_credentials.json" if base is not None else None
    if path is not None and path.is_file():
        return _google_file(path, "gcloud", hint)
    return CloudIdentity("google", None, None, hint)


def _google_file(path: Path, how: str, hint: str) -> CloudIdentity:
    try:
        data = json.loads(path.read_text("utf-8"))
        kind = data["type"]
    except (OSError, ValueError, KeyError, TypeError):
        return CloudIdentity(
            "google", None, f"{_shown(path)} ({how}) is not found or holds no credentials", hint
        )
    who = data.get("client_email") or data.get("quota_project_id") or data.get("project_id")
    about = f"{kind.replace('_', ' ')}, {who}" if who else kind.replace("_", " ")
    return CloudIdentity("google", f"{about}, {_shown(path)} ({how})")


def _entra(environment: Environment, settings: Mapping[str, SettingValue]) -> CloudIdentity:
    hint = "Run: az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."
    if _said(settings, "token_provider"):
        return CloudIdentity("entra", "token provider, argument")
    application = [_value(environment, f"AZURE_{part}") for part in ("TENANT_ID", "CLIENT_ID")]
    if all(application):
        for variable in (
            "AZURE_CLIENT_SECRET",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "AZURE_FEDERATED_TOKEN_FILE",
        ):
            if _value(environment, variable):
                return CloudIdentity("entra", f"application {application[1]} ({variable}, environment)")
    if _value(environment, "IDENTITY_ENDPOINT", "MSI_ENDPOINT"):
        return CloudIdentity("entra", "the machine's managed identity (IDENTITY_ENDPOINT, environment)")
    path = _file(environment, "AZURE_CONFIG_DIR", ".azure", "azureProfile.json", is_folder=True)
    account = _azure_account(path)
    if account is not None:
        return CloudIdentity("entra", f"az login as {account}, {_shown(path)}")
    return CloudIdentity("entra", None, None, hint)


def _azure_account(path: Path | None) -> str | None:
    try:
        data = json.loads(path.read_text("utf-8-sig")) if path is not None else {}
        accounts = data["subscriptions"]
        chosen = next((one for one in accounts if one.get("isDefault")), accounts[0])
        return str(chosen["user"]["name"])
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


LOOKS: dict[str, Callable[[Environment, Mapping[str, SettingValue]], CloudIdentity]] = {
    "aws": _aws,
    "google": _google,
    "entra": _entra,
}


def _value(environment: Environment, *names: str) -> str | None:
    """The first of these variables that has a value in the process: where the SDK itself will look."""
    return next((value for name in names if (value := (environment.raw(name) or "").strip())), None)


def _said(settings: Mapping[str, SettingValue], *names: str) -> Any:
    return next((settings[name].value for name in names if name in settings and settings[name].is_set), None)


def _file(
    environment: Environment, variable: str, folder: str, name: str, *, is_folder: bool = False
) -> Path | None:
    said = _value(environment, variable)
    if said is not None:
        return Path(said) / name if is_folder else Path(said)
    user = home()
    return None if user is None else user / folder / name


def _section(path: Path | None, name: str, *, bare: bool) -> set[str]:
    """The keys of a profile. In `config` its section is called `profile NAME`, but for the default one."""
    try:
        if path is None or not path.is_file():
            return set()
    except OSError:
        return set()
    from configparser import ConfigParser
    from configparser import Error as ConfigError

    parser = ConfigParser(interpolation=None)
    try:
        if not parser.read(path, encoding="utf-8"):
            return set()
    except (ConfigError, OSError, UnicodeDecodeError):
        return set()
    section = name if bare or name == "default" else f"profile {name}"
    return set(parser[section]) if parser.has_section(section) else set()


def _shown(path: Path | None) -> str:
    user = home()
    if path is not None and user is not None and path.is_relative_to(user):
        return f"~/{path.relative_to(user).as_posix()}"
    return str(path)
