"""What every adapter must do, whatever its SDK. A new adapter is in these tests as soon as the registry has it.

What differs from service to service is asked of the service: see tests/support/services.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_args

import pytest

from modelcatalog.catalog.model.entries import Target
from modelcatalog.providers.adapter.packages import import_sdk, installed_version, is_old
from modelcatalog.providers.adapter.registry import adapter_names, is_adapter, load_adapter

from support.recording_server import RecordingServer, closed_port
from support.roads import KEY, Road, call
from support.services import service_of

NOWHERE = "http://127.0.0.1:1"


def test_importing_every_adapter_imports_no_sdk_no_http_library_and_no_chat_code() -> None:
    code = """
import sys
from modelcatalog.providers.adapter.registry import ADAPTERS, load_adapter
for name in ADAPTERS:
    load_adapter(name)
print(*sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"httpx2", "httpx", "asyncio", "ssl", "socket", "pydantic", "yaml", "typer", "requests"}
    heavy |= {load_adapter(name).PACKAGE.import_name for name in adapter_names()}
    heavy |= {load_adapter(name).CALLS for name in adapter_names()}
    assert not heavy & set(done.stdout.split())


def test_shared_modules_are_not_taken_for_adapters() -> None:
    assert {"openai", "openai_azure"} <= set(adapter_names())
    assert not any(
        map(is_adapter, ["adapter", "secret", "openai_client", "nothing", "../catalog/errors", ""])
    )


def test_an_unknown_adapter_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"'opnai'.*openai_azure"):
        load_adapter("opnai")


def test_the_package_is_installed_and_new_enough(adapter_name: str) -> None:
    package = load_adapter(adapter_name).PACKAGE
    installed = installed_version(package.distribution)
    assert installed is not None
    assert not is_old(installed, package.minimum)
    assert import_sdk(package).__name__ == package.import_name


def test_targets_and_settings_are_words_of_the_catalog(adapter_name: str) -> None:
    adapter = load_adapter(adapter_name)
    assert set(get_args(Target)) >= adapter.TARGETS
    assert service_of(adapter_name).settings(NOWHERE).keys() <= adapter.SETTINGS


def test_ambient_variables_are_reported_once_and_with_their_effect(adapter_name: str) -> None:
    ambient = load_adapter(adapter_name).AMBIENT
    assert len({one.variable for one in ambient}) == len(ambient)
    assert all(one.effect.startswith(("would ", "its ")) for one in ambient)


def test_the_client_is_the_vendors_own_class(road: Road) -> None:
    client = road.client(road.connection(NOWHERE))
    name = road.adapter.client_name(road.sync)
    assert road.service.is_called(client, name)
    assert name.startswith((f"{road.adapter.PACKAGE.import_name}.", *road.service.client_homes))


def test_parameters_are_those_of_the_client(adapter_name: str) -> None:
    adapter, service = load_adapter(adapter_name), service_of(adapter_name)
    for target, least in (("client", service.client_parameters), ("request", service.request_parameters)):
        taken = adapter.parameters(target) if target in adapter.TARGETS else least
        assert taken is not None
        assert least <= taken
        assert not any(name == "self" or name.startswith("_") for name in taken)
    assert "body" not in adapter.TARGETS or adapter.parameters("body") is None


def test_building_reaches_no_network(road: Road) -> None:
    built = road.adapter.build(road.connection(f"http://127.0.0.1:{closed_port()}"), sync=road.sync)
    assert (built.close is None) is not road.sync
    assert (built.aclose is None) is road.sync


def test_client_arguments_win_over_ours(road: Road, server: RecordingServer) -> None:
    given = road.service.client_arguments
    connection = road.connection(
        server.origin, timeout=99.0, headers={"X-One": "1", "x-two": "ours"}, arguments={"client": given}
    )
    if "client" in road.adapter.TARGETS:
        assert road.service.patience(road.client(connection)) == (7.0, 4)
    road.chat(connection, call())
    assert server.last.headers["x-one"] == "1"
    assert server.last.headers["x-two"] == ("theirs" if "default_headers" in given else "ours")
    if "default_query" in given:
        assert server.last.query["q"] == ["1"]


def test_timeout_and_retries_are_the_sdks_own_unless_given(road: Road) -> None:
    usual = road.client(road.connection(NOWHERE, max_retries=None))
    client = road.client(road.connection(NOWHERE, max_retries=0, timeout=3.5))
    assert road.service.patience(usual) == road.service.usual_patience
    assert road.service.patience(client) == (3.5, 0)


def test_models_are_listed(road: Road, server: RecordingServer) -> None:
    if not road.service.lists_models:
        with pytest.raises(NotImplementedError, match=r"list.*models"):
            road.list_models(road.connection(server.origin))
        assert not server.requests
        return
    assert road.list_models(road.connection(server.origin)) == ["small", "large"]
    assert road.service.identity(server.last) == road.service.own_identity


def test_the_list_of_models_is_bounded(road: Road, server: RecordingServer) -> None:
    if road.service.lists_models:
        server.answer(road.service.models(*map(str, range(10_050))))
        assert len(road.list_models(road.connection(server.origin))) == 10_000
        assert len(server.requests) == 1


def test_a_connection_shows_no_secret(road: Road) -> None:
    connection = road.connection(NOWHERE, headers={"X": "LEAK"}, ambient={"A": "LEAK"})
    shown = f"{connection!r} {road.adapter.build(connection, sync=road.sync)!r}"
    assert KEY not in shown
    assert "LEAK" not in shown


def test_no_two_builds_share_a_client(road: Road) -> None:
    connection = road.connection(NOWHERE)
    first, second = road.client(connection), road.client(connection)
    assert first is not second
    if (http := road.service.http_of(first)) is not None:
        assert http is not road.service.http_of(second)


def test_one_tls_context_serves_all_clients(road: Road) -> None:
    connection = road.connection("https://127.0.0.1:1")

    def context() -> Any:
        return road.run(connection, road.service.tls_context)

    assert context() is context()
