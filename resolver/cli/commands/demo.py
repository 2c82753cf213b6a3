"""`catalog demo`: every step from two lines of YAML to an answer, without a key and without a network."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from modelcatalog.resolver.cli.options import Json
from modelcatalog.resolver.cli.rendering import nobody_reads, print_json

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


class _Step(NamedTuple):
    """A command of the demo, as it is shown and as it is run; what it printed is kept under --json."""

    command: str
    exit_code: int
    output: str | None


def demo(
    serve: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="Only run the server, at this port of 127.0.0.1 (0: any)."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show every step once, without a key.

    A two-line entry, validate, check, explain, probe, chat, and `resolve` in Python. The command, the SDK and HTTP are
    real; a small server on this machine takes the part of the provider. With --serve, you take the steps yourself.
    """
    if serve is not None:
        _serve(serve, json=json)
        return
    import tempfile

    from modelcatalog.resolver.cli.commands.demo_server import serving

    with tempfile.TemporaryDirectory(prefix="catalog-demo-") as folder, serving(_KEY) as url:
        text = f"catalog: 1\nproviders:\n  acme:\n    base_url: {url}\n"
        Path(folder, "models.yaml").write_text(text, encoding="utf-8")
        Path(folder, "ask.py").write_text(_PYTHON, encoding="utf-8")
        steps = []
        for step in _steps(folder, text, json=json):
            steps.append(step)
            if nobody_reads():
                break
    failed = _has_failed(steps)
    if json:
        rows = [step._asdict() for step in steps]
        print_json({"models.yaml": text, "ask.py": _PYTHON, "steps": rows, "ok": not failed})
    if failed:
        raise typer.Exit(1)


def _serve(port: int, *, json: bool) -> None:
    """Until Ctrl+C. The port may be in use: an error."""
    from threading import Event

    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.resolver.cli.commands.demo_server import MODEL, serving

    try:
        with serving(_KEY, port) as url:
            if json:
                print_json({"base_url": url, "model": MODEL, "key": _KEY})
            else:
                typer.echo(f"{url} has the model {MODEL} for the key {_KEY} (Ctrl+C ends it)")
            sys.stdout.flush()
            Event().wait()
    except OSError as error:
        raise ArgumentError(
            f"port {port} of 127.0.0.1 can't be used: {error.strerror}",
            argument="serve",
            hint="catalog demo --serve 0",
        ) from error
    except KeyboardInterrupt:
        return


def _has_failed(steps: Sequence[_Step]) -> bool:
    """Whether a step went wrong: those before the last may find something wrong, as is their purpose."""
    return any(step.exit_code not in (0, 1) for step in steps) or steps[-1].exit_code != 0


def _steps(folder: str, text: str, *, json: bool) -> Iterator[_Step]:
    """Each command, run; shown at once if it isn't kept for JSON."""

    def say(line: str) -> None:
        if not json:
            typer.echo(line)

    def indented(lines: str) -> None:
        say("".join(f"    {line}".rstrip() + "\n" for line in lines.splitlines()))

    say("A provider is two lines in models.yaml:")
    indented(text)
    environment = _environment(folder)
    for words, keyed in (
        (["validate", "models.yaml"], False),
        (["trust", "models.yaml", "--yes"], False),
        (["check", "acme"], False),
        (["check", "acme"], True),
        (["explain", "acme/small", "-M", "timeout=30"], True),
        (["probe", "acme/small", "acme/smal"], True),
        (["chat", "acme/small", "What are you?"], True),
    ):
        if keyed and "ACME_API_KEY" not in environment:
            say(f"$ export ACME_API_KEY={_KEY}")
            environment["ACME_API_KEY"] = _KEY
        command = [sys.executable, "-m", "modelcatalog.resolver.cli", *words]
        yield _run(["catalog", *words], command, environment, folder, json=json)
    indented(_PYTHON)
    yield _run(["python", "ask.py"], [sys.executable, "ask.py"], environment, folder, json=json)


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


def _run(
    shown: Sequence[str], command: Sequence[str], environment: dict[str, str], folder: str, *, json: bool
) -> _Step:
    import shlex
    import subprocess

    if json:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return _Step(shlex.join(shown), done.returncode, done.stdout)
    typer.echo(f"$ {shlex.join(shown)}")
    sys.stdout.flush()
    code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    typer.echo()
    return _Step(shlex.join(shown), code, None)
