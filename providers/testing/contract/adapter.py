"""The whole contract, for one adapter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from modelcatalog.providers.testing.contract.ambient import AmbientContract
from modelcatalog.providers.testing.contract.arguments import ArgumentContract
from modelcatalog.providers.testing.contract.chat import ChatContract
from modelcatalog.providers.testing.contract.client import ClientContract
from modelcatalog.providers.testing.contract.failures import FailureContract
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner
from modelcatalog.providers.testing.service import Service


class AdapterContract(ClientContract, ChatContract, ArgumentContract, FailureContract, AmbientContract):
    """The contract with one adapter, sync and async, for pytest.

        class TestAcme(AdapterContract):
            ADAPTER = "acme"
            SERVICE = AcmeService()

    `ADAPTER` is the adapter's name in the registry; `SERVICE` says what its service sends and how it reads a request.
    """

    ADAPTER: ClassVar[str]
    SERVICE: ClassVar[Service]

    @pytest.fixture
    def adapter_name(self) -> str:
        """The adapter's name."""
        return self.ADAPTER

    @pytest.fixture
    def service(self) -> Service:
        """The service behind the adapter."""
        return self.SERVICE

    @pytest.fixture(params=[True, False], ids=["sync", "async"])
    def sync(self, request: pytest.FixtureRequest) -> bool:
        """Both ways."""
        flag: bool = request.param
        return flag

    @pytest.fixture
    def runner(self, sync: bool) -> Runner:
        """The adapter with its sync, then with its async client."""
        return Runner(self.ADAPTER, sync, self.SERVICE)

    @pytest.fixture
    def server(self) -> Iterator[RecordingServer]:
        """Answers as the service does."""
        with RecordingServer(service=self.SERVICE) as running:
            yield running
