"""Keys go home: text that came with a project can't send a secret of the user's to a host of its own.

A host is the user's word when it comes from an argument, the environment, the user's own file or the bundled catalog.
A project's `models.yaml` and `.env` are somebody else's word, until the user names the file by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcatalog.catalog.findings import Finding
from modelcatalog.providers.secret import Secret
from modelcatalog.resolver.base_url import host_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcatalog.catalog.catalog import Catalog
    from modelcatalog.catalog.entries import Entry, Place
    from modelcatalog.resolver.logins import Login
    from modelcatalog.resolver.plan import SettingValue


def untrusted(
    catalog: Catalog,
    entry: Entry,
    values: Mapping[str, SettingValue],
    headers: Mapping[str, str | Secret],
    url: str | None,
    login: Login | None,
) -> list[Finding]:
    """A finding for each secret of the user's that a project's text would send somewhere."""
    place = _foreign_host(entry, values)
    findings = []
    if place is not None and login is not None:
        findings.append(_finding(f"the {login.scheme} login of this machine", url, place))
    findings += [
        _moving(value) for value in values.values() if value.name != "base_url" and _could_move_a_host(value)
    ]
    for name, value in values.items():
        if not isinstance(value.value, Secret) or value.kind in ("argument", ".env"):
            continue
        declared = entry.settings[name].env_place
        variable = value.source.partition(",")[0]
        if (place is not None or _is_project(declared)) and not _is_own(catalog, entry, variable, declared):
            findings.append(_finding(variable, url, place or str(declared)))
    for name, header in entry.headers.items():
        foreign = place is not None or header.place.layer == "project"
        sent = header.env and name in headers and foreign
        if sent and not all(_is_own(catalog, entry, variable, header.place) for variable in header.env):
            findings.append(_finding(header.env[0], url, str(place or header.place)))
    return findings


def _foreign_host(entry: Entry, values: Mapping[str, SettingValue]) -> str | None:
    """Where the project's text names the host, None when the host is the user's or the bundled catalog's word."""
    base = values.get("base_url")
    if base is None or base.value is None:
        return None
    if base.kind == ".env":
        return base.source.partition(", ")[2]
    if base.kind == "default" and _is_project(base.place):
        return str(base.place)
    return str(entry.endpoint_place) if _is_project(entry.endpoint_place) else None


def _could_move_a_host(value: SettingValue) -> bool:
    """Whether a project's region, project or the like holds what no such name has, but the rest of an address does."""
    written = value.kind == ".env" or (value.kind == "default" and _is_project(value.place))
    return (
        written and not isinstance(value.value, Secret) and bool(re.search(r"[/\\@#?:%\s]", str(value.value)))
    )


def _moving(value: SettingValue) -> Finding:
    what = f"{value.name} is {value.shown!r}, which could lead to another host"
    message = f"{what}; it came with a project ({value.source})."
    return Finding(
        "untrusted-source", "error", message, "Nothing was sent. Set it yourself if it is right.", value.name
    )


def _is_project(place: Place | None) -> bool:
    return place is not None and place.layer == "project"


def _is_own(catalog: Catalog, entry: Entry, variable: str, declared: Place | None) -> bool:
    """Whether the variable is the project's own provider's: named after it, and no other file's."""
    holders = catalog.holders(variable)
    known_elsewhere = any(layer != "project" for layer in holders)
    prefix = entry.provider.upper().replace("-", "_").replace(".", "_") + "_"
    return (
        _is_project(declared)
        and not known_elsewhere
        and variable.startswith(prefix)
        and not _is_known(catalog, entry)
    )


def _is_known(catalog: Catalog, entry: Entry) -> bool:
    """Whether a file that isn't the project's has this provider too."""
    return any(layer.kind != "project" and layer.record(f"p/{entry.provider}") for layer in catalog.layers)


def _finding(variable: str, url: str | None, place: str) -> Finding:
    host = host_of(url) if url else "its own host"
    file = place.rpartition(":")[0] or place
    mend = (
        f"Nothing was sent. If you trust that file, name it yourself: --file {file} (or MODELCATALOG_FILES={file})."
        if not file.endswith(".env")
        else "Nothing was sent. If you trust that host, set the base URL in your environment instead."
    )
    return Finding(
        "untrusted-source",
        "error",
        f"{variable[0].upper()}{variable[1:]} is yours, but {place} came with a project and would send it to {host}.",
        mend,
        "base_url",
    )
