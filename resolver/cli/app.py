"""The command as a whole: its sub-commands, and what happens to an error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated

import typer

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ModelCatalogError, ModelNameError
from modelcatalog.resolver.cli.command_names import CommandGroup, misuse
from modelcatalog.resolver.cli.redacting_stream import redacted
from modelcatalog.resolver.cli.rendering import note

_FOLDER = "modelcatalog.resolver.cli.commands"
_COMMANDS = {
    "list": "list_providers:list_providers",
    "show": "show:show",
    "check": "check:check",
    "explain": "explain:explain",
    "explain-code": "explain_code:explain_code",
    "probe": "probe:probe",
    "chat": "chat:chat",
    "validate": "catalog_files.validate:validate",
    "trust": "catalog_files.trust:trust",
    "keys": "keys:keys",
    "add": "catalog_files.add:add",
    "remove": "catalog_files.remove:remove",
    "edit": "catalog_files.edit:edit",
    "path": "catalog_files.path:path",
    "schema": "catalog_files.schema:schema",
    "demo": "demo:demo",
}
"""The commands in the order of the help: module and function of each."""


def application(words: Sequence[str] = ()) -> typer.Typer:
    """The command with its sub-commands; with that one alone which `words`, a command line, begins with.

    Each of the others would cost every start a little.
    """
    asked = words[0] if words and words[0] in _COMMANDS else None
    app = typer.Typer(
        name="catalog",
        cls=CommandGroup,
        help="Model providers as data: what exists, what is configured here, and the client for a model name.",
        invoke_without_command=True,
        add_completion=asked is None,
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for name, value in _COMMANDS.items():
        if asked in (None, name):
            module, _, function = value.partition(":")
            app.command(name)(getattr(import_module(f"{_FOLDER}.{module}"), function))
    return app


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"modelcatalog {version('modelcatalog')}")
        raise typer.Exit


def _options(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback acts
        bool,
        typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Without a command, print the help."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run() -> None:
    """Run, show our own errors without a traceback, and exit: 1 something wrong was found, 2 misuse, 70 a bug of ours.

    No secret is in what is printed, whoever prints it.
    """
    _accept_every_character()
    with redacted(sys.argv[1:]):
        code = _run()
    raise SystemExit(code)


def _run() -> int:
    words = sys.argv[1:]
    json = "--json" in words
    try:
        # A number only where something ended the command: typer.Exit, an interrupt.
        return application(words)(standalone_mode=False) or 0
    except ModelCatalogError as error:
        from modelcatalog.resolver.cli.error_report import report

        report(error, json=json)
        return 2 if isinstance(error, ModelNameError | ArgumentError) else 1
    except typer.TyperException as error:
        from modelcatalog.resolver.cli.error_report import report_misuse

        report_misuse(*misuse(error), json=json)
        return error.exit_code
    except typer.Abort:
        note("aborted")
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception:  # noqa: BLE001  a bug of ours, shown whole
        import traceback

        traceback.print_exc()
        return 70


def _accept_every_character() -> None:
    """Escape a character that the terminal's encoding lacks: half of a report is worth less than an escape in it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
