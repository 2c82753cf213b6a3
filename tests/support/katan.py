"""llm-katan, a mock server that nobody here wrote, with key validation on: https://pypi.org/project/llm-katan/."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.recording_server import closed_port

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
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            _wait(process, port, folder / "log")
            yield Katan(f"http://127.0.0.1:{port}/v1")
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers. A server of another make has no event to wait for: asked every 50 ms, 60 s at most."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            opener.open(f"http://127.0.0.1:{port}/health", timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"llm-katan did not start: {log.read_text(errors='replace')[-2000:]}")
