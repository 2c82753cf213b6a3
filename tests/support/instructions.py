"""Instructions of a process, counted by valgrind: unlike times, the same on a busy machine and on an idle one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from support.speed_jobs import JOBS, LOOP, LOOPS, environment, home

_VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
_COUNT = re.compile(rb"I +refs: +([\d,]+)")
_TIMES = 10
# A process under valgrind takes some twenty times as long, and on a busy machine longer.
PATIENCE = 1200


def can_count() -> bool:
    """Whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def ratio_of(name: str, folder: Path) -> float:
    """Instructions of a job, or of one time round a loop, by those of its floor."""
    if name in LOOPS:
        place = home(folder, LOOPS[name].entries)
        code = LOOP.format(setup=LOOPS[name].setup)
        # The first process compiles modules and the catalog.
        _ran([sys.executable, "-c", code, "ours", "0"], place)
        none = _counted(code, place, "ours", "0")
        ours, floor = (_counted(code, place, which, str(_TIMES)) for which in ("ours", "floor"))
        return (ours - none) / (floor - none)
    job = JOBS[name]
    place = home(folder, job.entries)
    return _warm(job.code, place) / _warm(job.floor, place)


def modules(code: str, folder: Path) -> set[str]:
    """The modules in a process that has run this."""
    listed = "import atexit, sys\natexit.register(lambda: print('', *sys.modules, file=sys.stderr))\n"
    done = _ran([sys.executable, "-c", f"{listed}{code}"], folder)
    return set(done.stderr.decode().splitlines()[-1].split())


# The floors are shared by several jobs.
@cache
def _warm(code: str, folder: Path) -> int:
    """The count, once the modules are compiled and the caches filled."""
    _ran([sys.executable, "-c", code], folder)
    return _counted(code, folder)


def _counted(code: str, folder: Path, *arguments: str) -> int:
    """How many instructions Python takes for this code, its start and its end included."""
    done = _ran([*_VALGRIND, sys.executable, "-c", code, *arguments], folder)
    found = _COUNT.search(done.stderr)
    if found is None:
        raise RuntimeError(f"{code!r} was not counted: {done.stderr.decode()[-2000:]}")
    return int(found[1].replace(b",", b""))


def _ran(command: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The finished process. Exit code 1 is none of a crash: `catalog explain` has it where a key is missing."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode not in (0, 1) or b"Traceback" in done.stderr:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done
