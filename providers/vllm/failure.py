"""What went wrong with an engine of vLLM: it didn't start, it died, or it refused a call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.adapter.connection import Failure, Step
from modelcatalog.providers.failures.transport import Cause, cause_of, causes, one_line
from modelcatalog.providers.vllm.startup_errors import KNOWN


class ClosedError(RuntimeError):
    """The engine was closed before the call, or while it ran."""

    def __init__(self) -> None:
        super().__init__("The vLLM engine is closed.")


class EngineError(Exception):
    """The engine can't start, or has died. `step` and `reason` are stable words, `detail` says what is missing and what
    fixes it.
    """

    def __init__(self, step: Step, reason: str, detail: str) -> None:
        super().__init__(f"vLLM can't run this model here: {detail}")
        self.step: Step = step
        self.reason = reason
        self.detail = detail


_KILLED = {
    -9: "it was killed, probably because the machine ran out of memory",
    -11: "it crashed (segmentation fault)",
}
_ADVICE = re.compile(r"\.? Supported architectures|\.Please |\. To allow|\. On the CPU backend")
_EXIT = re.compile(r"Failed core proc\(s\): \{(?:[^}]*: (-?\d+))?\}")


def start_error(error: BaseException, logged: str | None) -> EngineError | ArgumentError:
    """Why the engine didn't start: what its processes logged counts before what came to us."""
    said = logged or f"{type(error).__name__}: {error}"
    for known in KNOWN:
        if known.words.search(said) or (logged is None and known.words.search(_names(error))):
            detail = f"{known.what} ({_short(said)}). {known.hint}"
            return EngineError(known.step, known.reason, detail)
    if logged is None and (refused := _refused(error)) is not None:
        return refused
    if logged is None and (code := _EXIT.search(str(error))) is not None:
        return _ended(int(code[1] or 1))
    return EngineError("server", "start", f"{_short(said)}.")


def death(logged: str | None) -> EngineError:
    """Why an engine that ran is gone."""
    if logged is None:
        why = "its process is gone without a word; the machine may have run out of memory."
    else:
        found = start_error(RuntimeError(), logged)
        why = found.detail if isinstance(found, EngineError) else str(found)
    return EngineError("server", "engine-died", f"the engine died during the call: {why}")


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` are masked."""
    cause = _cause(list(causes(error)))
    return Failure(cause.step, cause.reason, None, None, None, redact(cause.detail, secrets))


def _cause(chain: list[BaseException]) -> Cause:
    for one in chain:
        match one:
            case EngineError():
                return Cause(one.step, one.reason, one.detail)
            case ArgumentError():
                return Cause("request", "argument", str(one))
            case AnswerError():
                return Cause("answer", "unreadable", str(one))
            case ClosedError():
                return Cause("request", "closed", str(one))
            case TimeoutError():
                return Cause("timeout", "deadline", "Not done within the time allowed.")
        name = type(one).__name__
        if name in ("QueueOverflowError", "MaxQueuedTokensError"):
            return Cause("quota", "queue", one_line(str(one)))
        if name.startswith("VLLM") or isinstance(one, ValueError | TypeError):
            return Cause("request", "refused", one_line(str(one)))
    return cause_of(chain)


def _ended(code: int) -> EngineError:
    if code in _KILLED:
        return EngineError("server", "killed", f"its process is gone: {_KILLED[code]}.")
    detail = (
        "its process ended before it could say why (VLLM_LOGGING_LEVEL=INFO shows more). If this is a script: vLLM's"
        " process imports it anew, so the call must stand below `if __name__ == '__main__':`."
    )
    return EngineError("server", "start", detail)


def _refused(error: BaseException) -> ArgumentError | None:
    """An argument that vLLM's own checks refuse, in pydantic's form of an error or as a ValueError."""
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        said = _short(str(first["msg"]))
        if not name:
            return ArgumentError(f"vLLM refuses these arguments: {said}.", argument="")
        return ArgumentError(f"vLLM doesn't take {name}={first['input']!r}: {said}.", argument=name)
    if isinstance(error, ValueError | TypeError | AssertionError | NotImplementedError):
        return ArgumentError(f"vLLM refuses these arguments: {_short(str(error))}.", argument="")
    return None


def _names(error: BaseException) -> str:
    return " ".join(f"{type(one).__name__}: {one}" for one in causes(error))


def _short(said: str) -> str:
    """The message without what pydantic puts around it, and without lists of all that would be right."""
    found = re.search(r"Value error, (.*?)(?: \[type=|$)", said, re.DOTALL)
    text = _ADVICE.split(found[1] if found else said)[0]
    return one_line(text).rstrip(".")
