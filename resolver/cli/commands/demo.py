"""`catalog demo`: the whole road, from two lines of YAML to an answer, without a key and without a network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = "demo-key-of-no-value"
_PYTHON = """\
from modelcatalog import resolve

with resolve("acme/small", sync=True, timeout=30) as model:
    print(type(model.client).__module__, type(model.client).__name__, model.client.base_url)
    answer = model.client.chat.completions.create(
        model=model.model, messages=[{"role": "user", "content": "What are you?"}], **model.request_args
    )
    print(answer.choices[0].message.content)
"""


def demo() -> None:
    """Show the whole road: a two-line entry, validate, check, explain, probe, chat, and `resolve` in Python.

    Everything is real but the model: the command, the SDK, HTTP. A small server on this machine plays the provider.
    """
    import tempfile

    from modelcatalog.resolver.cli.commands.demo_server import serving

    with tempfile.TemporaryDirectory(prefix="catalog-demo-") as folder, serving(_KEY) as url:
        text = f"catalog: 1\nproviders:\n  acme:\n    base_url: {url}\n"
        Path(folder, "models.yaml").write_text(text, encoding="utf-8")
        Path(folder, "ask.py").write_text(_PYTHON, encoding="utf-8")
        _say("A provider is two lines in models.yaml:")
        typer.echo("".join(f"    {line}\n" for line in text.splitlines()))
        environment = _environment(folder)
        failed = False
        for words, keyed in (
            (["validate", "models.yaml"], False),
            (["trust", "models.yaml", "--yes"], False),
            (["check", "acme"], False),
            (["check", "acme"], True),
            (["explain", "acme/small", "-M", "timeout=30"], True),
            (["probe", "acme/small", "acme/smal"], True),
            (["chat", "acme/small", "What are you?"], True),
        ):
            extra = {"ACME_API_KEY": _KEY} if keyed else {}
            if keyed and not environment.get("ACME_API_KEY"):
                _say(f"export ACME_API_KEY={_KEY}", prompt="$ ")
            environment |= extra
            code = _run(
                ["catalog", *words],
                [sys.executable, "-m", "modelcatalog.resolver.cli", *words],
                environment,
                folder,
            )
            failed |= code not in (0, 1)
        typer.echo("".join(f"    {line}\n" for line in _PYTHON.splitlines()))
        failed |= _run(["python", "ask.py"], [sys.executable, "ask.py"], environment, folder) != 0
    if failed:
        raise typer.Exit(1)


def _environment(folder: str) -> dict[str, str]:
    """Variables without any of a person's own catalog: the demo must look the same everywhere."""
    from modelcatalog.resolver.credentials.environment import child_environment

    own = {
        "XDG_CONFIG_HOME": folder,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "MODELCATALOG_CACHE": "off",
    }
    return child_environment(("MODELCATALOG_", "ACME_", "OPENAI_"), own)


def _run(shown: Sequence[str], command: Sequence[str], environment: dict[str, str], folder: str) -> int:
    import shlex
    import subprocess

    _say(shlex.join(shown), prompt="$ ")
    sys.stdout.flush()
    code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    typer.echo()
    return code


def _say(text: str, prompt: str = "") -> None:
    typer.echo(f"{prompt}{text}")
