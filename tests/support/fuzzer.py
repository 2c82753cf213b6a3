"""Hostile inputs, one after the other through the loader and the command, and counted."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
from modelcatalog.catalog.loading.loader import BUNDLED, compile_file, compile_text
from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.catalog.model.layers import Layer
from modelcatalog.catalog.parsing.document import DocumentError, parse_document
from modelcatalog.resolver.catalogs.validate import validate
from modelcatalog.resolver.credentials.environment import Environment
from modelcatalog.resolver.model_names import ModelRef
from modelcatalog.resolver.planning.planner import make_plan

from support.hostile import FILES, words

LIMIT = 1.0
_COMMANDS = 0.1
_VALIDATED = 0.05
_PURE = 0.02
_MOST_ENTRIES = 40


class Fuzzer:
    """Runs inputs and counts them.

    One fails if anything but one of our own errors comes of it, or if it takes more than LIMIT seconds of this
    process's time (in the best of three tries: others use the machine too).
    """

    def __init__(self, seed: int, keep: Path | None = None) -> None:
        self.random = Random(seed)
        self.counts: Counter[str] = Counter()
        self.failed: list[str] = []
        self.slowest = (0.0, "none")
        self._keep = keep
        self._luck = 0.0
        self._bundled = compile_file(BUNDLED, kind="bundled", shown="modelcatalog/models.yaml")
        self._shares = [share for share, _ in FILES.values()]

    def one(self) -> None:
        """Make the next input and run it."""
        (kind,) = self.random.choices(list(FILES), self._shares)
        data = FILES[kind][1](self.random)
        line = words(self.random) if self.random.random() < _COMMANDS else None
        what = f"{kind} file" if line is None else "command"
        self._luck = self.random.random()
        outcome, took = self._try(what, data, line)
        for _ in range(2):
            if took > LIMIT:
                took = min(took, self._try(what, data, line)[1])
        if took > LIMIT:
            self._fail(what, f"took {took:.2f} s", data, line)
        self.counts[what] += 1
        self.counts[f"  {outcome}"] += 1
        self.slowest = max(self.slowest, (took, what))

    def _try(self, what: str, data: bytes, line: list[str] | None) -> tuple[str, float]:
        started = time.process_time()
        try:
            outcome = self.file(data) if line is None else self.command(line, data)
        except Exception:  # noqa: BLE001  whatever comes out is what we look for
            outcome = "CRASHED"
            self._fail(what, traceback.format_exc(), data, line)
        return outcome, time.process_time() - started

    def file(self, data: bytes) -> str:
        """All that a catalog file goes through until a plan is made of it."""
        layer = compile_text(data, kind="project", shown="models.yaml")
        for problem in layer.problems:
            assert "\n" not in str(problem)
            problem.render()
            json.dumps(problem.to_json())
        if self._luck < _PURE and len(data) < 4000:
            self._compare_parsers(data)
        if layer.unreadable is not None:
            return "files that can't be read"
        return self._catalog(layer)

    def _catalog(self, layer: Layer) -> str:
        catalog = Catalog((self._bundled, layer))
        own = [key[2:] for key in layer.records.keys("p/")]
        for name in own[:_MOST_ENTRIES]:
            with contextlib.suppress(ModelCatalogError):
                entry = catalog.entry(name)
                for qualifier in (None, *entry.qualifiers):
                    ref = ModelRef(f"{name}/m", entry.provider, qualifier, "m")
                    make_plan(
                        ref, catalog, Environment({"ACME_API_KEY": "k" * 30, "A": "a" * 40 + "!"})
                    ).to_json()
        for key in layer.records.keys("n/"):
            with contextlib.suppress(ModelCatalogError):
                catalog.model_alias(key[2:])
        if self._luck < _VALIDATED:
            validate(catalog)
        return "files with problems" if layer.problems else "files without a problem"

    def _compare_parsers(self, data: bytes) -> None:
        """The pure parser must come to the same end."""
        outcomes: list[object] = []
        for libyaml in (True, False):
            try:
                outcomes.append(repr(parse_document(data, "x", libyaml=libyaml).data))
            except DocumentError:
                outcomes.append("refused")
        assert outcomes[0] == outcomes[1], "the two parsers don't agree"

    def command(self, line: list[str], data: bytes) -> str:
        """The command in this process, as its script runs it."""
        file = Path("hostile.yaml")
        file.write_bytes(data)
        sys.argv = ["catalog", *(str(file) if word == "FILE" else word for word in line)]
        out = io.TextIOWrapper(io.BytesIO(), "utf-8")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                _run()()
                code: object = 0
            except SystemExit as end:
                code = end.code
        assert code in (0, 1, 2, None), f"exit code {code!r}"
        return f"commands that exit with {code or 0}"

    def _fail(self, what: str, why: str, data: bytes, line: list[str] | None) -> None:
        self.failed.append(f"{what} {line or ''}: {why.strip().splitlines()[-1]}")
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            stem = self._keep / f"{len(self.failed):04}"
            stem.with_suffix(".yaml").write_bytes(data)
            stem.with_suffix(".txt").write_text(
                f"{what} {line!r}\n{why}\n", encoding="utf-8", errors="replace"
            )

    def report(self) -> str:
        """The counts, sorted, and the slowest input."""
        lines = [f"{count:>9,}  {name}" for name, count in sorted(self.counts.items())]
        return "\n".join(
            [
                *lines,
                f"{len(self.failed):>9,}  failed",
                f"slowest: {self.slowest[0]:.3f} s, a {self.slowest[1]}",
            ]
        )


@cache
def _run() -> Callable[[], None]:
    """The command's own entry, its tree of options built once: that takes ten times as long as a run."""
    from typer.main import get_command

    from modelcatalog.resolver.cli import app as module

    command = get_command(module.application())
    module.application = lambda _=(): command  # type: ignore[assignment,return-value]
    return module.run
