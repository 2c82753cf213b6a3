"""OpenAI, and everybody who speaks its protocol."""

from __future__ import annotations

from modelcatalog.providers.testing.openai_service import OpenAIService

SERVICE = OpenAIService()
