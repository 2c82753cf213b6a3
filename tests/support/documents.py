"""The blocks of code of a page."""

from __future__ import annotations

import re
import textwrap
from typing import NamedTuple


class Block(NamedTuple):
    """A fenced block: its language, its text and its first line's number."""

    language: str
    text: str
    line: int


def fenced(page: str) -> list[Block]:
    """The blocks between lines of three backticks, in their order."""
    found = re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [Block(one[1], one[2], page[: one.start(2)].count("\n") + 1) for one in found]


def indented(page: str) -> list[str]:
    """The blocks of lines indented by four blanks, without those."""
    # After an empty line: in a list, further lines of an item are indented too.
    blocks = re.findall(r"(?<=\n\n)(?:    .*\n|\n(?=    ))+", page)
    return [textwrap.dedent(block).strip("\n") + "\n" for block in blocks]
