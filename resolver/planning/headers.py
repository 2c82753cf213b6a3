"""Headers of every request: those of the entry, fixed or taken from variables, and those given as an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.catalog.redaction.secret_names import is_secret_name
from modelcatalog.resolver.credentials.value_checks import inspect_header

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.resolver.credentials.environment import Environment, Found


def look_for_headers(
    entry: Entry, environment: Environment, url: str | None
) -> tuple[dict[str, Found], list[Finding]]:
    """The variable that each header is taken from, and what is missing or can't be sent to this URL."""
    hits: dict[str, Found] = {}
    findings: list[Finding] = []
    for name, header in entry.headers.items():
        if header.value is not None:
            continue
        found = next((hit for hit in environment.look(header.env, header.env) if not hit.is_blank), None)
        if found is not None:
            findings += inspect_header(entry, header, found, url)
            hits[name] = found
        elif header.required:
            looked = ", ".join(f"{variable} (unset)" for variable in header.env)
            message = f"No value for the header {name} of {entry.id}. Looked for: {looked}."
            findings.append(Finding("missing-setting", "error", message, f"export {header.env[0]}=...", name))
    return hits, findings


def all_headers(
    entry: Entry, hits: Mapping[str, Found], given: Mapping[str, Any] | None
) -> dict[str, str | Secret]:
    """Each header with its value: those of the entry, over which those that were given win."""
    headers: dict[str, str | Secret] = {}
    for name, header in entry.headers.items():
        if name in hits:
            headers[name] = Secret(reveal(hits[name].value))
        elif header.value is not None:
            headers[name] = header.value
    for name, value in (given or {}).items():
        headers[name] = Secret(value) if is_secret_name(name) and isinstance(value, str) else value
    return headers
