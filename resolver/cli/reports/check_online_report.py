"""`catalog check --online`: what is shown while providers are contacted, and their answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modelcatalog.resolver.cli.rendering import columns, fold, fold_hint, paint

if TYPE_CHECKING:
    from modelcatalog.resolver.checking.report import CheckReport, CheckRow, OnlineAnswer

Report = Callable[[str, "OnlineAnswer | None"], None]
_HEADS = (("works", "Works", "good"), ("answers", "Answers", "good"), ("unsure", "Unsure", "warn"))


def ask(report: CheckReport, timeout: float, concurrency: int, *, shows: bool) -> CheckReport:
    """The report with the answers. Meanwhile, on a terminal only, each provider has a line."""
    from modelcatalog.resolver.checking.online import ask_all

    with _progress(report, shows=shows and sys.stdout.isatty()) as report_answer:
        return ask_all(report, timeout=timeout, concurrency=concurrency, progress=report_answer)


def lines(rows: Sequence[CheckRow], *, named: bool = False) -> list[str]:
    """The answer to each row that was contacted; `named`: somebody asked for these rows."""
    result: list[str] = []
    for outcome, head, mood in _HEADS:
        found = [row for row in rows if row.answer is not None and row.answer.outcome == outcome]
        if found:
            result += [paint(f"{head} ({len(found)})", mood), *columns(_cells(row) for row in found)]
            result += [line for row in found for line in _findings_of(row)]
    asked = [(row, row.answer) for row in rows if row.answer is not None]
    failing = [row for row, answer in asked if answer.outcome == "fails" and (named or row.touched)]
    silent = [row.id for row, answer in asked if answer.outcome == "fails" and row not in failing]
    unasked = [row for row, answer in asked if answer.outcome == "not_contacted"]
    if failing:
        result += [
            paint(f"Fails ({len(failing)})", "bad"),
            *(line for row in failing for line in _failed(row)),
        ]
    if silent:
        result += fold(
            f"No answer ({len(silent)})  ", f"{', '.join(silent)} (nothing is configured for them)"
        )
    if unasked:
        text = (
            f"{', '.join(row.id for row in unasked)} (no call is free of cost; catalog probe PROVIDER/MODEL)"
        )
        result += fold(f"Not contacted ({len(unasked)})  ", text)
    return result


def _cells(row: CheckRow) -> tuple[str, str]:
    answer = row.answer
    if answer is None or answer.seconds is None:
        return row.id, answer.findings[0].message if answer is not None and answer.findings else ""
    parts = ["key accepted"] if answer.outcome == "works" else []
    parts += (
        [f"{answer.models} model{'' if answer.models == 1 else 's'}"] if answer.models is not None else []
    )
    parts += [f"{answer.seconds:.2f} s"]
    if answer.outcome == "unsure" and answer.findings:
        return row.id, f"{answer.findings[0].code}: {answer.findings[0].text()}"
    return row.id, ", ".join(parts)


def _findings_of(row: CheckRow) -> list[str]:
    found = row.answer.findings if row.answer is not None and row.answer.outcome == "answers" else ()
    return [line for finding in found for line in fold("    ", finding.text())]


def _failed(row: CheckRow) -> list[str]:
    result: list[str] = []
    for finding in row.answer.findings if row.answer is not None else ():
        head = f"  {row.id}  "
        result += fold(head, f"{finding.code}: {finding.message}")
        result += fold_hint(f"{' ' * len(head)}hint: ", finding.hint) if finding.hint else []
    return result


@contextmanager
def _progress(report: CheckReport, *, shows: bool) -> Iterator[Report]:
    if not shows:
        yield lambda _name, _answer: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    states = {row.id: "waiting" for row in report.rows if row.state == "ready"}
    space = max(map(len, states), default=0)

    def shown() -> Text:
        asked = [f"  {name.ljust(space)}  {state}" for name, state in states.items()]
        done = sum(state not in ("waiting", "contacting ...") for state in states.values())
        return Text(
            "\n".join([f"Contacting {len(states)}, {done} done", *asked]), no_wrap=True, overflow="ellipsis"
        )

    with Live(shown(), console=Console(highlight=False), transient=True, auto_refresh=False) as live:

        def report_answer(name: str, answer: OnlineAnswer | None) -> None:
            states[name] = "contacting ..." if answer is None else _state(answer)
            live.update(shown(), refresh=True)

        yield report_answer


def _state(answer: OnlineAnswer) -> str:
    return answer.findings[0].code if answer.findings else answer.outcome
