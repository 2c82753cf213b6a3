"""The command as a whole: its sub-commands, and what happens to an error."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ModelCatalogError, ModelNameError
from modelcatalog.resolver.cli.command_names import CommandGroup, misuse
from modelcatalog.resolver.cli.commands.catalog_files.add import add
from modelcatalog.resolver.cli.commands.catalog_files.edit import edit
from modelcatalog.resolver.cli.commands.catalog_files.path import path
from modelcatalog.resolver.cli.commands.catalog_files.remove import remove
from modelcatalog.resolver.cli.commands.catalog_files.schema import schema
from modelcatalog.resolver.cli.commands.catalog_files.trust import trust
from modelcatalog.resolver.cli.commands.catalog_files.validate import validate
from modelcatalog.resolver.cli.commands.chat import chat
from modelcatalog.resolver.cli.commands.check import check
from modelcatalog.resolver.cli.commands.demo import demo
from modelcatalog.resolver.cli.commands.explain import explain
from modelcatalog.resolver.cli.commands.explain_code import explain_code
from modelcatalog.resolver.cli.commands.keys import keys
from modelcatalog.resolver.cli.commands.list_providers import list_providers
from modelcatalog.resolver.cli.commands.probe import probe
from modelcatalog.resolver.cli.commands.show import show
from modelcatalog.resolver.cli.error_report import report, report_misuse
from modelcatalog.resolver.cli.redacting_stream import redacted
from modelcatalog.resolver.cli.rendering import note

app = typer.Typer(
    name="catalog",
    cls=CommandGroup,
    help="Model providers as data: what exists, what is configured here, and the client for a model name.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("list")(list_providers)
app.command()(show)
app.command()(check)
app.command()(explain)
app.command("explain-code")(explain_code)
app.command()(probe)
app.command()(chat)
app.command()(validate)
app.command()(trust)
app.command()(keys)
app.command()(add)
app.command()(remove)
app.command()(edit)
app.command()(path)
app.command()(schema)
app.command()(demo)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"modelcatalog {version('modelcatalog')}")
        raise typer.Exit


@app.callback()
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
    json = "--json" in sys.argv[1:]
    try:
        # A number only where something ended the command: typer.Exit, an interrupt.
        return app(standalone_mode=False) or 0
    except ModelCatalogError as error:
        report(error, json=json)
        return 2 if isinstance(error, ModelNameError | ArgumentError) else 1
    except typer.TyperException as error:
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
