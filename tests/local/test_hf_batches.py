"""Many who ask one model at once, and those who read a stream."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.transformers import client as hf_client
from modelcatalog.providers.transformers import generation as hf_generation
from modelcatalog.providers.transformers.client import TransformersModel
from modelcatalog.resolver import resolve

from support.tiny_model import word_of

PROMPTS = [
    "Hi",
    "What is the capital of France?",
    "Rome " * 40,
    "0123456789",
    "Tell me of Tokyo 東京",
    "a",
    "b c",
    "?",
]


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the batches that reach the model."""
    sizes: list[int] = []
    generate = hf_generation.generate

    def noting(model: Any, tokenizer: Any, asks: Any, **more: Any) -> Any:
        sizes.append(len(asks))
        return generate(model, tokenizer, asks, **more)

    monkeypatch.setattr(hf_client, "generate", noting)
    return sizes


@pytest.fixture(params=["tiny_model", "base_model"], ids=["llama", "gpt2"])
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


async def test_calls_at_the_same_time_are_one_batch_and_each_is_answered_as_if_alone(
    folder: Path, batches: list[int]
) -> None:
    prompts = [
        prompt[:60] for prompt in PROMPTS
    ]  # with room left in the window, so that all settings are equal
    options: dict[str, Any] = {"max_tokens": 10, "temperature": 0}
    async with resolve("hf/local", model_path=folder, batch_size=1) as one:
        alone = [(await one.chat(prompt, **options)).raw for prompt in prompts]
    del batches[:]
    async with resolve("hf/local", model_path=folder, batch_size=len(prompts)) as many:
        together = await asyncio.gather(*(many.chat(prompt, **options) for prompt in prompts))
    assert batches == [len(prompts)]
    assert [reply.raw for reply in together] == alone


async def test_seeded_answers_do_not_depend_on_who_else_asked(tiny_model: Path, batches: list[int]) -> None:
    def options(seed: int | None) -> dict[str, Any]:
        return {"max_tokens": 8, "temperature": 1.3, "seed": seed}

    async with resolve("hf/local", model_path=tiny_model, batch_size=1) as one:
        alone = [(await one.chat(prompt, **options(at))).text for at, prompt in enumerate(PROMPTS[:4])]
    del batches[:]
    async with resolve("hf/local", model_path=tiny_model, batch_size=4) as many:
        together = await asyncio.gather(
            *(many.chat(prompt, **options(at)) for at, prompt in enumerate(PROMPTS[:4]))
        )
    assert batches == [4]
    assert [reply.text for reply in together] == alone


async def test_different_settings_never_share_a_batch(tiny_model: Path, batches: list[int]) -> None:
    different: list[dict[str, Any]] = [
        {"max_tokens": 2},
        {"max_tokens": 3},
        {"max_tokens": 2, "temperature": 0},
        {"max_tokens": 2, "stop": "x"},
        {"max_tokens": 2, "logprobs": True},
        {"max_tokens": 2, "top_k": 3},
    ]
    async with resolve("hf/local", model_path=tiny_model, batch_size=2) as resolved:
        replies = await asyncio.gather(*(resolved.chat("Hi", **one) for one in different for _ in range(2)))
    assert batches == [2] * len(different)
    assert [len(reply.raw.token_ids) for reply in replies[:4]] == [2, 2, 3, 3]


async def test_a_row_that_ends_early_is_cut_and_the_others_go_on(tiny_model: Path) -> None:
    async with resolve("hf/local", model_path=tiny_model, batch_size=2) as resolved:
        first, second = await asyncio.gather(
            *(resolved.chat(prompt, max_tokens=40, temperature=0) for prompt in ("Hi", "Rome"))
        )
        common = next(sign for sign in first.text if sign not in second.text and sign.isascii())
        short, long = await asyncio.gather(
            *(
                resolved.chat(prompt, max_tokens=40, temperature=0, stop=common, logprobs=True)
                for prompt in ("Hi", "Rome")
            )
        )
    assert short.text == first.text.partition(common)[0]
    assert short.stop_reason == "stop"
    assert (long.text, long.stop_reason) == (second.text, "length")
    assert len(short.raw.logprobs) == len(short.raw.token_ids) < len(long.raw.logprobs) == 40


def test_two_models_in_many_loops_and_threads_answer_for_themselves(
    tiny_model: Path, base_model: Path, batches: list[int]
) -> None:
    options: dict[str, Any] = {"max_tokens": 6, "temperature": 0}
    small = resolve("hf/one", model_path=tiny_model, batch_size=6)
    other = resolve("hf/two", model_path=base_model, batch_size=6)
    seen: dict[tuple[str, str], list[tuple[str | None, str]]] = {}
    lock = threading.Lock()

    async def ask() -> None:
        asked = [(model, prompt) for prompt in PROMPTS[:2] for model in (small, other)]
        for (model, prompt), reply in zip(
            asked, await asyncio.gather(*(m.chat(p, **options) for m, p in asked)), strict=True
        ):
            with lock:
                seen.setdefault((model.model, prompt), []).append((reply.model, reply.text))

    threads = [threading.Thread(target=asyncio.run, args=(ask(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(small.aclose())
    asyncio.run(other.aclose())
    assert batches == [6, 6]
    assert all(len(answers) == 3 and len(set(answers)) == 1 for answers in seen.values())
    assert {model for model, _ in seen} == {"one", "two"} == {answers[0][0] for answers in seen.values()}


async def test_an_error_reaches_all_of_a_batch_and_the_next_one_is_fine(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with resolve("hf/local", model_path=tiny_model, batch_size=3) as resolved:
        with monkeypatch.context() as patch:
            patch.setattr(
                hf_client,
                "generate",
                lambda *_, **__: (_ for _ in ()).throw(MemoryError("DefaultCPUAllocator")),
            )
            failed = await asyncio.gather(
                *(resolved.chat("Hi", max_tokens=1) for _ in range(3)), return_exceptions=True
            )
        fine = await asyncio.gather(*(resolved.chat("Hi", max_tokens=1) for _ in range(3)))
    assert [type(one) for one in failed] == [ProviderCallError] * 3
    assert all("smaller batch_size" in str(one) for one in failed)
    assert len(fine) == 3


async def test_leaving_the_block_answers_those_who_wait(tiny_model: Path, batches: list[int]) -> None:
    async with resolve("hf/local", model_path=tiny_model) as resolved:
        waiting = [asyncio.create_task(resolved.chat("Hi", max_tokens=2)) for _ in range(3)]
        await asyncio.sleep(0)
    replies = await asyncio.gather(*waiting)
    assert batches == [3]
    assert len({reply.usage for reply in replies}) == 1


# ---- streams


@pytest.fixture
def client(tiny_model: Path) -> Iterator[Any]:
    with resolve("hf/local", model_path=tiny_model, batch_size=1, sync=True) as resolved:
        yield resolved


def test_a_stream_says_what_a_whole_answer_says(client: Any) -> None:
    options: dict[str, Any] = {"max_tokens": 24, "temperature": 0}
    whole = client.chat("Tell me of Tokyo", **options)
    *pieces, last = client.stream("Tell me of Tokyo", **options)
    assert len(pieces) > 1
    assert "".join(piece.text for piece in pieces) == whole.text
    assert (last.text, last.usage, last.stop_reason) == ("", whole.usage, whole.stop_reason)
    assert last.raw == whole.raw


async def test_the_async_stream_says_the_same(tiny_model: Path) -> None:
    async with resolve("hf/local", model_path=tiny_model, batch_size=1) as resolved:
        options: dict[str, Any] = {"max_tokens": 24, "temperature": 0}
        whole = await resolved.chat("Tell me of Tokyo", **options)
        pieces = [piece async for piece in resolved.stream("Tell me of Tokyo", **options)]
    assert "".join(piece.text for piece in pieces) == whole.text
    assert pieces[-1].usage == whole.usage


def test_a_stop_is_held_back_from_a_stream(client: Any) -> None:
    options: dict[str, Any] = {"max_tokens": 30, "temperature": 0}
    whole = client.chat("Tell me of Rome", **options).text
    stop = word_of(whole)
    *pieces, last = client.stream("Tell me of Rome", stop=stop, **options)
    assert "".join(piece.text for piece in pieces) == whole[: whole.index(stop)]
    assert last.stop_reason == "stop"


def test_who_stops_reading_stops_the_model(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    generate = hf_generation.generate

    def noting(*args: Any, **more: Any) -> Any:
        answers = generate(*args, **more)
        made.append(len(answers[0].token_ids))
        return answers

    monkeypatch.setattr(hf_client, "generate", noting)
    stream = client.stream("Tell me of Rome", max_tokens=450, temperature=0)
    next(stream)
    stream.close()
    client.chat("Hi", max_tokens=1)  # waits its turn, after the stream
    assert made[0] < 450


async def test_an_error_in_a_stream_reaches_its_reader(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("CUDA error: out of memory")

    monkeypatch.setattr(hf_client, "generate", broken)
    async with resolve("hf/local", model_path=tiny_model) as resolved:
        with pytest.raises(ProviderCallError, match="out of memory") as caught:
            _ = [piece async for piece in resolved.stream("Hi")]
    assert caught.value.step == "server"


def test_a_beam_search_has_no_stream(client: Any) -> None:
    with pytest.raises(ArgumentError, match="no stream"):
        next(client.stream("Hi", num_beams=2))


def test_streams_and_batches_take_turns(client: Any) -> None:
    stream = client.stream("Tell me of Rome", max_tokens=20, temperature=0)
    first = next(stream)
    done: list[str] = []
    thread = threading.Thread(target=lambda: done.append(client.chat("Hi", max_tokens=2).text))
    thread.start()
    rest = list(stream)
    thread.join()
    assert first.text
    assert rest[-1].stop_reason
    assert len(done) == 1


def test_a_client_can_be_made_of_ones_own_model_and_tokenizer(client: Any) -> None:
    own = client.client
    other = TransformersModel(own.model, own.tokenizer, "mine", own.format, batch_size=1)
    reply = other.chat(ChatCall.of("mine", [{"role": "user", "content": "Hi"}], options={"max_tokens": 2}))
    assert reply.model == "mine"
