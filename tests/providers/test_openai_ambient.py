"""What the openai SDK would read by itself, and how each of its doors is shut: on the client and on its copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.adapter import Connection
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner
from modelcatalog.providers.testing.service import KEY

from support.runners import connection_to
from support.services import service_of

ENVIRONMENT = service_of("openai").poison


def set_all(patch: pytest.MonkeyPatch, variables: Mapping[str, str] = ENVIRONMENT) -> None:
    for name, value in variables.items():
        patch.setenv(name, value)


def talk(runner: Runner, connection: Connection, *changes: Mapping[str, Any]) -> None:
    """A native call of the client, then one of a copy of a copy for each of `changes`."""

    def clients(client: Any) -> list[Any]:
        copies = [client, client.copy().with_options(timeout=9)]
        return copies + [client.with_options(**change) for change in changes]

    def ask(client: Any) -> Any:
        return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])

    async def ask_all(client: Any) -> None:
        for one in clients(client):
            await ask(one)

    runner.run(
        connection, lambda client: [ask(one) for one in clients(client)] if runner.sync else ask_all(client)
    )


def secrets_sent(request: Recorded) -> dict[str, str]:
    names = ("authorization", "api-key", "openai-organization", "openai-project")
    return {name: request.headers[name] for name in names if name in request.headers}


def own_key(runner: Runner) -> dict[str, str]:
    return {"api-key": KEY} if runner.adapter_name == "openai_azure" else {"authorization": f"Bearer {KEY}"}


def test_nothing_ambient_is_sent(
    openai_runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch)
    talk(
        openai_runner,
        connection_to(server.url, ambient=openai_runner.ambient()),
        {"max_retries": 1},
        {"default_headers": {"X-Mine": "1"}},
    )
    assert len(server.requests) == 4
    for request in server.requests:
        assert "LEAK" not in request.everything
        assert secrets_sent(request) == own_key(openai_runner)
    assert server.last.headers["x-mine"] == "1"


def test_without_a_key_nobody_elses_is_sent(
    openai_runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch)
    connection = connection_to(server.url, settings={"api_key": None}, ambient=openai_runner.ambient())
    talk(openai_runner, connection)
    assert len(server.requests) == 2
    for request in server.requests:
        assert "LEAK" not in request.everything
        assert secrets_sent(request) == {}
        assert "modelcatalog" not in request.everything


async def test_keyless_holds_with_an_http_client_of_the_callers(server: RecordingServer) -> None:
    import openai

    adapter = load_adapter("openai")
    async with openai.DefaultAsyncHttpxClient() as theirs:
        connection = connection_to(server.url, settings={"api_key": None}, http_client=theirs)
        for _ in range(2):
            client = adapter.build(connection, sync=False).client
            await client.with_options(timeout=9).chat.completions.create(model="m", messages=[])
        assert len(theirs.event_hooks["request"]) == 1
    with openai.DefaultHttpxClient() as ours:
        client = adapter.build(replace(connection, http_client=ours), sync=True).client
        client.chat.completions.create(model="m", messages=[])
    assert [secrets_sent(request) for request in server.requests] == [{}, {}, {}]


@pytest.mark.parametrize("spelling", ["Authorization", "authorization", "AUTHORIZATION", "aUTHORIZATION"])
def test_an_ambient_authorization_never_replaces_the_key(
    plain: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    custom = f"{spelling}: Bearer LEAK"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", custom)
    talk(plain, connection_to(server.url, ambient={"OPENAI_CUSTOM_HEADERS": custom}))
    assert [secrets_sent(request) for request in server.requests] == [own_key(plain)] * 2


def test_headers_of_the_entry_win_over_ambient_ones_in_any_spelling(
    openai_runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    custom = "X-Team: LEAK\nx-team: LEAK2\nX-TEAM: LEAK3"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", custom)
    connection = connection_to(
        server.url, headers={"X-Team": Secret("mine")}, ambient={"OPENAI_CUSTOM_HEADERS": custom}
    )
    talk(openai_runner, connection)
    assert [request.headers["x-team"] for request in server.requests] == ["mine", "mine"]


@pytest.mark.parametrize("custom", ["", "Authorization: Bearer LEAK"])
def test_a_key_from_a_function_is_asked_for_each_request(
    plain: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, custom: str
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", custom)
    keys = iter(["one", "two"])
    connection = connection_to(
        server.url, settings={"api_key": lambda: next(keys)}, ambient={"OPENAI_CUSTOM_HEADERS": custom}
    )
    talk(plain, connection)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize("variable", ["OPENAI_ORG_ID", "OPENAI_PROJECT_ID"])
def test_organization_and_project_that_are_set_later_are_kept_out(
    openai_runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    def use(client: Any) -> Any:
        monkeypatch.setenv(variable, "LEAK")
        return client.with_options(timeout=3).chat.completions.create(model="m", messages=[])

    openai_runner.run(connection_to(server.url), use)
    assert secrets_sent(server.last) == own_key(openai_runner)


def test_organization_and_project_of_the_entry_are_sent(
    plain: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    custom = "openai-organization: LEAK\nOpenAI-Project: LEAK"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", custom)
    connection = connection_to(
        server.url,
        settings={"organization": "org-1", "project": "proj-1"},
        declared=frozenset({"organization", "project"}),
        ambient={"OPENAI_CUSTOM_HEADERS": custom},
    )
    talk(plain, connection)
    expected = {**own_key(plain), "openai-organization": "org-1", "openai-project": "proj-1"}
    assert [secrets_sent(request) for request in server.requests] == [expected] * 2


def test_a_declared_organization_without_a_value_is_free_to_be_set_on_a_copy(
    plain: Runner, server: RecordingServer
) -> None:
    connection = connection_to(server.url, declared=frozenset({"organization", "project"}))
    talk(plain, connection, {"organization": "org-2"})
    assert secrets_sent(server.requests[0]) == own_key(plain)
    assert server.last.headers["openai-organization"] == "org-2"


def test_a_declared_organization_is_kept_out_when_the_variable_is_not_its_source(
    plain: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "LEAK")
    connection = connection_to(
        server.url, declared=frozenset({"organization"}), ambient={"OPENAI_ORG_ID": "LEAK"}
    )
    talk(plain, connection)
    assert [secrets_sent(request) for request in server.requests] == [own_key(plain)] * 2


def test_a_key_given_to_a_copy_is_used(plain: Runner, server: RecordingServer) -> None:
    talk(plain, connection_to(server.url), {"api_key": "sk-other"})
    assert server.last.headers["authorization"] == "Bearer sk-other"


def test_the_sdks_own_headers_stay_when_ambient_ones_of_their_name_are_kept_out(
    openai_runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(openai_runner, connection_to(server.url))
    set_all(monkeypatch)
    talk(openai_runner, connection_to(server.url, ambient=openai_runner.ambient()))
    names = ("user-agent", "accept", "content-type")
    before, after = server.requests[0].headers, server.requests[2].headers
    assert {name: before[name] for name in names} == {name: after[name] for name in names}


def test_without_a_base_url_there_is_no_client(
    openai_runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch)
    with pytest.raises(ValueError, match=r"acme has no (base URL|endpoint)"):
        openai_runner.client(connection_to("", ambient=openai_runner.ambient()))


def test_keys_that_nobody_gave_are_empty_on_the_client_and_its_copies(
    openai_runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch)
    client = openai_runner.client(connection_to("http://127.0.0.1:1", ambient=openai_runner.ambient()))
    for one in (client, client.with_options(timeout=9)):
        assert (one.admin_api_key, one.webhook_secret) == ("", "")
