"""Anthropic's messages as Vertex AI serves them: project, region and model in the path, a token of Google Cloud."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import KEY, Sent

from support.services.anthropic import Anthropic, read_body

STATUSES = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
UNKNOWN = "Publisher Model `projects/my-project/models/m` was not found."


class Vertex(Anthropic):
    auth = "google"
    keyless = False
    lists_models = False
    poison: Mapping[str, str] = {
        "ANTHROPIC_VERTEX_PROJECT_ID": "LEAK-project",
        "CLOUD_ML_REGION": "LEAK-region",
        "ANTHROPIC_VERTEX_BASE_URL": "http://127.0.0.1:9/LEAK",
        "ANTHROPIC_CUSTOM_HEADERS": Anthropic.poison["ANTHROPIC_CUSTOM_HEADERS"],
        "ANTHROPIC_API_KEY": "LEAK-key",
        "ANTHROPIC_AUTH_TOKEN": "LEAK-token",
        "GOOGLE_APPLICATION_CREDENTIALS": "/LEAK",
        "GOOGLE_CLOUD_PROJECT": "LEAK-cloud-project",
    }

    def base_url(self, origin: str) -> str:
        return f"{origin}/v1"

    def settings(self, origin: str) -> dict[str, Any]:  # noqa: ARG002  nothing here depends on it
        return {"project": "my-project", "region": "eu-test-1", "access_token": Secret(KEY)}

    def error(self, status: int, message: str) -> Answer:
        told = f"{UNKNOWN} {message}" if status == 404 else message
        error = {"code": status, "message": told, "status": STATUSES.get(status, "INTERNAL")}
        return answers.as_json({"error": error}, status)

    def read(self, request: Recorded) -> Sent:
        found = re.fullmatch(
            r"/v1/projects/my-project/locations/eu-test-1/publishers/anthropic/models/([^/]+):(\w+)",
            request.path,
        )
        assert found is not None, request.path
        body = dict(request.json)
        assert "model" not in body
        assert body.pop("anthropic_version")
        assert (found[2] == "streamRawPredict") is body.get("stream", False)
        return read_body({**body, "model": unquote(found[1])}, self.options)


SERVICE = Vertex()
