"""`catalog probe`: one live call a model, and the step at which it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelcatalog.resolver.cli.options import (
    BaseUrl,
    Config,
    Files,
    Json,
    Pairs,
    complete_model,
    plan_for,
)
from modelcatalog.resolver.cli.rendering import emit, fold, fold_hint, paint, print_json

if TYPE_CHECKING:
    from modelcatalog.resolver.probing.probe import ProbeReport


def probe(
    models: Annotated[list[str], typer.Argument(help="Model names.", autocompletion=complete_model)],
    m: Pairs = None,
    model_config: Config = None,
    model_base_url: BaseUrl = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for each call.")] = 20.0,
    file: Files = None,
    json: Json = False,
) -> None:
    """Make one live call of each model.

    Costs a dozen tokens each. Shows the step at which a call failed, and what to do. Exits with 1 if one failed.
    """
    from concurrent.futures import ThreadPoolExecutor

    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.probing.probe import probe_plan

    catalog = load_catalog(file or ())
    limits = {"max_retries": 0, "timeout": timeout}
    plans = [
        plan_for(model, catalog, m, model_config, model_base_url, sync=True, **limits) for model in models
    ]
    with ThreadPoolExecutor(max_workers=min(8, len(models))) as pool:
        reports = list(pool.map(lambda plan: probe_plan(plan, timeout), plans))
    if json:
        print_json({"probes": [report.to_json() for report in reports]})
    else:
        space = max(len(report.model) for report in reports)
        for report in reports:
            emit(_lines(report, space))
    if not all(report.ok for report in reports):
        raise typer.Exit(1)


def _lines(report: ProbeReport, space: int) -> list[str]:
    head = f"{report.model.ljust(space)}  "
    if report.ok:
        first = (
            f"first token {report.first_token:.2f} s" if report.first_token is not None else "no text came"
        )
        rate = f", {report.tokens_per_second:.0f} tokens/s" if report.tokens_per_second is not None else ""
        where = f"loaded in {report.load_time:.2f} s" if report.load_time is not None else f"{report.url}"
        return [f"{head}{paint('ok', 'good')}  {first}{rate}, {report.total:.2f} s in all, {where}"]
    status = f": {report.status}" if report.status else ""
    took = f" after {report.total:.2f} s" if report.total is not None else ""
    lines = [f"{head}{paint(f'failed at {report.step}', 'bad')}{status}{took}"]
    called = f"{report.method or 'POST'} {report.url}" if report.url else None
    base = f"base URL {report.base_url} ({report.base_url_source})" if report.base_url and called else None
    pad = " " * len(head)
    for text in filter(None, (called, report.detail, base)):
        lines += fold(pad, text)
    lines += fold_hint(f"{pad}hint: ", report.hint) if report.hint else []
    return lines
