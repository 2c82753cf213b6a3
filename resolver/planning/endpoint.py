"""The address that is called: the endpoint of an entry with its settings filled in, in the form that the SDK wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.resolver.endpoints.base_url import examine
from modelcatalog.resolver.endpoints.template import fill

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.credentials.values import SettingValue


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

    filled = fill(fill(entry.endpoint, value_of), value_of)
    if "{" in filled:
        return None, findings
    url, more = examine(filled, adapter.URL_RULE, source=base.source, usual=_usual(entry))
    if not more and (problem := adapter.url_problem(url)) is not None:
        more = [Finding("invalid-base-url", "error", problem, f"It comes from: {base.source}.", "base_url")]
    return url, findings + more


def _usual(entry: Entry) -> str | None:
    """The address where nobody says otherwise."""
    usual = entry.settings["base_url"].default
    if not isinstance(usual, str):
        return None
    return fill(entry.endpoint, lambda name: usual if name == "base_url" else "x")
