"""What every adapter must do, whatever its SDK. A new adapter is in these tests as soon as the registry has it.

What differs from service to service is asked of the service: see service.py.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest

from modelcatalog.catalog.model.entries import Target
from modelcatalog.providers.adapter.packages import import_sdk, installed_version, is_old
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY, Service

NOWHERE = "http://127.0.0.1:1"


class ClientContract:
    """What the adapter says of itself, and the clients that it builds."""

    def test_the_package_is_installed_and_new_enough(self, adapter_name: str) -> None:
        package = load_adapter(adapter_name).PACKAGE
        installed = installed_version(package.distribution)
        assert installed is not None
        assert not is_old(installed, package.minimum)
        assert import_sdk(package).__name__ == package.import_name

    def test_targets_and_settings_are_words_of_the_catalog(self, adapter_name: str, service: Service) -> None:
        adapter = load_adapter(adapter_name)
        assert set(get_args(Target)) >= adapter.TARGETS
        assert service.settings(NOWHERE).keys() <= adapter.SETTINGS

    def test_ambient_variables_are_reported_once_and_with_their_effect(self, adapter_name: str) -> None:
        ambient = load_adapter(adapter_name).AMBIENT
        assert len({one.variable for one in ambient}) == len(ambient)
        assert all(one.effect.startswith(("would ", "its ")) for one in ambient)

    def test_the_client_is_the_vendors_own_class(self, runner: Runner) -> None:
        client = runner.client(runner.connection(NOWHERE))
        name = runner.adapter.client_name(runner.sync)
        assert runner.service.is_called(client, name)
        assert name.startswith((f"{runner.adapter.PACKAGE.import_name}.", *runner.service.client_homes))

    def test_parameters_are_those_of_the_client(self, adapter_name: str, service: Service) -> None:
        adapter = load_adapter(adapter_name)
        for target, least in (("client", service.client_parameters), ("request", service.request_parameters)):
            taken = adapter.parameters(target) if target in adapter.TARGETS else least
            assert taken is not None
            assert least <= taken
            assert not any(name == "self" or name.startswith("_") for name in taken)
        assert "body" not in adapter.TARGETS or adapter.parameters("body") is None

    def test_building_reaches_no_network(self, runner: Runner) -> None:
        built = runner.adapter.build(runner.connection(f"http://127.0.0.1:{closed_port()}"), sync=runner.sync)
        assert (built.close is None) is not runner.sync
        assert (built.aclose is None) is runner.sync

    def test_client_arguments_win_over_ours(self, runner: Runner, server: RecordingServer) -> None:
        given = runner.service.client_arguments
        connection = runner.connection(
            server.origin, timeout=99.0, headers={"X-One": "1", "x-two": "ours"}, arguments={"client": given}
        )
        if "client" in runner.adapter.TARGETS:
            assert runner.service.patience(runner.client(connection)) == (7.0, 4)
        runner.chat(connection, call())
        assert server.last.headers["x-one"] == "1"
        assert server.last.headers["x-two"] == ("theirs" if "default_headers" in given else "ours")
        if "default_query" in given:
            assert server.last.query["q"] == ["1"]

    def test_timeout_and_retries_are_the_sdks_own_unless_given(self, runner: Runner) -> None:
        usual = runner.client(runner.connection(NOWHERE, max_retries=None))
        client = runner.client(runner.connection(NOWHERE, max_retries=0, timeout=3.5))
        assert runner.service.patience(usual) == runner.service.usual_patience
        assert runner.service.patience(client) == (3.5, 0)

    def test_models_are_listed(self, runner: Runner, server: RecordingServer) -> None:
        if not runner.service.lists_models:
            with pytest.raises(NotImplementedError, match=r"list.*models"):
                runner.list_models(runner.connection(server.origin))
            assert not server.requests
            return
        assert runner.list_models(runner.connection(server.origin)) == ["small", "large"]
        assert runner.service.identity(server.last) == runner.service.own_identity

    def test_the_list_of_models_is_bounded(self, runner: Runner, server: RecordingServer) -> None:
        if runner.service.lists_models:
            server.answer(runner.service.models(*map(str, range(10_050))))
            assert len(runner.list_models(runner.connection(server.origin))) == 10_000
            assert len(server.requests) == 1

    def test_a_connection_shows_no_secret(self, runner: Runner) -> None:
        connection = runner.connection(NOWHERE, headers={"X": "LEAK"}, ambient={"A": "LEAK"})
        shown = f"{connection!r} {runner.adapter.build(connection, sync=runner.sync)!r}"
        assert KEY not in shown
        assert "LEAK" not in shown

    def test_no_two_builds_share_a_client(self, runner: Runner) -> None:
        connection = runner.connection(NOWHERE)
        first, second = runner.client(connection), runner.client(connection)
        assert first is not second
        if (http := runner.service.http_of(first)) is not None:
            assert http is not runner.service.http_of(second)

    def test_one_tls_context_serves_all_clients(self, runner: Runner) -> None:
        connection = runner.connection("https://127.0.0.1:1")

        def context() -> Any:
            return runner.run(connection, runner.service.tls_context)

        assert context() is context()
