"""The command with a model in this process."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from modelcatalog.resolver import probe

from support.command import Catalog, command_in
from support.terminal import printed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return command_in(tmp_path)


@pytest.fixture
def model(tiny_model: Path) -> list[str]:
    return ["hf/local", "-M", f"model_path={tiny_model}"]


def test_probe_measures_loading_first_token_and_speed(catalog: Catalog, model: list[str]) -> None:
    done = catalog("probe", *model, "--json")
    [report] = json.loads(done.stdout)["probes"]
    assert (done.returncode, report["ok"], done.stderr) == (0, True, "")
    assert report["load_time"] > 0
    assert 0 < report["first_token"] <= report["total"]
    assert report["tokens_per_second"] > 0


def test_probe_says_it_in_one_line(catalog: Catalog, model: list[str]) -> None:
    done = catalog("probe", *model)
    number = r"\d+\.\d\d s"
    pattern = rf"hf/local  ok  first token {number}, \d+ tokens/s, {number} in all, loaded in {number}\n"
    assert re.fullmatch(pattern, done.stdout), done.stdout


def test_probe_says_what_is_wrong_with_a_model(catalog: Catalog, tmp_path: Path, tiny_model: Path) -> None:
    done = catalog("probe", "hf/local", "-M", "model_path=./nowhere")
    assert done.returncode == 1
    assert "failed at setup" in done.stdout
    assert "folder ./nowhere not found" in done.stdout
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text('{"model_type": "nothing"}', encoding="utf-8")
    (broken / "model.safetensors").write_bytes(b"no weights")
    done = catalog("probe", "hf/local", "-M", f"model_path={broken}", "-M", f"tokenizer_path={tiny_model}")
    assert "failed at model" in done.stdout


def test_probe_tells_of_a_device_that_is_not_here(tiny_model: Path) -> None:
    report = probe("hf/local", model_path=str(tiny_model), device="cuda:77")
    assert (report.ok, report.step) == (False, "setup")
    assert "The device 'cuda:77' can't be used" in report.detail


def test_chat_prints_nothing_but_the_answer(catalog: Catalog, model: list[str]) -> None:
    done = catalog("chat", *model, "Hello", "--json")
    assert json.loads(done.stdout)["usage"]["output_tokens"] > 0
    assert done.stderr == ""


def test_a_bar_is_shown_on_a_terminal_while_weights_load(tmp_path: Path, model: list[str]) -> None:
    shown = printed(tmp_path, "probe", *model, NO_COLOR="1")
    assert "Loading weights: 100%" in shown
    assert "hf/local  ok  first token" in shown.splitlines()[-1]


def test_check_shows_the_device(catalog: Catalog) -> None:
    done = catalog("check", "hf")
    assert re.search(r"^  hf  \S+.* GB free +transformers 5\.", done.stdout, re.MULTILINE), done.stdout


def test_check_compares_the_weights_with_the_memory(catalog: Catalog, model: list[str]) -> None:
    done = catalog("check", "hf", *model[1:])
    assert re.search(r"^  hf  \S+.* GB free; weights 1\.\d MB +transformers", done.stdout, re.MULTILINE), (
        done.stdout
    )
    done = catalog("check", "hf", "-M", "model_path=./nowhere")
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "Error (1)")
    assert "folder ./nowhere not found" in done.stdout
    assert catalog("check", "-M", "model_path=.").returncode == 2


def test_a_model_in_this_process_is_not_asked_online(catalog: Catalog) -> None:
    assert catalog("check", "hf", "--online").stdout.startswith("Not contacted (1)  hf ")


def test_explain_shows_the_machine_and_the_weights(catalog: Catalog, model: list[str]) -> None:
    done = catalog("explain", *model)
    assert re.search(r"machine +\S+.* GB free; weights 1\.\d MB", done.stdout), done.stdout
    assert "model_path" in done.stdout
