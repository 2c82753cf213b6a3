"""What is set up on this machine, what isn't, and what mends it. Offline: asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from modelcatalog.catalog.errors import CatalogError, ModelCatalogError
from modelcatalog.catalog.locating import located
from modelcatalog.providers.adapter import extension_problems
from modelcatalog.resolver.environment import Environment
from modelcatalog.resolver.files import load_catalog
from modelcatalog.resolver.lifecycle import WITHIN, model_finding, models_findings
from modelcatalog.resolver.names import ModelRef, parse
from modelcatalog.resolver.near_misses import near_misses
from modelcatalog.resolver.plan import plain
from modelcatalog.resolver.planner import make_plan
from modelcatalog.resolver.selection import select
from modelcatalog.resolver.stray_files import stray_files, unloaded, unreadable
from modelcatalog.resolver.variables import kept_out_finding, loose_variables, variable_findings

if TYPE_CHECKING:
    from modelcatalog.catalog.catalog import Catalog
    from modelcatalog.catalog.entries import Entry
    from modelcatalog.catalog.findings import Finding
    from modelcatalog.catalog.problems import Problem
    from modelcatalog.resolver.online import OnlineAnswer
    from modelcatalog.resolver.plan import Plan, SettingValue

State = Literal["ready", "broken", "not set up"]
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


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One provider or qualifier. `broken`: something was set up for it, and a call would fail all the same."""

    id: str
    state: State
    plan: Plan
    findings: tuple[Finding, ...] = ()
    answer: OnlineAnswer | None = None

    @property
    def touched(self) -> bool:
        """Whether somebody set something for it: a variable, or a login."""
        values = self.plan.settings.values()
        return any(is_given(value) for value in values) or bool(self.plan.login and self.plan.login.source)

    def to_json(self) -> dict[str, Any]:
        known = self.plan.to_json()
        keys = (
            "status",
            "place",
            "adapter",
            "client",
            "package",
            "auth",
            "login",
            "base_url",
            "machine",
            "settings",
            "kept_out",
        )
        found = [finding.to_json() for finding in self.findings]
        online = {} if self.answer is None else {"online": self.answer.to_json()}
        return {
            "id": self.id,
            "state": self.state,
            **{key: known[key] for key in keys},
            "findings": found,
            **online,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The rows that were asked for, the problems of catalog files that stand in the way of others, and `others`: what
    was found on this machine that belongs to no single row.
    """

    rows: tuple[CheckRow, ...]
    problems: tuple[Problem, ...] = ()
    others: tuple[Finding, ...] = ()

    def of(self, state: State) -> tuple[CheckRow, ...]:
        return tuple(row for row in self.rows if row.state == state)

    def failing(self, named: bool = False) -> tuple[CheckRow, ...]:
        """The rows whose service refused or wasn't reached: of those that were set up, or that somebody `named`."""
        return tuple(
            row
            for row in self.rows
            if row.answer is not None and row.answer.outcome == "fails" and (named or row.touched)
        )

    @property
    def kept_out(self) -> Mapping[str, tuple[str, ...]]:
        """Variables that are set and that none of the rows uses, and the entries whose SDK would have read them."""
        used = {
            looked.variable
            for row in self.rows
            for value in row.plan.settings.values()
            for looked in value.looked
            if looked.state != "unset"
        }
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for variable in set(row.plan.kept_out) - used:
                found.setdefault(variable, []).append(row.id)
        return {variable: tuple(ids) for variable, ids in found.items()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What belongs to no single row."""
        return (*self.others, *(kept_out_finding(name, ids) for name, ids in self.kept_out.items()))

    def to_json(self) -> dict[str, Any]:
        return {
            "entries": [row.to_json() for row in self.rows],
            "kept_out": {variable: list(ids) for variable, ids in self.kept_out.items()},
            "findings": [finding.to_json() for finding in self.findings],
            "problems": [plain(problem.to_json()) for problem in self.problems],
        }


def check(
    names: str | Sequence[str] = (),
    *,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    within: int = WITHIN,
    arguments: Mapping[str, Any] = MappingProxyType({}),
) -> CheckReport:
    """Look at the entries of these names (`openai`, `openai/azure`, `open*`, aliases too); at all when there is none.
    Says what ends `within` so many days. `arguments` are looked at as `resolve` would: `model_path`, `region`, ...

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
    """What all rows are looked at with: the catalog, the environment, and what lies about in it that nothing reads."""

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
        """A finding for each alias of a model that has ended, or will."""
        found = []
        for alias, name in self._catalog.model_aliases.items():
            try:
                ref = parse(name, self._catalog)
            except ModelCatalogError:
                continue
            facts = self._catalog.facts(ref.provider, ref.model)
            finding = model_finding(ref.provider, ref.model, facts, self._within)
            if finding is not None:
                found.append(replace(finding, message=f"The alias {alias} stands for {finding.message}"))
        return found


def is_given(value: SettingValue) -> bool:
    """Whether somebody set it on this machine, wherever that was."""
    return value.kind not in ("argument", "default", "none")


def _state(plan: Plan) -> State:
    codes = {finding.code for finding in plan.findings}
    if not plan.errors:
        return "broken" if "unusable-login" in codes else "not set up" if "no-login" in codes else "ready"
    if any(finding.code in _WRONG for finding in plan.errors):
        return "broken"
    values = plan.settings.values()
    touched = any(value.required and is_given(value) for value in values)
    return "broken" if touched else "not set up"
