"""`catalog check`: what is set up, what isn't, and the command that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelcatalog.resolver.cli import check_online
from modelcatalog.resolver.cli.check_online import ask
from modelcatalog.resolver.cli.options import Files, Json, Names
from modelcatalog.resolver.cli.output import columns, emit, fold, paint, print_json

if TYPE_CHECKING:
    from modelcatalog.resolver.check import CheckReport, CheckRow
    from modelcatalog.resolver.plan import SettingValue


def check(
    names: Names = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show what each provider that isn't set up lacks.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Ask each ready provider too, without cost: does it take the key?")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for each answer, with --online.")] = 10.0,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many are asked at once.")] = 8,
    file: Files = None,
    json: Json = False,
) -> None:
    """Check what is set up: keys, settings and packages; offline, unless told otherwise. Exits with 1 when something
    is broken, when a provider that you named isn't ready, or when one that was set up doesn't work online.
    """
    from modelcatalog.resolver.check import check as check_library
    from modelcatalog.resolver.files import load_catalog

    report = check_library(names or (), catalog=load_catalog(file or ()))
    if online:
        report = ask(report, timeout, at_once, shows=not json)
    if json:
        print_json(report.to_json())
    else:
        emit(_lines(report, detailed=bool(names) or show_all))
    wrong = report.of("broken") or report.problems or (names and len(report.of("ready")) < len(report.rows))
    wrong = wrong or report.failing(bool(names))
    if wrong:
        raise typer.Exit(1)


def _lines(report: CheckReport, *, detailed: bool) -> list[str]:
    lines: list[str] = []
    if any(row.answer for row in report.rows):
        lines += check_online.lines(report.rows)
    elif ready := report.of("ready"):
        lines += [paint(f"Ready ({len(ready)})", "good"), *columns(_ready(row) for row in ready)]
    if broken := report.of("broken"):
        lines += [paint(f"Broken ({len(broken)})", "bad")]
        for row in broken:
            lines += _needs(row)
    if missing := report.of("not set up"):
        if detailed:
            lines += [f"Not set up ({len(missing)})"]
            for row in missing:
                lines += _needs(row)
        else:
            names = ", ".join(row.id for row in missing)
            lines += fold(f"Not set up ({len(missing)})  ", f"{names} (catalog check --all shows each)")
    lines += _worth_knowing(report, detailed=detailed)
    return lines or ["Nothing to check."]


def _ready(row: CheckRow) -> tuple[str, str, str]:
    from modelcatalog.resolver.base_url import host_of

    key = row.plan.settings.get("api_key")
    if row.plan.auth == "none":
        source = f"no key; {host_of(row.plan.url or '')} not asked"
    elif row.plan.auth != "key":
        source = way_in(row)
    else:
        source = _from(key)
    return row.id, source, f"{row.plan.package.distribution} {row.plan.installed}"


def way_in(row: CheckRow) -> str:
    """The login that is used, and where: region, project and the like."""
    login = row.plan.login.source if row.plan.login and row.plan.login.source else row.plan.auth
    settings = row.plan.entry.settings
    values = [
        row.plan.settings[name]
        for name, setting in settings.items()
        if setting.required or setting.required_for
    ]
    where = [
        f"{one.name} {one.shown}" for one in values if one.is_set and one.name not in ("api_key", "base_url")
    ]
    return "; ".join([login, *where])


def _from(value: SettingValue | None) -> str:
    if value is None or not value.is_set:
        return "no key set"
    variable, comma, where = value.source.partition(", ")
    return f"{variable} from {where}" if comma else value.source


def _needs(row: CheckRow) -> list[str]:
    lines: list[str] = []
    telling = [
        f for f in row.plan.findings if f.severity == "error" or f.code in ("no-login", "unusable-login")
    ]
    for at, finding in enumerate(telling):
        head = f"  {row.id}  " if at == 0 else " " * (len(row.id) + 4)
        lines += fold(head, finding.message)
        if finding.mend:
            lines += fold(" " * len(head), finding.mend)
    return lines


def _worth_knowing(report: CheckReport, *, detailed: bool) -> list[str]:
    notes: list[str] = []
    for variable, ids in report.kept_out.items():
        kept = (
            f"kept from {ids[0]}"
            if len(ids) == 1
            else f"kept from {len(ids)} entries whose SDK would have read it"
        )
        notes.append(f"{variable} is set: {kept}")
    for row in report.rows:
        if row.state == "not set up" and not detailed:
            continue
        told = ("no-login", "unusable-login")
        notes += [
            f"{row.id}: {f.text()}" for f in row.plan.findings if f.severity != "error" and f.code not in told
        ]
        looked = [one for value in row.plan.settings.values() for one in value.looked]
        notes += [f"{row.id}: {one.variable} is set but empty" for one in looked if one.state == "empty"]
    lines = [paint("Worth knowing", "warn")] if notes else []
    for text in notes:
        lines += fold("  ", text)
    if report.problems:
        lines += [paint(f"Problems in catalog files ({len(report.problems)})", "bad")]
        lines += [problem.render() for problem in report.problems]
    return lines
