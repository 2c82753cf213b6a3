"""OpenAI's protocol on Azure: the model in the path, the key in a header of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelcatalog.providers.testing.openai_service import OpenAIService
from modelcatalog.providers.testing.service import KEY


class AzureOpenAI(OpenAIService):
    own_identity: Mapping[str, str] = {"api-key": KEY}

    def base_url(self, origin: str) -> str:
        return origin

    def settings(self, origin: str) -> dict[str, Any]:
        return {**super().settings(origin), "api_version": "2024-10-21"}


SERVICE = AzureOpenAI()
