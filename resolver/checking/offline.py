"""What is configured on this machine, what isn't, and what fixes it. Offline: asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import CatalogError, ModelCatalogError
from modelcatalog.catalog.validation.locations import located
from modelcatalog.providers.adapter.registry import extension_problems
from modelcatalog.resolver.catalogs.discovery import load_catalog
from modelcatalog.resolver.catalogs.selection import select
from modelcatalog.resolver.checking.dotenv_files import stray_files, unloaded, unreadable
from modelcatalog.resolver.checking.report import CheckReport, CheckRow, State, is_given
from modelcatalog.resolver.checking.typos import near_misses
from modelcatalog.resolver.checking.variables import loose_variables, variable_findings
from modelcatalog.resolver.credentials.environment import Environment
from modelcatalog.resolver.model_names import ModelRef, parse
from modelcatalog.resolver.planning.lifecycle import WITHIN, model_finding, models_findings
from modelcatalog.resolver.planning.planner import make_plan

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding import Finding
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.resolver.planning.plan import Plan

_WRONG = (
    "invalid-credential",
    "foreign-key",
    "placeholder-value",
    "invalid-setting",
    "invalid-base-url",
    "untrusted-source",
    "old-package",
    "plain-http",
    "missing-folder",
    "no-weights",
)


def check(
    names: str | Sequence[str] = (),
    *,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    within: int = WITHIN,
    arguments: Mapping[str, Any] = MappingProxyType({}),
) -> CheckReport:
    """Look at the entries of these names (`openai`, `openai/azure`, `open*`, aliases too); at all when there is none.

    Reports what is retired `within` so many days. `arguments` are looked at as `resolve` would do it: `model_path`,
    `region`, ...

    Reads variables and files, asks no network and imports no SDK. Raises UnknownProviderError for a name that fits
    nothing.
    """
    catalog = catalog or load_catalog()
    environment = (
        env
        if isinstance(env, Environment)
        else Environment(env)
        if env is not None
        else Environment.current()
    )
    asked = [names] if isinstance(names, str) else list(names)
    unread: list[Problem] = []
    entries = select(catalog, asked, unread)
    problems = dict.fromkeys([*catalog.problems, *extension_problems(), *unread])
    around = _Around(catalog, environment, within, arguments)
    rows = []
    for entry in entries:
        try:
            rows.append(around.row(entry))
        except CatalogError as error:
            problems.update(dict.fromkeys(error.problems))
    others = (*unreadable(environment), *around.aliases())
    return CheckReport(tuple(rows), tuple(located(problems, catalog.layers)), others)


class _Around:
    """What all rows are looked at with: the catalog, the environment, and what is in it that nothing reads."""

    def __init__(
        self, catalog: Catalog, environment: Environment, within: int, arguments: Mapping[str, Any]
    ) -> None:
        self._catalog, self._environment, self._within = catalog, environment, within
        self._arguments = arguments
        self._loose = loose_variables(list(catalog.entries([])), environment)
        self._stray = stray_files(environment)

    def row(self, entry: Entry) -> CheckRow:
        """The row of an entry. Raises CatalogError when it can't be read."""
        ref = ModelRef(entry.id, entry.provider, entry.qualifier, "MODEL")
        plan = make_plan(ref, self._catalog, self._environment, self._arguments, within=self._within)
        state = _state(plan)
        findings = [*plan.findings, *near_misses(plan, self._loose), *unloaded(plan, self._stray)]
        findings += variable_findings(plan)
        if state == "ready" and entry.qualifier is None:
            findings += models_findings(self._catalog, entry.provider, self._within)
        return CheckRow(entry.id, state, plan, tuple(findings))

    def aliases(self) -> list[Finding]:
        """A finding for each alias of a model that is retired, or will be."""
        found = []
        for alias, name in self._catalog.model_aliases.items():
            try:
                ref = parse(name, self._catalog)
            except ModelCatalogError:
                continue
            facts = self._catalog.facts(ref.provider, ref.model)
            finding = model_finding(ref.provider, ref.model, facts, self._within)
            if finding is not None:
                found.append(replace(finding, message=f"Alias {alias}: {finding.message}"))
        return found


def _state(plan: Plan) -> State:
    codes = {finding.code for finding in plan.findings}
    if not plan.errors:
        return (
            "error"
            if "unusable-credentials" in codes
            else "not_configured"
            if "no-credentials" in codes
            else "ready"
        )
    if any(finding.code in _WRONG for finding in plan.errors):
        return "error"
    values = plan.settings.values()
    touched = any(value.required and is_given(value) for value in values)
    return "error" if touched else "not_configured"
