"""What the two ended packages would set for the whole process does not reach a model that was made here."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import call
from modelcatalog.providers.testing.service import KEY

from support.google_account import token_of
from support.runners import runner_of

ELSEWHERE = "http://127.0.0.1:9"


def test_a_model_has_the_key_of_its_own_whatever_is_configured(server: RecordingServer) -> None:
    runner = runner_of("google_legacy", sync=True)
    server.service = runner.service
    sdk = import_sdk(runner.adapter.PACKAGE)
    common = import_module("google.generativeai.client")._client_manager
    before = dict(common.client_config)
    first, second = (
        runner.adapter.build(runner.connection(server.origin, settings={"api_key": key}), sync=True)
        for key in ("key-1", "key-2")
    )
    assert dict(common.client_config) == before
    try:
        sdk.configure(api_key="LEAK", client_options={"api_endpoint": ELSEWHERE}, transport="rest")
        for built, key in ((first, "key-1"), (second, "key-2"), (first, "key-1")):
            assert built.client.generate_content("x").text == "Hello"
            assert server.last.headers["x-goog-api-key"] == key
            runner.adapter.chat(built.client, call())
            assert server.last.headers["x-goog-api-key"] == key
        assert common.client_config["client_options"].api_key == "LEAK"
    finally:
        sdk.configure()
        for built in (first, second):
            assert built.close is not None
            built.close()


def test_a_model_has_the_project_of_its_own_whatever_is_initialised(server: RecordingServer) -> None:
    runner = runner_of("vertex", sync=True)
    server.service = runner.service
    sdk = import_sdk(runner.adapter.PACKAGE)
    common = import_module("google.cloud.aiplatform.initializer").global_config
    before = dict(vars(common))
    built = runner.adapter.build(runner.connection(server.origin), sync=True)
    assert vars(common) == before
    try:
        sdk.init(
            project="LEAK",
            location="asia-east1",
            credentials=token_of("LEAK"),
            api_endpoint=ELSEWHERE,
            request_metadata=[("x-leak", "LEAK")],
        )
        built.client.generate_content("x")
        built.client.count_tokens("x")
        other = runner.adapter.build(runner.connection(server.origin, settings={"project": "p-2"}), sync=True)
        other.client.generate_content("x")
        assert [request.path.split("/")[3] for request in server.requests] == [
            "my-project",
            "my-project",
            "p-2",
        ]
        for request in server.requests:
            assert "LEAK" not in request.everything
            assert runner.service.identity(request) == runner.service.own_identity
    finally:
        vars(common).update(before)
        for one in (built, other):
            assert one.close is not None
            one.close()


def test_building_warns_nobody(server: RecordingServer) -> None:
    code = f"""
from modelcatalog.providers.adapter.adapter import Connection
from modelcatalog.providers.adapter.registry import load_adapter
for name, settings in (
    ("google_legacy", {{"api_key": "{KEY}", "base_url": "{server.origin}"}}),
    ("vertex", {{"project": "p", "location": "us-central1"}}),
):
    connection = Connection(provider="acme", qualifier=None, model="m", settings=settings, auth="key")
    load_adapter(name).parameters("request")
    load_adapter(name).build(connection, sync=True).close()
print("built")
"""
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", code], check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("built\n", "")
