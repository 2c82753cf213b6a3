"""Groq: OpenAI's protocol below /openai/v1, the usage of a stream in an extension."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.openai_service import CUSTOM_HEADERS, OpenAIService


class Groq(OpenAIService):
    usual_patience = (60, 2)
    poison: Mapping[str, str] = {
        "GROQ_API_KEY": "LEAK-groq-key",
        "GROQ_BASE_URL": "http://127.0.0.1:9/LEAK",
        "GROQ_CUSTOM_HEADERS": CUSTOM_HEADERS,
    }

    def base_url(self, origin: str) -> str:
        return origin

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        usual = super().stream(*texts, calls=calls, finish=finish)
        parts = [piece.decode().removeprefix("data: ").strip() for piece in usual.pieces]
        told: list[str] = []
        for part in parts:
            chunk = json.loads(part) if part.startswith("{") else {}
            usage = chunk.pop("usage", None)
            if usage is not None:
                chunk["x_groq"] = {"id": "req-1", "usage": usage}
            told.append(json.dumps(chunk) if chunk else part)
        return answers.events(*told)


SERVICE = Groq()
