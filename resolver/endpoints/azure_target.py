"""The "Target URI" of Azure's portal: the address of one call, from which the right settings follow."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_DEPLOYMENT = r"/openai/deployments/([\w.-]+)(?:/.*)?$"
_CALL = r"(?:/openai(?:/.*)?|/chat/completions)$"
_VERSION = r"[\w.-]{1,40}"


class Target(NamedTuple):
    """What such an address says: the base URL, the version of the API, and the deployment if it names one."""

    base_url: str
    api_version: str
    deployment: str | None


def target_of(url: str) -> Target | None:
    """The parts of a Target URI; None for any other address."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    versions = parse_qs(parts.query).get("api-version", [])
    if (
        not host.endswith(_HOSTS)
        or "@" in parts.netloc
        or len(versions) != 1
        or not re.fullmatch(_VERSION, versions[0])
    ):
        return None
    found = re.search(_DEPLOYMENT, parts.path)
    path = re.sub(_CALL, "", parts.path if found is None else parts.path[: found.start()]).rstrip("/")
    return Target(f"https://{host}{path}", versions[0], None if found is None else found[1])
