"""Where Vertex AI is: project, location and the address that follows from the location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

# Locations of several regions have addresses of another form: google-genai 3.4, _api_client.py.
_SEVERAL = ("us", "eu")


def place(connection: Connection, given: Mapping[str, Any]) -> tuple[str, str]:
    """Project and location, of which the SDK's arguments `given` win over the settings.

    Raises ValueError for the one that is missing: the SDKs would look in variables, files and at the metadata address.
    """
    found = {name: given.get(name) or connection.settings.get(name) for name in ("project", "location")}
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise ValueError(f"{connection.provider} has no {' and no '.join(missing)}")
    return str(found["project"]), str(found["location"])


def endpoint(location: str) -> str:
    """The address of Vertex AI for this location, which is a part of it but for `global`."""
    if location == "global":
        return "https://aiplatform.googleapis.com"
    if location in _SEVERAL:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"
