"""A model that vLLM really runs, on the CPU: one engine for all tests here, started once."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ProviderCallError, UnknownArgumentError
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.vllm.client import VllmModel
from modelcatalog.resolver import resolve
from modelcatalog.resolver.resolved import ResolvedModel

from support.tiny_model import make_tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL: dict[str, Any] = {"dtype": "float32", "max_model_len": 2048, "enforce_eager": True, "max_num_seqs": 8}
AT_ONCE = 3
GREEDY: dict[str, Any] = {"temperature": 0, "max_tokens": 12, "ignore_eos": True}
LONG: dict[str, Any] = {"ignore_eos": True, "max_tokens": 480}

Model = ResolvedModel[VllmModel]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With more room than that of the other tests: what tells a model of tools takes 500 tokens."""
    return make_tiny_model(tmp_path_factory.mktemp("vllm") / "tiny", window=2048)


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    """Used from many loops and threads, as its client allows."""
    resolved = resolve(
        "vllm/local", client_type=VllmModel, model_path=str(tiny_model), max_connections=AT_ONCE, **SMALL
    )
    yield resolved
    resolved.client.close()


def ask(model: Model, text: str, **options: Any) -> Any:
    return asyncio.run(model.chat(text, **options))


def test_the_engine_starts_when_it_is_entered_or_first_used(model: Model) -> None:
    assert "not started" in repr(model.client)
    asyncio.run(model.__aenter__())
    assert "running" in repr(model.client)
    assert type(model.client.engine).__name__ == "AsyncLLM"


def test_a_chat_is_answered_with_usage_and_vllms_own_output(model: Model) -> None:
    reply = ask(model, "Hi", max_tokens=7, ignore_eos=True)
    assert reply.usage is not None
    assert reply.usage.output_tokens == 7
    assert reply.stop_reason == "length"
    assert reply.model == "local"
    assert reply.raw.outputs[0].text == reply.text
    assert len(reply.raw.prompt_token_ids) == reply.usage.input_tokens


def test_the_answer_is_the_one_that_transformers_gives(model: Model, tiny_model: Path) -> None:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_model)
    other: Any = transformers.AutoModelForCausalLM.from_pretrained(tiny_model, dtype="float32")
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where is Rome?"}]
    given: Any = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")
    ids = other.generate(**given, do_sample=False, max_new_tokens=12, min_new_tokens=12)
    wanted = tokenizer.decode(ids[0, given["input_ids"].shape[1] :], skip_special_tokens=True)
    reply = asyncio.run(model.chat(messages, **GREEDY))
    assert reply.text == wanted


def test_a_stream_adds_up_to_the_whole_answer(model: Model) -> None:
    async def pieces() -> list[Any]:
        return [chunk async for chunk in model.stream("Hello", **GREEDY)]

    chunks = asyncio.run(pieces())
    whole = ask(model, "Hello", **GREEDY)
    assert "".join(chunk.text for chunk in chunks) == whole.text
    assert len(chunks) > 4
    assert chunks[-1].text == ""
    assert chunks[-1].usage == whole.usage
    assert chunks[-1].stop_reason == "length"


def test_a_stop_ends_the_answer_and_is_no_part_of_it(model: Model) -> None:
    whole = ask(model, "Hello", **GREEDY).text
    stop = whole[len(whole) // 2 :][:2]
    reply = ask(model, "Hello", stop=stop, **GREEDY)
    assert reply.text == whole.partition(stop)[0]
    assert reply.stop_reason == "stop"


def test_a_seed_repeats_an_answer(model: Model) -> None:
    answers = {ask(model, "Hello", seed=5, temperature=1.0, max_tokens=20).text for _ in range(3)}
    assert len(answers) == 1


def test_log_probabilities_are_asked_for_as_openai_names_them(model: Model) -> None:
    reply = ask(model, "Hello", logprobs=True, top_logprobs=3, **GREEDY)
    assert all(len(step) >= 3 for step in reply.raw.outputs[0].logprobs)


def test_an_unknown_option_is_refused_with_the_nearest_name(model: Model) -> None:
    with pytest.raises(
        UnknownArgumentError, match=r"no sampling parameter 'temprature'\. Did you mean 'temp"
    ):
        ask(model, "Hi", temprature=1)


def test_what_vllm_refuses_is_reported_in_its_words(model: Model) -> None:
    with pytest.raises(ProviderCallError, match="temperature must be non-negative") as caught:
        ask(model, "Hi", temperature=-1)
    assert caught.value.step == "request"
    with pytest.raises(ProviderCallError, match="longer than the maximum model length of 2048"):
        ask(model, "Hi " * 2000)


def test_a_tool_call_is_read_out_of_the_answer(model: Model) -> None:
    tool = {
        "name": "weather",
        "description": "The weather",
        "parameters": {"type": "object", "properties": {}},
    }
    written = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>'
    reply = ask(model, "Hi", tools=[tool], structured_outputs={"choice": [written]}, temperature=0)
    assert [(call.name, call.arguments) for call in reply.tool_calls] == [("weather", {"city": "Rome"})]
    assert reply.text == ""
    assert reply.stop_reason == "tool_calls"
    again = asyncio.run(
        model.chat(
            [
                {"role": "user", "content": "Hi"},
                reply.message,
                {"role": "tool", "tool_call_id": reply.tool_calls[0].id, "content": "sunny"},
            ],
            tools=[tool],
            max_tokens=3,
        )
    )
    assert again.usage is not None
    assert again.usage.input_tokens > reply.usage.input_tokens


def test_everybody_gets_his_own_answer_from_many_threads_and_loops(model: Model) -> None:
    questions = [f"Say {number}" for number in range(12)]
    alone = {question: ask(model, question, **GREEDY).text for question in questions}

    async def several(some: list[str]) -> list[str]:
        return [reply.text for reply in await asyncio.gather(*(model.chat(one, **GREEDY) for one in some))]

    with ThreadPoolExecutor(3) as pool:
        parts = list(pool.map(lambda at: asyncio.run(several(questions[at::3])), range(3)))
        native = list(pool.map(lambda text: model.client.generate(text, **GREEDY).prompt, questions))
    together = {question: parts[at % 3][at // 3] for at, question in enumerate(questions)}
    assert together == alone
    assert len(set(alone.values())) > 6
    assert native == questions


def under_way(model: Model) -> int:
    count: int = model.client.engine.get_num_unfinished_requests()
    return count


def until(condition: Any) -> None:
    """Waits; the test's own time limit ends what never comes."""
    while not condition():
        time.sleep(0.005)


async def test_no_more_than_max_connections_are_under_way(model: Model) -> None:
    most = 0
    calls = [asyncio.ensure_future(model.chat(str(at), ignore_eos=True, max_tokens=40)) for at in range(9)]
    while not all(call.done() for call in calls):
        most = max(most, under_way(model))
        await asyncio.sleep(0.002)
    assert most == AT_ONCE


async def test_a_cancelled_call_is_ended_in_the_engine(model: Model) -> None:
    call = asyncio.ensure_future(model.chat("Hi", **LONG))
    await asyncio.to_thread(until, lambda: under_way(model) == 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.to_thread(until, lambda: under_way(model) == 0)


def test_a_stream_that_is_left_early_is_ended_in_the_engine(model: Model) -> None:
    stream = model.client.stream("Hi", **LONG)
    assert next(stream).outputs[0].token_ids
    assert under_way(model) == 1
    stream.close()  # type: ignore[attr-defined]  # a generator
    until(lambda: under_way(model) == 0)


def test_a_call_that_takes_too_long_is_ended(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.client, "timeout", 0.01)
    with pytest.raises(ProviderCallError, match="within the time allowed") as caught:
        ask(model, "Hi", **LONG)
    assert caught.value.step == "timeout"
    until(lambda: under_way(model) == 0)


def test_models_and_tokens_are_those_of_the_engine(model: Model) -> None:
    assert load_adapter("vllm").list_models(model.client) == ["local"]
    ids = model.client.tokenizer.encode("Hello world")
    by_ids, by_text = model.client.generate(ids, **GREEDY), model.client.generate("Hello world", **GREEDY)
    assert by_ids.outputs[0].token_ids == by_text.outputs[0].token_ids


def test_closing_ends_what_runs_and_leaves_no_process(model: Model) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: ask(model, "Hi", **LONG))
        until(lambda: under_way(model) == 1)
        asyncio.run(model.aclose())
        with pytest.raises(ProviderCallError, match="engine is closed"):
            running.result()
    with pytest.raises(ProviderCallError, match="engine is closed"):
        ask(model, "Hi")
    assert multiprocessing.active_children() == []
    assert "closed" in repr(model.client)
