"""Anthropic's messages as Bedrock serves them: the model in the path, signed requests, binary event streams."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import KEY, Sent

from support import eventstream
from support.services.anthropic import Anthropic, read_body, stream_events
from support.signatures import signed_by

UNKNOWN = "Could not resolve the foundation model from the provided model identifier."


class Bedrock(Anthropic):
    auth = "aws"
    own_identity: Mapping[str, str] = {"signature": "AKIDSENTINEL/eu-test-1/bedrock"}
    keyless = False
    lists_models = False
    poison: Mapping[str, str] = {
        "AWS_BEARER_TOKEN_BEDROCK": "LEAK-bearer",
        "AWS_ACCESS_KEY_ID": "LEAK-id",
        "AWS_SECRET_ACCESS_KEY": "LEAK-secret",
        "AWS_SESSION_TOKEN": "LEAK-session",
        "AWS_REGION": "leak-1-LEAK",
        "AWS_DEFAULT_REGION": "leak-2-LEAK",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9/LEAK",
        "ANTHROPIC_BEDROCK_BASE_URL": "http://127.0.0.1:9/LEAK",
        "ANTHROPIC_CUSTOM_HEADERS": Anthropic.poison["ANTHROPIC_CUSTOM_HEADERS"],
        "ANTHROPIC_API_KEY": "LEAK-key",
        "ANTHROPIC_AUTH_TOKEN": "LEAK-token",
    }

    def settings(self, origin: str) -> dict[str, Any]:  # noqa: ARG002  nothing here depends on it
        return {"region": "eu-test-1", "aws_access_key": "AKIDSENTINEL", "aws_secret_key": Secret(KEY)}

    def identity(self, request: Recorded) -> dict[str, str]:
        others = {
            name for name in (*self.identity_headers, "x-amz-security-token") if name in request.headers
        }
        found = {name: request.headers[name] for name in others - {"authorization"}}
        return {"signature": signed_by(request, KEY), **found}

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        told = stream_events(*texts, calls=calls, finish=finish)
        chunks = (json.dumps({"bytes": b64encode(json.dumps(one).encode()).decode()}) for one in told)
        pieces = tuple(eventstream.event("chunk", chunk.encode()) for chunk in chunks)
        return Answer(pieces, kind=eventstream.KIND)

    def error(self, status: int, message: str) -> Answer:
        return answers.as_json({"message": f"{UNKNOWN} {message}" if status == 404 else message}, status)

    def is_stream(self, request: Recorded) -> bool:
        return request.path.endswith("/invoke-with-response-stream")

    def read(self, request: Recorded) -> Sent:
        found = re.fullmatch(r"/model/([^/]+)/(invoke|invoke-with-response-stream)", request.path)
        assert found is not None, request.path
        body = dict(request.json)
        assert "model" not in body
        assert body.pop("anthropic_version")
        return read_body(
            {**body, "model": unquote(found[1]), "stream": self.is_stream(request)}, self.options
        )


SERVICE = Bedrock()
