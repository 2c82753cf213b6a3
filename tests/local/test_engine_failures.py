"""What is said when vLLM doesn't start: from its log, and from its exceptions, as vLLM 0.32 wrote them."""

from __future__ import annotations

from typing import get_args

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.connection import Step
from modelcatalog.providers.vllm.failure import ClosedError, EngineError, death, failure, start_error
from modelcatalog.providers.vllm.log import first_cause
from modelcatalog.providers.vllm.startup_errors import KNOWN

LOG = """\
WARNING 2026-11-24 23:01:02,345 [EngineCore] vllm.config: Something else.
ERROR 2026-11-24 23:01:12,345 [VllmWorker-0] vllm.v1.executor.multiproc_executor: WorkerProc failed to start.
Traceback (most recent call last):
  File "multiproc_executor.py", line 867, in worker_main
    worker = WorkerProc(*args, **kwargs)
RuntimeError: Cannot find any model weights with
  `/models/mine`
ERROR 2026-11-24 23:01:13,345 [EngineCore] vllm.v1.engine.core: EngineCore failed to start.
Traceback (most recent call last):
  File "core.py", line 1158, in run_engine_core
    engine_core = EngineCoreProc(*args)
Exception: WorkerProc initialization failed due to an exception in a background process. See stack trace for root cause.
"""
OUTER = RuntimeError(
    "Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore': 1}"
)


def test_the_cause_is_the_innermost_process_first_exception() -> None:
    assert first_cause(LOG) == "RuntimeError: Cannot find any model weights with `/models/mine`"


@pytest.mark.parametrize(
    "log", ["", "WARNING 2026-11-24 [x] y: Error: nothing of the kind", LOG[LOG.rindex("ERROR") :]]
)
def test_a_log_that_tells_no_cause_gives_none(log: str) -> None:
    assert first_cause(log) is None


def test_what_the_engines_process_logged_counts() -> None:
    error = start_error(OUTER, first_cause(LOG))
    assert isinstance(error, EngineError)
    assert (error.step, error.reason) == ("model", "no-weights")
    assert (
        "(RuntimeError: Cannot find any model weights with `/models/mine`). Is the download complete?"
        in str(error)
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`",
            "kv-cache-memory",
        ),
        (
            "ValueError: To serve at least one request, 0.5 GiB KV cache is needed, which is larger than",
            "kv-cache-memory",
        ),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.", "memory"),
        (
            "ValueError: Available memory on node 0 (13.27/16.09 GiB) on startup is less than desired CPU",
            "memory",
        ),
        ("ValueError: Free memory on device cuda:0 (1.0/24.0 GiB) on startup is less than desired", "memory"),
        ("RuntimeError: Unsupported CPU attention configuration: head_dim=16 isa=2", "head-size"),
        ("ValueError: Head size 16 is not supported by PagedAttention.", "head-size"),
        ("RuntimeError: Device string must not be empty", "no-device"),
        ("RuntimeError: No CUDA GPUs are available", "no-device"),
        (
            "ImportError: libcudart.so.13: cannot open shared object file: No such file or directory",
            "wrong-build",
        ),
        ("ValueError: --device-ids index 3 is out of range for CUDA_VISIBLE_DEVICES=0,1", "no-device"),
        ("OSError: You are trying to access a gated repo.", "token"),
        ("ModuleNotFoundError: No module named 'ray'", "ray"),
        ("OSError: We couldn't connect to the hub to load the files", "hub"),
    ],
)
def test_a_known_cause_says_what_is_missing_and_what_fixes_it(said: str, reason: str) -> None:
    error = start_error(OUTER, said)
    assert isinstance(error, EngineError)
    assert error.reason == reason
    assert said.partition(": ")[2][:20] in error.detail
    assert error.detail.endswith(".")


def test_every_known_cause_has_a_step_and_ends_in_a_sentence() -> None:
    assert {known.step for known in KNOWN} <= set(get_args(Step))
    assert all(known.hint[-1] in ".?" for known in KNOWN)


def test_an_unknown_cause_is_reported_as_it_is() -> None:
    assert "KeyError: 'rope_theta'" in str(start_error(OUTER, "KeyError: 'rope_theta'"))


def test_a_process_that_was_killed_is_said_to_be() -> None:
    killed = RuntimeError(
        "Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore': -9}"
    )
    assert "ran out of memory" in str(start_error(killed, None))


@pytest.mark.parametrize("processes", ["{}", "{'EngineCore': 1}"])
def test_a_process_that_ended_without_a_word_points_to_the_guard_of_a_script(processes: str) -> None:
    outer = RuntimeError(
        f"Engine core initialization failed. See root cause above. Failed core proc(s): {processes}"
    )
    assert "below `if __name__ == '__main__':`." in str(start_error(outer, None))


def test_an_engine_that_died_is_reported_with_its_cause() -> None:
    assert "the engine died during the call: there is too little free memory" in str(
        death("torch.OutOfMemoryError: CUDA out of memory.")
    )
    assert "without a word" in str(death(None))


def test_a_value_error_of_vllms_is_an_argument_error() -> None:
    error = start_error(ValueError("--device-ids must not contain duplicates: [0, 0]"), None)
    assert isinstance(error, EngineError | ArgumentError)
    assert isinstance(start_error(ValueError("max_num_seqs must be positive"), None), ArgumentError)


@pytest.mark.parametrize(
    ("error", "step", "reason"),
    [
        (EngineError("server", "memory", "too little"), "server", "memory"),
        (ArgumentError("No argument x.", argument="x"), "request", "argument"),
        (ClosedError(), "request", "closed"),
        (TimeoutError(), "timeout", "deadline"),
        (ValueError("top_p must be in (0, 1]"), "request", "refused"),
    ],
)
def test_a_failed_call_has_a_step_and_no_address(error: Exception, step: str, reason: str) -> None:
    found = failure(error)
    assert (found.step, found.reason, found.status, found.url) == (step, reason, None, None)


def test_a_token_is_masked_in_what_the_hub_says() -> None:
    assert "hf-secret-token" not in failure(ValueError("no hf-secret-token here"), ["hf-secret-token"]).detail
