"""Vertex AI as google-cloud-aiplatform speaks it over REST: enums as numbers, the token of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.google_account import TOKEN
from support.services.google_legacy import GoogleLegacy
from support.services.google_vertex import SERVICE as VERTEX

# Its numbers differ from those of the Gemini API.
CATEGORIES = {1: "HATE_SPEECH", 2: "DANGEROUS_CONTENT", 3: "HARASSMENT", 4: "SEXUALLY_EXPLICIT"}


class Vertex(GoogleLegacy):
    auth = "google"
    own_identity: Mapping[str, str] = {"authorization": f"Bearer {TOKEN}"}
    options = frozenset({"max_tokens", "temperature", "top_p", "stop", "seed"})
    request_parameters = frozenset({"temperature", "top_k", "labels"})
    has_call_ids = False
    lists_models = False
    categories: Mapping[int, str] = CATEGORIES
    poison: Mapping[str, str] = {
        "GOOGLE_CLOUD_PROJECT": "LEAK-project",
        "CLOUD_ML_PROJECT_ID": "LEAK-project",
        "GOOGLE_CLOUD_REGION": "LEAK-region",
        "CLOUD_ML_REGION": "LEAK-region",
        "GOOGLE_CLOUD_LOCATION": "LEAK-location",
        "GOOGLE_CLOUD_UNIVERSE_DOMAIN": "LEAK.example",
        "GOOGLE_APPLICATION_CREDENTIALS": "/LEAK/credentials.json",
        "GOOGLE_CLOUD_QUOTA_PROJECT": "LEAK-quota",
        "GOOGLE_API_KEY": "LEAK-google-key",
    }

    def settings(self, origin: str) -> dict[str, Any]:
        return VERTEX.settings(origin)

    def model_in(self, path: str) -> str:
        return VERTEX.model_in(path)

    def tool(self, declared: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": declared["name"],
            "description": declared["description"],
            "parameters": declared["parametersJsonSchema"],
        }

    def service(self, client: Any) -> Any:
        return client._prediction_client


SERVICE = Vertex()
