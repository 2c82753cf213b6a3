"""`catalog keys`: keys in the system's keyring. A key is typed unseen or read from a pipe, never an argument."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from modelcatalog.resolver.cli.options import Json, complete_provider
from modelcatalog.resolver.cli.rendering import columns, emit, print_json


def keys(
    action: Annotated[str, typer.Argument(metavar="set|list|remove", help="What to do.")],
    name: Annotated[
        str | None,
        typer.Argument(
            help="A provider (openai, openai/azure), or a variable (OPENAI_API_KEY).",
            autocompletion=complete_provider,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Keep API keys in the system's keyring.

    `keys set openai` asks for one, unseen, or reads it from standard input. `keys list` shows them redacted.
    `keys remove openai` removes one.
    """
    from modelcatalog.catalog.diagnostics.errors import ArgumentError

    # One command, and not a group of three: each costs every start of `catalog` a little.
    if action == "list":
        _list(json=json)
        return
    if action not in ("set", "remove"):
        meant = _MEANT.get(action.casefold(), "--help")
        whose = f" {name or 'openai'}" if meant in ("set", "remove") else ""
        raise ArgumentError(
            f"no action {action!r}; expected set, list or remove",
            argument=action,
            hint=f"catalog keys {meant}{whose}" + (" (shows keys redacted)" if meant == "list" else ""),
        )
    if name is None:
        raise ArgumentError("no provider was named", argument="name", hint=f"catalog keys {action} openai")
    (_set if action == "set" else _remove)(name, json=json)


_MEANT = {
    **dict.fromkeys(("get", "show", "ls", "print", "read"), "list"),
    **dict.fromkeys(("add", "put", "store", "save", "new"), "set"),
    **dict.fromkeys(("delete", "del", "rm", "unset", "drop", "forget"), "remove"),
}
"""Other words for the actions."""


def _set(name: str, *, json: bool) -> None:
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.credentials import keyring

    variable = _variable(name)
    with _usable(variable):
        keyring.read(variable)  # before a secret is asked for in vain
    typed = typer.prompt(f"Key for {variable}", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    value = typed.strip()
    if not value or any(one.isspace() for one in value) or not value.isascii() or not value.isprintable():
        what = "it is empty" if not value else "it has blanks or characters that no key has"
        raise ArgumentError(
            f"not an API key: {what}",
            argument=name,
            hint=f"type the key when asked: catalog keys set {name}",
        )
    with _usable(variable):
        keyring.keep(variable, value)
    if json:
        print_json({"variable": variable, "keyring": keyring.backend()})
    else:
        emit([f"{variable} is in the keyring ({keyring.backend()})."])


@contextmanager
def _usable(variable: str) -> Iterator[None]:
    """Our error for a keyring that can't be used, with the way without one."""
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.credentials.keyring import KeyringUnusableError

    try:
        yield
    except (KeyringUnusableError, OSError) as error:
        reason, _, install = str(error).partition(": pip install ")
        hint = f"export {variable}=... (without a keyring)"
        raise ArgumentError(
            f"the keyring can't be used: {reason.rstrip('.')}",
            argument=variable,
            hint=f"pip install {install}" if install else hint,
        ) from None


def _list(*, json: bool) -> None:
    from modelcatalog.catalog.redaction.secret import Secret
    from modelcatalog.resolver.credentials import keyring

    rows: list[tuple[str, str]] = []
    for variable in keyring.all_kept():
        try:
            value = keyring.read(variable)
        except keyring.KeyringUnusableError as error:
            rows.append((variable, f"can't be read: {error}"))
        else:
            rows.append((variable, "no longer in the keyring" if value is None else str(Secret(value))))
    if json:
        print_json({"keys": [{"variable": variable, "value": value} for variable, value in rows]})
    else:
        emit(columns(rows, indent=0) or ["No key is in the keyring.", "hint: catalog keys set openai"])


def _remove(name: str, *, json: bool) -> None:
    from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
    from modelcatalog.resolver.credentials import keyring

    variable = _variable(name)
    with _usable(variable):
        was_kept = keyring.drop(variable)
    if not was_kept:
        raise ModelCatalogError(f"{variable} is not in the keyring", hint="catalog keys list")
    if json:
        print_json({"variable": variable, "removed": True})
    else:
        emit([f"{variable} is no longer in the keyring."])


def _variable(name: str) -> str:
    """The variable whose value it is: that of a provider's key, or the name itself. Raises for anything else."""
    import re

    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.model_names import unknown_provider

    if re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        return name
    catalog = load_catalog()
    provider, _, qualifier = name.partition("/")
    found = catalog.find(provider)
    if found is None:
        raise unknown_provider(provider, name, catalog)
    try:
        key = catalog.entry(found, qualifier or None).settings.get("api_key")
    except KeyError:
        raise ArgumentError(
            f"{found} has no qualifier {qualifier!r}", argument=name, hint=f"catalog show {found}"
        ) from None
    if key is None or not key.env:
        raise ArgumentError(
            f"{name} has no API key: it takes other credentials, or none",
            argument=name,
            hint=f"catalog show {name}",
        )
    return key.env[0]
