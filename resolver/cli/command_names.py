"""Names of commands that don't exist here, and what a person who types one is looking for."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

_MEANT: dict[str, tuple[str, ...]] = {
    "test": ("check", "probe"),
    "doctor": ("check",),
    "status": ("check",),
    "verify": ("check", "validate"),
    "ping": ("probe",),
    "models": ("list", "show"),
    "providers": ("list",),
    "ls": ("list",),
    "info": ("show",),
    "get": ("show",),
    "resolve": ("explain",),
    "why": ("explain",),
    "run": ("chat",),
    "ask": ("chat",),
    "prompt": ("chat",),
    "lint": ("validate",),
    "init": ("add",),
    "new": ("add",),
    "rm": ("remove",),
    "delete": ("remove",),
    "uninstall": ("remove",),
    "config": ("path", "edit"),
    "files": ("path",),
    "login": ("keys",),
    "auth": ("keys",),
    "key": ("keys",),
    "allow": ("trust",),
    "help": ("--help",),
    "version": ("--version",),
}
"""What other tools call it, and what it is called here."""


class CommandGroup(TyperGroup):
    """The commands. One that doesn't exist is refused with those that may be meant, and with nothing else."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of that name."""
        name = args[0]
        if name.startswith("-") or name in self.commands or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from modelcatalog.catalog.diagnostics.suggestions import nearest

        meant = _MEANT.get(name.casefold()) or tuple(nearest(name, self.commands, most=2))
        raise UnknownCommandError(name, meant)


class UnknownCommandError(typer.TyperException):
    """There is no command of this name. `hint` is what to type instead."""

    exit_code = 2

    def __init__(self, name: str, meant: tuple[str, ...]) -> None:
        super().__init__(f"no command {name!r}")
        self.hint = ", ".join(f"catalog {one}" for one in meant or ("--help",))


def misuse(error: typer.TyperException) -> tuple[str, str]:
    """What is wrong with the command line, and a hint."""
    text = error.format_message().strip()
    if isinstance(error, UnknownCommandError):
        return text, error.hint
    possible = getattr(error, "possibilities", None)
    text = text.partition(" (Possible options:")[0].removesuffix(".")
    text = text[0].lower() + text[1:] if text else "the command line can't be read"
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "catalog"
    return text, ", ".join(possible) if possible else f"{path} --help"
