"""What no adapter lets through: variables that its SDK reads by itself, in the first request and in those of copies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import MissingCredentialError
from modelcatalog.providers.adapter.adapter import Connection
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver import explain, load_catalog, resolve
from modelcatalog.resolver.connect import connect

from support.recording_server import RecordingServer
from support.roads import Road, call
from support.services import service_of


def talk(road: Road, connection: Connection, *, copies: bool = True) -> None:
    """A native call of the client, then one of each copy."""

    def clients(client: Any) -> list[Any]:
        return [client, *(road.service.copies(client) if copies else [])]

    async def ask_all(client: Any) -> None:
        for one in clients(client):
            await asyncio.ensure_future(road.service.ask(one))

    def use(client: Any) -> Any:
        return [road.service.ask(one) for one in clients(client)] if road.sync else ask_all(client)

    road.run(connection, use)


@pytest.fixture
def poisoned(road: Road, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    for name, value in road.service.poison.items():
        monkeypatch.setenv(name, value)
    return road.ambient


def test_every_variable_that_an_adapter_tells_of_is_in_these_tests(adapter_name: str) -> None:
    declared = {one.variable for one in load_adapter(adapter_name).AMBIENT}
    assert declared <= service_of(adapter_name).poison.keys()


def test_key_variables_are_taken_by_the_bundled_entry_of_the_sdks_vendor(adapter_name: str) -> None:
    adapter = load_adapter(adapter_name)
    assert {*adapter.KEY_VARIABLES} <= {one.variable for one in adapter.AMBIENT}
    if adapter.KEY_VARIABLES:
        own = (adapter_name.replace("_", "/"), adapter_name.replace("_", "-"))
        [entry] = [one for one in load_catalog(user=False, project=False).entries() if one.id in own]
        assert entry.adapter == adapter_name
        assert {*adapter.KEY_VARIABLES} <= {*entry.settings["api_key"].variables}


def test_key_variables_are_no_source_for_another_provider_on_the_same_sdk(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not road.adapter.KEY_VARIABLES:
        return
    for variable in road.adapter.KEY_VARIABLES:
        monkeypatch.setenv(variable, "LEAK-key-0123456789")
    values = {"base_url": road.service.base_url(server.origin), **road.service.settings(server.origin)}
    settings = {name: {"default": value} for name, value in values.items() if name != "api_key"}
    acme: dict[str, Any] = {"adapter": road.adapter_name, "settings": settings}
    overlay = {"catalog": 1, "providers": {"acme": acme}}
    with pytest.raises(MissingCredentialError):
        resolve("acme/m", catalog=load_catalog(user=False, project=False, overlay=overlay))
    settings["api_key"] = {"env": ["ACME_API_KEY"], "secret": True, "required": False}
    catalog = load_catalog(user=False, project=False, overlay=overlay)
    connection = connect(explain("acme/m", catalog=catalog, sync=road.sync), road.adapter)
    talk(road, connection, copies=False)
    assert "LEAK" not in server.last.everything


def test_nothing_ambient_is_sent(
    road: Road, server: RecordingServer, poisoned: Callable[[], dict[str, str]]
) -> None:
    connection = road.connection(server.origin, ambient=poisoned())
    talk(road, connection)
    road.chat(connection, call())
    road.stream(connection, call())
    assert len(server.requests) >= 3
    for request in server.requests:
        assert "LEAK" not in request.everything
        assert road.service.identity(request) == road.service.own_identity


def test_nothing_ambient_is_held_by_the_client(road: Road, poisoned: Callable[[], dict[str, str]]) -> None:
    client = road.client(road.connection("http://127.0.0.1:1", ambient=poisoned()))
    assert "LEAK" not in str(getattr(client, "default_headers", ""))
    for one in (client, *road.service.copies(client)):
        assert "LEAK" not in str([value for value in vars(one).values() if not isinstance(value, dict)])


def test_without_a_key_nobody_elses_is_sent(
    road: Road, server: RecordingServer, poisoned: Callable[[], dict[str, str]]
) -> None:
    if not road.service.keyless:
        return
    connection = road.connection(server.origin, settings={"api_key": None}, ambient=poisoned())
    talk(road, connection)
    road.chat(connection, call())
    for request in server.requests:
        assert "LEAK" not in request.everything
        assert "modelcatalog" not in request.everything
        assert road.service.identity(request) == {}


def test_auth_none_leaves_even_a_given_key_at_home(road: Road, server: RecordingServer) -> None:
    if not road.service.keyless:
        return
    talk(road, road.connection(server.origin, auth="none"))
    assert server.requests
    assert all(road.service.identity(request) == {} for request in server.requests)


def test_the_sdks_own_headers_stay_when_ambient_ones_of_their_name_are_kept_out(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(road, road.connection(server.origin), copies=False)
    for name, value in road.service.poison.items():
        monkeypatch.setenv(name, value)
    talk(road, road.connection(server.origin, ambient=road.ambient()), copies=False)
    before, after = server.requests[0].headers, server.requests[-1].headers
    names = before.keys() & {"user-agent", "accept", "content-type"}
    assert {name: before[name] for name in names} == {name: after[name] for name in names}
