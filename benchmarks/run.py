"""How fast is it? Ratios to a floor, taken pair by pair in one run: absolute times tell more of a machine than of us.

    python benchmarks/run.py [--rounds 9] [NAME ...]

Each line is the median of the ratios of its rounds, with the smallest and the largest, and the goal beside it. CPU is
user and system time. The jobs and their floors are those of tests/speed, which counts their instructions; the rows of
an SDK need its extra. Nothing is sent anywhere but to a server of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.speed_jobs import JOBS, LOOPS, Loop, compiling, environment, failures, home

_BUDGETS = yaml.safe_load(Path(__file__).parents[1].joinpath("tests/speed/budgets.yaml").read_text("utf-8"))
GOALS = {name: row["instructions"]["goal"] for name, row in _BUDGETS.items()}
"""Of the ratio of CPU as of that of instructions."""


@dataclass(frozen=True)
class Run:
    """One finished process: CPU seconds, and the most memory it held, in MB."""

    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """A job against its floor."""

    name: str
    ratios: Sequence[float]
    goal: float

    def __str__(self) -> str:
        low, middle, high = min(self.ratios), statistics.median(self.ratios), max(self.ratios)
        verdict = "ok" if middle <= self.goal else "MISSED"
        return f"{self.name:<58} {middle:8.3f}  ({low:.3f} to {high:.3f})  goal {self.goal:<6g} {verdict}"


def run(code: str, folder: Path, *arguments: str) -> Run:
    """Run Python code in a process of its own, with a home of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: something was found, such as a missing key
        raise SystemExit(f"{code!r} ended with {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def pairs(job: Callable[[], Run], floor: Callable[[], Run], rounds: int) -> list[float]:
    """CPU of the job by CPU of the floor, one ratio a round; the first round only warms up."""
    ratios = []
    for at in range(rounds + 1):
        ratio = job().cpu / floor().cpu
        if at:
            ratios.append(ratio)
    return ratios


def processes(names: Sequence[str], folder: Path, rounds: int) -> list[Row]:
    """Jobs that are processes of their own, each with its goal."""
    rows = []
    for name in names:
        job = JOBS[name]
        place = home(folder, job.entries)
        run(job.code, place)
        ratios = pairs(lambda: run(job.code, place), lambda: run(job.floor, place), rounds)  # noqa: B023
        rows.append(Row(f"{name} / its floor", ratios, GOALS[name]))
    return rows


def start_up(folder: Path, rounds: int) -> list[Row]:
    return processes(("import", "list", "check", "explain"), folder, rounds)


def cold(folder: Path, rounds: int) -> list[Row]:
    return processes([name for name in JOBS if name.startswith("cold")], folder, rounds)


def large(folder: Path, rounds: int) -> list[Row]:
    code = JOBS["cold openai"].code
    small, huge = home(folder, 400), home(folder, 100_000)
    ratios = pairs(lambda: run(code, huge), lambda: run(code, small), rounds)
    extra = [run(code, huge).memory - run(code, small).memory for _ in range(rounds)]
    return [
        Row("cold openai, 100,000 entries / 400 entries", ratios, 1.5),
        Row("  more memory for it, MB", [max(mb, 0.0) for mb in extra], 5.0),
    ]


IN_TURN = """
{setup}
import json, sys, time
def cpu(job, times):
    start = time.process_time()
    for _ in range(times): job()
    return (time.process_time() - start) / times * 1e3
floor()  # what the SDK loads with its own first call is not ours
first = cpu(ours, 1)
ours(), ours(), floor()
rounds = [(cpu(ours, {ours}), cpu(floor, {floor})) for _ in range(int(sys.argv[1]))]
print(json.dumps([first, rounds]))
"""


def in_turn(loop: Loop, folder: Path, rounds: int, ours: int, floor: int) -> tuple[float, list[list[float]]]:
    """CPU milliseconds of the first time, and of ours and of the floor in each round, all in one process."""
    place = home(folder, loop.entries)
    done = subprocess.run(
        [sys.executable, "-c", IN_TURN.format(setup=loop.setup, ours=ours, floor=floor), str(rounds)],
        cwd=place,
        env=environment(place),
        capture_output=True,
        text=True,
        check=True,
    )
    first, measured = json.loads(done.stdout)
    return first, measured


def warm(folder: Path, rounds: int) -> list[Row]:
    rows = []
    for name, ours, floor in (
        ("further client", 50, 5),
        ("client of a plan", 50, 5),
        ("dotenv that changed", 2, 2),
    ):
        _, measured = in_turn(LOOPS[name], folder, rounds, ours, floor)
        rows.append(Row(f"{name} / its floor", [mine / bare for mine, bare in measured], GOALS[name]))
    return rows


def failing(folder: Path, rounds: int) -> list[Row]:
    rows = []
    for secrets in (0, 20, 200):
        first, measured = in_turn(failures(secrets), folder, rounds, 10, 10)
        bare = statistics.median(pair[1] for pair in measured)
        rows += [
            Row(
                f"failing call, {secrets} secrets, the first: ms more than the bare SDK's", [first - bare], 40
            ),
            Row("  each further, ms more", [mine - base for mine, base in measured], 2),
        ]
    return rows


def compiling_files(folder: Path, rounds: int) -> list[Row]:
    """Microseconds for each entry; of the largest file, few rounds."""
    rows = []
    for entries in (1000, 10_000, 100_000):
        some = max(1, rounds * 1000 // entries)
        _, measured = in_turn(compiling(entries), folder, some, 1, 1)
        each = [mine * 1000 / entries for mine, _ in measured]
        rows.append(Row(f"compile and validate, {entries:,} entries, us for each", each, 60))
    return rows


RUNS = {
    "start": start_up,
    "cold": cold,
    "warm": warm,
    "failing": failing,
    "compile": compiling_files,
    "large": large,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*RUNS, []], help="which; all when none is named")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or RUNS:
            for row in RUNS[name](Path(folder), options.rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
