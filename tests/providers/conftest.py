"""Servers, and every adapter with its sync and its async client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.adapter import adapter_names

from support.katan import Katan, running_katan
from support.recording_server import RecordingServer, self_signed
from support.roads import Road


@pytest.fixture(params=adapter_names())
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=[True, False], ids=["sync", "async"])
def sync(request: pytest.FixtureRequest) -> bool:
    flag: bool = request.param
    return flag


@pytest.fixture
def road(adapter_name: str, sync: bool) -> Road:
    """Each adapter, both ways."""
    return Road(adapter_name, sync)


@pytest.fixture
def plain(sync: bool) -> Road:
    return Road("openai", sync)


@pytest.fixture
def azure(sync: bool) -> Road:
    return Road("openai_azure", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[RecordingServer]:
    with RecordingServer(certificate) as running:
        yield running


@pytest.fixture(scope="session")
def katan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Katan]:
    with running_katan(tmp_path_factory.mktemp("katan")) as running:
        yield running
