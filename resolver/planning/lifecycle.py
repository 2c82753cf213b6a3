"""Retirements, past and to come: providers by their status, models by the day that the catalog has for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.finding import Finding

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry

WITHIN = 90
"""Days ahead that are looked at where nothing else is said."""


def entry_findings(entry: Entry, within: int = WITHIN) -> list[Finding]:
    """That the provider is deprecated or retired, or will be within so many days; and its replacement."""
    if entry.status == "active":
        return []
    today = _today()
    since = _day(entry.since)
    comes = since is not None and since > today
    if since is not None and since > today + timedelta(days=within):
        return []
    when = f"will be {entry.status} from {entry.since} on" if comes else f"is {entry.status}"
    when += f" since {entry.since}" if entry.since and not comes else ""
    what = f"{entry.id} {when}" + (f": {entry.note}" if entry.note else "")
    hint = f"Use {entry.replacement} instead." if entry.replacement else None
    return [
        Finding(
            entry.status, "warning" if entry.status == "retired" else "note", what.rstrip(".") + ".", hint
        )
    ]


def model_finding(
    provider: str, model: str, facts: Mapping[str, Any], within: int = WITHIN
) -> Finding | None:
    """That the model is retired, or will be within so many days; None where the catalog knows of no such day."""
    day = _day(facts.get("retires"))
    ended = facts.get("status") == "retired" and day is None
    today = _today()
    if not ended and (day is None or day > today + timedelta(days=within)):
        return None
    when = "is retired"
    if day is not None:
        when = f"was retired on {day}" if day <= today else f"will be retired on {day}"
    instead = facts.get("replacement")
    hint = f"Use {provider}/{instead} instead." if instead else None
    return Finding("model-retired", "warning", f"{provider}/{model} {when}.", hint)


def models_findings(catalog: Catalog, provider: str, within: int = WITHIN) -> list[Finding]:
    """The models of a provider that are retired, or will be; the next to come first, those of the past last."""
    found = []
    for model in catalog.models(provider):
        facts = catalog.facts(provider, model)
        finding = model_finding(provider, model, facts, within)
        if finding is not None:
            day = _day(facts.get("retires")) or date.min
            found.append((day <= _today(), abs((day - _today()).days), finding))
    return [finding for *_, finding in sorted(found, key=lambda one: one[:2])]


def _today() -> date:
    return date.today()  # noqa: DTZ011  a day in the person's own time zone is what is meant


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
