"""Vertex AI as google-genai speaks it: project and location in the path, the token of an account in Authorization."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer

from support.google_account import TOKEN, account
from support.services.google import Google

PROJECT, LOCATION = "my-project", "europe-west4"


class GoogleVertex(Google):
    auth = "google"
    own_identity: Mapping[str, str] = {"authorization": f"Bearer {TOKEN}"}
    # Vertex AI has no ids of calls.
    has_call_ids = False

    def settings(self, origin: str) -> dict[str, Any]:  # noqa: ARG002  the account's file says where tokens are
        # Below the test's own folder.
        file = account().file(Path.cwd())
        return {"project": PROJECT, "location": LOCATION, "credentials_file": str(file)}

    def models(self, *names: str) -> Answer:
        return answers.as_json(
            {"publisherModels": [{"name": f"publishers/google/models/{name}"} for name in names]}
        )

    def model_in(self, path: str) -> str:
        found = re.fullmatch(
            rf"/v1(?:beta1)?/projects/{PROJECT}/locations/{LOCATION}/publishers/(\w+)/models/(.+):\w+", path
        )
        assert found is not None, path
        return found[2] if found[1] == "google" else f"{found[1]}/{found[2]}"


SERVICE = GoogleVertex()
