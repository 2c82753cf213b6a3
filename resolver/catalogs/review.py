"""Trusting a project's file in Python: what it would send where, and, if that is wanted, the record of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError, CatalogError
from modelcatalog.resolver.trust import preview, records

if TYPE_CHECKING:
    from modelcatalog.resolver.credentials.dotenv_file import Dotenv


@dataclass(frozen=True, slots=True)
class TrustReport:
    """What a file would do with what is yours. `sendings` has an item for each entry: its ID, the address, what would
    be sent there, and the line that says so. `recorded`: the file is trusted from now on, until its text changes.
    """

    path: Path
    digest: str
    sendings: tuple[preview.Preview, ...]
    recorded: bool = False

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def to_json(self) -> dict[str, Any]:
        rows = [
            {"id": one.id, "address": one.address, "sends": list(one.whats), "position": one.position}
            for one in self.sendings
        ]
        return {"file": str(self.path), "sends": rows, "recorded": self.recorded}

    def _lines(self) -> list[str]:
        lines = [f"{self.path} would send" if self.sendings else f"{self.path} would send nothing of yours."]
        for one in self.sendings:
            lines += [f"  {', '.join(f'{what}{_state(what)}' for what in one.whats)}"]
            lines += [f"      to   {one.address}", f"      for  {one.id}/... ({one.position})"]
        if self.recorded:
            return [*lines, "Trusted as it is now: an edit ends it."]
        return [*lines, "Nothing was recorded. To trust the file write trust(..., yes=True)."]


def trust(path: str | os.PathLike[str], *, yes: bool = False) -> TrustReport:
    """What a project's file (its `models.yaml` or its `.env`) would send where; recorded as trusted only with `yes`.

    `print(trust(path))` shows it, as `catalog trust` does. What is recorded is the text that was looked at: an edit
    ends the trust. Raises ArgumentError for a file that can't be read or recorded, and CatalogError for its problems.
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(f"path is {type(path).__name__}, expected a path.", argument="path")
    file = Path(path)
    digest, sendings = look(file)
    if yes:
        try:
            records.trust(file, digest)
        except OSError as error:
            raise ArgumentError(f"The trust in {file} can't be recorded: {error}.", argument="path") from None
    return TrustReport(file, digest, tuple(sendings), recorded=yes)


def look(path: Path) -> tuple[str, list[preview.Preview]]:
    """The digest of the file's text, and what it would send. Raises ArgumentError and CatalogError."""
    from modelcatalog.resolver.catalogs.discovery import load_catalog, load_with_project

    if not path.is_file():
        reason = "is a folder" if path.is_dir() else "file not found"
        raise ArgumentError(f"{path}: {reason}.", argument="path")
    if path.suffix not in (".yaml", ".yml", ".json"):
        dotenv = _dotenv(path)
        found = preview.preview_of_dotenv(load_catalog(), dotenv)
        digest = dotenv.mark.digest
    else:
        catalog = load_with_project(path)
        layer = next(layer for layer in catalog.layers if layer.kind == "project")
        if layer.problems:
            raise CatalogError(layer.problems)
        found, digest = preview.preview(catalog), layer.digest
    return digest, found


def _dotenv(path: Path) -> Dotenv:
    from modelcatalog.resolver.credentials.dotenv_file import Dotenv

    near = Path(path.name) if path.parent.resolve() == Path.cwd().resolve() else path
    try:
        dotenv = Dotenv.of(near, path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8"
        raise ArgumentError(f"{path} can't be read: {reason}.", argument="path") from None
    return dotenv._replace(mark=dotenv.mark._replace(is_near=True))


def _state(what: str) -> str:
    """Whether a variable has a value, and where; nothing for what is no variable."""
    from modelcatalog.resolver.credentials.environment import Environment

    if not what.isupper():
        return ""
    found = [hit for hit in Environment.current().look([what]) if not hit.is_blank]
    return f" (set: {found[0].where})" if found else " (not set)"
