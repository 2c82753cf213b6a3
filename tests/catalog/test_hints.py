"""Hints are applied to the files as they say: then the problems are gone, and nothing new is wrong."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.problem import Problem

from support.examples import INVALID, own_problems, problems

# Hints that begin with "write" and leave a choice to the reader.
_FREE = re.compile(r"""write (?:["',]|settings:|a |it |each |null|the |'extends|\{env: \[NAME)""")


def applied(line: str, problem: Problem) -> str | None:
    """The line with the hint done to it; None for a hint that leaves something to the reader."""
    hint, at = problem.hint or "", problem.column - 1
    end = at + len(word_at(line, at))
    if match := re.fullmatch(r"did you mean '(.+)'\?", hint):
        return f"{line[:at]}{match[1]}{line[end:]}"
    if match := re.fullmatch(r"write '(\w+:) ?(\S*)'", hint):
        return re.sub(
            rf"{match[1][:-1]}(?::[ \"']*[^\s\"']*[\"']?|(?=\s*$))",
            f"{match[1]} {match[2]}".rstrip(),
            line,
            count=1,
        )
    if hint.startswith("remove this line"):
        return ""
    if re.match(r"indent it( and what is below it)? two more blanks", hint):
        return f"  {line}"
    match = re.fullmatch(r"write (.+?)(?:, (?:or|with|and) .*)?", hint)
    if match is None or _FREE.match(hint):
        return None
    new = match[1].replace("PROVIDER", "groq").replace("NAME", "ACME_TOKEN")
    is_pair = re.match(r"\w+: ", new) is not None
    return f"{line[:at]}{new}\n" if is_pair else f"{line[:at]}{new}{line[end:]}"


def word_at(line: str, at: int) -> str:
    """The plain word, the quoted text or the whole [ ] or { } at a column."""
    rest = line[at:].rstrip("\n")
    for opening, closing in ("[]", "{}", '""', "''"):
        if rest.startswith(opening):
            return rest[: rest.index(closing, 1) + 1] if closing in rest[1:] else rest
    in_braces = "{" in line[:at] or "[" in line[:at]
    match = re.match(r"[^,\]}]+?(?=:?\s*[,\]}]|:\s|$)" if in_braces else r".+?(?=:(?:\s|$)|$)", rest)
    return match[0] if match else rest


def after_all_hints(path: Path) -> tuple[str, list[Problem]]:
    """The text with every hint applied that says what to write, and the problems that they belong to."""
    text = path.read_text("utf-8", "replace")
    lines, done = text.splitlines(keepends=True), []
    for problem in sorted(problems(path), key=lambda one: (one.line, one.column), reverse=True):
        if problem.hint == "begin it with 'catalog: 1'":
            lines.insert(0, "catalog: 1\n")
            done.append(problem)
        elif 0 < problem.line <= len(lines):
            changed = applied(lines[problem.line - 1], problem)
            if changed is not None:
                lines[problem.line - 1] = changed
                done.append(problem)
    return "".join(lines), done


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_problem_is_gone_when_its_hint_is_applied(path: Path, tmp_path: Path) -> None:
    text, done = after_all_hints(path)
    before = Counter(problem.message for problem in problems(path))
    before.subtract(problem.message for problem in done)
    file = tmp_path / path.name
    file.write_text(text, encoding="utf-8", newline="")
    look = own_problems if own_problems(path) else problems
    after = Counter(problem.message for problem in look(file)) if done else before
    assert after - before == Counter(), text


def test_hints_that_say_what_to_write_are_applied() -> None:
    """So that a change of their words doesn't silently leave them out."""
    done = [problem for path in INVALID for problem in after_all_hints(path)[1]]
    assert len(done) >= 60
