"""Code that can't work (`with` for `async with`, a misspelt option): what is said, and that nothing is sent."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, assert_type

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, OpenAI

import modelcatalog
import modelcatalog.resolver
from modelcatalog import (
    ArgumentError,
    ClientTypeError,
    MissingAttributeError,
    ResolvedModel,
    UnknownArgumentError,
    UsageError,
    explain,
    parse,
    resolve,
)
from modelcatalog.providers.testing.recording_server import RecordingServer

from support.raised import raised

KEY = "sk-right-key-0123456789abcdef"


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


def test_with_for_async_with_says_which(server: RecordingServer) -> None:
    with pytest.raises(UsageError) as caught, resolve("openai/x", api_key=KEY, base_url=server.url):  # type: ignore[attr-defined]
        pass
    assert isinstance(caught.value, TypeError)
    assert str(caught.value) == (
        "This model is async. Write `async with resolve('openai/x') as model:`, "
        "or `with resolve('openai/x', sync=True) as model:`."
    )


async def test_async_with_for_with_says_which(server: RecordingServer) -> None:
    with pytest.raises(UsageError) as caught:
        async with resolve("openai/x", sync=True, api_key=KEY, base_url=server.url):  # type: ignore[attr-defined]
            pass
    assert str(caught.value) == (
        "This model is sync. Write `with resolve('openai/x', sync=True) as model:`, "
        "or `async with resolve('openai/x') as model:`."
    )
    with pytest.raises(UsageError, match=r"^This model is sync. Leave out await, or sync=True\.$"):
        await resolve("openai/x", sync=True, api_key=KEY, base_url=server.url)  # type: ignore[misc]


async def test_a_model_can_be_awaited(server: RecordingServer) -> None:
    model = await resolve("openai/x", api_key=KEY, base_url=server.url)
    assert_type(model, ResolvedModel[Any])
    assert (await model.chat("Hi")).text == "Hello"
    await model.aclose()
    assert len(server.requests) == 1


@pytest.mark.filterwarnings("error")  # no second report, of a coroutine that was never awaited
def test_answer_without_await_says_so(server: RecordingServer) -> None:
    model = resolve("openai/x", api_key=KEY, base_url=server.url)
    error = raised(lambda: model.chat("Hi").text)  # type: ignore[attr-defined]
    assert isinstance(error, MissingAttributeError)
    assert str(error) == (
        "'text' of an answer that was not awaited. Write (await model.chat(...)).text, or resolve(..., sync=True)."
    )
    assert server.requests == []


async def test_pieces_without_async_for_say_so(server: RecordingServer) -> None:
    model = resolve("openai/x", api_key=KEY, base_url=server.url)
    with pytest.raises(UsageError, match=r"Write `async for chunk in model\.stream\(\.\.\.\):`\.$"):
        await model.stream("Hi")  # type: ignore[misc]
    with pytest.raises(
        UsageError, match=r"Write `async for chunk in .*`, or resolve\(\.\.\., sync=True\)\.$"
    ):
        list(model.stream("Hi"))  # type: ignore[call-overload]
    assert server.requests == []


async def test_chat_is_a_coroutine_for_all_who_take_one(server: RecordingServer) -> None:
    model = resolve("openai/x", api_key=KEY, base_url=server.url)
    assert inspect.iscoroutinefunction(model.chat)
    pending = model.chat("Hi")
    assert asyncio.iscoroutine(pending)
    replies = await asyncio.gather(
        pending,
        asyncio.create_task(model.chat("Hi")),
        asyncio.wait_for(model.chat("Hi"), 20),
        asyncio.shield(model.chat("Hi")),
    )
    assert [reply.text for reply in replies] == ["Hello"] * 4
    task = asyncio.create_task(model.chat("Hi"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.warns(RuntimeWarning, match=r"ResolvedModel\.chat.* was never awaited"):
        model.chat("Hi")  # type: ignore[unused-coroutine]
    await model.aclose()


def test_chat_runs_by_asyncio_run(server: RecordingServer) -> None:
    async def whole() -> str:
        async with resolve("openai/x", api_key=KEY, base_url=server.url) as model:
            return (await model.chat("Hi")).text

    assert asyncio.run(whole()) == "Hello"
    with pytest.raises(ArgumentError):
        asyncio.run(resolve("openai/x", api_key=KEY, base_url=server.url).chat([]))


SDKS_OWN = [
    ("openai", lambda m: m.completions, "'completions'. That is the SDK's: write model.client.completions."),
    (
        "openai",
        lambda m: m.messages,
        "'messages'. What the SDK has is at model.client, its openai.AsyncOpenAI.",
    ),
    ("openai", lambda m: m.models.list(), "'models'. That is the SDK's: write model.client.models."),
    (
        "openai",
        lambda m: m.chat.completions.create(model="x", messages=[]),
        "'chat.completions'. That is the SDK's: write model.client.chat.completions.",
    ),
    (
        "anthropic",
        lambda m: m.messages.create(),
        "'messages'. That is the SDK's: write model.client.messages.",
    ),
    ("openai", lambda m: m.reqest_args, "'reqest_args'. Did you mean 'request_args'?"),
    ("openai", lambda m: m.close(), "'close'. Write await model.aclose()."),
]


@pytest.mark.parametrize(("provider", "code", "text"), SDKS_OWN)
def test_what_is_the_sdks_is_found_at_the_client(
    provider: str, code: Callable[[Any], object], text: str, server: RecordingServer
) -> None:
    model = resolve(f"{provider}/x", api_key=KEY, base_url=server.url)
    error = raised(lambda: code(model))
    assert str(error) == f"ResolvedModel has no attribute {text}"
    assert isinstance(error, AttributeError)
    assert not hasattr(model, "nothing_of_the_kind")


def test_what_is_recommended_of_the_sdk_is_there(server: RecordingServer) -> None:
    model = resolve("openai/x", api_key=KEY, base_url=server.url)
    assert model.client.completions.create
    assert model.client.chat.completions.create


BAD_NAMES = [
    (None, "model is None, expected a text of the form PROVIDER/MODEL."),
    (5, "model is int, expected a text of the form PROVIDER/MODEL."),
    (Path("openai/x"), f"model is {type(Path()).__name__}, expected a text of the form PROVIDER/MODEL."),
]


@pytest.mark.parametrize(("name", "text"), BAD_NAMES)
@pytest.mark.parametrize("call", [resolve, explain, parse, modelcatalog.probe])
def test_what_is_no_model_name_is_refused(call: Callable[..., object], name: object, text: str) -> None:
    error = raised(lambda: call(name))
    assert isinstance(error, ArgumentError)
    assert (str(error), error.argument) == (text, "model")


def test_a_path_is_no_catalog_and_no_environment() -> None:
    error = raised(lambda: resolve("openai/x", catalog="one.yaml"))  # type: ignore[call-overload]
    assert str(error) == "catalog is a text, expected a Catalog. Write catalog=load_catalog(...)."
    error = raised(lambda: resolve("openai/x", env="OPENAI_API_KEY=x"))  # type: ignore[call-overload]
    assert str(error) == "env is a text, expected a mapping of variables to values."


FORM = "{'role': 'user', 'content': '...'}"
BAD_MESSAGES = [
    (None, f"messages is None, expected a text or a list. Write 'Hi' or [{FORM}]."),
    (5, f"messages is int, expected a text or a list. Write 'Hi' or [{FORM}]."),
    (b"Hi", f"messages is bytes, expected a text or a list. Write 'Hi' or [{FORM}]."),
    ([], f"messages is empty. Write 'Hi' or [{FORM}]."),
    (
        ["Hi"],
        f"Message 1 is a text, expected a mapping. Write {FORM}, or give the text without a list.",
    ),
    (
        {"role": "user", "content": "Hi"},
        "messages is one message, expected a list. Write it in brackets: [{...}].",
    ),
    ([("user", "Hi")], f"Message 1 is tuple, expected a mapping. Write {FORM}."),
    ([{"role": "user", "content": "Hi"}, {"rol": "user"}], f"Message 2 has no 'role'. Write {FORM}."),
    ([{"role": 1}], f"Message 1 has a role that is int, expected a text. Write {FORM}."),
    ([{"role": "user", "text": "Hi"}], f"Message 1 has no 'content'. Write {FORM}."),
    (
        [{"role": "user", "content": 5}],
        "The content of message 1 is int, expected a text or a list of parts.",
    ),
]
TOOL = "{'name': ..., 'description': ..., 'parameters': {...}}"
BAD_OPTIONS = [
    ({"temperature": "hot"}, "temperature is a text, expected a number."),
    ({"max_tokens": 2.5}, "max_tokens is float, expected a whole number."),
    ({"max_tokens": True}, "max_tokens is bool, expected a whole number."),
    ({"seed": "1"}, "seed is a text, expected a whole number."),
    ({"top_p": []}, "top_p is list, expected a number."),
    ({"stop": 3}, "stop is int, expected a text or a list of texts."),
    ({"stop": ["a", 3]}, "stop has an item that is no text, expected a text or a list of texts."),
    ({"tool_choice": 1}, "tool_choice is int, expected 'auto', 'none', 'required' or the name of a tool."),
    ({"tools": {"name": "f"}}, "tools is one tool, expected a list. Write it in brackets: [...]."),
    ({"tools": "f"}, f"tools is a text, expected a list. Write [{TOOL}]."),
    ({"tools": [len]}, f"Tool 1 is builtin_function_or_method, expected a mapping. Write {TOOL}."),
    ({"tools": [{"title": "f"}]}, f"Tool 1 has no 'name'. Write {TOOL}."),
    ({"stream": True}, "chat gives the whole answer. For its pieces call model.stream(...)."),
    ({"model": "y"}, "The model is the one that was resolved. For another one resolve its name."),
    (
        {"temprature": 0.2},
        "openai/x: chat has no option 'temprature' (the call of openai.{} doesn't take it). "
        "Did you mean 'temperature'?",
    ),
    (
        {"max_token": 3},
        "openai/x: chat has no option 'max_token' (the call of openai.{} doesn't take it). "
        "Did you mean 'max_tokens'?",
    ),
    (
        {"top_k": 3},
        "openai/x: chat has no option 'top_k' (the call of openai.{} doesn't take it). "
        "Did you mean 'top_p'? If the service takes it, write extra_body={{'top_k': ...}}.",
    ),
    (
        {"frobnicate": 3},
        "openai/x: chat has no option 'frobnicate' (the call of openai.{} doesn't take it). "
        "If the service takes it, write extra_body={{'frobnicate': ...}}.",
    ),
]
BAD_CALLS = [
    *(((messages,), {}, text) for messages, text in BAD_MESSAGES),
    *((("Hi",), options, text) for options, text in BAD_OPTIONS),
]


@pytest.mark.parametrize(("arguments", "options", "text"), BAD_CALLS)
@pytest.mark.parametrize("name", ["chat", "stream"])
async def test_a_call_that_no_service_understands_is_not_sent(
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    text: str,
    name: str,
    server: RecordingServer,
) -> None:
    asked = {True: "OpenAI", False: "AsyncOpenAI"}
    said = {
        sync: text.format(client) if "extra_body" in text or "{}" in text else text
        for sync, client in asked.items()
    }
    async with resolve("openai/x", api_key=KEY, base_url=server.url) as model:
        with pytest.raises(ArgumentError) as caught:
            await (
                model.chat(*arguments, **options)
                if name == "chat"
                else anext(model.stream(*arguments, **options))
            )
    assert str(caught.value) == said[False]
    assert caught.value.argument == (next(iter(options)) if options else "messages")
    with (
        resolve("openai/x", sync=True, api_key=KEY, base_url=server.url) as plain,
        pytest.raises(ArgumentError) as caught,
    ):
        plain.chat(*arguments, **options) if name == "chat" else list(plain.stream(*arguments, **options))
    assert str(caught.value) == said[True]
    assert server.requests == []


def test_hints_for_an_option_are_taken(server: RecordingServer) -> None:
    with resolve("openai/x", sync=True, api_key=KEY, base_url=server.url) as model:
        model.chat("Hi", temperature=0.2, max_tokens=3, extra_body={"top_k": 3}, user="me")
        with pytest.raises(UnknownArgumentError) as caught:
            model.chat("Hi", temprature=0.2)
    assert caught.value.suggestions == ("temperature",)
    [sent] = server.requests
    assert (sent.json["temperature"], sent.json["top_k"], sent.json["user"]) == (0.2, 3, "me")


@pytest.mark.parametrize(
    "content",
    ["Hi", [{"type": "text", "text": "Hi"}]],
)
def test_messages_of_every_form_are_sent(content: Any, server: RecordingServer) -> None:
    with resolve("openai/x", sync=True, api_key=KEY, base_url=server.url) as model:
        for messages in (
            [{"role": "user", "content": content}],
            ({"role": "developer", "content": content},),
        ):
            assert model.chat(messages).text == "Hello"
        asked = {"role": "assistant", "tool_calls": []}
        assert model.chat([{"role": "user", "content": content}, asked]).text == "Hello"
    assert len(server.requests) == 3


def test_another_client_than_expected_is_named_with_what_to_write(server: RecordingServer) -> None:
    def made(kind: Any, *, sync: bool = False) -> str:
        return str(
            raised(lambda: resolve("openai/x", client_type=kind, sync=sync, api_key=KEY, base_url=server.url))
        )

    head = "The client of openai/x is openai.AsyncOpenAI, expected"
    assert made(OpenAI) == f"{head} openai.OpenAI. Write sync=True."
    assert made(AsyncAzureOpenAI) == (
        f"{head} openai.AsyncAzureOpenAI. Write client_type=AsyncOpenAI, or leave it out."
    )
    assert made(AsyncOpenAI, sync=True) == (
        "The client of openai/x is openai.OpenAI, expected openai.AsyncOpenAI. Leave out sync=True."
    )
    assert made("OpenAI") == "client_type is str, expected a class, such as openai.AsyncOpenAI."
    with pytest.raises(ClientTypeError):
        resolve("openai/x", client_type=OpenAI, api_key=KEY, base_url=server.url)
    assert (
        type(resolve("openai/x", client_type=OpenAI, sync=True, api_key=KEY, base_url=server.url).client)
        is OpenAI
    )
