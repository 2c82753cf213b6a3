"""The command as a whole: its sub-commands, and what happens to an error."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from modelcatalog.catalog.diagnostics.errors import (
    ArgumentError,
    CatalogError,
    ModelCatalogError,
    ModelNameError,
)
from modelcatalog.resolver.cli.commands.add import add
from modelcatalog.resolver.cli.commands.chat import chat
from modelcatalog.resolver.cli.commands.check import check
from modelcatalog.resolver.cli.commands.demo import demo
from modelcatalog.resolver.cli.commands.explain import explain
from modelcatalog.resolver.cli.commands.explain_code import explain_code
from modelcatalog.resolver.cli.commands.keys import keys
from modelcatalog.resolver.cli.commands.list_providers import list_providers
from modelcatalog.resolver.cli.commands.probe import probe
from modelcatalog.resolver.cli.commands.schema import schema
from modelcatalog.resolver.cli.commands.show import show
from modelcatalog.resolver.cli.commands.trust import trust
from modelcatalog.resolver.cli.commands.validate import validate
from modelcatalog.resolver.cli.redacting_stream import drawn
from modelcatalog.resolver.cli.rendering import print_json

app = typer.Typer(
    name="catalog",
    help="Model providers as data: what there is, what is set up, and the client for a model name.",
    no_args_is_help=True,
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
app.command()(schema)
app.command()(demo)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"modelcatalog {version('modelcatalog')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Nothing happens before a sub-command but what its options say."""


def run() -> None:
    """Run, show our own errors without a traceback, and exit: 1 something wrong was found, 2 misuse, 70 a bug of ours.

    Whatever is printed on the way passes a curtain that lets no secret through.
    """
    _accept_every_character()
    with drawn(sys.argv[1:]):
        _run()


def _run() -> None:
    try:
        app()
    except ModelCatalogError as error:
        raise SystemExit(_report(error)) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        import traceback

        traceback.print_exc()
        raise SystemExit(70) from error


def _accept_every_character() -> None:
    """A sign that the terminal's encoding lacks is escaped: half of a report is worth less than an escape in it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _report(error: ModelCatalogError) -> int:
    if "--json" in sys.argv[1:]:
        found = {"type": type(error).__name__, "message": str(error)}
        if isinstance(error, CatalogError):
            found["problems"] = [problem.to_json() for problem in error.problems]  # type: ignore[assignment]
        print_json({"error": found})
    elif isinstance(error, CatalogError):
        typer.echo("\n".join(problem.render() for problem in error.problems), err=True)
    else:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
    return 2 if isinstance(error, ModelNameError | ArgumentError) else 1
