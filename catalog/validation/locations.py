"""Where in a line a problem is, for problems that are found when the text is no longer at hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.model.layers import Layer


def located(problems: Iterable[Problem], layers: Iterable[Layer]) -> list[Problem]:
    """The problems with column and excerpt: those that have none get them from the word that their message quotes."""
    problems = list(problems)
    if not problems:
        return []
    from modelcatalog.catalog.parsing.source import SourceText

    files = {layer.path: layer.file for layer in layers if layer.file is not None}
    texts: dict[str, SourceText] = {}
    found = []
    for problem in problems:
        file = files.get(problem.path)
        if problem.excerpt is None and problem.line and file is not None:
            try:
                text = texts.setdefault(problem.path, SourceText(problem.path, file.read_text("utf-8")))
            except (OSError, UnicodeDecodeError):
                found.append(problem)
                continue
            word = _word(problem.message, text.line(problem.line))
            column = text.line(problem.line).find(word) + 1
            problem = text.problem(
                problem.line,
                column,
                problem.code,
                problem.message,
                problem.hint,
                pointer=problem.pointer,
                word=word,
            )
        found.append(problem)
    return found


def _word(message: str, line: str) -> str:
    """The last word in quotes of the message that is in the line, else the line's first one."""
    quoted = [word for word in reversed(re.findall(r"'([^']+)'", message)) if word in line]
    return quoted[0] if quoted else (line.split() or [""])[0]
