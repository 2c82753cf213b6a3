"""Who asks Azure AI: a key, an identity of Entra ID, a function, a credential of the caller's. And what stays home."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

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


@pytest.fixture
def safe_server(certificate: Path) -> Iterator[RecordingServer]:
    with RecordingServer(certificate, service=SERVICE) as running:
        yield running


@pytest.fixture
def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, wait in (("azure/identity", ""), ("azure/identity/aio", "async ")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text(IDENTITY.replace("{wait}", wait))
    import azure

    others = {name: module for name, module in sys.modules.items() if not name.startswith("azure.identity")}
    monkeypatch.setattr(sys, "modules", others)
    monkeypatch.setattr(azure, "__path__", [str(tmp_path / "azure"), *azure.__path__])


@pytest.mark.usefixtures("identity")
def test_an_identity_of_entra_sends_its_token_and_is_closed(
    runner: Runner, safe_server: RecordingServer, certificate: Path
) -> None:
    arguments = {"client": {"connection_verify": str(certificate)}}
    settings = {"api_key": None}
    connection = runner.connection(safe_server.origin, settings=settings, auth="entra", arguments=arguments)
    runner.chat(connection, call())
    assert SERVICE.identity(safe_server.last) == {"authorization": "Bearer token-of-the-tests"}
    [credential] = sys.modules["azure.identity" if runner.sync else "azure.identity.aio"].made
    assert credential.closed == 1
    assert credential.scopes[0] == ("https://ml.azure.com/.default",)


@pytest.mark.usefixtures("identity")
@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("x.services.ai.azure.com", "https://cognitiveservices.azure.com/.default"),
        ("x.eastus2.models.ai.azure.com", "https://ml.azure.com/.default"),
    ],
)
def test_a_resource_has_another_scope_than_a_model_of_its_own(runner: Runner, host: str, scope: str) -> None:
    settings = {"api_key": None, "base_url": f"https://{host}/models"}
    client = runner.client(runner.connection("", settings=settings, auth="entra"))
    assert client._config.credential_scopes == [scope]


def test_a_function_gives_a_token_for_each_request(
    runner: Runner, safe_server: RecordingServer, certificate: Path
) -> None:
    tokens = iter(["one", "two"])
    arguments = {"client": {"connection_verify": str(certificate)}}
    settings = {"api_key": None, "token_provider": lambda: next(tokens)}
    connection = runner.connection(safe_server.origin, settings=settings, auth="entra", arguments=arguments)

    async def twice(client: Any) -> None:
        for _ in range(2):
            await runner.adapter.achat(client, call())

    def use(client: Any) -> Any:
        return [runner.adapter.chat(client, call()) for _ in range(2)] if runner.sync else twice(client)

    runner.run(connection, use)
    assert [one.headers["authorization"] for one in safe_server.requests] == ["Bearer one", "Bearer two"]


def test_a_token_is_never_sent_unencrypted(runner: Runner, server: RecordingServer) -> None:
    settings = {"api_key": None, "token_provider": lambda: "t"}
    failure = runner.failure(runner.connection(server.origin, settings=settings, auth="entra"), call())
    assert failure.step == "request"
    assert not server.requests


def test_a_key_from_a_function_is_sent_as_a_key(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin, settings={"api_key": lambda: Secret(KEY)}), call())
    assert SERVICE.identity(server.last) == SERVICE.own_identity


def test_a_credential_of_the_callers_is_used_and_not_closed(runner: Runner, server: RecordingServer) -> None:
    from azure.core.credentials import AzureKeyCredential

    arguments = {"client": {"credential": AzureKeyCredential("theirs"), "headers": {"X-Two": "theirs"}}}
    connection = runner.connection(server.origin, arguments=arguments, headers={"x-two": "ours"})
    runner.chat(connection, call())
    assert SERVICE.identity(server.last) == {"authorization": "Bearer theirs", "api-key": "theirs"}
    assert server.last.headers["x-two"] == "theirs"


def test_a_redirect_to_another_host_takes_no_key_and_no_secret_header_along(
    runner: Runner, server: RecordingServer
) -> None:
    with RecordingServer(service=SERVICE) as other:
        elsewhere = other.origin.replace("127.0.0.1", "localhost")
        server.answer(answers.redirect(f"{elsewhere}/chat/completions"))
        headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
        runner.chat(runner.connection(server.origin, headers=headers), call())
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything
        assert KEY not in other.last.everything


async def test_two_clients_share_neither_key_nor_connections(server: RecordingServer) -> None:
    runner = runner_of("azureai", sync=False)
    keys = ["first-key", "second-key"]
    built = [
        runner.adapter.build(runner.connection(server.origin, settings={"api_key": Secret(key)}), sync=False)
        for key in keys
    ]
    await asyncio.gather(*(runner.adapter.achat(one.client, call()) for one in built))
    assert sorted(one.headers["api-key"] for one in server.requests) == keys
    for one in built:
        assert one.aclose is not None
        await one.aclose()


def test_a_key_that_no_header_can_carry_is_not_shown(runner: Runner, server: RecordingServer) -> None:
    failure = runner.failure(runner.connection(server.origin, settings={"api_key": f"{KEY}\n"}), call())
    assert (failure.step, failure.reason, failure.status) == ("auth", "header", None)
    assert KEY not in failure.detail
    assert not server.requests
