"""What `catalog check` shows: what is ready, what is wrong, what isn't configured, and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelcatalog.resolver.cli.rendering import columns, fold, fold_hint, paint

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding import Finding
    from modelcatalog.resolver.checking.report import CheckReport, CheckRow
    from modelcatalog.resolver.credentials.values import SettingValue

_CREDENTIALS = ("no-credentials", "unusable-credentials")
_REASONS = (*_CREDENTIALS, "near-miss-variable", "unloaded-variable", "empty-variable")
"""What may be the reason why something isn't configured."""

_MOST_MODELS = 3


def lines(report: CheckReport, *, detailed: bool, named: bool = False) -> list[str]:
    """The report. `detailed`: what rows need that aren't configured, too; `named`: somebody asked for these rows."""
    result: list[str] = []
    if any(row.answer for row in report.rows):
        from modelcatalog.resolver.cli.reports import check_online_report as check_online

        result += check_online.lines(report.rows, named=named)
    elif ready := report.of("ready"):
        result += [
            paint(f"Ready ({len(ready)})", "good"),
            *columns(_ready(row, detailed=detailed) for row in ready),
        ]
    if broken := report.of("error"):
        result += [paint(f"Error ({len(broken)})", "bad")]
        result += [line for row in broken for line in _needs(row)]
    if missing := report.of("not_configured"):
        if detailed:
            result += [f"Not configured ({len(missing)})", *(line for row in missing for line in _needs(row))]
        else:
            names = ", ".join(row.id for row in missing)
            result += fold(f"Not configured ({len(missing)})  ", f"{names} (catalog check --all shows each)")
    result += _all_notes(report, detailed=detailed)
    if report.problems:
        result += [paint(f"Problems in catalog files ({len(report.problems)})", "bad")]
        result += [problem.render() for problem in report.problems]
    return result or ["Nothing to check."]


def _ready(row: CheckRow, *, detailed: bool) -> tuple[str, str, str]:
    from modelcatalog.resolver.endpoints.base_url import host_of

    key = row.plan.settings.get("api_key")
    if row.plan.machine is not None:
        source = row.plan.machine
    elif row.plan.auth == "none":
        source = f"no key; {host_of(row.plan.url or '')} not contacted"
    elif row.plan.auth != "key":
        source = way_in(row)
    else:
        source = _from(key)
    versions = row.plan.versions
    return row.id, source, versions if detailed else versions.partition(", ")[0]


def way_in(row: CheckRow) -> str:
    """The credentials that are used, and for what: region, project and the like."""
    identity = row.plan.identity.source if row.plan.identity and row.plan.identity.source else row.plan.auth
    settings = row.plan.entry.settings
    values = [
        row.plan.settings[name]
        for name, setting in settings.items()
        if setting.required or setting.required_for
    ]
    where = [
        f"{one.name} {one.shown}" for one in values if one.is_set and one.name not in ("api_key", "base_url")
    ]
    return "; ".join([identity, *where])


def _from(value: SettingValue | None) -> str:
    if value is None or not value.is_set:
        return "no key set"
    variable, comma, where = value.source.partition(", ")
    return f"{variable} from {where}" if comma else value.source


def _needs(row: CheckRow) -> list[str]:
    result: list[str] = []
    retired = [finding for finding in row.findings if finding.code == "retired"]
    for at, finding in enumerate(
        f for f in retired or row.findings if f in retired or _is_in_the_way(row, f)
    ):
        head = f"  {row.id}  " if at == 0 else " " * (len(row.id) + 4)
        result += fold(head, finding.message)
        if finding.hint:
            result += fold_hint(f"{' ' * len(head)}hint: ", finding.hint)
    return result


def _is_in_the_way(row: CheckRow, finding: Finding) -> bool:
    return finding.severity == "error" or (row.state != "ready" and finding.code in _REASONS)


def _all_notes(report: CheckReport, *, detailed: bool) -> list[str]:
    shown_once: dict[tuple[str, str | None], list[str]] = {}
    for row in report.rows:
        for finding in _notes(row, detailed=detailed):
            shown_once.setdefault((finding.message, finding.hint), []).append(row.id)
    for finding in report.findings:
        shown_once.setdefault((finding.message, finding.hint), [])
    result = [paint("Notes", "warn")] if shown_once else []
    for (message, hint), ids in shown_once.items():
        who = ", ".join(ids)
        says_who = not ids or any(message.startswith(f"{one} ") or f" {one} " in message for one in ids)
        result += fold("  ", message if says_who else f"{who}: {message}")
        result += fold_hint("    hint: ", hint) if hint else []
    return result


def _notes(row: CheckRow, *, detailed: bool) -> Iterator[Finding]:
    """What isn't shown of the row elsewhere: of one that isn't configured, only what may be the reason."""
    shown = row.state == "error" or (detailed and row.state == "not_configured")
    models = 0
    for finding in row.findings:
        if finding.severity == "error" or finding.code in _CREDENTIALS:
            continue
        if shown and (finding.code == "retired" or _is_in_the_way(row, finding)):
            continue
        if row.state == "not_configured" and not detailed and finding.code not in _REASONS:
            continue
        models += finding.code == "model-retired"
        if finding.code != "model-retired" or models <= _MOST_MODELS:
            yield finding
    if models > _MOST_MODELS:
        from modelcatalog.catalog.diagnostics.finding import Finding

        more = models - _MOST_MODELS
        yield Finding(
            "model-retired",
            "warning",
            f"{row.id} has {more} more such models.",
            "catalog check --json has all.",
        )
