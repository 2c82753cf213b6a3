"""`add`: a provider written into a catalog file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError, CatalogError, CatalogFileError
from modelcatalog.catalog.editing.atomic_write import locked, replace
from modelcatalog.catalog.editing.insertion import InsertionError, insert
from modelcatalog.catalog.loading.loader import SCHEMA
from modelcatalog.catalog.model.entry_builder import USUAL_ADAPTER
from modelcatalog.providers.adapter.registry import adapter_names, load_adapter
from modelcatalog.resolver.catalogs.discovery import (
    FILE_NAME,
    load_catalog,
    project_file,
    shown_path,
    user_file,
)
from modelcatalog.resolver.endpoints.base_url import examine, is_private

if TYPE_CHECKING:
    from modelcatalog.catalog.editing.insertion import Inserted

API_KEY = ("required", "optional", "none")


class Added(NamedTuple):
    """What was written and where. `notes` are sentences on what was corrected, and what is worth knowing."""

    file: Path
    shown: str
    line: int
    entry: str
    notes: tuple[str, ...]


def add(
    name: str,
    base_url: str,
    *,
    key_env: Sequence[str] = (),
    api_key: str = "required",
    adapter: str | None = None,
    file: Path | None = None,
    project: bool = False,
    overwrite: bool = False,
) -> Added:
    """Write an entry to the user's own catalog file, the project's, or `file`; made if there is none.

    Raises ArgumentError for a value that can't be used and for a provider that is there already (`overwrite` allows
    it), CatalogError for problems in the file, CatalogFileError when it can't be written. Then the file is as before.
    """
    url, notes = _address(base_url, adapter or USUAL_ADAPTER)
    entry = {"base_url": _quoted(url), **_key(key_env, api_key)}
    if adapter is not None:
        entry = {"adapter": adapter, **entry}
    _demand_readable(name, entry)
    path = file or (_project() if project else _user())
    try:
        with locked(path) as target:
            if not overwrite:
                _demand_new(name, target)
            with _still_trusted(target, is_users=file is None and not project):
                line = _schema_line() if file is None and not project else ""
                inserted = _rewrite(target, shown_path(path), name, entry, line)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CatalogFileError(f"{shown_path(path)} can't be written: {reason}. It is as it was.") from error
    return Added(path, shown_path(path), inserted.line, inserted.entry, tuple(notes))


@contextmanager
def _still_trusted(target: Path, *, is_users: bool) -> Iterator[None]:
    """What the user adds by hand ends no trust: a file that is new, or was trusted as it was, is trusted as it is."""
    from modelcatalog.resolver.trust.records import content_of, is_trusted, trust

    before = content_of(target)
    yield
    if not is_users and (before is None or is_trusted(target, before)):
        with suppress(OSError):
            trust(target, content_of(target) or "")


def _schema_line() -> str:
    """What lets an editor complete and check the user's own file. A file that others see can't name a path of here."""
    return f"# yaml-language-server: $schema={SCHEMA.as_uri()}"


def _rewrite(target: Path, shown: str, name: str, entry: dict[str, str], first_line: str) -> Inserted:
    try:
        old = target.read_bytes()
    except FileNotFoundError:
        old = b""
    mark = b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b""
    try:
        text = old.removeprefix(mark).decode()
    except UnicodeDecodeError as error:
        raise CatalogFileError(f"{shown} isn't UTF-8: save it as UTF-8 first. It is as it was.") from error
    try:
        inserted = insert(text, shown, name, entry, first_line)
    except InsertionError as error:
        lines = "\n".join(["", f"  {name}:", *(f"    {key}: {value}" for key, value in entry.items())])
        message = (
            f"{shown} is written in a form that can't be added to, and is as it was. Write by hand:{lines}"
        )
        raise CatalogFileError(message) from error
    replace(target, mark + inserted.text.encode())
    return inserted


def _demand_readable(name: str, entry: dict[str, str]) -> None:
    """Reports what is wrong with the words on the command line, not with a file that nobody has written."""
    try:
        insert("", "", name, entry)
    except CatalogError as error:
        problem = error.problems[0]
        hint = f" ({problem.hint})" if problem.hint else ""
        argument = "name" if problem.code == "wrong-form" else "base_url"
        raise ArgumentError(f"This can't be written: {problem.message}{hint}.", argument=argument) from None
    except InsertionError:
        raise ArgumentError("The name can't be a key of a catalog file.", argument="name") from None


def _demand_new(name: str, target: Path) -> None:
    """Neither the file nor a layer that is always there may have it: an entry of that name would change that one."""
    catalog = load_catalog([target] if target.is_file() else [], project=False)
    found = catalog.find(name)
    if found is None:
        return
    where = catalog.entry(found).place
    what = f"{name!r} is a provider already" if found == name else f"{name!r} is another name of {found!r}"
    raise ArgumentError(f"{what} ({where}). Choose another name, or write --replace.", argument="name")


def _address(base_url: str, adapter: str) -> tuple[str, list[str]]:
    if adapter not in adapter_names():
        known = ", ".join(adapter_names())
        raise ArgumentError(f"There is no adapter of that name. There are: {known}.", argument="adapter")
    url, findings = examine(base_url, load_adapter(adapter).URL_RULE, source="the command line")
    for finding in findings:
        if finding.severity == "error":
            raise ArgumentError(finding.message, argument="base_url")
    notes = [finding.message.partition(" (")[0] + "." for finding in findings]
    if url.startswith("http://") and not is_private(url):
        notes.append(f"{url} isn't encrypted: everybody on the way can read the key and the messages.")
    return url, notes


def _key(key_env: Sequence[str], api_key: str) -> dict[str, str]:
    if api_key not in API_KEY:
        # The value isn't shown: people write the key itself there.
        message = (
            f"--api-key is {', '.join(API_KEY[:-1])} or {API_KEY[-1]}; a key is never written into the file."
        )
        raise ArgumentError(message, argument="api_key")
    if not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable) for variable in key_env):
        message = "--key-env is the name of an environment variable, such as ACME_API_KEY; not a key."
        raise ArgumentError(message, argument="key_env")
    if api_key == "none":
        if key_env:
            raise ArgumentError("--key-env makes no sense with --api-key none.", argument="key_env")
        return {"api_key": "none"}
    names = key_env[0] if len(key_env) == 1 else f"[{', '.join(key_env)}]"
    if key_env:
        return {"api_key": f"{{env: {names}{', required: false' if api_key == 'optional' else ''}}}"}
    return {"api_key": "optional"} if api_key == "optional" else {}


def _quoted(url: str) -> str:
    return url if re.fullmatch(r"[A-Za-z0-9:/._~%+=@-]+", url) and not url.endswith(":") else f'"{url}"'


def _user() -> Path:
    path = user_file()
    if path is None:
        raise CatalogFileError("You have no home folder here: name a file with --file, or write --project.")
    return path


def _project() -> Path:
    return project_file() or Path(FILE_NAME)
