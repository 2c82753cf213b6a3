"""Servers that others wrote, each a process of its own on loopback, ended when the test is."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(
    command: Sequence[str],
    health: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    patience: float = 60,
) -> Iterator[None]:
    """The command's process, from when it answers at the URL `health`; `patience` is seconds. It works in `folder`."""
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), **(environment or {})}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=own, cwd=folder)
        try:
            _wait(process, health, folder / "log", patience)
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)


def _wait(process: subprocess.Popen[bytes], health: str, log: Path, patience: float) -> None:
    """Until it answers. A server of another make has no event to wait for: asked every 50 ms."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end:
        try:
            opener.open(health, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start: {log.read_text(errors='replace')[-2000:]}")
