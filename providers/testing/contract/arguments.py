"""What the caller did wrong, and no request can carry: reported as that, never as the service's fault or the key's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.connection import Failure
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

HALF = "half \ud83d a pair"


def _with_messages(*messages: Any, **options: Any) -> ChatCall:
    return ChatCall("m/1", messages, **options)


def _of_user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def _with_tool(**parameters: Any) -> ChatCall:
    tool = Tool("weather", parameters={"type": "object", "properties": parameters})
    return _with_messages(_of_user("hi"), tools=(tool,))


def _with_history(arguments: Any) -> ChatCall:
    asked = {"role": "assistant", "content": "", "tool_calls": [ToolCall("call12345", "f", arguments)]}
    result = {"role": "tool", "tool_call_id": "call12345", "content": "x"}
    return _with_messages(_of_user("hi"), asked, result)


CALLS: dict[str, Callable[[], ChatCall]] = {
    "text": lambda: call(HALF),
    "system": lambda: _with_messages({"role": "system", "content": HALF}, _of_user("hi")),
    "part": lambda: _with_messages(_of_user([{"type": "text", "text": HALF}])),
    "tool": lambda: _with_tool(city={"description": HALF}),
    "stop": lambda: call(stop=[HALF]),
    "history": lambda: _with_history({"city": HALF}),
    "object": lambda: _with_messages(_of_user(object())),
    "bytes": lambda: _with_messages(_of_user([{"type": "text", "text": b"\xff"}])),
    "tool-object": lambda: _with_tool(city={"default": object()}),
    "tool-set": lambda: _with_tool(city={"enum": {"a", "b"}}),
    "tool-circle": lambda: _with_tool(city=_circle()),
    "history-object": lambda: _with_history({"city": object()}),
    "message": lambda: _with_messages(7),
    "option": lambda: call(temperature=object()),
    "name": lambda: call(no_such_option=1),
}


TEXTS = {"text", "system", "part", "tool", "stop", "history"}
WITH_TOOLS = {"tool", "history"}


NEVER_SENT = {"object", "history-object", "message", "option"}


def _circle() -> dict[str, Any]:
    circle: dict[str, Any] = {}
    circle["self"] = circle
    return circle


def outcomes(
    runner: Runner, server: RecordingServer, *, stream: bool
) -> dict[str, tuple[Failure | None, int]]:
    """For each call, what the adapter says of it, None where it was answered; and how many requests went out."""
    found: dict[str, tuple[Failure | None, int]] = {}

    @contextmanager
    def noted(name: str) -> Iterator[None]:
        failure = None
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever it is, the adapter has to explain it
            failure = runner.adapter.failure(error, [KEY])
        found[name] = failure, len(server.requests)
        server.requests.clear()

    def ask_all(client: Any, emulates: bool) -> None:
        for name, make in CALLS.items():
            with noted(name):
                asked = replace(make(), emulate_tools=emulates)
                list(runner.adapter.stream(client, asked)) if stream else runner.adapter.chat(client, asked)

    async def aask_all(client: Any, emulates: bool) -> None:
        for name, make in CALLS.items():
            with noted(name):
                asked = replace(make(), emulate_tools=emulates)
                if stream:
                    [piece async for piece in runner.adapter.astream(client, asked)]
                else:
                    await runner.adapter.achat(client, asked)

    runner.run_built(runner.connection(server.origin), ask_all if runner.sync else aask_all)
    assert found.keys() == CALLS.keys()
    return found


class ArgumentContract:
    """What the caller did wrong: reported as that, and nothing is sent."""

    @pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
    def test_what_cannot_be_sent_is_a_fault_of_the_call(
        self, runner: Runner, server: RecordingServer, stream: bool
    ) -> None:
        for name, (failure, sent) in outcomes(runner, server, stream=stream).items():
            if failure is None:
                # Some SDKs escape half a pair in their JSON, or write something for what is none.
                assert sent, name
                assert name not in NEVER_SENT
                continue
            is_text = name in TEXTS and (name not in WITH_TOOLS or runner.service.has_tools)
            reason = "encoding" if is_text else "argument"
            assert (name, sent, failure.step, failure.reason) == (name, 0, "local", reason)
            assert (failure.status, failure.url, failure.method) == (None, None, None)
            assert failure.detail
            assert KEY not in failure.detail

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (UnicodeEncodeError("utf-8", HALF, 5, 6, "surrogates not allowed"), "encoding"),
            (TypeError("no"), "argument"),
            (ValueError("no"), "argument"),
            (AttributeError("no"), "argument"),
            (KeyError("no"), "argument"),
            (RecursionError("no"), "argument"),
        ],
        ids=repr,
    )
    def test_a_fault_of_ours_is_not_what_was_being_handled_when_it_happened(
        self, adapter_name: str, error: Exception, reason: str
    ) -> None:
        error.__context__ = ConnectionRefusedError()
        failure = load_adapter(adapter_name).failure(error, [KEY])
        assert (failure.step, failure.reason) == ("local", reason)
        assert reason != "encoding" or ("at 5" in failure.detail and "half a" not in failure.detail)

    @pytest.mark.parametrize(
        "error",
        [
            UnicodeEncodeError("ascii", f"Bearer {KEY}\u0431", 40, 41, "ordinal not in range(128)"),
            UnicodeEncodeError("utf-8", f"Bearer {KEY}\ud83d", 40, 41, "surrogates not allowed"),
            ValueError(f"Invalid header value b'{KEY}'"),
        ],
        ids=["ascii", "utf-8", "value"],
    )
    def test_a_key_that_no_header_can_carry_is_a_matter_of_the_key(
        self, adapter_name: str, error: Exception
    ) -> None:
        failure = load_adapter(adapter_name).failure(error, [KEY])
        assert (failure.step, failure.reason) == ("auth", "header")
        assert KEY not in failure.detail
