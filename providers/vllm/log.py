"""vLLM's log, in a file of ours: where an engine doesn't start, the reason stands there and nowhere else."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelcatalog.providers.vllm.environment import log_level

_RAISED = re.compile(
    r"^(?:[A-Za-z_]\w*\.)*([A-Z]\w*(?:Error|Exception|Interrupt|Exit)|Exception)\b(?:: (.*))?$"
)
# What the outer processes say when an inner one failed.
_POINTS_ELSEWHERE = re.compile(
    r"root cause|initialization failed due to|EngineCore encountered", re.IGNORECASE
)
_FORMAT = "%(levelname)s %(asctime)s [%(processName)s] %(name)s: %(message)s"


class EngineLog:
    """A folder of our own with a logging configuration (`config`) and the file that it writes warnings to.

    What vLLM logs is also shown on standard error from `level` on, by default VLLM_LOGGING_LEVEL; else not at all.
    """

    def __init__(self, level: str | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="modelcatalog-vllm-"))
        self._file = self._folder / "engine.log"
        self.config = str(self._folder / "logging.json")
        shown = level or log_level()
        Path(self.config).write_text(json.dumps(_config(self._file, shown)), encoding="utf-8")

    def cause(self) -> str | None:
        """The first exception that the engine's processes tell of, as `ValueError: ...`, None when they tell none."""
        try:
            return first_cause(self._file.read_text("utf-8", errors="replace"))
        except OSError:
            return None

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def first_cause(text: str) -> str | None:
    """The exception at the end of the first traceback that doesn't point to another one."""
    for part in text.split("Traceback (most recent call last):")[1:]:
        lines = iter(part.splitlines())
        for line in lines:
            match = _RAISED.match(line.strip()) if not line.startswith((" ", "\t")) else None
            if match is None:
                continue
            said = [match[0].strip(), *_continued(lines)]
            whole = " ".join(" ".join(said).split())
            if not _POINTS_ELSEWHERE.search(whole):
                return whole
            break
    return None


def _continued(lines: Any) -> list[str]:
    """The further lines of a message: up to an empty one, or the next record."""
    more = []
    for line in lines:
        if not line.strip() or re.match(r"(?:ERROR|WARNING|INFO|DEBUG|CRITICAL) \d{4}-", line):
            break
        more.append(line.strip())
    return more


def _config(file: Path, shown: str | None) -> Mapping[str, Any]:
    handlers: dict[str, Any] = {
        "file": {
            "class": "logging.FileHandler",
            "filename": str(file),
            "level": "WARNING",
            "formatter": "plain",
            "delay": True,
            "encoding": "utf-8",
        }
    }
    if shown is not None:
        handlers["stderr"] = {
            "class": "logging.StreamHandler",
            "level": shown.upper(),
            "formatter": "plain",
            "stream": "ext://sys.stderr",
        }
    least = "DEBUG" if shown is not None else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": _FORMAT}},
        "handlers": handlers,
        "loggers": {"vllm": {"handlers": list(handlers), "level": least, "propagate": False}},
    }
