"""What a machine has for a model in this process, seen without loading anything."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from modelcatalog.providers.adapter import packages as sdk
from modelcatalog.providers.local import hardware as local_machine
from modelcatalog.providers.local.hardware import Device, gpus, look, memory, read_gpus, size
from modelcatalog.providers.local.model_folders import folder_problem, is_folder_name, weights_size
from modelcatalog.providers.transformers.hf import HuggingFace
from modelcatalog.resolver import check, explain

GB = 10**9


def weights(folder: Path, count: int) -> Path:
    """A folder with weights of so many bytes, which take no room."""
    folder.mkdir()
    with (folder / "model.safetensors").open("wb") as file:
        os.truncate(file.fileno(), count)
    return folder


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tool of that name, which prints what the real one prints for two GPUs."""
    tool = tmp_path / "bin" / "nvidia-smi"
    tool.parent.mkdir()
    tool.write_text(
        '#!/bin/sh\n[ "$*" = "--query-gpu=name,memory.free,memory.total --format=csv,noheader,nounits" ] || exit 1\n'
        "echo 'NVIDIA A100, 80GB, 40000, 81559'\necho 'Tesla T4, [N/A], 15360'\n",
        encoding="utf-8",
    )
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=os.pathsep)
    return tool


def torch_is(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sdk._versions, "torch", version)


def test_a_machine_without_a_gpu_has_its_memory() -> None:
    if not gpus():
        assert look("m", {}).summary.startswith("cpu, ")
    assert 0 < (memory().free or 0) <= (memory().total or 0)


def test_memory_is_known_without_the_library_that_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert 0 < (memory().free or 0) <= (memory().total or 0)


@pytest.mark.usefixtures("nvidia_smi")
def test_gpus_are_reported_with_their_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    torch_is("2.13.0+cu130", monkeypatch)
    assert gpus() == [
        Device("NVIDIA A100, 80GB", "cuda", 40000 << 20, 81559 << 20),
        Device("Tesla T4", "cuda", None, 15360 << 20),
    ]
    machine = look("m", {})
    assert machine.summary == "cuda (NVIDIA A100, 80GB), 41.9 GB free, and cuda (Tesla T4)"
    assert machine.findings == ()


@pytest.mark.usefixtures("nvidia_smi")
def test_a_torch_that_cannot_use_the_gpu_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    torch_is("2.13.0+cpu", monkeypatch)
    machine = look("m", {})
    assert machine.summary.startswith("cpu, ")
    [finding] = machine.findings
    assert (finding.code, finding.severity) == ("cpu-torch", "warning")
    assert "NVIDIA A100" in finding.message


@pytest.mark.parametrize("table", ["", "No devices were found", "a,b", "\n"])
def test_a_tool_that_prints_no_table_tells_of_no_gpu(table: str) -> None:
    assert read_gpus(table) == []


def test_a_tool_that_fails_tells_of_no_gpu(nvidia_smi: Path) -> None:
    nvidia_smi.write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
    assert gpus() == []


@pytest.mark.parametrize(
    ("system", "chip", "kinds"),
    [("darwin", "arm64", ["mps"]), ("darwin", "x86_64", []), ("linux", "arm64", [])],
)
def test_apples_gpu_has_the_memory_of_the_machine(
    system: str, chip: str, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: chip)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(local_machine, "memory", lambda: Device("cpu", "cpu", 8 * GB, 16 * GB))
    found = gpus()
    assert [one.kind for one in found] == kinds
    assert all((one.name, one.free, one.total) == ("Apple GPU", 8 * GB, 16 * GB) for one in found)


def findings_of(model: str, **adapter: object) -> list[tuple[str, str, str, str | None]]:
    return [(one.code, one.severity, one.message, one.setting) for one in look(model, adapter).findings]


def test_each_folder_that_is_missing_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_machine, "gpus", list)
    below = f" (looked for below {tmp_path})."
    missing = ("missing-folder", "error")
    assert findings_of("./m") == [(*missing, f"model_path: folder ./m not found{below}", "model_path")]
    assert findings_of("org/m", model_path="x", tokenizer_path=Path("y")) == [
        (*missing, f"model_path: folder x not found{below}", "model_path"),
        (*missing, f"tokenizer_path: folder y not found{below}", "tokenizer_path"),
    ]
    assert findings_of("./m", model_path=str(weights(tmp_path / "w", 5))) == []
    [local] = findings_of("local")
    assert local[:2] == missing
    assert findings_of("org/m") == findings_of("org/m", model_path=" ", tokenizer_path=7) == []
    assert findings_of("local", model_path=" ") == []
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "m.gguf").write_text("x", encoding="utf-8")
    words = [findings_of(f"./{name}")[0][2] for name in ("empty", "file", "m.gguf")]
    assert words == [
        "model_path: the folder ./empty is empty.",
        "model_path: ./file is a file, not a folder.",
        "model_path: ./m.gguf is a single file: give its folder, and gguf_file=m.gguf.",
    ]
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "x.txt").write_text("x", encoding="utf-8")
    assert [one[0] for one in findings_of("./text")] == ["no-weights"]


def test_weights_in_a_folder_that_is_the_models_name_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_is("2.13.0+cu130", monkeypatch)
    monkeypatch.setattr(local_machine, "gpus", lambda: [Device("A", "cuda", 8 * GB), Device("B", "cuda")])
    monkeypatch.setattr(local_machine, "memory", lambda: Device("cpu", "cpu", 16 * GB))
    weights(tmp_path / "m", 9 * GB)
    assert look("./m", {}).summary == "cuda (A), 8.0 GB free, and cuda (B); weights 9.0 GB"
    assert [one[0] for one in findings_of("./m")] == ["low-memory"]
    # What is free on one of them is not known.
    assert [one[0] for one in findings_of("./m", device="auto")] == ["low-memory"]
    assert look("./m", {"device": "cpu:0"}) == ("cpu, 16.0 GB free; weights 9.0 GB", ())
    assert findings_of("./m", device="cuda:cpu") != []
    assert look("local", {"model_path": " "}).summary == "cuda (A), 8.0 GB free, and cuda (B)"
    with (tmp_path / "m" / "model.safetensors").open("wb") as file:
        os.truncate(file.fileno(), 8 * GB)
    assert findings_of("./m") == []


@pytest.mark.parametrize("table", ["name, 1, 2, 3", "a, b, 1, 2"])
def test_a_name_may_have_commas(table: str) -> None:
    [device] = read_gpus(table)
    assert device.name == table.rsplit(",", 2)[0]


def test_weights_are_compared_with_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_machine, "gpus", list)
    monkeypatch.setattr(local_machine, "memory", lambda: Device("cpu", "cpu", 8 * GB, 16 * GB))
    small, large = weights(tmp_path / "small", 4 * GB), weights(tmp_path / "large", 14 * GB)
    assert look("local", {"model_path": small}) == ("cpu, 8.0 GB free; weights 4.0 GB", ())
    machine = look("local", {"model_path": str(large)})
    assert machine.summary == "cpu, 8.0 GB free; weights 14.0 GB"
    [finding] = machine.findings
    assert (finding.code, finding.severity) == ("low-memory", "warning")
    assert finding.message == "The weights are 14.0 GB, and 8.0 GB is free (cpu)."


def test_weights_spread_over_gpus_have_the_memory_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_is("2.13.0+cu130", monkeypatch)
    two = [Device("A", "cuda", 8 * GB), Device("B", "cuda", 8 * GB)]
    monkeypatch.setattr(local_machine, "gpus", lambda: two)
    folder = weights(tmp_path / "m", 14 * GB)
    assert [f.code for f in look("local", {"model_path": folder}).findings] == ["low-memory"]
    assert look("local", {"model_path": folder, "device": "auto"}).findings == ()
    assert look("local", {"model_path": folder, "device": "cpu"}).summary.startswith("cpu, ")


def test_formats_of_weights_are_not_added_up(tmp_path: Path) -> None:
    for name, count in (("a.safetensors", 3), ("b.safetensors", 4), ("pytorch_model.bin", 7), ("x.txt", 50)):
        (tmp_path / name).write_bytes(b"1" * count)
    assert weights_size(tmp_path) == 7


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("./m", True),
        ("../m", True),
        ("~/m", True),
        ("/m", True),
        ("org/m", False),
        ("m", False),
        (".m", False),
    ],
)
def test_a_path_is_distinguished_from_a_name_on_the_hub(name: str, is_one: bool) -> None:
    assert is_folder_name(name) is is_one


def test_a_folder_below_home_is_found(tmp_path: Path) -> None:
    weights(tmp_path / "home" / "m", 5)
    assert folder_problem("~/m") is None


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (999, "999 bytes"),
        (999_999, "999999 bytes"),
        (10**6, "1.0 MB"),
        (1_600_000, "1.6 MB"),
        (10**9, "1.0 GB"),
        (10**12, "1.0 TB"),
        (3 * 10**12, "3.0 TB"),
    ],
)
def test_sizes_are_for_people(count: int, text: str) -> None:
    assert size(count) == text


def test_check_and_explain_show_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_machine, "gpus", list)
    monkeypatch.setattr(local_machine, "memory", lambda: Device("cpu", "cpu", 8 * GB))
    [row] = check("hf").rows
    assert row.plan.machine == "cpu, 8.0 GB free"
    folder = weights(tmp_path / "m", 9 * GB)
    plan = explain("hf/local", model_path=str(folder))
    assert plan.to_json()["machine"] == "cpu, 8.0 GB free; weights 9.0 GB"
    assert "low-memory" in {finding.code for finding in plan.findings}


def test_each_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lacking(HuggingFace):
        FURTHER_PACKAGES = (HuggingFace.PACKAGE._replace(distribution="no-such"),)

    monkeypatch.setattr("modelcatalog.resolver.planning.planner.load_adapter", lambda _: Lacking())
    messages = [finding.message for finding in explain("hf/m").errors]
    assert any("no-such" in message and message.startswith("hf needs the package") for message in messages)


def test_another_build_of_a_package_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelcatalog.providers.adapter.packages import Package

    monkeypatch.setitem(sdk._versions, "vllm-for-this", "0.32.0")
    package = Package("no-such-vllm", "vllm", "0.30", "vllm", ("vllm-for-this",))
    assert package.installed == ("vllm-for-this", "0.32.0")
    assert package._replace(alternatives=()).installed is None
