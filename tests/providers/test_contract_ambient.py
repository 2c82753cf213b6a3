"""Variables that the SDK reads by itself: none of them is sent, by the client or by a copy of it."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import MissingCredentialError
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.contract.ambient import AmbientContract, talk
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner
from modelcatalog.resolver import explain, load_catalog, resolve
from modelcatalog.resolver.connect import connect


def test_key_variables_are_no_source_for_another_provider_on_the_same_sdk(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not runner.adapter.KEY_VARIABLES:
        return
    for variable in runner.adapter.KEY_VARIABLES:
        monkeypatch.setenv(variable, "LEAK-key-0123456789")
    values = {"base_url": runner.service.base_url(server.origin), **runner.service.settings(server.origin)}
    settings = {name: {"default": value} for name, value in values.items() if name != "api_key"}
    acme: dict[str, Any] = {"adapter": runner.adapter_name, "settings": settings}
    overlay = {"catalog": 1, "providers": {"acme": acme}}
    with pytest.raises(MissingCredentialError):
        resolve("acme/m", catalog=load_catalog(user=False, project=False, overlay=overlay))
    settings["api_key"] = {"env": ["ACME_API_KEY"], "secret": True, "required": False}
    catalog = load_catalog(user=False, project=False, overlay=overlay)
    connection = connect(explain("acme/m", catalog=catalog, sync=runner.sync), runner.adapter)
    talk(runner, connection, copies=False)
    assert "LEAK" not in server.last.everything


def test_key_variables_are_taken_by_the_bundled_entry_of_the_sdks_vendor(adapter_name: str) -> None:
    adapter = load_adapter(adapter_name)
    assert {*adapter.KEY_VARIABLES} <= {one.variable for one in adapter.AMBIENT}
    if adapter.KEY_VARIABLES:
        own = (adapter_name.replace("_", "/"), adapter_name.replace("_", "-"))
        [entry] = [one for one in load_catalog(user=False, project=False).entries() if one.id in own]
        assert entry.adapter == adapter_name
        assert {*adapter.KEY_VARIABLES} <= {*entry.settings["api_key"].variables}


class TestAmbient(AmbientContract):
    """Each test with every adapter."""
