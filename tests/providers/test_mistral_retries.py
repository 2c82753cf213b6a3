"""Tries again with Mistral's clients, whose SDK counts time."""

from __future__ import annotations

import pytest

from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.mistral.retries import longest, retry_config
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import call

from support.runners import runner_of


@pytest.fixture(params=["mistral", "mistral_azure"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_a_refused_call_is_tried_again_when_that_was_said(adapter_name: str, server: RecordingServer) -> None:
    runner = runner_of(adapter_name, sync=True)
    config = retry_config(import_sdk(runner.adapter.PACKAGE), 2)
    # No test waits a second, and none depends on how slow the machine is.
    config.backoff.initial_interval = 1
    config.backoff.max_elapsed_time = 60_000
    server.answer(answers.error(500, "Oops"))
    connection = runner.connection(server.origin, arguments={"client": {"retry_config": config}})
    assert runner.chat(connection, call()).text == "Hello"
    assert len(server.requests) == 2


@pytest.mark.parametrize(("tries", "milliseconds"), [(1, 990), (2, 2990), (3, 6990), (5, 22_990)])
def test_a_new_try_has_a_last_moment(tries: int, milliseconds: int) -> None:
    assert longest(tries) == milliseconds
