"""Mistral on Azure: another path, the version of the API in the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.services.mistral import Mistral


class MistralAzure(Mistral):
    lists_models = False
    poison: Mapping[str, str] = Mistral.poison

    def settings(self, origin: str) -> dict[str, Any]:
        return {**super().settings(origin), "api_version": "2024-12-01"}


SERVICE = MistralAzure()
