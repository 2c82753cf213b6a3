"""What is set up on this machine, what isn't, and what mends it. Offline: asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modelcatalog.catalog.errors import CatalogError
from modelcatalog.catalog.locating import located
from modelcatalog.providers.adapter import extension_problems
from modelcatalog.resolver.environment import Environment
from modelcatalog.resolver.files import load_catalog
from modelcatalog.resolver.names import ModelRef
from modelcatalog.resolver.plan import plain
from modelcatalog.resolver.planner import make_plan
from modelcatalog.resolver.selection import select

if TYPE_CHECKING:
    from modelcatalog.catalog.catalog import Catalog
    from modelcatalog.catalog.entries import Entry
    from modelcatalog.catalog.problems import Problem
    from modelcatalog.resolver.online import OnlineAnswer
    from modelcatalog.resolver.plan import Plan

State = Literal["ready", "broken", "not set up"]
_SET = ("environment", ".env", "secrets")
_WRONG = ("invalid-credential", "invalid-setting", "invalid-base-url", "untrusted-source", "old-package")


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One provider or qualifier. `broken`: something was set up for it, and a call would fail all the same."""

    id: str
    state: State
    plan: Plan
    answer: OnlineAnswer | None = None

    @property
    def touched(self) -> bool:
        """Whether somebody set something for it: a variable, or a login."""
        values = self.plan.settings.values()
        return any(value.kind in _SET for value in values) or bool(self.plan.login and self.plan.login.source)

    def to_json(self) -> dict[str, Any]:
        known = self.plan.to_json()
        keys = (
            "status",
            "adapter",
            "client",
            "package",
            "auth",
            "base_url",
            "settings",
            "kept_out",
            "findings",
        )
        online = {} if self.answer is None else {"online": self.answer.to_json()}
        return {"id": self.id, "state": self.state, **{key: known[key] for key in keys}, **online}


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The rows that were asked for, and the problems of catalog files that stand in the way of others."""

    rows: tuple[CheckRow, ...]
    problems: tuple[Problem, ...] = ()

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

    def to_json(self) -> dict[str, Any]:
        return {
            "entries": [row.to_json() for row in self.rows],
            "kept_out": {variable: list(ids) for variable, ids in self.kept_out.items()},
            "problems": [plain(problem.to_json()) for problem in self.problems],
        }


def check(
    names: str | Sequence[str] = (),
    *,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
) -> CheckReport:
    """Look at the entries of these names (`openai`, `openai/azure`, `open*`, aliases too); at all when there is none.

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
    rows = []
    for entry in entries:
        try:
            rows.append(_row(entry, catalog, environment))
        except CatalogError as error:
            problems.update(dict.fromkeys(error.problems))
    return CheckReport(tuple(rows), tuple(located(problems, catalog.layers)))


def _row(entry: Entry, catalog: Catalog, environment: Environment) -> CheckRow:
    plan = make_plan(ModelRef(entry.id, entry.provider, entry.qualifier, "MODEL"), catalog, environment)
    return CheckRow(entry.id, _state(plan), plan)


def _state(plan: Plan) -> State:
    codes = {finding.code for finding in plan.findings}
    if not plan.errors:
        return "broken" if "unusable-login" in codes else "not set up" if "no-login" in codes else "ready"
    if any(finding.code in _WRONG for finding in plan.errors):
        return "broken"
    values = plan.settings.values()
    touched = any(value.required and value.kind in _SET for value in values)
    return "broken" if touched else "not set up"
