"""Tools of a call, and the calls that a model asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Tool:
    """A function that the model may ask for. `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})

    @classmethod
    def of(cls, tool: Tool | Mapping[str, Any]) -> Tool:
        """A tool from {"name", "description", "parameters"}, or from OpenAI's form of it."""
        if isinstance(tool, Tool):
            return tool
        inner = tool.get("function", tool)
        return cls(**{name: inner[name] for name in ("name", "description", "parameters") if name in inner})


@dataclass(frozen=True)
class ToolCall:
    """A function that the model asks for. When `text`, what it wrote, is no JSON object, `error` says so."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    text: str = ""
