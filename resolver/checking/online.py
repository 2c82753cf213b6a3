"""`check --online`: each ready provider asked once, with the cheapest request that there is, all at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.redaction.secret import Secret, redact, redact_exception
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.failures.transport import one_line
from modelcatalog.resolver.call_errors import known_secrets
from modelcatalog.resolver.checking.online_findings import finding_for
from modelcatalog.resolver.checking.report import OnlineAnswer, Outcome
from modelcatalog.resolver.connect import connect
from modelcatalog.resolver.probing.concurrency import together
from modelcatalog.resolver.probing.probe import better_url, listed
from modelcatalog.resolver.resolution import build

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.providers.adapter.connection import Failure
    from modelcatalog.resolver.checking.report import CheckReport, CheckRow
    from modelcatalog.resolver.planning.plan import Plan


def ask_all(
    report: CheckReport,
    *,
    timeout: float = 10.0,
    concurrency: int = 8,
    progress: Callable[[str, OnlineAnswer | None], None] = lambda _name, _answer: None,
) -> CheckReport:
    """The report with an answer for each ready row: at most `concurrency` at a time, each within `timeout` seconds.

    `progress` is called in this thread when one is asked (with None) and when its answer has come. Nothing is tried
    twice, no redirect is followed, and of a list one page is read.
    """
    ready = {row.id: row for row in report.rows if row.state == "ready"}
    late = {name: _failed(row, _too_late(timeout), timeout) for name, row in ready.items()}
    answers = together(
        {name: partial(_asked, row, timeout) for name, row in ready.items()},
        deadline=timeout,
        concurrency=concurrency,
        late=late,
        raised=lambda name, error: _unbuildable(ready[name], f"{type(error).__name__}: {error}"),
        progress=progress,
    )
    return replace(report, rows=tuple(replace(row, answer=answers.get(row.id)) for row in report.rows))


def _too_late(timeout: float) -> Failure:
    from modelcatalog.providers.adapter.connection import Failure

    return Failure("timeout", "deadline", None, None, None, f"No whole answer within {timeout:g} seconds.")


def _asked(row: CheckRow, timeout: float, started: Callable[[], None]) -> OnlineAnswer:
    """One row's answer. `started` is called when its client is built: time counts from then on."""
    plan = replace(row.plan, timeout=timeout, max_retries=0, follow_redirects=False)
    if plan.machine is not None:
        return _not_contacted(row, f"{row.id} runs in this process, it has no service.")
    adapter = load_adapter(plan.entry.adapter)
    if plan.identity is not None and adapter.identifies:
        return _identified(row, plan, adapter, started)
    try:
        resolved = build(plan, sync=True)
    except ModelCatalogError as error:
        return _unbuildable(row, " ".join(str(error).split()))
    with resolved:
        started()
        begun = time.perf_counter()
        try:
            models, proved = _ask(adapter, resolved.client, plan, timeout)
        except NotImplementedError as error:
            return _not_contacted(row, str(error))
        except Exception as error:  # noqa: BLE001  the adapter explains whatever it is
            failure = adapter.failure(error, known_secrets(plan))
            redact_exception(error, known_secrets(plan))
            answer = replace(_failed(row, failure, timeout), seconds=time.perf_counter() - begun)
            return (
                _with_better_url(answer, better_url(plan, adapter, timeout))
                if failure.reason == "not-found"
                else answer
            )
    took = time.perf_counter() - begun
    done = OnlineAnswer(row.id, "works", models=models, url=plan.url, status=200, seconds=took)
    if proved:
        return done
    message = f"{row.id} answered, but its list needs no key: this doesn't prove the key."
    hint = f"One paid call proves it: catalog probe {row.id}/MODEL"
    found = () if proved is None else (Finding("unproved-key", "note", message, hint),)
    return replace(done, outcome="answers", findings=found)


def _identified(row: CheckRow, plan: Plan, adapter: Adapter, started: Callable[[], None]) -> OnlineAnswer:
    """What the cloud says of its own credentials, where the host is the cloud's own."""
    base = plan.settings.get("base_url")
    if base is not None and base.kind not in ("default", "none"):
        return _not_contacted(row, "the base URL isn't the cloud's own, and there is no list of models")
    started()
    begun = time.perf_counter()
    try:
        who = adapter.identify(connect(plan, adapter))
    except NotImplementedError as error:
        return _not_contacted(row, str(error))
    except Exception as error:  # noqa: BLE001  the adapter explains whatever it is
        failure = adapter.failure(error, known_secrets(plan))
        redact_exception(error, known_secrets(plan))
        return replace(_failed(row, failure), seconds=time.perf_counter() - begun)
    message = f"The credentials{f' of {who}' if who else ''} were accepted; whether they may call a model wasn't asked."
    found = Finding(
        "unproved-right", "note", message, f"One paid call shows it: catalog probe {row.id}/MODEL"
    )
    return OnlineAnswer(row.id, "answers", (found,), status=200, seconds=time.perf_counter() - begun)


def _ask(adapter: Adapter, client: Any, plan: Plan, timeout: float) -> tuple[int | None, bool | None]:
    """How many models are listed, and whether that proved the key (None: there is none to prove)."""
    listing = plan.entry.list_models
    sends = plan.auth != "none" and not (plan.auth == "key" and not _has_key(plan))
    at_home = _is_at_home(plan)
    if sends and at_home and adapter.proves and listing.get("proof"):
        adapter.prove(client, str(listing["proof"]))
        return None, True
    if listing.get("available") is False:
        raise NotImplementedError("the service has no list of models")
    models = len(listed(adapter, client, plan.entry))
    if not sends:
        return models, None
    known = listing.get("auth") if at_home else None
    return models, known == "key" or (known is None and _is_refused_without(adapter, plan, timeout))


def _has_key(plan: Plan) -> bool:
    key = plan.settings.get("api_key")
    return (key is not None and key.is_set) or any(isinstance(one, Secret) for one in plan.headers.values())


def _is_at_home(plan: Plan) -> bool:
    """Whether the host is the entry's own, of which alone its facts are known."""
    base = plan.settings.get("base_url")
    if base is None or base.kind == "default":
        return True
    return plan.entry.settings["base_url"].default is None


def _is_refused_without(adapter: Adapter, plan: Plan, timeout: float) -> bool:
    """Whether the same request is refused without any key: then it was the key that opened."""
    headers = {name: value for name, value in plan.headers.items() if not isinstance(value, Secret)}
    try:
        with build(replace(plan, auth="none", headers=headers, timeout=timeout), sync=True) as other:
            listed(adapter, other.client, plan.entry)
    except Exception as error:  # noqa: BLE001  whatever it is: only a refusal counts
        return adapter.failure(error, known_secrets(plan)).step == "auth"
    return False


def _failed(row: CheckRow, failure: Failure, timeout: float = 0.0) -> OnlineAnswer:
    finding = finding_for(row, failure, timeout)
    outcome: Outcome = "fails" if finding.severity == "error" else "unsure"
    return OnlineAnswer(row.id, outcome, (finding,), None, failure.status, failure.url, failure.method)


def _with_better_url(answer: OnlineAnswer, url: str | None) -> OnlineAnswer:
    if url is None:
        return answer
    (finding,) = answer.findings
    return replace(answer, findings=(replace(finding, hint=f"The endpoint answers at {url}: set that."),))


def _unbuildable(row: CheckRow, said: str) -> OnlineAnswer:
    words = one_line(redact(said, known_secrets(row.plan))).rstrip(".")
    message = f"The SDK makes no client for {row.id}: {words}."
    return OnlineAnswer(row.id, "fails", (Finding("unbuildable", "error", message),))


def _not_contacted(row: CheckRow, reason: str) -> OnlineAnswer:
    message = f"{row.id} can't be asked without a paid call: {reason.rstrip('.')}."
    hint = f"One paid call shows it: catalog probe {row.id}/MODEL"
    return OnlineAnswer(row.id, "not_contacted", (Finding("not-askable", "note", message, hint),))
