"""`device` in vLLM's engine arguments."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.vllm.devices import Devices, devices_of, engine_arguments, platform_problem


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (0, Devices(None, (0,))),
        ("3", Devices(None, (3,))),
        ("0,1,2,3", Devices(None, (0, 1, 2, 3))),
        (" 2 , 0 ", Devices(None, (2, 0))),
        ([0, 1], Devices(None, (0, 1))),
        (["0", "1"], Devices(None, (0, 1))),
        ("cuda:1", Devices("cuda", (1,))),
        ("cuda:0,cuda:1", Devices("cuda", (0, 1))),
        ("cuda", Devices("cuda", ())),
        ("cpu", Devices("cpu", ())),
        ("GPU-8932f937-d72c", Devices(None, ("GPU-8932f937-d72c",))),
        ("auto", None),
    ],
)
def test_devices_are_read_as_people_write_them(written: object, meant: Devices | None) -> None:
    assert devices_of(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "cuda:", "0;1", -1, "-1", 1.5, True, [], [0, True], "cuda:0,1", "gpu one", {"a": 1}, "0-3"],
)
def test_what_is_no_device_is_refused_with_the_right_forms(written: object) -> None:
    with pytest.raises(ArgumentError, match="; expected numbers such as 0 or 0,1, or cuda:1, cuda or cpu"):
        devices_of(written)


def test_a_device_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ArgumentError, match="one device twice: '0,1,0'"):
        devices_of("0,1,0")


@pytest.mark.parametrize(
    ("device", "given", "own"),
    [
        ("0", {}, {"device_ids": [0], "tensor_parallel_size": 1}),
        ("0,1,2,3", {}, {"device_ids": [0, 1, 2, 3], "tensor_parallel_size": 4}),
        ("4,5", {"tensor_parallel_size": 1}, {"device_ids": [4, 5]}),
        ("0,1,2,3", {"pipeline_parallel_size": 2}, {"device_ids": [0, 1, 2, 3], "tensor_parallel_size": 2}),
        ("0,1,2,3", {"data_parallel_size": 4}, {"device_ids": [0, 1, 2, 3], "tensor_parallel_size": 1}),
        ("0,1", {"nnodes": 2, "tensor_parallel_size": 4}, {"device_ids": [0, 1]}),
        ("0,1", {"pipeline_parallel_size": "x"}, {"device_ids": [0, 1]}),
        ("cpu", {}, {}),
        ("cuda", {}, {}),
        ("auto", {}, {}),
    ],
)
def test_devices_become_visible_devices_and_a_tensor_parallel_size(
    device: str, given: dict[str, Any], own: dict[str, Any]
) -> None:
    assert engine_arguments(devices_of(device), given) == own


@pytest.mark.parametrize(
    ("device", "given", "said"),
    [
        ("0,1", {"tensor_parallel_size": 4}, "names 2 devices, and tensor_parallel_size=4 needs 4"),
        ("0", {"tensor_parallel_size": 2}, "names 1 device, and tensor_parallel_size=2 needs 2"),
        (
            "0,1,2",
            {"tensor_parallel_size": 2, "pipeline_parallel_size": 2},
            "names 3 devices, and tensor_parallel_size=2, pipeline_parallel_size=2 needs 4",
        ),
        ("0,1,2", {"pipeline_parallel_size": 2}, "pipeline_parallel_size=2 needs a multiple of 2"),
        ("0", {"device_ids": [1]}, "device and device_ids both say"),
        ("0,1", {"distributed_executor_backend": "ray"}, "no effect with Ray"),
        ("cpu:1", {}, "a CPU has no number"),
    ],
)
def test_what_contradicts_the_devices_is_named(device: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        engine_arguments(devices_of(device), given)


@pytest.mark.parametrize(
    ("device", "kind", "said"),
    [
        ("cpu", "cuda", "needs a vLLM that is built for CPUs .* the one here is for cuda"),
        ("0", "cpu", "asks for an accelerator, but this vLLM is built for CPUs"),
        ("cuda", "cpu", "asks for an accelerator"),
        ("xpu:0", "cuda", "asks for xpu; the installed vLLM runs on cuda"),
        ("cpu", "cpu", None),
        ("cuda:0", "cuda", None),
        ("cuda:0", "rocm", None),
        ("1", "xpu", None),
        ("0", "", None),
        ("auto", "cpu", None),
    ],
)
def test_a_device_of_another_kind_than_vllm_runs_on_is_refused(
    device: str, kind: str, said: str | None
) -> None:
    import re

    problem = platform_problem(devices_of(device), kind)
    assert problem is None if said is None else re.search(said, problem or "")
