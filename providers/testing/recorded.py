"""A request as a test's server got it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recorded:
    """Header names in lower case; a header that came twice has both values, comma between.

    `target` is path and query as they were sent.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    target: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def everything(self) -> str:
        """All of it as text, to look for what must not be there."""
        return f"{self.path} {self.query} {self.headers} {self.body!r}"
