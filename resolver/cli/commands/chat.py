"""`catalog chat`: one question, one answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelcatalog.resolver.cli.options import BaseUrl, Config, Files, Json, Model, Pairs, plan_for
from modelcatalog.resolver.cli.rendering import nobody_reads, print_json

if TYPE_CHECKING:
    from modelcatalog.resolver.resolved import SyncResolvedModel

_SECONDS = 5.0
"""For a second look at the host of a call that failed."""


def chat(
    model: Model,
    text: Annotated[str, typer.Argument(help="What to say; '-' reads it from standard input.")],
    m: Pairs = None,
    o: Annotated[
        list[str] | None,
        typer.Option("-O", metavar="NAME=VALUE", help="An option of the call: temperature, max_tokens, ..."),
    ] = None,
    model_config: Config = None,
    model_base_url: BaseUrl = None,
    file: Files = None,
    json: Json = False,
) -> None:
    """Ask a model one question.

    The answer is printed as it comes.
    """
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.planning.arguments import read_pairs
    from modelcatalog.resolver.resolution import build

    options = read_pairs(o or (), {}, "-O")
    plan = plan_for(model, load_catalog(file or ()), m, model_config, model_base_url, sync=True)
    said = sys.stdin.read() if text == "-" else text
    with build(plan, sync=True) as resolved, _explained(resolved):
        if json:
            reply = resolved.chat(said, **options)
            usage = reply.usage
            print_json(
                {
                    "model": str(resolved.plan.ref),
                    "text": reply.text,
                    "stop_reason": reply.stop_reason,
                    "usage": None
                    if usage is None
                    else {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens},
                }
            )
            return
        for chunk in resolved.stream(said, **options):
            typer.echo(chunk.text, nl=False)
            sys.stdout.flush()
            if nobody_reads():
                break
    typer.echo()


@contextmanager
def _explained(resolved: SyncResolvedModel[Any]) -> Iterator[None]:
    """Give an error of the call the hint that `catalog probe` would give."""
    from modelcatalog.catalog.diagnostics.errors import ProviderCallError

    try:
        yield
    except ProviderCallError as error:
        from modelcatalog.resolver.probing.probe import hint_for

        error.hint = hint_for(resolved, error, _SECONDS) or error.hint
        raise
