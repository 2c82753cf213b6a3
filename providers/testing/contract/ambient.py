"""What no adapter lets through: variables that its SDK reads by itself, in the first request and in those of copies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from modelcatalog.providers.adapter.adapter import Connection
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import Service


def talk(runner: Runner, connection: Connection, *, copies: bool = True) -> None:
    """A native call of the client, then one of each copy."""

    def clients(client: Any) -> list[Any]:
        return [client, *(runner.service.copies(client) if copies else [])]

    async def ask_all(client: Any) -> None:
        for one in clients(client):
            await asyncio.ensure_future(runner.service.ask(one))

    def use(client: Any) -> Any:
        return [runner.service.ask(one) for one in clients(client)] if runner.sync else ask_all(client)

    runner.run(connection, use)


class AmbientContract:
    """Variables that the SDK reads by itself: none of them is sent, by the client or by a copy of it."""

    @pytest.fixture
    def poisoned(self, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
        for name, value in runner.service.poison.items():
            monkeypatch.setenv(name, value)
        return runner.ambient

    def test_every_variable_that_an_adapter_reports_is_in_these_tests(
        self, adapter_name: str, service: Service
    ) -> None:
        declared = {one.variable for one in load_adapter(adapter_name).AMBIENT}
        assert declared <= service.poison.keys()

    @pytest.mark.usefixtures("poisoned")
    def test_parameters_are_the_same_whatever_the_environment(
        self, runner: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        adapter = runner.adapter
        before = {target: adapter.parameters(target) for target in adapter.TARGETS}
        for variable in ("AWS_PROFILE", "AWS_CONFIG_FILE", "GOOGLE_APPLICATION_CREDENTIALS"):
            monkeypatch.setenv(variable, "no-such-thing")
        assert {target: adapter.parameters(target) for target in adapter.TARGETS} == before

    def test_nothing_ambient_is_sent(
        self, runner: Runner, server: RecordingServer, poisoned: Callable[[], dict[str, str]]
    ) -> None:
        connection = runner.connection(server.origin, ambient=poisoned())
        talk(runner, connection)
        runner.chat(connection, call())
        runner.stream(connection, call())
        assert len(server.requests) >= 3
        for request in server.requests:
            assert "LEAK" not in request.everything
            assert runner.service.identity(request) == runner.service.own_identity

    def test_nothing_ambient_is_held_by_the_client(
        self, runner: Runner, poisoned: Callable[[], dict[str, str]]
    ) -> None:
        client = runner.client(runner.connection("http://127.0.0.1:1", ambient=poisoned()))
        assert "LEAK" not in str(getattr(client, "default_headers", ""))
        for one in (client, *runner.service.copies(client)):
            assert "LEAK" not in str([value for value in vars(one).values() if not isinstance(value, dict)])

    def test_without_a_key_nobody_elses_is_sent(
        self, runner: Runner, server: RecordingServer, poisoned: Callable[[], dict[str, str]]
    ) -> None:
        if not runner.service.keyless:
            return
        connection = runner.connection(server.origin, settings={"api_key": None}, ambient=poisoned())
        talk(runner, connection)
        runner.chat(connection, call())
        for request in server.requests:
            assert "LEAK" not in request.everything
            assert "modelcatalog" not in request.everything
            assert runner.service.identity(request) == {}

    def test_auth_none_leaves_even_a_given_key_at_home(self, runner: Runner, server: RecordingServer) -> None:
        if not runner.service.keyless:
            return
        talk(runner, runner.connection(server.origin, auth="none"))
        assert server.requests
        assert all(runner.service.identity(request) == {} for request in server.requests)

    def test_the_sdks_own_headers_stay_when_ambient_ones_of_their_name_are_kept_out(
        self, runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        talk(runner, runner.connection(server.origin), copies=False)
        for name, value in runner.service.poison.items():
            monkeypatch.setenv(name, value)
        talk(runner, runner.connection(server.origin, ambient=runner.ambient()), copies=False)
        before, after = server.requests[0].headers, server.requests[-1].headers
        names = before.keys() & {"user-agent", "accept", "content-type"}
        assert {name: before[name] for name in names} == {name: after[name] for name in names}
