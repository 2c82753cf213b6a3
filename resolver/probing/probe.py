"""A probe: one live call, timed, and when it fails the step at which it failed and what fixes it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ModelCatalogError, ProviderCallError, SetupError
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver.call_errors import known_secrets
from modelcatalog.resolver.resolution import build, explain

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.providers.adapter.chat_types import ChatChunk
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.planning.plan import Plan
    from modelcatalog.resolver.resolved import SyncResolvedModel

PROMPT = "Reply with the single word: ok"
_MOST_CHUNKS = 64


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The outcome. Times are seconds; `load_time` is that of a model that was loaded into this process.

    `step` is the one that failed, a word of `connection.STEPS`; None when all went well. `url` is the address that was
    called.
    """

    model: str
    ok: bool
    step: str | None = None
    detail: str = ""
    hint: str | None = None
    status: int | None = None
    url: str | None = None
    method: str | None = None
    base_url: str | None = None
    base_url_source: str | None = None
    load_time: float | None = None
    first_token: float | None = None
    total: float | None = None
    tokens_per_second: float | None = None
    text: str = field(default="", repr=False)

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def probe(
    model: str,
    *,
    timeout: float = 20.0,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> ProbeReport:
    """Make one streamed chat call, without retries and within `timeout` seconds.

    Never raises for what goes wrong with the call or the configuration; a name or a catalog file that can't be read
    raises as in `resolve`. The call costs what a dozen tokens cost.
    """
    limited = {"max_retries": 0, "timeout": timeout, **arguments}
    return probe_plan(explain(model, sync=True, catalog=catalog, env=env, **limited), timeout)


def probe_plan(plan: Plan, timeout: float) -> ProbeReport:
    """`probe` for a plan that was made with sync=True, without retries and with a timeout."""
    base = plan.settings.get("base_url")
    blank = ProbeReport(
        str(plan.ref), False, base_url=plan.url, base_url_source=base.source if base else None
    )
    started = time.perf_counter()
    try:
        resolved = build(plan, sync=True)
    except SetupError as error:
        if len(error.findings) == 1:
            return replace(blank, step="setup", detail=error.message, hint=error.findings[0].hint)
        return replace(blank, step="setup", detail=" ".join(finding.text() for finding in error.findings))
    except ProviderCallError as error:
        return replace(blank, step=error.step, **_words(plan, error))
    except ModelCatalogError as error:
        return replace(blank, step="setup", detail=error.message, hint=error.hint)
    if plan.machine is not None:
        blank = replace(blank, load_time=time.perf_counter() - started)
    with resolved:
        return _call(resolved, blank, timeout)


def _call(resolved: SyncResolvedModel[Any], blank: ProbeReport, timeout: float) -> ProbeReport:
    started = time.perf_counter()
    answer = _Answer()
    try:
        for chunk in resolved.stream(PROMPT, **_limit(resolved.plan)):
            answer.take(chunk)
            if len(answer.texts) >= _MOST_CHUNKS:
                break
            if time.perf_counter() - started > timeout:
                took = time.perf_counter() - started
                return replace(blank, step="timeout", detail=f"no whole answer in {timeout:g} s", total=took)
    except ProviderCallError as error:
        took = time.perf_counter() - started
        report = replace(blank, step=error.step, status=error.status, url=error.url, total=took)
        return _diagnosed(resolved, replace(report, **_words(resolved.plan, error)), timeout)
    ended = time.perf_counter()
    return replace(
        blank,
        ok=True,
        url=resolved.plan.url,
        first_token=None if answer.first is None else answer.first - started,
        total=ended - started,
        tokens_per_second=answer.rate(ended),
        text="".join(answer.texts),
    )


def _limit(plan: Plan) -> dict[str, Any]:
    """A model in this process may never end, and counts its tokens only at the end; of others, some think first."""
    return {} if plan.machine is None else {"max_tokens": _MOST_CHUNKS}


class _Answer:
    """What has come of an answer, and when it began."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.first: float | None = None
        self._counted: int | None = None

    def take(self, chunk: ChatChunk) -> None:
        if chunk.text:
            self.first = self.first if self.first is not None else time.perf_counter()
            self.texts.append(chunk.text)
        if chunk.usage is not None:
            self._counted = chunk.usage.output_tokens

    def rate(self, ended: float) -> float | None:
        """Tokens a second after the first one; pieces are counted where the service doesn't say how many tokens."""
        tokens = self._counted or len(self.texts)
        if self.first is None or tokens < 2 or ended <= self.first:
            return None
        return (tokens - 1) / (ended - self.first)


def _words(plan: Plan, error: ProviderCallError) -> dict[str, Any]:
    adapter = load_adapter(plan.entry.adapter)
    cause = error.__cause__
    if cause is None:
        return {"detail": error.message, "hint": error.hint}
    failure = adapter.failure(cause, known_secrets(plan))
    return {"detail": failure.detail, "method": failure.method}


def _diagnosed(resolved: SyncResolvedModel[Any], report: ProbeReport, timeout: float) -> ProbeReport:
    """The report with what a second look at the same host can tell: where it answers, which models it has."""
    plan = resolved.plan
    adapter = load_adapter(plan.entry.adapter)
    match report.step:
        case "path":
            if better := better_url(plan, adapter, timeout):
                version = adapter.URL_RULE.version
                return replace(
                    report, hint=f"The endpoint answers under {version}: set base_url to {better}."
                )
            return replace(report, hint="Is the path of the base URL right?")
        case "model":
            return replace(report, hint=_near_models(resolved, adapter, plan))
        case "auth":
            return replace(report, hint=credential_hint(plan))
        case "dns":
            return replace(
                report, hint="Is the host of the base URL right, and does this machine reach the network?"
            )
        case "connect":
            return replace(report, hint="Is the server running, and is the base URL right?")
        case "proxy":
            hint = "Is the proxy's address right? Hosts in NO_PROXY are called without it."
            return replace(report, hint=hint)
    return report


def credential_hint(plan: Plan) -> str | None:
    """Where the refused credential came from, and how to get another one."""
    identity = plan.identity
    if identity is not None:
        source = f"The credentials came from {identity.source}." if identity.source else ""
        return " ".join(filter(None, (source, identity.hint))) or None
    key = plan.settings.get("api_key")
    source = f"The key came from {key.source}" if key is not None and key.is_set else "No key was sent"
    return f"{source}; get one at {plan.entry.keys}." if plan.entry.keys else f"{source}."


def hint_for(resolved: SyncResolvedModel[Any], error: ProviderCallError, timeout: float) -> str | None:
    """What a probe would say of this error of a call: what to do, and where the base URL comes from."""
    base = resolved.plan.settings.get("base_url")
    report = ProbeReport(str(resolved.plan.ref), False, step=error.step, status=error.status, url=error.url)
    hint = _diagnosed(resolved, report, timeout).hint
    where = f"(base URL {resolved.plan.url} from {base.source})" if base and resolved.plan.url else None
    return " ".join(filter(None, (hint, where))) if hint else None


def better_url(plan: Plan, adapter: Adapter, timeout: float) -> str | None:
    """The base URL with the version that is missing in its path, if the service answers there."""
    rule = adapter.URL_RULE
    version = rule.version
    if not plan.url or not version or rule.forbid_version or plan.url.endswith(version):
        return None
    url = plan.url + version
    return url if _answers(plan, adapter, url, timeout) else None


def _answers(plan: Plan, adapter: Adapter, url: str, timeout: float) -> bool:
    try:
        with build(replace(plan, url=url, timeout=min(timeout, 5.0)), sync=True) as other:
            listed(adapter, other.client, plan.entry)
            return True
    except Exception:  # noqa: BLE001  whatever it is, the answer is no
        return False


def _near_models(resolved: SyncResolvedModel[Any], adapter: Adapter, plan: Plan) -> str | None:
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    try:
        models = listed(adapter, resolved.client, plan.entry)
    except Exception:  # noqa: BLE001  the list is only a help
        return None
    near = nearest(plan.model, models)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"The service lists {len(models)}, such as {', '.join(models[:3])}." if models else None


def listed(adapter: Adapter, client: Any, entry: Entry) -> list[str]:
    """The models that the service lists, at the path that the entry gives, else at the adapter's own."""
    path = entry.list_models.get("path")
    return adapter.list_models(client) if path is None else adapter.list_models(client, str(path))
