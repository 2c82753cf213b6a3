"""`catalog chat`: one question, one answer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from modelcatalog.resolver.cli.options import BaseUrl, Config, Files, Json, Model, Pairs, plan_for
from modelcatalog.resolver.cli.rendering import print_json


def chat(
    model: Model,
    text: Annotated[str, typer.Argument(help="What to say; '-' reads it from standard input.")],
    m: Pairs = None,
    model_config: Config = None,
    model_base_url: BaseUrl = None,
    file: Files = None,
    json: Json = False,
) -> None:
    """Ask a model one thing, and print its answer as it comes."""
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.resolution import build

    plan = plan_for(model, load_catalog(file or ()), m, model_config, model_base_url, sync=True)
    said = sys.stdin.read() if text == "-" else text
    with build(plan, sync=True) as resolved:
        if json:
            reply = resolved.chat(said)
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
        for chunk in resolved.stream(said):
            typer.echo(chunk.text, nl=False)
            sys.stdout.flush()
    typer.echo()
