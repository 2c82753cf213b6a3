"""Runs pytest again and again, each time in a fork of a process that has the SDKs loaded: they take longest.

Started by tree.py with the copy's Python. Each line on its input is an order; each line of its output an exit status.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

# Nothing of modelcatalog: the fork has to load what was changed.
_LOADED = (
    "pytest hypothesis yaml jsonschema dotenv pydantic_settings typer openai httpx httpx2 groq anthropic "
    "botocore.session mistralai google.genai azure.ai.inference keyring sqlite3 multiprocessing unittest.mock"
).split()
_TOO_LONG = 124


def main() -> None:
    for name in _LOADED:
        with suppress(ImportError):
            import_module(name)
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(order)
        print(_wait(child, float(order["timeout"])), flush=True)


def _run(order: dict[str, Any]) -> None:
    os.setsid()
    for descriptor, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(path, flags, 0o600), descriptor)
    os.dup2(1, 2)
    status = 3
    try:
        import pytest

        status = int(pytest.main([*order["arguments"], "-W", "ignore:Module already imported"]))
        sys.stdout.flush()
    finally:
        os._exit(status)


def _wait(child: int, timeout: float) -> int:
    deadline = time.monotonic() + timeout
    done, status = os.waitpid(child, os.WNOHANG)
    while not done and time.monotonic() < deadline:
        time.sleep(0.02)
        done, status = os.waitpid(child, os.WNOHANG)
    # Whatever the tests have started, too.
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not done:
        os.waitpid(child, 0)
        return _TOO_LONG
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
