"""Loading a model into this process: from folders, onto devices, with arguments; and what is said when it can't be."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import transformers

from modelcatalog.catalog.diagnostics.errors import (
    ArgumentError,
    InvalidSettingError,
    ProviderCallError,
    SetupError,
    UnknownArgumentError,
)
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.connection import Connection
from modelcatalog.providers.transformers.client import TransformersModel
from modelcatalog.providers.transformers.hf import _token
from modelcatalog.providers.transformers.loading import device_of, load_model, source_of
from modelcatalog.resolver import explain, resolve


def test_a_folder_becomes_a_client_that_owns_model_and_tokenizer(tiny_model: Path) -> None:
    with resolve(
        "hf/local", model_path=str(tiny_model), sync=True, client_type=TransformersModel
    ) as resolved:
        assert type(resolved.client.model) is transformers.LlamaForCausalLM
        assert resolved.client.tokenizer.padding_side == "left"
        assert resolved.client.device == "cpu"
        assert resolved.client.window == 1024
        assert resolved.plan.client == "modelcatalog.providers.transformers.client.TransformersModel"
        assert not resolved.client.model.training


async def test_the_async_road_gives_the_same_client(tiny_model: Path) -> None:
    async with resolve("hf/local", model_path=str(tiny_model)) as resolved:
        assert isinstance(resolved.client, TransformersModel)
    assert resolved.client.model is None


def test_any_name_with_a_path_takes_its_weights_from_there(tiny_model: Path) -> None:
    with resolve("hf/openai-community/gpt2", model_path=tiny_model, sync=True) as resolved:
        assert type(resolved.client.model) is transformers.LlamaForCausalLM
        assert resolved.chat("Hi", max_tokens=1).model == "openai-community/gpt2"


def test_a_name_that_can_only_be_a_path_is_one(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny_model.parent)
    with resolve(f"hf/./{tiny_model.name}", sync=True) as resolved:
        assert resolved.client.window == 1024


def test_the_tokenizer_may_lie_elsewhere(tiny_model: Path, tmp_path: Path) -> None:
    weights, words = tmp_path / "weights", tmp_path / "words"
    weights.mkdir()
    words.mkdir()
    for file in tiny_model.iterdir():
        shutil.copy(file, words if file.name.startswith(("tokenizer", "chat")) else weights)
    with resolve("hf/local", model_path=weights, tokenizer_path=words, sync=True) as resolved:
        assert resolved.chat("Hi", max_tokens=2).usage is not None
    with resolve("hf/local", model_path=weights, tokenizer=str(words), sync=True) as resolved:
        mine = resolved.client.tokenizer
    mine.padding_side, mine.pad_token = "right", None
    with resolve("hf/local", model_path=weights, tokenizer=mine, batch_size=1, sync=True) as resolved:
        assert resolved.chat("Hi", max_tokens=2).usage is not None
        assert resolved.client.tokenizer is mine
    assert (mine.padding_side, mine.pad_token) == ("right", None)


def test_a_template_that_cannot_be_right_is_reported_before_the_weights_are_loaded(
    tiny_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny_model, folder)
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ArgumentError, match="chat_template"):
        resolve("hf/local", model_path=folder, chat_template="{% broken", sync=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"model_path": "./nowhere"},
            r"model_path: folder ./nowhere not found \(looked for below .*\)",
        ),
        ({}, "'local' stands for a model in a folder, and no folder is given.\nhint: Pass model_path="),
        ({"model_path": "models.yaml"}, "model_path: models.yaml is a file, not a folder"),
        ({"model_path": "empty"}, "model_path: the folder empty is empty"),
        ({"model_path": "words"}, "holds no weights"),
        ({"model_path": "words", "tokenizer_path": "nowhere"}, "tokenizer_path: folder nowhere not found"),
        ({"model_path": "m.gguf"}, "m.gguf is a single file: give its folder, and gguf_file=m.gguf"),
    ],
)
def test_a_folder_that_cannot_be_loaded_is_named_and_looked_up_nowhere(
    arguments: dict[str, Any], message: str
) -> None:
    Path("empty").mkdir()
    Path("words").mkdir()
    for name in ("models.yaml", "m.gguf", "words/tokenizer.json"):
        Path(name).write_text("catalog: 1\n", encoding="utf-8")
    plan = explain("hf/local", **arguments)
    assert plan.errors
    with pytest.raises(InvalidSettingError, match=message):
        resolve("hf/local", sync=True, **arguments)


def test_a_path_in_the_name_that_is_missing_is_named_too() -> None:
    with pytest.raises(SetupError, match=r"folder \./nowhere not found"):
        resolve("hf/./nowhere", sync=True)


def test_further_arguments_go_to_from_pretrained(tiny_model: Path) -> None:
    with resolve(
        "hf/local", model_path=tiny_model, dtype="bfloat16", attn_implementation="eager", sync=True
    ) as resolved:
        assert resolved.client.model.dtype == torch.bfloat16
        assert resolved.client.model.config._attn_implementation == "eager"


def test_an_argument_that_nothing_takes_is_reported_with_the_nearest(tiny_model: Path) -> None:
    with pytest.raises(UnknownArgumentError, match=r"'devise'\. Did you mean 'device'") as caught:
        resolve("hf/local", model_path=tiny_model, devise=0, sync=True)
    assert caught.value.argument == "devise"
    with pytest.raises(UnknownArgumentError, match=r"'dtyp'\. Did you mean 'dtype'"):
        resolve("hf/local", model_path=tiny_model, dtyp="auto", sync=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"device": 0}, "The device 0 can't be used: it is the number of an accelerator"),
        ({"device": "0"}, "torch .* finds none here"),
        ({"device": "cuda:1"}, "finds none here"),
        ({"device": "gpu"}, "The device 'gpu' can't be used: "),
        ({"device": True}, "a name such as cuda:0"),
        ({"device": "cpu", "device_map": "auto"}, "they say the same"),
        ({"batch_size": 0}, "batch_size is 0; expected a whole number from 1 on"),
        ({"max_connections": "many"}, "max_connections: expected a whole number"),
        ({"batch_wait": -1}, "batch_wait is -1; expected seconds"),
        ({"headers": {"X": "1"}}, "runs in this process: it has no use for headers"),
        ({"http_client": object()}, "no use for http_client"),
        ({"emulate_tools": "maybe"}, "emulate_tools: expected true or false"),
        ({"chat_template": "nowhere.jinja"}, "nowhere.jinja"),
        ({"tokenizer": "a", "tokenizer_path": "."}, "can't both be given"),
    ],
)
def test_an_argument_that_cannot_be_right_is_refused(
    tiny_model: Path, arguments: dict[str, Any], message: str
) -> None:
    Path("some.txt").touch()
    with pytest.raises(ArgumentError, match=message):
        resolve("hf/local", sync=True, **{"model_path": str(tiny_model), **arguments})


def test_the_machine_may_choose_where_each_layer_goes(tiny_model: Path) -> None:
    with resolve("hf/local", model_path=tiny_model, device="auto", sync=True) as resolved:
        assert resolved.chat("Hi", max_tokens=1).stop_reason in ("length", "stop")


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """As torch tells of them; what it then does with them needs a real one."""
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: SimpleNamespace(type="cuda"))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)


@pytest.mark.parametrize(
    ("asked", "device"),
    [(None, "cuda"), (0, "cuda:0"), ("1", "cuda:1"), ("cuda:1", "cuda:1"), ("cuda", "cuda"), ("cpu", "cpu")],
)
@pytest.mark.usefixtures("two_gpus")
def test_a_number_is_that_of_a_gpu_and_zero_is_one(asked: object, device: str) -> None:
    assert device_of(asked) == device


@pytest.mark.parametrize("asked", [2, "cuda:2"])
@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_beyond_the_last_is_refused(asked: object) -> None:
    with pytest.raises(ArgumentError, match="there are 2, numbered from 0"):
        device_of(asked)


@pytest.mark.usefixtures("two_gpus")
def test_another_kind_of_gpu_is_refused() -> None:
    with pytest.raises(ArgumentError, match="this machine has cuda"):
        device_of("mps")


def test_without_a_gpu_the_cpu_is_used() -> None:
    assert device_of(None) == ("cpu" if not torch.accelerator.is_available() else device_of(0)[:-2])


@pytest.mark.parametrize(
    ("given", "ambient", "token"),
    [
        ({"api_key": Secret("hf_mine")}, {"HF_TOKEN": "hf_mine"}, "hf_mine"),
        ({"api_key": lambda: "hf_made"}, {}, "hf_made"),
        ({}, {"HF_TOKEN": "hf_other"}, False),
        ({}, {"HUGGING_FACE_HUB_TOKEN": "hf_other"}, False),
        ({}, {}, None),
    ],
)
def test_the_hub_gets_the_token_that_was_settled_and_no_other(
    given: dict[str, object], ambient: dict[str, str], token: object
) -> None:
    auth = "key" if given else "none"
    assert (
        _token(
            Connection(provider="hf", qualifier=None, model="m", settings=given, auth=auth, ambient=ambient)
        )
        == token
    )


@pytest.mark.parametrize(
    ("name", "change", "step", "words"),
    [
        ("nobody/nothing", None, "connect", "the hub isn't asked"),
        ("local", "config.json", "model", "is not a valid JSON file"),
        ("local", "model.safetensors", "model", "header"),
        ("local", "type", "model", "does not recognize this architecture"),
    ],
)
def test_why_a_model_cannot_be_loaded_is_reported(
    tiny_model: Path, tmp_path: Path, name: str, change: str | None, step: str, words: str
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny_model, folder)
    if change == "type":
        config = folder / "config.json"
        config.write_text(config.read_text("utf-8").replace('"llama"', '"lama"'), encoding="utf-8")
    elif change is not None:
        (folder / change).write_bytes(b"{broken")
    with pytest.raises(ProviderCallError) as caught:
        resolve(f"hf/{name}", sync=True, model_path=folder if change else None)
    assert caught.value.step == step
    assert words in str(caught.value)
    assert caught.value.__cause__ is not None


def test_bars_of_progress_stay_out_of_a_pipe(tiny_model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load_model(source_of(transformers, "local", {"model_path": tiny_model}, {}))
    assert "Loading weights" not in capfd.readouterr().err
    assert transformers.utils.logging.is_progress_bar_enabled()


def test_bars_of_progress_are_shown_on_a_terminal(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    load_model(source_of(transformers, "local", {"model_path": tiny_model}, {}))
    assert "Loading weights" in capfd.readouterr().err


def test_two_resolves_share_nothing(tiny_model: Path) -> None:
    with (
        resolve("hf/local", model_path=tiny_model, sync=True) as one,
        resolve("hf/local", model_path=tiny_model, sync=True) as other,
    ):
        assert one.client.model is not other.client.model
