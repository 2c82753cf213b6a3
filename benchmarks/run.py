"""How fast is it? Ratios to a floor, taken pair by pair in one run: absolute times tell more of a machine than of us.

    python benchmarks/run.py [--rounds 9] [NAME ...]

Each line is the median of the ratios of its rounds, with the smallest and the largest, and the goal beside it. CPU is
user and system time of the whole process. Needs the `openai` extra. Nothing is sent anywhere.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

NOTHING = "pass"
SDK = "import openai; openai.AsyncOpenAI(api_key='sk-x', base_url='http://127.0.0.1:9/v1')"
RESOLVE = "from modelcatalog import resolve; resolve('p7/m7', api_key='sk-x')"
EXPLAIN = "from modelcatalog import explain; explain('p7/m7', api_key='sk-x')"
HELLO = (
    "import typer\napp = typer.Typer()\n@app.command()\ndef hello() -> None:\n    typer.echo('hello')\napp()"
)


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


def environment(folder: Path) -> dict[str, str]:
    """The variables of each process: a home of its own, and next to nothing else."""
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    own = {"HOME": folder, "XDG_CONFIG_HOME": folder / "c", "XDG_CACHE_HOME": folder / "k"}
    return keep | {name: str(path) for name, path in own.items()}


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
    if process.returncode:
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


def home(folder: Path, name: str, providers: int, models: int) -> Path:
    """A home whose user catalog has this many providers and models on each; compiled by a first run."""
    place = folder / name
    text = ["catalog: 1", "providers:"]
    for provider in range(providers):
        text += [f"  p{provider}:", f"    base_url: http://127.0.0.1:9/{provider}/v1", "    models:"]
        for model in range(models):
            text.append(
                f"      m{model}: {{context_window: 131072, max_output_tokens: 8192, tools: true, reasoning: false, "
                f"released: '2026-01-01', cost: {{input: 2.5, output: 10}}}}"
            )
    file = place / "c" / "modelcatalog" / "models.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    run(EXPLAIN, place)
    run(EXPLAIN, place)
    return place


def start_up(folder: Path, rounds: int) -> list[Row]:
    place = home(folder, "plain", 40, 25)
    cli = "import sys; sys.argv = ['catalog', *sys.argv[1:]]; from modelcatalog.resolver.cli import main; main()"
    return [
        Row(
            "import modelcatalog.resolver / python -c pass",
            pairs(lambda: run("import modelcatalog.resolver", place), lambda: run(NOTHING, place), rounds),
            2.5,
        ),
        Row(
            "catalog list / a typer program that says hello",
            pairs(lambda: run(cli, place, "list"), lambda: run(HELLO, place), rounds),
            1.3,
        ),
        Row(
            "catalog list / python -c pass",
            pairs(lambda: run(cli, place, "list"), lambda: run(NOTHING, place), rounds),
            8.0,
        ),
    ]


def cold(folder: Path, rounds: int) -> list[Row]:
    rows = []
    for name, providers, models, goal in (("1,000", 40, 25, 1.05), ("10,000", 40, 250, 1.10)):
        place = home(folder, f"cold-{providers}-{models}", providers, models)
        ratios = pairs(lambda place=place: run(RESOLVE, place), lambda place=place: run(SDK, place), rounds)  # type: ignore[misc]
        rows.append(Row(f"name to client, {name} entries / the bare SDK", ratios, goal))
    return rows


def large(folder: Path, rounds: int) -> list[Row]:
    small = home(folder, "small", 10, 10)
    huge = home(folder, "huge", 40, 2500)
    ratios = pairs(lambda: run(RESOLVE, huge), lambda: run(RESOLVE, small), rounds)
    extra = [run(RESOLVE, huge).memory - run(RESOLVE, small).memory for _ in range(rounds)]
    return [
        Row("name to client, 100,000 entries / 100 entries", ratios, 1.5),
        Row("  more memory for it, MB", [max(mb, 0.0) for mb in extra], 5.0),
    ]


def warm(folder: Path, rounds: int) -> list[Row]:
    place = home(folder, "warm", 40, 25)
    code = """
import json, sys, time, openai
from modelcatalog import resolve
def ours(): return resolve('p7/m7', api_key='sk-x')
def bare(): return openai.AsyncOpenAI(api_key='sk-x', base_url='http://127.0.0.1:9/v1')
def cpu(job, times):
    start = time.process_time()
    for _ in range(times): job()
    return (time.process_time() - start) / times
ours(), bare(), time.sleep(2.1), ours(), ours()
print(json.dumps([cpu(ours, 50) / cpu(bare, 5) for _ in range(int(sys.argv[1]))]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(rounds)],
        cwd=place,
        env=environment(place),
        capture_output=True,
        text=True,
        check=True,
    )
    import json

    return [Row("a further client, same process / the SDK's constructor", json.loads(done.stdout), 0.02)]


JOBS = {"start": start_up, "cold": cold, "warm": warm, "large": large}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*JOBS, []], help="which; all when none is named")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or JOBS:
            for row in JOBS[name](Path(folder), options.rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
