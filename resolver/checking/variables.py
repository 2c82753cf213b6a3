"""Findings on single variables: set but empty, shadowed by another, not read by anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.providers.adapter.registry import adapter_names, load_adapter

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.adapter import Ambient
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.credentials.values import Looked, SettingValue
    from modelcatalog.resolver.planning.plan import Plan


def variable_findings(plan: Plan) -> list[Finding]:
    """The variables of an entry that are empty, or shadowed by another one with another value."""
    findings = []
    for value in plan.settings.values():
        for looked in value.looked:
            if looked.state == "empty":
                findings.append(_empty(looked, value))
            elif looked.state == "shadowed" and looked.differs:
                findings.append(_shadowed(looked, value))
    return findings


def loose_variables(entries: Iterable[Entry], environment: Environment) -> Mapping[str, str]:
    """The variables that are set, and that no entry and no SDK reads; and where each is set."""
    known = {one for entry in entries for setting in entry.settings.values() for one in setting.variables}
    known |= {one for entry in entries for header in entry.headers.values() for one in header.env}
    known |= {one.variable for name in adapter_names() for one in _ambient(name)}
    return {name: where for name, where in environment.names().items() if name not in known}


def _ambient(adapter: str) -> Iterable[Ambient]:
    try:
        return load_adapter(adapter).AMBIENT
    except Exception:  # noqa: BLE001  an extension that can't be loaded is reported elsewhere
        return ()


def _empty(looked: Looked, value: SettingValue) -> Finding:
    message = f"{looked.variable} is set but empty ({looked.where}): it counts as unset."
    hint = (
        f"Set it, or: unset {looked.variable}"
        if looked.where == "environment"
        else f"Set it in {looked.where}, or remove the line."
    )
    return Finding("empty-variable", "note", message, hint, value.name)


def _shadowed(looked: Looked, value: SettingValue) -> Finding:
    winner = f"from {value.source.partition(', ')[2]}" if looked.variable in value.source else value.source
    message = f"{looked.variable} ({looked.where}) isn't used: {value.name} comes {_by(winner)}."
    hint = f"unset {looked.variable}" if looked.where == "environment" else f"Remove it from {looked.where}."
    return Finding("shadowed-variable", "note", message, f"If it is not wanted: {hint}", value.name)


def _by(winner: str) -> str:
    return winner if winner.startswith("from ") else f"from {winner.replace(', ', ' in the ', 1)}"


def ignored_finding(variable: str, ids: tuple[str, ...]) -> Finding:
    """That a variable is set which SDKs would read by themselves, and to whom it is not passed on."""
    whom = ids[0] if len(ids) == 1 else f"{len(ids)} entries whose SDK would read it"
    return Finding(
        "ignored-variable",
        "note",
        f"{variable} is set, but not passed on to {whom}.",
        f"If nothing else needs it: unset {variable}",
    )
