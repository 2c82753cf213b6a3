"""Base URLs as other tools want them: each ends, after the adapter's rule, at the path that the service has."""

from __future__ import annotations

import pytest

from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import call
from modelcatalog.resolver.endpoints.base_url import examine

from support.runners import runner_of
from support.services import service_of

MESSAGES, COMPLETIONS = "/v1/messages", "/openai/v1/chat/completions"
PASTED = [
    *(("anthropic", end, MESSAGES) for end in ("", "/", "/v1", "/v1/", "/v1/messages", "/v1/models")),
    ("anthropic", "/proxy/v1/messages", f"/proxy{MESSAGES}"),
    *(("cohere", end, "/v2/chat") for end in ("", "/v1", "/v2/", "/v2/chat", "/v1/chat", "/v1/models")),
    ("anthropic_bedrock", "/model", "/model/m%2F1/invoke"),
    *(
        ("groq", end, COMPLETIONS)
        for end in ("", "/v1", "/openai", "/openai/v1", "/openai/v1/", COMPLETIONS, "/openai/v1/models")
    ),
    *(
        ("mistral", end, "/v1/chat/completions")
        for end in ("", "/v1", "/v1/", "/v1/chat/completions", "/chat/completions", "/v1/models")
    ),
    *(
        ("mistral_azure", end, "/models/chat/completions")
        for end in ("", "/v1", "/models", "/models/", "/models/chat/completions", "/v1/chat/completions")
    ),
]


@pytest.mark.parametrize(("adapter", "pasted", "path"), PASTED)
def test_a_pasted_address_leads_to_the_right_path(adapter: str, pasted: str, path: str) -> None:
    with RecordingServer(service=service_of(adapter)) as server:
        rule = load_adapter(adapter).URL_RULE
        url, findings = examine(f"{server.origin}{pasted}", rule, source="a test")
        assert not any(finding.severity == "error" for finding in findings)
        runner = runner_of(adapter, sync=True)
        runner.chat(runner.connection(server.origin, settings={"base_url": url}), call())
        assert server.last.path == path
