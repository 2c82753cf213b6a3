"""What each job may cost: instructions by those of its floor, and modules. The budgets are in budgets.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.instructions import PATIENCE, can_count, modules, ratio_of
from support.speed_jobs import JOBS, LOOPS, NOTHING, home

BUDGETS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("budgets.yaml").read_text("utf-8")
)
PARTS = ("instructions", "modules")


def above_goal(rows: dict[str, dict[str, Any]]) -> set[str]:
    """The rows of which a budget is above its goal."""
    return {
        name
        for name, row in rows.items()
        if any(row[part]["most"] > row[part]["goal"] for part in PARTS if part in row)
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("speed")


def test_every_job_has_a_budget_and_its_day() -> None:
    assert set(BUDGETS) == {*JOBS, *LOOPS}
    assert {name for name, row in BUDGETS.items() if "instructions" not in row or "date" not in row} == set()
    assert {name for name, row in BUDGETS.items() if "modules" in row} == set(JOBS)


def test_budget_above_its_goal_has_a_reason() -> None:
    assert {name for name in above_goal(BUDGETS) if len(str(BUDGETS[name].get("reason", ""))) < 20} == set()


def test_budget_within_its_goal_has_no_reason_left_over() -> None:
    assert {name for name, row in BUDGETS.items() if "reason" in row} == above_goal(BUDGETS)


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("name", JOBS)
def test_job_loads_no_more_modules_than_its_budget(name: str, folder: Path) -> None:
    job = JOBS[name]
    place = home(folder, job.entries)
    modules(job.code, place)  # the first run compiles the catalog
    loaded = modules(job.code, place)
    more = loaded if job.floor == NOTHING else loaded - modules(job.floor, place)
    assert len(more) <= BUDGETS[name]["modules"]["most"], sorted(more)


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.skipif(not can_count(), reason="valgrind is not installed")
@pytest.mark.parametrize("name", [*JOBS, *LOOPS])
def test_job_takes_no_more_instructions_than_its_budget(name: str, folder: Path) -> None:
    assert ratio_of(name, folder) <= BUDGETS[name]["instructions"]["most"]
