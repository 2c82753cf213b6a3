"""`add`: a provider written into a catalog file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError, CatalogError, CatalogFileError
from modelcatalog.catalog.editing.atomic_write import replace
from modelcatalog.catalog.editing.insertion import InsertionError, insert
from modelcatalog.catalog.model.entry_builder import USUAL_ADAPTER
from modelcatalog.providers.adapter.registry import adapter_names, load_adapter
from modelcatalog.resolver.catalogs.discovery import load_catalog
from modelcatalog.resolver.catalogs.writing import Writable, opened, text_of, writable
from modelcatalog.resolver.endpoints.base_url import examine, is_private

if TYPE_CHECKING:
    from pathlib import Path

    from modelcatalog.catalog.editing.insertion import Inserted

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
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
    """Write an entry to the user's own catalog file, the project's, or `file`; made if it doesn't exist.

    Raises ArgumentError for a value that can't be used and for a provider that exists already (`overwrite` allows
    it), CatalogError for problems in the file, CatalogFileError when it can't be written. Then the file is as before.
    """
    url, notes = _address(base_url, adapter or USUAL_ADAPTER)
    entry = {"base_url": _quoted(url), **_key(key_env, api_key)}
    if adapter is not None:
        entry = {"adapter": adapter, **entry}
    _demand_readable(name, entry)
    target_file = writable(file, project=project)
    with opened(target_file) as target:
        if not overwrite:
            _demand_new(name, target)
        inserted = _rewrite(target, target_file, name, entry)
    return Added(target_file.path, target_file.shown, inserted.line, inserted.entry, tuple(notes))


def _rewrite(target: Path, file: Writable, name: str, entry: dict[str, str]) -> Inserted:
    mark, text = text_of(target, file.shown)
    try:
        inserted = insert(text, file.shown, name, entry, file.schema_line)
    except InsertionError as error:
        lines = "\n".join(["", f"  {name}:", *(f"    {key}: {value}" for key, value in entry.items())])
        message = f"{file.shown} is written in a form that can't be added to, and is as it was. Write by hand:{lines}"
        raise CatalogFileError(message) from error
    replace(target, mark + inserted.text.encode())
    return inserted


def _demand_readable(name: str, entry: dict[str, str]) -> None:
    """Report what is wrong with the words on the command line as such, not as a problem of a file."""
    try:
        insert("", "", name, entry)
    except CatalogError as error:
        problem = error.problems[0]
        argument = "base_url" if _NAME.fullmatch(name) else "name"
        raise ArgumentError(
            f"{argument} can't be written: {problem.message}", argument=argument, hint=problem.hint
        ) from None
    except InsertionError:
        raise ArgumentError(
            "the name can't be a key of a catalog file", argument="name", hint=_proposed(name)
        ) from None


def _proposed(name: str) -> str | None:
    """A name near this one that a provider may have."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.casefold()).strip("-._")
    return f"catalog add {plain} URL" if plain else None


def _demand_new(name: str, target: Path) -> None:
    """Neither the file nor the layers below it may have the name: an entry of that name would change that one."""
    catalog = load_catalog([target] if target.is_file() else [], project=False)
    found = catalog.find(name)
    if found is None:
        return
    where = catalog.entry(found).position
    what = f"{name!r} is a provider already" if found == name else f"{name!r} is another name of {found!r}"
    raise ArgumentError(
        f"{what} ({where})", argument="name", hint=f"catalog add {name}-2 URL, or --replace to override it"
    )


def _address(base_url: str, adapter: str) -> tuple[str, list[str]]:
    if adapter not in adapter_names():
        known = ", ".join(adapter_names())
        raise ArgumentError(f"no adapter of that name; expected one of {known}", argument="adapter")
    url, findings = examine(base_url, load_adapter(adapter).URL_RULE, source="the command line")
    for finding in findings:
        if finding.severity == "error":
            message, _, better = finding.message.removesuffix(".").partition("; write ")
            raise ArgumentError(message, argument="base_url", hint=better or None)
    notes = [finding.message.partition(" (")[0] + "." for finding in findings]
    if url.startswith("http://") and not is_private(url):
        notes.append(f"{url} isn't encrypted: anybody on the network can read the key and the messages.")
    return url, notes


def _key(key_env: Sequence[str], api_key: str) -> dict[str, str]:
    if api_key not in API_KEY:
        # The value isn't shown: people write the key itself there.
        raise ArgumentError(
            f"--api-key: expected {', '.join(API_KEY[:-1])} or {API_KEY[-1]}; a key is never written to the file",
            argument="api_key",
            hint="--key-env ACME_API_KEY",
        )
    if not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable) for variable in key_env):
        raise ArgumentError(
            "--key-env: expected the name of an environment variable, not a key",
            argument="key_env",
            hint="--key-env ACME_API_KEY",
        )
    if api_key == "none":
        if key_env:
            raise ArgumentError(
                "--key-env has no effect with --api-key none",
                argument="key_env",
                hint="leave out one of them",
            )
        return {"api_key": "none"}
    names = key_env[0] if len(key_env) == 1 else f"[{', '.join(key_env)}]"
    if key_env:
        return {"api_key": f"{{env: {names}{', required: false' if api_key == 'optional' else ''}}}"}
    return {"api_key": "optional"} if api_key == "optional" else {}


def _quoted(url: str) -> str:
    return url if re.fullmatch(r"[A-Za-z0-9:/._~%+=@-]+", url) and not url.endswith(":") else f'"{url}"'
