"""What `check` found: a row for each entry, offline and online, and what belongs to no single row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modelcatalog.resolver.checking.variables import ignored_finding
from modelcatalog.resolver.planning.plan import plain

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding import Finding
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.resolver.credentials.values import SettingValue
    from modelcatalog.resolver.planning.plan import Plan

State = Literal["ready", "error", "not_configured"]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One provider or qualifier. `error`: something was set for it, and a call would fail all the same."""

    id: str
    state: State
    plan: Plan
    findings: tuple[Finding, ...] = ()
    answer: OnlineAnswer | None = None

    @property
    def touched(self) -> bool:
        """Whether somebody set something for it: a variable, or cloud credentials."""
        values = self.plan.settings.values()
        return any(is_given(value) for value in values) or bool(
            self.plan.identity and self.plan.identity.source
        )

    @property
    def summary(self) -> tuple[str, str]:
        """What is wrong, in one sentence, and what to do about it; else where the key or the login came from."""
        findings = (*(self.answer.findings if self.answer else ()), *self.findings)
        if first := next((one for one in findings if one.severity == "error"), None):
            return first.message.partition(". ")[0].rstrip("."), first.hint or ""
        key = self.plan.settings.get("api_key")
        if self.plan.auth == "key" and key is not None:
            return key.source if key.is_set else "", ""
        return (self.plan.identity.source if self.plan.identity else None) or self.plan.url or "", ""

    def to_json(self) -> dict[str, Any]:
        known = self.plan.to_json()
        keys = (
            "status",
            "position",
            "adapter",
            "client",
            "package",
            "auth",
            "identity",
            "base_url",
            "machine",
            "settings",
            "not_passed_on",
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
    """The rows that were asked for, the problems of catalog files that keep others from being checked, and `others`:
    what was found on this machine that belongs to no single row.
    """

    rows: tuple[CheckRow, ...]
    problems: tuple[Problem, ...] = ()
    others: tuple[Finding, ...] = ()

    def of(self, state: State) -> tuple[CheckRow, ...]:
        return tuple(row for row in self.rows if row.state == state)

    def failing(self, named: bool = False) -> tuple[CheckRow, ...]:
        """The rows whose service refused or wasn't reached: of those that were configured, or that somebody `named`."""
        return tuple(
            row
            for row in self.rows
            if row.answer is not None and row.answer.outcome == "fails" and (named or row.touched)
        )

    @property
    def not_passed_on(self) -> Mapping[str, tuple[str, ...]]:
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
            for variable in row.plan.not_passed_on:
                if variable not in used:
                    found.setdefault(variable, []).append(row.id)
        return {variable: tuple(ids) for variable, ids in found.items()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What belongs to no single row."""
        return (*self.others, *(ignored_finding(name, ids) for name, ids in self.not_passed_on.items()))

    def __str__(self) -> str:
        """A table: a row for each entry with its state, then what is wrong, then the problems of catalog files."""
        from modelcatalog.resolver.planning.text_table import text_table

        return "\n".join([*text_table(self._rows()), *self._notes()]) or "Nothing to check."

    def _repr_html_(self) -> str:
        from modelcatalog.resolver.planning.text_table import html_table

        return html_table("check", self._rows(), self._notes())

    def _rows(self) -> list[tuple[str, ...]]:
        return [(row.id, row.answer.outcome if row.answer else row.state, *row.summary) for row in self.rows]

    def _notes(self) -> list[str]:
        return [finding.text() for finding in self.findings] + [str(problem) for problem in self.problems]

    def to_json(self) -> dict[str, Any]:
        return {
            "entries": [row.to_json() for row in self.rows],
            "not_passed_on": {variable: list(ids) for variable, ids in self.not_passed_on.items()},
            "findings": [finding.to_json() for finding in self.findings],
            "problems": [plain(problem.to_json()) for problem in self.problems],
        }


def is_given(value: SettingValue) -> bool:
    """Whether somebody set it on this machine, wherever that was."""
    return value.kind not in ("argument", "default", "none")


Outcome = Literal["works", "answers", "unsure", "not_contacted", "fails"]


@dataclass(frozen=True, slots=True)
class OnlineAnswer:
    """What came of asking. `works`: the service took the key. `answers`: it answered, which proves no key. `unsure`: it
    answered that this is not the time. `not_contacted`: nothing without cost could be asked.

    `models` is how many it lists, `seconds` how long it took; `status`, `url` and `method` are those of the request.
    Each is None where there is none.
    """

    id: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    models: int | None = None
    status: int | None = None
    url: str | None = None
    method: str | None = None
    seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.__slots__ if name not in ("id", "findings")}
        return {**fields, "findings": [finding.to_json() for finding in self.findings]}
