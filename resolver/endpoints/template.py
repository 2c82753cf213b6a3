"""Addresses with `{name}` in them, filled with settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def fill(template: str, value_of: Callable[[str], Any]) -> str:
    """The template with `{name}` replaced by settings; KeyError for one that isn't a setting. None stays as it is."""

    def replace(match: re.Match[str]) -> str:
        value = value_of(match.group(1))
        return (
            match.group(0)
            if value is None
            else str(value).rstrip("/")
            if match.group(1) == "base_url"
            else str(value)
        )

    return re.sub(r"\{([a-z][a-z0-9_]*)\}", replace, template)
