"""azure-ai-inference: who asks, what the SDK would swallow, and what is emulated by default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.chat.tool_emulation_parser import written
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.runners import runner_of
from support.services.azureai import SERVICE

WEATHER = {"name": "weather", "description": "The weather", "parameters": {"type": "object"}}
IDENTITY = """
from azure.core.credentials import AccessToken
made = []
class DefaultAzureCredential:
    def __init__(self):
        self.closed, self.scopes = 0, []
        made.append(self)
    {wait}def get_token(self, *scopes, **_):
        self.scopes.append(scopes)
        return AccessToken("token-of-the-tests", 2**33)
    {wait}def close(self):
        self.closed += 1
"""


@pytest.fixture
def runner(sync: bool) -> Runner:
    return runner_of("azureai", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(service=SERVICE) as running:
        yield running


def test_the_path_and_the_version_are_the_sdks_own_unless_given(
    runner: Runner, server: RecordingServer
) -> None:
    runner.chat(runner.connection(f"{server.origin}/models"), call())
    runner.chat(runner.connection(server.origin, settings={"api_version": "2024-08-01"}), call())
    first, second = server.requests
    assert (first.path, first.query) == ("/models/chat/completions", {"api-version": ["2024-05-01-preview"]})
    assert second.query == {"api-version": ["2024-08-01"]}


def test_fields_of_the_body_go_through(runner: Runner, server: RecordingServer) -> None:
    arguments = {"body": {"safe_mode": True}, "request": {"model_extras": {"top_k": 4}}}
    connection = runner.connection(server.origin, arguments=arguments)
    args = runner.adapter.request_args(connection)
    runner.chat(connection, ChatCall.of("m", call().messages, args))
    assert server.last.json.items() >= {"safe_mode": True, "top_k": 4}.items()
    assert server.last.headers["extra-parameters"] == "pass-through"


@pytest.mark.parametrize("name", ["temprature", "timeout", "api_key", "max_retries", "kwargs", "self"])
def test_names_that_the_sdk_would_swallow_are_not_among_its_parameters(name: str) -> None:
    taken = load_adapter("azureai").parameters("client")
    assert taken is not None
    assert name not in taken


def test_a_transport_of_the_callers_stays_open(server: RecordingServer) -> None:
    from azure.core.pipeline.transport import RequestsTransport

    runner = runner_of("azureai", sync=True)
    with RequestsTransport() as theirs:
        built = runner.adapter.build(runner.connection(server.origin, http_client=theirs), sync=True)
        assert (built.close, built.aclose) == (None, None)
        assert runner.adapter.chat(built.client, call()).text == "Hello"
        assert theirs.session is not None


def test_hooks_of_the_callers_are_called_beside_ours(runner: Runner, server: RecordingServer) -> None:
    seen: list[int] = []
    options: dict[str, Any] = {
        "raw_response_hook": lambda answer: seen.append(answer.http_response.status_code)
    }
    runner.chat(runner.connection(server.origin), call(**options))
    assert seen == [200]


@pytest.mark.parametrize(
    ("model", "asked", "emulated"),
    [
        ("llama-2-70b-chat-wnsnw", None, True),
        ("Meta-Llama-3.1-8B", None, True),
        ("gpt-4o", None, False),
        ("Meta-Llama-3.1-8B", False, False),
        ("Meta-Llama-3.1-8B", "false", False),
        ("gpt-4o", "true", True),
    ],
)
def test_tools_are_emulated_for_llama_unless_said_otherwise(
    runner: Runner, server: RecordingServer, model: str, asked: Any, emulated: bool
) -> None:
    asked_for = ToolCall("", "weather", {"city": "Bern"})
    server.answer(answers.chat(f"Let me see.\n{written(asked_for)}"))
    arguments = {"adapter": {"emulate_tools": asked}} if asked is not None else {}
    connection = runner.connection(server.origin, model=model, arguments=arguments)
    reply = runner.chat(connection, ChatCall.of(model, call().messages, options={"tools": [WEATHER]}))
    assert ("tools" in server.last.json) is not emulated
    assert [one.name for one in reply.tool_calls] == (["weather"] if emulated else [])
    assert reply.text.startswith("Let me see.")


def test_there_is_no_list_of_models_but_a_hint(runner: Runner) -> None:
    with pytest.raises(NotImplementedError, match="get_model_info"):
        runner.list_models(runner.connection("http://127.0.0.1:1"))
