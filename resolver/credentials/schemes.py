"""How one proves who one is: which of an entry's schemes is used on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.model.entries import CLOUD_SCHEMES
from modelcatalog.providers.adapter.packages import installed_version

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.credentials.cloud_identities import CloudIdentity
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.credentials.values import SettingValue

# Distribution and extra; adapters for Google Cloud alone name theirs themselves.
_PACKAGES = {"entra": ("azure-identity", "entra"), "google": ("google-auth", "google-auth")}
_CLOUDS = {"aws": "AWS", "google": "Google", "entra": "Entra ID"}


def choose(
    entry: Entry, values: Mapping[str, SettingValue], environment: Environment, asked: object
) -> tuple[str, CloudIdentity | None]:
    """The scheme that is used, and the cloud credentials that it finds here.

    It is the one that was asked for, else a key given as an argument, else the first of the entry's that has what it
    needs: a key, or cloud credentials that can be seen here.
    """
    key = values.get("api_key")
    if asked is not None:
        if asked not in entry.auth:
            known = ", ".join(entry.auth)
            raise ArgumentError(f"{entry.id} has no auth {asked!r}: it has {known}.", argument="auth")
        return str(asked), _identity(str(asked), environment, values)
    if key is not None and key.kind == "argument":
        return "key", None
    identities: dict[str, CloudIdentity | None] = {}
    for scheme in entry.auth:
        identities[scheme] = identity = _identity(scheme, environment, values)
        if (
            scheme == "none"
            or (identity is not None and identity.source)
            or (scheme == "key" and key and key.is_set)
        ):
            return scheme, identity
    needed = key is not None and key.required
    last = next((scheme for scheme in entry.auth if scheme != "key" or needed), "none")
    return last, identities.get(last)


def _identity(
    scheme: str, environment: Environment, values: Mapping[str, SettingValue]
) -> CloudIdentity | None:
    if scheme not in CLOUD_SCHEMES:
        return None
    from modelcatalog.resolver.credentials.cloud_identities import look

    return look(scheme, environment, values)


def _adapter(entry: Entry) -> Adapter:
    from modelcatalog.providers.adapter.registry import load_adapter

    return load_adapter(entry.adapter)


def identity_findings(entry: Entry, scheme: str, identity: CloudIdentity | None) -> list[Finding]:
    """What is missing for a scheme without a key: its package, or credentials that can be seen here."""
    findings = []
    distribution, extra = _PACKAGES.get(scheme, ("", ""))
    is_wanted = bool(distribution) and scheme in _adapter(entry).BEARER
    if is_wanted and installed_version(distribution) is None:
        message = f"{entry.id} needs the package {distribution} for {_CLOUDS[scheme]} credentials; it isn't installed."
        findings.append(Finding("missing-package", "error", message, f"pip install 'modelcatalog[{extra}]'"))
    if identity is None or identity.source is not None:
        return findings
    missing = f"No {_CLOUDS[scheme]} credentials for {entry.id}"
    if identity.unusable is not None:
        return [
            *findings,
            Finding("unusable-credentials", "warning", f"{missing}: {identity.unusable}.", identity.hint),
        ]
    message = f"{missing} in variables or files (a cloud machine's role can't be seen offline)."
    return [*findings, Finding("no-credentials", "warning", message, identity.hint)]
