"""Where vLLM can't start, and what is said of it; and the commands, which start it in a process of their own."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import (
    ArgumentError,
    InvalidSettingError,
    ProviderCallError,
    UnknownArgumentError,
)
from modelcatalog.providers.vllm.client import VllmModel
from modelcatalog.providers.vllm.failure import EngineError
from modelcatalog.resolver import explain, resolve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL: dict[str, Any] = {"dtype": "float32", "max_model_len": 512, "enforce_eager": True, "max_num_seqs": 4}


def start(folder: Path, **arguments: Any) -> None:
    with resolve("vllm/local", sync=True, model_path=str(folder), **{**SMALL, **arguments}):
        pass


def reason(error: ProviderCallError) -> str:
    assert isinstance(error.__cause__, EngineError)
    return error.__cause__.reason


def changed(folder: Path, copy: Path, **config: Any) -> Path:
    """A copy of a model's folder whose configuration says something else."""
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    merged = json.loads((copy / "config.json").read_text("utf-8")) | config
    (copy / "config.json").write_text(json.dumps(merged), encoding="utf-8")
    return copy


def test_a_misspelt_engine_argument_is_refused_with_the_nearest_name(tiny_model: Path) -> None:
    with pytest.raises(UnknownArgumentError, match=r"did you mean 'gpu_memory_utilization'"):
        start(tiny_model, gpu_memory_utilisation=0.5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"dtype": "float99"}, "doesn't take dtype='float99': Input should be 'auto', 'half'"),
        ({"tensor_parallel_size": "two"}, "doesn't take tensor_parallel_size='two'"),
        ({"max_model_len": 9999}, r"max_model_len \(9999\) is greater than the derived max_model_len"),
        (
            {"tensor_parallel_size": 3},
            r"attention heads \(2\) must be divisible by tensor parallel size \(3\)",
        ),
        ({"headers": {"X": "1"}}, "has no use for headers"),
    ],
    ids=str,
)
def test_a_value_that_vllm_refuses_is_an_argument_error(
    tiny_model: Path, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(ArgumentError, match=said):
        start(tiny_model, **arguments)


@pytest.mark.parametrize("device", [0, "0,1", "cuda:1"])
def test_a_device_that_this_build_cannot_use_is_found_before_it_is_loaded(
    tiny_model: Path, device: object
) -> None:
    plan = explain("vllm/local", model_path=str(tiny_model), device=device)
    assert "device asks for an accelerator, but this vLLM is built for CPUs" in plan.errors[0].message
    with pytest.raises(InvalidSettingError, match="this vLLM is built for CPUs"):
        start(tiny_model, device=device)


def test_a_value_is_refused_by_resolve_in_an_event_loop_too(tiny_model: Path) -> None:
    with pytest.raises(ArgumentError, match="dtype='float99'"):
        resolve("vllm/local", model_path=str(tiny_model), dtype="float99")


def test_a_class_that_vllm_does_not_know_is_said(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ProviderCallError, match=r"doesn't know this class of model.*Strange.*not supported"
    ) as caught:
        start(changed(tiny_model, tmp_path / "m", architectures=["StrangeForCausalLM"]))
    assert (caught.value.step, reason(caught.value)) == ("model", "model-class")


def test_multi_node_needs_ray_and_says_so(tiny_model: Path) -> None:
    with pytest.raises(ProviderCallError, match="Ray isn't installed, or has no cluster here") as caught:
        start(tiny_model, distributed_executor_backend="ray")
    assert reason(caught.value) == "ray"


def test_a_model_that_the_hub_must_give_is_said_to_be_out_of_reach() -> None:
    with pytest.raises(
        ProviderCallError, match=r"the hub can't be reached.*For a folder give model_path"
    ) as caught:
        resolve("vllm/nobody/nothing", sync=True)
    assert caught.value.step == "connect"


def test_an_engine_whose_process_is_killed_says_so_and_leaves_nothing(tiny_model: Path) -> None:
    with resolve(
        "vllm/local", client_type=VllmModel, sync=True, model_path=str(tiny_model), **SMALL
    ) as model:
        (process,) = multiprocessing.active_children()
        process.kill()
        with pytest.raises(ProviderCallError, match="the engine died during the call: its process") as caught:
            model.chat("Hi")
        assert caught.value.step == "server"
        assert "failed" in repr(model.client)
    assert multiprocessing.active_children() == []


def test_memory_that_is_too_small_for_the_cache_is_said(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VLLM_CPU_KVCACHE_SPACE")
    with pytest.raises(
        ProviderCallError, match=r"memory for the KV cache is too small.*Lower max_model_len"
    ) as caught:
        start(tiny_model, kv_cache_memory_bytes=100_000)
    assert multiprocessing.active_children() == []
    assert reason(caught.value) == "kv-cache-memory"


def catalog(*words: str) -> tuple[int, str, str, int]:
    """Exit code, both outputs, and the process group, which is the command's own."""
    running = subprocess.Popen(
        [str(Path(sys.executable).with_name("catalog")), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    out, errors = running.communicate(timeout=250)
    return running.returncode, out, errors, running.pid


def is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_probe_times_the_model_keeps_its_output_clean_and_leaves_no_process(tiny_model: Path) -> None:
    options = [f"{name}={value}".replace("True", "true") for name, value in SMALL.items()]
    pairs = [word for option in (f"model_path={tiny_model}", *options) for word in ("-M", option)]
    code, out, errors, group = catalog("probe", "vllm/local", *pairs, "--json")
    assert code == 0, errors
    (report,) = json.loads(out)["probes"]
    assert report["ok"]
    assert report["first_token"] > 0
    assert report["tokens_per_second"] > 0
    assert not [line for line in errors.splitlines() if "INFO" in line or "Traceback" in line]
    while not is_empty(group):  # what multiprocessing tracks with is the last to go
        time.sleep(0.05)
