"""Keywords of a GenerativeModel's `generate_content`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# All other arguments of a call are for its generation_config.
KEYWORDS = frozenset(
    {"generation_config", "safety_settings", "tools", "tool_config", "request_options", "labels"}
)
MODEL = frozenset({"generation_config", "system_instruction", "tools", "tool_config"})
"""Those of the model object's constructor; its name and its safety settings are ours."""


def sorted_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of `generate_content`: what isn't one by itself is a part of the generation's configuration."""
    keywords = {name: value for name, value in given.items() if name in KEYWORDS}
    rest = {name: value for name, value in given.items() if name not in KEYWORDS}
    if rest:
        keywords["generation_config"] = {**(keywords.get("generation_config") or {}), **rest}
    return keywords
