"""JSON Schema in the words of the ended google-generativeai, whose schema objects know a few of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 16
_KEPT = {
    "description": "description",
    "format": "format_",
    "nullable": "nullable",
    "required": "required",
    "minItems": "min_items",
    "maxItems": "max_items",
}


def schema(node: Mapping[str, Any]) -> dict[str, Any]:
    """What can be said of the schema: types, texts, enums of texts, properties, items; references are resolved."""
    return _schema(node, node, 0)


def _schema(node: Any, root: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return {}
    node, nullable = _one(node, root)
    said: dict[str, Any] = {theirs: node[ours] for ours, theirs in _KEPT.items() if ours in node}
    kind = node.get("type")
    if isinstance(kind, list):
        nullable = nullable or "null" in kind
        kind = next((one for one in kind if one != "null"), None)
    if kind is None and "properties" in node:
        kind = "object"
    choices = [node["const"]] if "const" in node else node.get("enum", [])
    if choices and all(isinstance(one, str) for one in choices):
        said["enum"], kind = list(choices), "string"
    if isinstance(kind, str) and kind != "null":
        said["type_"] = kind.upper()
    if nullable:
        said["nullable"] = True
    if isinstance(node.get("properties"), Mapping):
        said["properties"] = {name: _schema(one, root, depth + 1) for name, one in node["properties"].items()}
    if isinstance(node.get("items"), Mapping):
        said["items"] = _schema(node["items"], root, depth + 1)
    return said


def _one(node: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The node without references and choices: the first choice counts, and whether null is another."""
    nullable = False
    for _ in range(_DEEPEST):
        if isinstance(node.get("$ref"), str):
            node = {**_found(node["$ref"], root), **{name: node[name] for name in node if name != "$ref"}}
            continue
        choice = next((name for name in ("anyOf", "oneOf", "allOf") if node.get(name)), None)
        if choice is None:
            break
        others = [one for one in node[choice] if isinstance(one, Mapping)]
        nullable = nullable or any(one.get("type") == "null" for one in others)
        first = next((one for one in others if one.get("type") != "null"), {})
        node = {**first, **{name: node[name] for name in node if name != choice}}
    return node, nullable


def _found(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    node: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        node = node.get(step) if isinstance(node, Mapping) and step else node
    return node if isinstance(node, Mapping) and node is not root else {}
