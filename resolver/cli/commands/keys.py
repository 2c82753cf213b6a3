"""`catalog keys`: keys in the keyring of the system. A key is typed unseen or read from a pipe, never an argument."""

from __future__ import annotations

import sys
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
    """Keep keys in the keyring of the system: `keys set openai` asks for one, unseen, or reads it from standard input;
    `keys list` shows them masked; `keys remove openai` takes one out.
    """
    from modelcatalog.catalog.diagnostics.errors import ArgumentError

    # One command, and not a group of three: each costs every start of `catalog` a little.
    if action == "list":
        _list(json=json)
        return
    if action not in ("set", "remove"):
        raise ArgumentError(
            f"{action!r} is nothing to do with keys: say set, list or remove.", argument=action
        )
    if name is None:
        raise ArgumentError(f"Whose key? catalog keys {action} openai", argument="name")
    (_set if action == "set" else _remove)(name)


def _set(name: str) -> None:
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.credentials import keyring as keyring_home

    variable = _variable(name)
    said = typer.prompt(f"Key for {variable}", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    value = said.strip()
    if not value or any(sign.isspace() for sign in value) or not value.isascii() or not value.isprintable():
        raise ArgumentError(
            "That is no key: it is empty, or has blanks or unusual signs in it.", argument=name
        )
    try:
        keyring_home.keep(variable, value)
    except (keyring_home.KeyringUnusableError, OSError) as error:
        raise ArgumentError(f"The keyring can't be used: {error}.", argument=name) from None
    emit([f"{variable} is in the keyring ({keyring_home.backend()})."])


def _list(*, json: bool) -> None:
    from modelcatalog.catalog.redaction.secret import Secret
    from modelcatalog.resolver.credentials import keyring as keyring_home

    rows: list[tuple[str, str]] = []
    for variable in keyring_home.all_kept():
        try:
            value = keyring_home.read(variable)
        except keyring_home.KeyringUnusableError as error:
            rows.append((variable, f"can't be read: {error}"))
        else:
            rows.append((variable, "gone from the keyring" if value is None else str(Secret(value))))
    if json:
        print_json({"keys": [{"variable": variable, "value": value} for variable, value in rows]})
    else:
        emit(columns(rows, indent=0) or ["No key is in the keyring. Put one there: catalog keys set openai"])


def _remove(name: str) -> None:
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.credentials import keyring as keyring_home

    variable = _variable(name)
    try:
        there = keyring_home.drop(variable)
    except (keyring_home.KeyringUnusableError, OSError) as error:
        raise ArgumentError(f"The keyring can't be used: {error}.", argument=name) from None
    if not there:
        typer.echo(f"{variable} wasn't in the keyring.", err=True)
        raise typer.Exit(1)
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
        raise ArgumentError(f"{found} has no qualifier {qualifier!r}.", argument=name) from None
    if key is None or not key.env:
        raise ArgumentError(f"{name} has no key: it uses cloud credentials, or takes none.", argument=name)
    return key.env[0]
