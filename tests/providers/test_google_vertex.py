"""Both adapters for Vertex AI: which project, which address, whose credentials."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modelcatalog.providers.identities.google_location import endpoint
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.google_account import Account, account, token_of


@pytest.fixture(params=["google_vertex", "vertex"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def robot() -> Iterator[Account]:
    made = account()
    made.claims.clear()
    yield made
    made.refuses = False


def test_the_project_of_the_plan_counts_not_that_of_the_file(runner: Runner, server: RecordingServer) -> None:
    connection = runner.connection(server.origin, settings={"project": "p-1", "location": "us-central1"})
    runner.chat(connection, call())
    assert "/projects/p-1/locations/us-central1/publishers/m/models/1:generateContent" in server.last.path


@pytest.mark.parametrize("location", ["global", "us-central1", "europe-west4", "us", "eu"])
def test_addresses_are_those_of_the_sdk(location: str) -> None:
    from google import genai

    theirs = genai.Client(vertexai=True, project="p", location=location, credentials=token_of("t"))
    assert theirs._api_client._http_options.base_url == f"{endpoint(location)}/"
    theirs.close()


def test_without_a_base_url_the_location_decides(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", "http://127.0.0.1:9/LEAK")
    # A proxy on which nothing listens: nothing leaves this machine, and the address stands in the failure.
    proxy = f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    failure = runner.failure(runner.connection("", settings={"base_url": None}), call())
    # Only requests, below the older SDK, says that it was the proxy.
    assert failure.step == ("proxy" if runner.adapter_name == "vertex" else "connect")
    assert failure.url is not None
    assert failure.url.startswith("https://europe-west4-aiplatform.googleapis.com/v1")


@pytest.mark.parametrize("adapter_name", ["google_vertex"])
@pytest.mark.parametrize("project", [None, "p-1"])
def test_a_key_of_the_express_mode_goes_without_a_token(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, project: str | None
) -> None:
    for name, value in runner.service.poison.items():
        monkeypatch.setenv(name, value)
    settings = {"api_key": KEY, "project": project, "credentials_file": None}
    runner.chat(runner.connection(server.origin, auth="key", settings=settings), call())
    place = "" if project is None else "projects/p-1/locations/europe-west4/"
    assert server.last.path == f"/v1beta1/{place}publishers/m/models/1:generateContent"
    assert runner.service.identity(server.last) == {"x-goog-api-key": KEY}


def test_without_auth_there_is_no_client(runner: Runner) -> None:
    with pytest.raises(ValueError, match="never without one"):
        runner.client(runner.connection("http://127.0.0.1:1", auth="none"))


def test_credentials_of_the_callers_take_the_place_of_the_default_ones(
    runner: Runner, server: RecordingServer, robot: Account
) -> None:
    target = "client" if "client" in runner.adapter.TARGETS else "configure"
    given = {"credentials": token_of("theirs"), "project": "p-2"}
    runner.chat(runner.connection(server.origin, arguments={target: given}), call())
    assert server.last.headers["authorization"] == "Bearer theirs"
    assert "/projects/p-2/" in server.last.path
    assert not robot.claims


def test_two_projects_and_two_accounts_never_mix(runner: Runner, server: RecordingServer) -> None:
    target = "client" if "client" in runner.adapter.TARGETS else "configure"
    builds = [
        runner.adapter.build(
            runner.connection(
                server.origin,
                settings={"project": f"p-{number}"},
                arguments={target: {"credentials": token_of(f"token-{number}")}},
            ),
            sync=True,
        )
        for number in range(2)
    ]
    for number in (0, 1, 0, 1):
        runner.adapter.chat(builds[number].client, call())
        assert f"/projects/p-{number}/" in server.last.path
        assert server.last.headers["authorization"] == f"Bearer token-{number}"
    for built in builds:
        assert built.close is not None
        built.close()
