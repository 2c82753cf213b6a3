"""`catalog explain`: what a model name means here, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from modelcatalog.resolver.cli.options import BaseUrl, Config, Files, Json, Model, Pairs, plan_for
from modelcatalog.resolver.cli.rendering import columns, emit, fold, fold_hint, paint, print_json

if TYPE_CHECKING:
    from modelcatalog.resolver.credentials.values import Looked, SettingValue
    from modelcatalog.resolver.planning.plan import Plan


def explain(
    model: Model,
    m: Pairs = None,
    model_config: Config = None,
    model_base_url: BaseUrl = None,
    file: Files = None,
    json: Json = False,
) -> None:
    """Explain what a model name means here.

    Shows provider, client, key, base URL and arguments, each with its source. Offline.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog

    plan = plan_for(model, load_catalog(file or ()), m, model_config, model_base_url)
    checked = _compare(plan)
    if json:
        print_json(plan.to_json())
    else:
        emit(lines(plan, checked=checked))
    if plan.errors:
        raise typer.Exit(1)


def _compare(plan: Plan) -> bool:
    """Compare the arguments for the SDK with what it takes, as `resolve` does; whether that was possible here.

    Imports the SDK if there are any. Raises UnknownArgumentError.
    """
    from modelcatalog.providers.adapter.registry import load_adapter
    from modelcatalog.resolver.planning.arguments import check_signatures

    if plan.machine is not None:
        return all(one.target in ("setting", "option", "body") for one in plan.arguments)
    try:
        check_signatures(plan.entry, plan.arguments, load_adapter(plan.entry.adapter))
    except ImportError:
        return False
    return True


def lines(plan: Plan, *, checked: bool = True) -> list[str]:
    """The plan as text. `checked`: the SDK takes arguments of these names."""
    from modelcatalog.resolver.planning.plan import plain

    entry = plan.entry
    qualifier = f", qualifier {entry.qualifier}" if entry.qualifier else ""
    rows = [
        ("provider", f"{entry.provider}{qualifier}", str(entry.position)),
        ("adapter", entry.adapter, plan.versions),
        ("client", plan.client, ""),
        ("model", plan.model, "" if plan.model == plan.ref.model else f"{entry.model_prefix} put before it"),
    ]
    if plan.machine is not None:
        rows.append(("machine", plan.machine, ""))
    if plan.auth != "key" and plan.machine is None:
        seen = (
            plan.identity.source
            if plan.identity is not None and plan.identity.source
            else "nothing seen offline"
        )
        rows.append(("auth", plan.auth, "no key is sent" if plan.auth == "none" else seen))
    rows += [_setting_row(plan, value) for value in plan.settings.values() if _is_telling(value)]
    rows += [(name, str(value), "header") for name, value in plan.headers.items()]
    for argument in plan.arguments:
        if argument.target != "setting":
            to = "every call" if argument.target == "option" else argument.target
            if not checked and argument.target not in ("option", "body", "adapter"):
                to += " (not checked before the client is built)"
            rows.append(
                (argument.name, _short(plain(argument.value, argument.name)), f"{argument.source} -> {to}")
            )
    if plan.not_passed_on:
        rows.append(
            ("ignored", ", ".join(plan.not_passed_on), "the SDK would have read them (not passed on)")
        )
    result = [str(plan.ref), *columns(rows, most=34)]
    for finding in plan.findings:
        mood = {"error": "bad", "warning": "warn", "note": "dim"}[finding.severity]
        first, *more = fold(f"  {finding.severity}: ", finding.message)
        result += [first.replace(finding.severity, paint(finding.severity, mood), 1), *more]
        result += fold_hint("  hint: ", finding.hint) if finding.hint else []
    return result


def _setting_row(plan: Plan, value: SettingValue) -> tuple[str, str, str]:
    shown = plan.url if value.name == "base_url" and plan.url else value.shown
    others = [f"{_also(one)}, not used" for one in value.looked if one.state == "shadowed"]
    others += [f"{one.variable} is set but empty" for one in value.looked if one.state == "empty"]
    others += [
        f"{one.variable} is in the keyring, but {one.where}"
        for one in value.looked
        if one.state == "unreadable"
    ]
    source = value.source + (f" ({'; '.join(others)})" if others else "")
    return value.name.replace("api_key", "key"), shown or "-", source


def _also(looked: Looked) -> str:
    if looked.where is None:
        return f"{looked.variable} is set too"
    where = {"environment": "set", "keyring": "in the keyring"}.get(looked.where, f"in {looked.where}")
    return f"{looked.variable} is {where} too"


def _is_telling(value: SettingValue) -> bool:
    return value.is_set or value.required or any(one.state != "unset" for one in value.looked)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
