"""Chats with a model in this process: options, usage, ends, probabilities, tools."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError, UnknownArgumentError
from modelcatalog.providers.adapter.chat_types import Usage
from modelcatalog.providers.transformers.client import TransformersModel
from modelcatalog.resolver import resolve
from modelcatalog.resolver.resolved import SyncResolvedModel

from support.tiny_model import word_of

WEATHER = {"name": "weather", "description": "The weather of a city", "parameters": {"type": "object"}}


@pytest.fixture(scope="module")
def chatty(tiny_model: Path) -> Iterator[SyncResolvedModel[TransformersModel]]:
    """A model that answers each call at once."""
    with resolve("hf/local", model_path=tiny_model, batch_size=1, sync=True) as resolved:
        yield resolved


@pytest.fixture(scope="module")
def base(base_model: Path) -> Iterator[SyncResolvedModel[TransformersModel]]:
    with resolve("hf/local", model_path=base_model, batch_size=1, sync=True) as resolved:
        yield resolved


def by_hand(client: TransformersModel, text: str, tokens: int) -> list[int]:
    """The same answer by transformers alone: the likeliest token, again and again."""
    prompt = client.tokenizer.apply_chat_template(
        [{"role": "user", "content": text}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    made = client.model.generate(**prompt, max_new_tokens=tokens, do_sample=False)
    ids: list[int] = made[0][prompt["input_ids"].shape[1] :].tolist()
    return ids


def test_an_answer_is_what_generate_gives(chatty: SyncResolvedModel[TransformersModel]) -> None:
    reply = chatty.chat("What is the capital of France?", max_tokens=12, temperature=0)
    expected = by_hand(chatty.client, "What is the capital of France?", 12)
    assert list(reply.raw.token_ids) == expected
    assert reply.text == chatty.client.tokenizer.decode(expected, skip_special_tokens=True)
    assert reply.usage == Usage(reply.raw.input_tokens, 12)
    assert (reply.stop_reason, reply.model) == ("length", "local")


def test_the_native_objects_can_be_used_beside_the_uniform_call(
    chatty: SyncResolvedModel[TransformersModel],
) -> None:
    assert len(by_hand(chatty.client, "Hi", 3)) == 3


def test_an_answer_ends_where_the_model_ends_it(chatty: SyncResolvedModel[TransformersModel]) -> None:
    end = by_hand(chatty.client, "Hi", 4)[3]
    reply = chatty.chat("Hi", max_tokens=50, temperature=0, eos_token_id=end)
    assert reply.raw.token_ids[-1] == end
    assert reply.stop_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.output_tokens <= 4


def test_an_answer_ends_before_a_stop(chatty: SyncResolvedModel[TransformersModel]) -> None:
    whole = chatty.chat("Tell me of Rome", max_tokens=30, temperature=0).text
    stop = word_of(whole)
    reply = chatty.chat("Tell me of Rome", max_tokens=30, temperature=0, stop=[stop, "never there"])
    assert reply.text == whole[: whole.index(stop)]
    assert reply.stop_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.output_tokens < 30
    assert chatty.chat("Tell me of Rome", max_tokens=30, temperature=0, stop=stop).text == reply.text


def test_a_seed_gives_the_same_answer_again(chatty: SyncResolvedModel[TransformersModel]) -> None:
    def said(**options: Any) -> str:
        return chatty.chat("Hi", max_tokens=12, temperature=1.5, **options).text

    assert said(seed=1) == said(seed=1)
    assert len({said(seed=seed) for seed in range(4)}) == 4
    assert said(seed=1, top_k=1) == said(seed=2, top_k=1)
    torch.manual_seed(0)
    first = torch.rand(1)
    torch.manual_seed(0)
    said(seed=99)
    assert torch.rand(1) == first, "a seed of ours must not be the process's"


def test_a_seeded_draw_follows_temperature_and_top_p(chatty: SyncResolvedModel[TransformersModel]) -> None:
    cold = chatty.chat("Hi", max_tokens=8, temperature=0)
    narrows: list[dict[str, Any]] = [
        {"temperature": 1e-4},
        {"temperature": 1, "top_p": 1e-6},
        {"top_p": 1e-6},
    ]
    for narrow in narrows:
        assert chatty.chat("Hi", max_tokens=8, seed=5, **narrow).text == cold.text


def test_probabilities_come_for_each_token(chatty: SyncResolvedModel[TransformersModel]) -> None:
    reply = chatty.chat("Hi", max_tokens=6, temperature=0, logprobs=True, top_logprobs=3)
    noted = reply.raw.logprobs
    assert len(noted) == len(reply.raw.token_ids) == 6
    assert "".join(one.token for one in noted) == reply.text
    for one in noted:
        assert one.top[0] == (one.token, one.logprob)
        assert one.logprob == max(value for _, value in one.top) < 0
    assert chatty.chat("Hi", max_tokens=2).raw.logprobs == ()
    assert chatty.chat("Hi", max_tokens=2, logprobs=True).raw.logprobs[0].top == ()


def test_probabilities_are_those_of_the_model(chatty: SyncResolvedModel[TransformersModel]) -> None:
    reply = chatty.chat("Hi", max_tokens=4, temperature=1, seed=3, logprobs=True)
    client = chatty.client
    prompt = client.tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}], add_generation_prompt=True, return_dict=True
    )["input_ids"]
    ids = torch.tensor([[*prompt, *reply.raw.token_ids]])
    with torch.inference_mode():
        shares = torch.log_softmax(client.model(ids).logits[0].float(), dim=-1)
    for at, one in enumerate(reply.raw.logprobs):
        expected = shares[len(prompt) - 1 + at, reply.raw.token_ids[at]].item()
        assert math.isclose(one.logprob, expected, abs_tol=1e-3)


def test_every_option_of_generate_is_taken_by_its_name(chatty: SyncResolvedModel[TransformersModel]) -> None:
    plain = chatty.chat("Hi", max_tokens=12, temperature=0)
    other = chatty.chat("Hi", max_tokens=12, temperature=0, repetition_penalty=5.0)
    assert other.text != plain.text
    assert chatty.chat("Hi", max_tokens=4, temperature=0, num_beams=2).usage is not None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"repetition_penality": 2}, "no option 'repetition_penality'.*Did you mean 'repetition_penalty'"),
        ({"num_return_sequences": 2}, "no option 'num_return_sequences'"),
        ({"max_tokens": 0}, "max_tokens is 0; expected 1 or more"),
        ({"temperature": -1}, "temperature is -1; expected 0 or more"),
        ({"top_logprobs": 21}, "top_logprobs is 21; expected 0 to 20"),
        ({"logprobs": True, "num_beams": 2}, "can't be had of a beam search"),
    ],
)
def test_an_option_that_cannot_be_right_is_refused(
    chatty: SyncResolvedModel[TransformersModel], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        chatty.chat("Hi", **options)


def test_a_prompt_without_room_for_an_answer_is_refused(base: SyncResolvedModel[TransformersModel]) -> None:
    with pytest.raises(
        ProviderCallError, match=r"the prompt has .* tokens, and the model's window is 128"
    ) as e:
        base.chat("word " * 200)
    assert e.value.step == "request"


def test_an_answer_fills_the_window_and_no_more(base: SyncResolvedModel[TransformersModel]) -> None:
    reply = base.chat("Hi", temperature=0)
    assert reply.usage is not None
    assert sum(reply.usage) == 128
    assert reply.stop_reason == "length"


def test_a_model_without_a_template_gets_the_plain_one(base: SyncResolvedModel[TransformersModel]) -> None:
    ask = base.client.ask(base._call("Hello", {}))
    assert base.client.tokenizer.decode(ask.token_ids) == "User: Hello\n\nAssistant:"
    assert ask.settings.stop == ("\nUser:", "\nSystem:", "\nAssistant:")


def test_request_arguments_of_an_entry_hold_for_each_call(tiny_model: Path) -> None:
    from modelcatalog.resolver import load_catalog

    overlay = {"catalog": 1, "providers": {"mine": {"extends": "hf", "args": {"top_k": "request"}}}}
    catalog = load_catalog(overlay=overlay)
    with resolve(
        "mine/local", catalog=catalog, model_path=tiny_model, top_k=1, batch_size=1, sync=True
    ) as resolved:
        hot = {resolved.chat("Hi", max_tokens=6, temperature=2).text for _ in range(3)}
        assert hot == {resolved.chat("Hi", max_tokens=6, temperature=0).text}


def test_tools_are_written_by_a_template_that_knows_them(tools_model: Path) -> None:
    with resolve("hf/local", model_path=tools_model, batch_size=1, sync=True) as resolved:
        ask = resolved.client.ask(resolved._call("Rain?", {"tools": [WEATHER]}))
        text = resolved.client.tokenizer.decode(ask.token_ids)
        assert '"name": "weather"' in text
        assert "You can call functions" not in text
        assert resolved.chat("Rain?", tools=[WEATHER], max_tokens=3).tool_calls == ()


def test_tools_are_emulated_for_a_template_that_does_not(tiny_model: Path) -> None:
    with resolve("hf/local", model_path=tiny_model, batch_size=1, sync=True) as resolved:
        ask = resolved.client.ask(resolved._call("Rain?", {"tools": [WEATHER]}))
        assert "You can call functions" in resolved.client.tokenizer.decode(ask.token_ids)


def test_a_call_that_the_model_writes_comes_back_as_one(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weights are random, so the tokens are put into the model's mouth."""
    with resolve("hf/local", model_path=tiny_model, batch_size=1, sync=True) as resolved:
        client = resolved.client
        said = 'Let me see. <tool_call>{"name": "weather", "arguments": {"city": "Oslo"}}</tool_call>'
        tokens = [
            *client.tokenizer(said, add_special_tokens=False)["input_ids"],
            client.tokenizer.eos_token_id,
        ]
        forward, at = client.model.forward, iter(tokens * 2)

        def scripted(*args: Any, **kwargs: Any) -> Any:
            output = forward(*args, **kwargs)
            output.logits[:, -1] = -1e9
            output.logits[:, -1, next(at)] = 0.0
            return output

        monkeypatch.setattr(client.model, "forward", scripted)
        reply = resolved.chat("Rain?", tools=[WEATHER], max_tokens=200, temperature=0)
        pieces = list(resolved.stream("Rain?", tools=[WEATHER], max_tokens=200, temperature=0))
    for text, calls, reason in (
        (reply.text, reply.tool_calls, reply.stop_reason),
        ("".join(one.text for one in pieces), pieces[-1].tool_calls, pieces[-1].stop_reason),
    ):
        assert text == "Let me see."
        assert [(one.name, one.arguments) for one in calls] == [("weather", {"city": "Oslo"})]
        assert reason == "tool_calls"


def test_a_call_after_closing_says_so(tiny_model: Path) -> None:
    resolved = resolve("hf/local", model_path=tiny_model, sync=True)
    resolved.close()
    resolved.close()
    with pytest.raises(ProviderCallError, match="closed"):
        resolved.chat("Hi")


def test_a_call_that_takes_too_long_is_given_up(tiny_model: Path) -> None:
    with resolve("hf/local", model_path=tiny_model, timeout=0.05, sync=True) as resolved:
        with pytest.raises(ProviderCallError) as caught:
            resolved.chat("Hi")  # waits for others to come
        assert caught.value.step == "timeout"
        with pytest.raises(ProviderCallError) as caught:
            list(resolved.stream("Hi", max_tokens=400, temperature=0))
        assert caught.value.step == "timeout"

    async def ask() -> None:
        async with resolve("hf/local", model_path=tiny_model, timeout=0.05) as other:
            await other.chat("Hi")

    with pytest.raises(ProviderCallError) as caught:
        asyncio.run(ask())
    assert caught.value.step == "timeout"


def test_an_unknown_option_is_an_error_that_names_the_argument(
    chatty: SyncResolvedModel[TransformersModel],
) -> None:
    with pytest.raises(UnknownArgumentError) as caught:
        chatty.chat("Hi", topk=3)
    assert caught.value.suggestions[0] == "top_k"
