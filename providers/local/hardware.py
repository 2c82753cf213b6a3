"""What this machine has for a model in this process: device, memory, and the folder it is in. Loads nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.local.model_folders import folder_problem, is_folder_name, weights_size

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

LOCAL = "local"
"""The model's name that stands for no model: its folder is given by `model_path`."""

_SECONDS = 5.0


class Device(NamedTuple):
    """A device that a model could run on. `free` and `total` are bytes of its memory, None where that isn't known."""

    name: str
    kind: str
    free: int | None = None
    total: int | None = None

    def __str__(self) -> str:
        label = self.name if self.name == self.kind else f"{self.kind} ({self.name})"
        return label if self.free is None else f"{label}, {size(self.free)} free"


class Machine(NamedTuple):
    """What was found: a line for people, and what is wrong with it or worth knowing."""

    summary: str
    findings: tuple[Finding, ...] = ()


def look(model: str, adapter: Mapping[str, object]) -> Machine:
    """The machine as a model of this name and these arguments of the adapter would find it."""
    devices = gpus() or [memory()]
    findings = list(_paths(model, adapter))
    version = installed_version("torch") or ""
    if devices[0].kind == "cuda" and "+cpu" in version:
        message = (
            f"There is an NVIDIA GPU ({devices[0].name}), but torch {version} is a build for the CPU alone."
        )
        hint = "Install a build with CUDA: pip install --force-reinstall torch (see https://pytorch.org/get-started)."
        findings.append(Finding("cpu-torch", "warning", message, hint, "device"))
        devices = [memory()]
    device = memory() if str(adapter.get("device")).startswith("cpu") else devices[0]
    shown = ", and ".join(map(str, devices)) if device in devices else str(device)
    folder = _folder(model, adapter)
    if folder is not None and not findings:
        weights = weights_size(folder)
        free = _free(device, devices, adapter)
        shown += f"; weights {size(weights)}" if weights else ""
        if not weights:
            message = f"The folder {folder} holds no weights (*.safetensors, *.bin or *.gguf)."
            findings.append(
                Finding("no-weights", "error", message, "Give the folder of a model.", "model_path")
            )
        elif free is not None and weights > free:
            message = f"The weights are {size(weights)}, and {size(free)} is free ({device.name})."
            hint = "Free memory, or load them smaller: a smaller model, or a quantized one."
            findings.append(Finding("low-memory", "warning", message, hint, "model_path"))
    return Machine(shown, tuple(findings))


def gpus() -> list[Device]:
    """The accelerators that can be seen without loading a library: NVIDIA's by their tool, Apple's by the platform."""
    import platform
    import shutil
    import subprocess

    if sys.platform == "darwin" and platform.machine() == "arm64":
        here = memory()
        return [Device("Apple GPU", "mps", here.free, here.total)]
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    command = [tool, "--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return read_gpus(done.stdout) if done.returncode == 0 else []


def read_gpus(table: str) -> list[Device]:
    """The devices in the table of nvidia-smi: name, free and total memory in MiB, separated by commas."""
    found = []
    for line in table.splitlines():
        name, *numbers = (part.strip() for part in line.rsplit(",", 2))
        if len(numbers) == 2:
            free, total = (int(one) << 20 if one.isdigit() else None for one in numbers)
            found.append(Device(name, "cuda", free, total))
    return found


def refuse_http(connection: Connection) -> None:
    """Raises ArgumentError for options that only a request over the network could carry."""
    for name, value in (("headers", connection.headers), ("http_client", connection.http_client)):
        if value:
            raise ArgumentError(
                f"{connection.provider} runs in this process: it has no use for {name}.", argument=name
            )


def memory() -> Device:
    """The CPU, with the memory that this machine has left."""
    counted = _counted()
    if counted is not None:
        return Device("cpu", "cpu", *counted)
    try:
        known = import_module("psutil").virtual_memory()
    except ImportError:
        return Device("cpu", "cpu", *_pages())
    return Device("cpu", "cpu", known.available, known.total)


def _counted() -> tuple[int, int] | None:
    """Free and total memory as Linux counts it: what psutil says, without its import, which costs half a plan."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        kilobytes = {line.partition(":")[0]: int(line.split()[1]) for line in lines}
        return kilobytes["MemAvailable"] << 10, kilobytes["MemTotal"] << 10
    except (OSError, ValueError, LookupError):
        return None


def _pages() -> tuple[int, int] | tuple[None, None]:
    """Free and total memory as the system itself counts it, without what it would give back from its caches."""
    import os

    try:
        size = os.sysconf("SC_PAGE_SIZE")
        return os.sysconf("SC_AVPHYS_PAGES") * size, os.sysconf("SC_PHYS_PAGES") * size
    except (AttributeError, OSError, ValueError):
        return None, None


def size(count: int) -> str:
    """Bytes for people: 14.2 GB, 1.6 MB."""
    for unit, of in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= of:
            return f"{count / of:.1f} {unit}"
    return f"{count} bytes"


def _paths(model: str, adapter: Mapping[str, object]) -> list[Finding]:
    """What is wrong with the folders that are named."""
    found = []
    path = adapter.get("model_path")
    if model == LOCAL and path is None:
        message = f"{LOCAL!r} stands for a model in a folder, and no folder is given."
        found.append(Finding("missing-folder", "error", message, "Pass model_path=./my-model.", "model_path"))
    elif path is None and is_folder_name(model):
        path = model
    for name, value in (("model_path", path), ("tokenizer_path", adapter.get("tokenizer_path"))):
        problem = folder_problem(value) if isinstance(value, str | Path) and str(value).strip() else None
        if problem is not None:
            message = f"{name}: {problem}."
            found.append(Finding("missing-folder", "error", message, "It isn't looked up on a hub.", name))
    return found


def _folder(model: str, adapter: Mapping[str, object]) -> Path | None:
    path = adapter.get("model_path")
    if path is None and is_folder_name(model):
        path = model
    return Path(path).expanduser() if isinstance(path, str | Path) and str(path).strip() else None


def _free(device: Device, devices: list[Device], adapter: Mapping[str, object]) -> int | None:
    """The memory that the weights may take: of all accelerators where they are spread, else of the one."""
    if adapter.get("device") == "auto" and device in devices and all(one.free is not None for one in devices):
        return sum(one.free or 0 for one in devices)
    return device.free
