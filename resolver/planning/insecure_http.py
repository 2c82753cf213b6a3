"""Plain http: a secret goes over it to this machine and to private addresses, elsewhere only if the user says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver.endpoints.base_url import is_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.resolver.credentials.values import SettingValue


def may_use_http(entry: Entry) -> bool:
    """Whether the entry says `allow_http: true`, and not in a project's file."""
    position = entry.positions.get("allow_http")
    return entry.allow_http and position is not None and position.layer != "project"


def sent(auth: str, values: Mapping[str, SettingValue], headers: Mapping[str, str | Secret]) -> bool:
    """Whether anything would be sent that must not be seen: a key, cloud credentials, a secret header."""
    secrets = (value.value for name, value in values.items() if name != "api_key" or auth == "key")
    is_secret = any(isinstance(value, Secret) or callable(value) for value in [*secrets, *headers.values()])
    return is_secret or auth not in ("key", "none")


def plain_http(url: str | None, allowed: bool, is_secret: bool) -> list[Finding]:
    """What there is to say of an address that isn't encrypted."""
    if url is None or not url.casefold().startswith("http://") or is_private(url):
        return []
    if is_secret and not allowed:
        message = (
            f"{url} isn't encrypted: everybody on the way could read what would be sent to it, a secret too."
        )
        hint = (
            "Write https:// if the host has it. If it must be: the argument allow_http=true, or "
            "allow_http: true in your own catalog file."
        )
        return [Finding("plain-http", "error", message, hint, "base_url")]
    what = "the key and the messages" if is_secret else "the messages"
    message = f"{url} isn't encrypted: everybody on the way can read {what}."
    return [Finding("plain-http", "warning", message, "Write https:// if the host has it.", "base_url")]
