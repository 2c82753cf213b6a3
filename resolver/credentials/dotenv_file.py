"""A `.env` file: its values, the line of each, and which file it was when it was read.

Values are taken as they are written: `${OTHER}` isn't replaced, since the file may have come with somebody else's
project, and could so copy a secret of the user's into a value that is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

_MOST_BYTES = 1 << 20


class FileMark(NamedTuple):
    """The file that a value was read from, and the digest of what was read.

    `is_near`: it was found in the current folder, and may have come with somebody else's code. `is_link`: it leads out
    of that folder, to a file whose secrets are not the project's.
    """

    path: Path
    digest: str
    is_near: bool
    is_link: bool = False


class Dotenv(NamedTuple):
    """The values of a `.env` file, the line of each, and which file it was. Of a doubled name, the last one counts."""

    values: Mapping[str, str | None]
    lines: Mapping[str, int]
    mark: FileMark

    @classmethod
    def of(cls, path: Path, content: bytes) -> Self:
        """The file at `path`, of which this is the content. Raises UnicodeDecodeError."""
        from modelcatalog.catalog.loading.cache import digest

        found = digest(content).hex()
        if not _last or _last[0][0] != found:
            _last[:] = [(found, *_parsed(content.decode("utf-8")))]
        _, values, lines = _last[0]
        is_near = not path.is_absolute()
        is_link = is_near and not path.resolve().is_relative_to(Path.cwd().resolve())
        return cls(values, lines, FileMark(path, found, is_near, is_link))

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """What the file at `path` holds; None where there is none that can be read."""
        try:
            if path.stat().st_size > _MOST_BYTES or not path.is_file():
                return None
            return cls.of(path, path.read_bytes())
        except (OSError, UnicodeDecodeError):
            return None

    def locate(self, name: str) -> tuple[str, FileMark]:
        """Where a variable is set, for people, and in which file."""
        line = self.lines.get(name)
        return (f"{self.mark.path}:{line}" if line else str(self.mark.path)), self.mark


# What the file that was read last holds, by the digest of its content: a plan asks for it several times.
_last: list[tuple[str, Mapping[str, str | None], Mapping[str, int]]] = []


def _parsed(text: str) -> tuple[dict[str, str | None], dict[str, int]]:
    """The value of each name, and its line."""
    from io import StringIO

    from dotenv.main import with_warn_for_invalid_lines
    from dotenv.parser import parse_stream

    values: dict[str, str | None] = {}
    lines: dict[str, int] = {}
    for binding in with_warn_for_invalid_lines(parse_stream(StringIO(text))):
        if binding.key is not None:
            values[binding.key] = binding.value
            written = binding.original.string
            # The parser counts empty lines to the statement that follows them.
            blank = (
                written[: len(written) - len(written.lstrip())].splitlines() if written[:1].isspace() else ()
            )
            lines[binding.key] = binding.original.line + len(blank)
    return values, lines
