"""Runners of our own adapters, each with its service of tests/support/services."""

from __future__ import annotations

from typing import Any

from modelcatalog.providers.adapter.connection import Connection
from modelcatalog.providers.testing.runner import Runner

from support.services import service_of


def runner_of(adapter_name: str, sync: bool) -> Runner:
    return Runner(adapter_name, sync, service_of(adapter_name))


def connection_to(url: str, **changes: Any) -> Connection:
    """A connection of the openai adapters, with a key and an API version, to a base URL as it stands."""
    settings = {"base_url": url, "api_version": "2024-10-21", **changes.pop("settings", {})}
    return runner_of("openai", sync=True).connection(url, settings=settings, **changes)
