"""Processes that write to a catalog file and to the cache, killed at any moment."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from modelcatalog.catalog.loading.loader import compile_file, forget
from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.catalogs.add import add

HEAD = "# kept\ncatalog: 1\n\nproviders:\n  first:   # as it was\n    base_url: https://a.example/v1\n\n# the end\n"


class Child:
    """A process of its own that does some work, and says of each part when it is done."""

    def __init__(self, work: Callable[[Callable[[str], None]], None]) -> None:
        self._pipe, inlet = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.close(self._pipe)
                work(lambda part: _say(inlet, part))
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(inlet)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> tuple[int, list[str]]:
        """Its exit status, -9 if it was killed, and what it said."""
        with os.fdopen(self._pipe) as pipe:
            said = pipe.read().split()
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), said


def _say(inlet: int, part: str) -> None:
    os.write(inlet, f"{part}\n".encode())


def adding(path: Path, names: list[str]) -> Callable[[Callable[[str], None]], None]:
    def work(say: Callable[[str], None]) -> None:
        for name in names:
            add(name, f"https://{name}.example/v1", file=path)
            say(name)

    return work


def reading(path: Path) -> Callable[[Callable[[str], None]], None]:
    def work(say: Callable[[str], None]) -> None:
        forget()
        for name in load_catalog([path]).providers:
            say(name)

    return work


class Killer:
    """Starts processes that write, kills them, and looks at what they left."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.path = folder / "models.yaml"
        self.path.write_text(HEAD, encoding="utf-8")
        self.random = Random(seed)
        self.confirmed: set[str] = set()
        self.killed = self.finished = self.unconfirmed = 0
        self._number = 0
        self._usual = 0.01

    def kill_add(self) -> None:
        """One that adds an entry, killed at a moment of the time that it usually takes."""
        name = self._name()
        started = time.perf_counter()
        child = Child(adding(self.path, [name]))
        time.sleep(self.random.uniform(0, self._usual * 1.1))
        child.kill()
        code, said = child.end()
        self._count(code, said, started)
        self.look()

    def kill_cache(self) -> None:
        """One that compiles a changed file into the cache, killed; the next one reads the right thing."""
        self.path.write_text(f"{self.path.read_text('utf-8')}# {self.random.random()}\n", encoding="utf-8")
        started = time.perf_counter()
        child = Child(reading(self.path))
        time.sleep(self.random.uniform(0, self._usual * 1.1))
        child.kill()
        code, _ = child.end()
        self._count(code, [], started)
        code, said = Child(reading(self.path)).end()
        assert code == 0
        assert self.confirmed <= set(said)

    def race(self, processes: int, entries: int) -> None:
        """Many that add at once, one of which is killed."""
        work = [[self._name() for _ in range(entries)] for _ in range(processes)]
        started = time.perf_counter()
        children = [Child(adding(self.path, names)) for names in work]
        time.sleep(self.random.uniform(0, self._usual * processes))
        children[0].kill()
        for number, child in enumerate(children):
            code, said = child.end()
            assert code == 0 or number == 0
            self._count(code, said, started, usual=False)
        self.look()

    def look(self) -> None:
        """Everything that was confirmed is there, nothing else was touched, and no half file."""
        text = self.path.read_text("utf-8")
        assert text.startswith(HEAD[: HEAD.index("\n\n#")])
        assert "# the end\n" in text
        layer = compile_file(self.path, kind="named")
        assert layer.problems == ()
        there = {key[2:] for key in layer.records.keys("p/")}
        assert self.confirmed <= there, self.confirmed - there
        self.unconfirmed += len(there - self.confirmed - {"first"})
        self.confirmed = there - {"first"}

    def _name(self) -> str:
        self._number += 1
        return f"p{self._number}"

    def _count(self, code: int, said: list[str], started: float, *, usual: bool = True) -> None:
        assert code in (0, -signal.SIGKILL), code
        self.confirmed.update(said)
        self.killed += code != 0
        self.finished += code == 0
        if code == 0 and usual:
            self._usual = 0.9 * self._usual + 0.1 * min(time.perf_counter() - started, 1.0)
