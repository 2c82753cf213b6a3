"""llm-katan, a mock server that nobody here wrote, with key validation on: https://pypi.org/project/llm-katan/."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelcatalog.providers.testing.recording_server import closed_port

from support.server_process import running

KEY = "sk-katan-right-key-0123456789"
MODEL = "katan-echo"


@dataclass(frozen=True)
class Katan:
    """Where it listens, and the one key that it takes."""

    url: str
    key: str = KEY
    model: str = MODEL


@contextmanager
def running_katan(folder: Path) -> Iterator[Katan]:
    """The server, on a free port of loopback; its own files in `folder`."""
    port = closed_port()
    command = [str(Path(sys.executable).with_name("llm-katan")), "-m", MODEL, "-b", "echo"]
    # Its own default is to listen on every address of the machine.
    command += ["-h", "127.0.0.1", "-p", str(port), "--providers", "openai", "--validate-keys"]
    command += [
        "--api-keys",
        f"openai={KEY}",
        "--stats-file",
        str(folder / "stats.json"),
        "--log-level",
        "error",
    ]
    with running(command, f"http://127.0.0.1:{port}/health", folder):
        yield Katan(f"http://127.0.0.1:{port}/v1")
