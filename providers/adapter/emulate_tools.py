"""The argument `emulate_tools`: the facts of adapters name it, so no code of a chat is loaded with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import ArgumentError

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

NAME = "emulate_tools"
PARAMETERS = frozenset({NAME})


def is_wanted(connection: Connection, *, default: bool = False) -> bool:
    """Whether tools are emulated here. Raises ArgumentError for anything but true or false."""
    value = connection.arguments.get("adapter", {}).get(NAME)
    if value is None:
        return default
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value, value)
    if not isinstance(value, bool):
        raise ArgumentError(f"{NAME} is {value!r}; expected true or false.", argument=NAME)
    return value


def is_llama(model: str) -> bool:
    """Whether the name is that of a Llama model, as Azure and others write it."""
    return "llama" in model.casefold()
