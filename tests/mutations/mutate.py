"""Break the sources in small ways, one at a time, and see whether a test notices.

    python tests/mutations/mutate.py --sample 60 --seed 7 resolver/trust catalog/redaction

A random sample of the places in these files and folders is changed in a copy of the tree, and the tests that
mapping.yaml names for the file are run. Survivors are printed as a difference; `--figures` writes the counts into
figures.md. What nobody could notice stands in equivalent.yaml, with the reason. Exits with 1 when less than --demand
per cent of the others were noticed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from mutations.sites import Site, sites
from mutations.tree import Tree

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
_SLOWEST = 240.0
_UNTRIED = "not tried: its tests fail without a change"


class Mutation(NamedTuple):
    """A site of a file, and the texts of its lines before and after."""

    path: str
    site: Site
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} ({self.site.kind})\n    - {self.before}\n    + {self.after}"


class Outcome(NamedTuple):
    """A mutation, and `killed`, `survived` or the reason for which nobody could notice it."""

    mutation: Mutation
    state: str
    seconds: float


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("paths", nargs="+", help="files and folders below the repository")
    options.add_argument("--sample", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="only places whose line holds this text")
    options.add_argument("--demand", type=float, default=90.0)
    options.add_argument("--figures", action="store_true", help="add the counts to figures.md")
    options.add_argument("--list", action="store_true", help="print the sample and run nothing")
    chosen = options.parse_args()
    every = [one for path in _files(chosen.paths) for one in mutations(path) if chosen.only in one.before]
    random.Random(chosen.seed).shuffle(every)
    sample = list(islice(filter(changes, every), chosen.sample))
    print(f"{len(sample)} of {len(every)} places in {' '.join(chosen.paths)}, seed {chosen.seed}", flush=True)
    if chosen.list:
        print(*sample, sep="\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="mutated-") as folder:
        tree = Tree(REPOSITORY, Path(folder).resolve() / "tree")
        tree.check()
        outcomes = run(tree, sorted(sample))
        tree.close()
    report = summary(outcomes, len(every), chosen)
    print(report)
    if chosen.figures:
        with (HERE / "figures.md").open("a", encoding="utf-8") as file:
            file.write(f"\n{report}")
    return 0 if rate(outcomes) >= chosen.demand else 1


def mutations(path: str) -> Iterable[Mutation]:
    """All of a file."""
    source = (REPOSITORY / path).read_text("utf-8")
    data = source.encode()
    for site in sites(source):
        start = data.rfind(b"\n", 0, site.start) + 1
        line = data.count(b"\n", 0, start) + 1
        before = " ".join(data[start : _line_end(data, site.end)].decode().split())
        after = data[start : site.start] + site.text.encode() + data[site.end : _line_end(data, site.end)]
        yield Mutation(path, site, line, before, " ".join(after.decode().split()))


def changes(mutation: Mutation) -> bool:
    """Whether the file still parses, to something else."""
    data = (REPOSITORY / mutation.path).read_bytes()
    try:
        return ast.dump(ast.parse(changed_by(data, mutation.site))) != ast.dump(ast.parse(data))
    except SyntaxError:
        return False


def changed_by(data: bytes, site: Site) -> bytes:
    return data[: site.start] + site.text.encode() + data[site.end :]


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return end if end >= 0 else len(data)


def _files(paths: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for path in paths:
        whole = REPOSITORY / path
        files = whole.rglob("*.py") if whole.is_dir() else [whole]
        found |= {file.relative_to(REPOSITORY).as_posix() for file in files}
    # Tests themselves.
    return sorted(path for path in found if not path.startswith("providers/testing/"))


def tests_of(path: str, mapping: dict[str, list[str]]) -> tuple[str, ...]:
    """The tests for a source file. Raises SystemExit where there are none."""
    names = [name for name in mapping if path == name or path.startswith(f"{name}/")]
    if not names:
        raise SystemExit(f"mapping.yaml names no tests for {path}")
    return tuple(mapping[max(names, key=len)])


def run(tree: Tree, sample: Sequence[Mutation]) -> list[Outcome]:
    """Each of the sample with its tests, which have to pass without it."""
    mapping: dict[str, list[str]] = yaml.safe_load((HERE / "mapping.yaml").read_text("utf-8"))
    known: list[dict[str, Any]] = yaml.safe_load((HERE / "equivalent.yaml").read_text("utf-8")) or []
    reasons = {(one["file"], one["line"], one["becomes"]): str(one["reason"]) for one in known}
    patience: dict[tuple[str, ...], float] = {}
    outcomes: list[Outcome] = []
    for at, mutation in enumerate(sample, start=1):
        reason = reasons.get((mutation.path, mutation.before, mutation.after))
        if reason is not None:
            outcomes.append(Outcome(mutation, reason, 0.0))
            continue
        tests = tests_of(mutation.path, mapping)
        if tests not in patience:
            started = time.monotonic()
            passed, text = tree.test(tests, _SLOWEST)
            if not passed:
                print(f"The tests of {mutation.path} fail without a change:\n{text}", flush=True)
            taken = time.monotonic() - started
            patience[tests] = min(_SLOWEST, 20 + 4 * taken) if passed else 0.0
        if not patience[tests]:
            outcomes.append(Outcome(mutation, _UNTRIED, 0.0))
            continue
        started = time.monotonic()
        content = changed_by((REPOSITORY / mutation.path).read_bytes(), mutation.site)
        with tree.changed(mutation.path, content):
            passed, _ = tree.test(tests, patience[tests])
        outcomes.append(Outcome(mutation, "survived" if passed else "killed", time.monotonic() - started))
        word = "SURVIVED" if passed else "killed"
        print(f"{at}/{len(sample)} {word} {mutation if passed else mutation.path}", flush=True)
    return outcomes


def rate(outcomes: Iterable[Outcome]) -> float:
    """Killed in per cent, of those that somebody could notice."""
    counts = Counter(one.state for one in outcomes if one.state in ("killed", "survived"))
    return 100.0 * counts["killed"] / max(1, counts.total())


def summary(outcomes: Sequence[Outcome], places: int, chosen: argparse.Namespace) -> str:
    """The counts, the survivors and those that nobody could notice, as a part of figures.md."""
    named = ("killed", "survived", _UNTRIED)
    counts = Counter(one.state if one.state in named else "equivalent" for one in outcomes)
    lines = [
        f"## {date.today().isoformat()}, seed {chosen.seed}: {' '.join(chosen.paths)}",  # noqa: DTZ011
        "",
        f"{len(outcomes)} of {places} places, {os.cpu_count()} cores, "
        f"{sum(one.seconds for one in outcomes) / 60:.0f} minutes: {counts['killed']} killed, "
        f"{counts['survived']} survived, {counts['equivalent']} equivalent, "
        f"{counts[_UNTRIED]} not tried; {rate(outcomes):.0f} % killed.",
        "",
    ]
    for outcome in outcomes:
        if outcome.state != "killed":
            one = outcome.mutation
            lines += [
                f"- `{one.path}:{one.line}` {outcome.state}",
                f"  - was `{one.before}`",
                f"  - became `{one.after}`",
            ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
