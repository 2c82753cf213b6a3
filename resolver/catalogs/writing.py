"""What the commands that write to a catalog file share: which file it is, its text, and the trust in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from modelcatalog.catalog.diagnostics.errors import CatalogFileError
from modelcatalog.catalog.editing.atomic_write import locked, replace
from modelcatalog.catalog.loading.loader import SCHEMA
from modelcatalog.resolver.catalogs.discovery import FILE_NAME, project_file, shown_path, user_file

BOM = b"\xef\xbb\xbf"


class Writable(NamedTuple):
    """The file that a command writes to, as it is shown. `is_users`: it is the user's own."""

    path: Path
    shown: str
    is_users: bool

    @property
    def schema_line(self) -> str:
        """What lets an editor complete and check the user's own file. A file for others can't name a path of here."""
        return f"# yaml-language-server: $schema={SCHEMA.as_uri()}" if self.is_users else ""


def writable(file: Path | None = None, *, project: bool = False) -> Writable:
    """`file`, the project's, or the user's own. Raises CatalogFileError where the user has no home folder."""
    path = file or ((project_file() or Path(FILE_NAME)) if project else user_file())
    if path is None:
        raise CatalogFileError(
            "no home folder was found for your catalog file",
            hint="--file models.yaml, --project",
        )
    return Writable(path, shown_path(path), is_users=file is None and not project)


@contextmanager
def opened(file: Writable) -> Iterator[Path]:
    """The file itself, for us alone until the end. What the user changes so ends no trust: a file that is new, or was
    trusted as it was, is trusted as it is then. Raises CatalogFileError for what the system refuses.
    """
    try:
        with locked(file.path) as target, _still_trusted(target, is_users=file.is_users):
            yield target
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CatalogFileError(f"{file.shown} can't be written: {reason}. It is as it was") from error


def create(file: Writable) -> bool:
    """Write a file without providers, if there is none; whether there was none."""
    if file.path.exists():
        return False
    with opened(file) as target:
        if target.exists():
            return False
        first = f"{file.schema_line}\n" if file.schema_line else ""
        replace(target, f"{first}catalog: 1\n\nproviders:\n".encode())
    return True


def text_of(target: Path, shown: str) -> tuple[bytes, str]:
    """The byte order mark, and the text; empty for a file that doesn't exist. Raises CatalogFileError for no UTF-8."""
    try:
        content = target.read_bytes()
    except FileNotFoundError:
        content = b""
    mark = BOM if content.startswith(BOM) else b""
    try:
        return mark, content.removeprefix(mark).decode()
    except UnicodeDecodeError as error:
        raise CatalogFileError(
            f"{shown} isn't UTF-8. It is as it was", hint="save it as UTF-8 first"
        ) from error


@contextmanager
def _still_trusted(target: Path, *, is_users: bool) -> Iterator[None]:
    from modelcatalog.resolver.trust.records import content_of, is_trusted, trust

    before = content_of(target)
    yield
    if not is_users and (before is None or is_trusted(target, before)):
        with suppress(OSError):
            trust(target, content_of(target) or "")
