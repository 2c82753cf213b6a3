"""Servers, and every adapter with its sync and its async client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.adapter.registry import adapter_names, load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner

from support.certificates import self_signed
from support.katan import Katan, running_katan
from support.runners import runner_of
from support.services import Service, service_of


def _installed_here() -> list[str]:
    """The adapters whose SDK is installed. No environment has all of them: goodfire's can't stand beside others.

    Those whose model runs in this process have no service behind them: tests/local is about them.
    """
    known = {name: load_adapter(name) for name in adapter_names()}
    return [
        name
        for name, adapter in known.items()
        if installed_version(adapter.PACKAGE.distribution) and not adapter.IN_PROCESS
    ]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A file that is named after an adapter (test_google_history.py: google) is left out where its SDK is missing."""
    stem = f"{collection_path.stem.removeprefix('test_')}_"
    named = max((name for name in adapter_names() if stem.startswith(f"{name}_")), key=len, default=None)
    return True if named is not None and named not in _installed_here() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of an adapter whose SDK is missing are left out: another environment has it, and runs them."""
    absent = set(adapter_names()).difference(_installed_here())
    here = Path(__file__).parent
    left_out = [item for item in items if item.path.is_relative_to(here) and absent & _names_in(item)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _names_in(item: pytest.Item) -> set[str]:
    """What a test is about: the texts among its parameters, and its fixtures."""
    parameters = getattr(item, "callspec", None)
    texts = {value for value in parameters.params.values() if isinstance(value, str)} if parameters else set()
    return texts.union(getattr(item, "fixturenames", ()))


@pytest.fixture(params=_installed_here())
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=[True, False], ids=["sync", "async"])
def sync(request: pytest.FixtureRequest) -> bool:
    flag: bool = request.param
    return flag


@pytest.fixture
def service(adapter_name: str) -> Service:
    """The service behind the adapter."""
    return service_of(adapter_name)


@pytest.fixture
def runner(adapter_name: str, sync: bool) -> Runner:
    """Each adapter, both ways."""
    return runner_of(adapter_name, sync)


@pytest.fixture
def plain(sync: bool) -> Runner:
    return runner_of("openai", sync)


@pytest.fixture
def azure(sync: bool) -> Runner:
    return runner_of("openai_azure", sync)


@pytest.fixture(params=["openai", "openai_azure"])
def openai_runner(request: pytest.FixtureRequest, sync: bool) -> Runner:
    """Either adapter on the openai SDK, both ways."""
    return runner_of(request.param, sync)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[RecordingServer]:
    """Answers as the service of the test's adapter does; as OpenAI's where a test isn't about each adapter."""
    each = "adapter_name" in request.fixturenames
    service = service_of(request.getfixturevalue("adapter_name") if each else "openai")
    with RecordingServer(service=service) as running:
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
