"""The address that is called: the endpoint of an entry with its settings filled in, in the form that the SDK wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.resolver.endpoints.base_url import examine

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.credentials.values import SettingValue
    from modelcatalog.resolver.endpoints.azure_target import Target


def address(
    entry: Entry, values: Mapping[str, SettingValue], adapter: Adapter
) -> tuple[str | None, list[Finding]]:
    """The URL, None where the SDK has one of its own or a part of it is missing; and what is wrong with it."""
    base = values.get("base_url")
    if base is None or base.value is None:
        return None, []
    findings: list[Finding] = []

    def value_of(name: str) -> Any:
        value = values.get(name)
        if value is None or value.value is None or name == "base_url":
            return None if value is None else value.value
        text = value.shown
        if not re.fullmatch(r"[\w.-]+", text):
            message = f"{name} is {text!r}, which can't be a part of an address."
            findings.append(
                Finding("invalid-setting", "error", message, f"It comes from {value.source}.", name)
            )
        return text

    from modelcatalog.resolver.endpoints.template import fill

    filled = fill(fill(entry.endpoint, value_of), value_of)
    if "{" in filled:
        return None, findings
    if "?" in filled:
        from modelcatalog.resolver.endpoints.azure_target import target_of

        if (pasted := target_of(filled)) is not None:
            return filled.partition("?")[0], [*findings, _target_pasted(entry, pasted, base)]
    url, more = examine(filled, adapter.URL_RULE, source=base.source, usual=_usual(entry))
    if not more and (problem := adapter.url_problem(url)) is not None:
        more = [Finding("invalid-base-url", "error", problem, f"It comes from: {base.source}.", "base_url")]
    return url, findings + more


def _target_pasted(entry: Entry, target: Target, base: SettingValue) -> Finding:
    """What to set in place of a Target URI: the base URL, and the version where the entry has a setting for it."""
    version = entry.settings.get("api_version")
    variable, _, where = base.source.partition(", ")
    if where == "environment":
        hint = f"export {variable}={target.base_url}"
        if version is not None and version.variables:
            hint += f" {version.variables[0]}={target.api_version}"
    else:
        hint = f"base_url: {target.base_url}"
        hint += f", api_version: {target.api_version}" if version is not None else ""
        hint += f" (it comes from {base.source})"
    if target.deployment is not None:
        hint += f" (the model is the deployment: {entry.id}/{target.deployment})"
    message = f"The base URL is the Target URI of one call, with its api-version; expected {target.base_url}."
    return Finding("invalid-base-url", "error", message, hint, "base_url")


def _usual(entry: Entry) -> str | None:
    """The address where nobody says otherwise."""
    from modelcatalog.resolver.endpoints.template import fill

    usual = entry.settings["base_url"].default
    if not isinstance(usual, str):
        return None
    return fill(entry.endpoint, lambda name: usual if name == "base_url" else "x")
