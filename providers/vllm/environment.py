"""The variables that vLLM starts with. Its processes take their log, and the hub's token, from there and from nowhere
else; so this is the one adapter file that sets variables, for as long as vLLM is imported or starts an engine.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Literal

# Standard output is the caller's: vLLM writes its log there if nothing says otherwise. What a person has set wins.
_QUIET = {
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_NO_USAGE_STATS": "1",  # else each start is reported to the vLLM project
    "PYTHONWARNINGS": "ignore::FutureWarning",
    "TORCH_CPP_LOG_LEVEL": "ERROR",
}
_OWN_LOG = ("VLLM_LOGGING_CONFIG_PATH", "VLLM_CONFIGURE_LOGGING")
# The process has one environment: one engine at a time may change it.
_changing = RLock()


@contextmanager
def variables(log: str | None = None, token: str | Literal[False] | None = None) -> Iterator[None]:
    """Within, vLLM is silent but for a log at `log` (the path of a logging configuration), unless the person has said
    otherwise in variables of vLLM's. `token` is the hub's; False hides those in variables. What vLLM's parts warn each
    other of stays out of sight. One engine at a time starts in a process.
    """
    with _changing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted: dict[str, str | None] = {
            name: value for name, value in _QUIET.items() if name not in os.environ
        }
        if log is not None and not has_own_log():
            wanted["VLLM_LOGGING_CONFIG_PATH"] = log
        if token is not None:
            wanted |= {"HF_TOKEN": token or None, "HUGGING_FACE_HUB_TOKEN": None}
        before = {name: os.environ.get(name) for name in wanted}
        _set(wanted)
        try:
            yield
        finally:
            _set(before)


def has_own_log() -> bool:
    """Whether the person has said where vLLM's log goes."""
    return any(name in os.environ for name in _OWN_LOG)


def log_level() -> str | None:
    """The level that the person wants to see of vLLM's log."""
    return os.environ.get("VLLM_LOGGING_LEVEL")


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
