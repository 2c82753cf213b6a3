"""Short forms of an entry written out: what a person writes in one line becomes the full form that is merged.

The pointers of the lines follow: `base_url` becomes `settings/base_url/default`, and keeps its line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Line = Callable[[tuple[str | int, ...]], int]
Lines = dict[str, int]

_PLAIN = (
    "name description adapter docs keys endpoint model_prefix extends hidden status since replacement note source "
    "verified list_models allow_http"
).split()


def expand(raw: Mapping[str, Any], line: Line) -> tuple[dict[str, Any], Lines]:
    """The full form of a provider's (or a qualifier's) entry, and the line of each of its values by pointer."""
    full: dict[str, Any] = {}
    lines: Lines = {"": line(())}

    def put(pointer: str, value: Any, source: tuple[str | int, ...]) -> None:
        *way, last = pointer.split("/")
        node = full
        for depth, step in enumerate(way, start=1):
            inner = node.get(step)
            if not isinstance(inner, dict):
                inner = node[step] = {}
                lines.setdefault("/".join(way[:depth]), line(source))
            node = inner
        node[last] = value
        lines[pointer] = line(source)

    for key in _PLAIN:
        if key in raw:
            put(key, raw[key], (key,))
    for key in ("auth", "aliases"):
        if key in raw:
            put(key, _listed(raw[key]), (key,))
    if "settings" in raw and raw["settings"] is None:
        put("settings", None, ("settings",))
    for name, setting in (raw.get("settings") or {}).items():
        _setting(put, name, setting, ("settings", name))
    if "base_url" in raw:
        _base_url(put, raw["base_url"])
    if "api_key" in raw:
        _api_key(put, raw["api_key"])
    _headers(put, raw)
    _arguments(put, raw)
    _qualifiers(full, lines, raw, line)
    return full, lines


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _setting(
    put: Callable[[str, Any, tuple[str | int, ...]], None], name: str, raw: Any, source: tuple[str, ...]
) -> None:
    pointer = f"settings/{name}"
    if not isinstance(raw, Mapping):
        put(pointer, None if raw is None else {"default": raw}, source)
        return
    if not raw:
        put(pointer, {}, source)
    for key, value in raw.items():
        put(f"{pointer}/{key}", _listed(value) if key in ("env", "also") else value, (*source, key))


def _base_url(put: Callable[[str, Any, tuple[str | int, ...]], None], raw: Any) -> None:
    if isinstance(raw, Mapping):
        _setting(put, "base_url", raw, ("base_url",))
    elif raw is None:
        put("settings/base_url", None, ("base_url",))
    else:
        put("settings/base_url/default", raw, ("base_url",))


def _api_key(put: Callable[[str, Any, tuple[str | int, ...]], None], raw: Any) -> None:
    if isinstance(raw, Mapping):
        _setting(put, "api_key", raw, ("api_key",))
    elif raw is None or raw == "none":
        put("settings/api_key", None, ("api_key",))
        if raw is not None:
            put("auth", ["none"], ("api_key",))
    else:
        put("settings/api_key/required", raw == "required", ("api_key",))


def _headers(put: Callable[[str, Any, tuple[str | int, ...]], None], raw: Mapping[str, Any]) -> None:
    if "headers" in raw and raw["headers"] is None:
        put("headers", None, ("headers",))
    for name, value in (raw.get("headers") or {}).items():
        if isinstance(value, Mapping):
            value = {"value": None, **value, "env": _listed(value.get("env"))}
        elif value is not None:
            value = {"value": value, "env": None}
        put(f"headers/{name}", value, ("headers", name))


def _arguments(put: Callable[[str, Any, tuple[str | int, ...]], None], raw: Mapping[str, Any]) -> None:
    arguments = raw.get("args")
    if isinstance(arguments, str):
        put("args/*", {"to": arguments}, ("args",))
        return
    for name, value in (arguments or {}).items():
        put(f"args/{name}", {"to": value} if isinstance(value, str) else value, ("args", name))


def _qualifiers(full: dict[str, Any], lines: Lines, raw: Mapping[str, Any], line: Line) -> None:
    qualifiers = raw.get("qualifiers")
    if "qualifiers" in raw:
        full["qualifiers"] = None if qualifiers is None else {}
        lines["qualifiers"] = line(("qualifiers",))
    for name, patch in (qualifiers or {}).items():

        def inner(pointer: tuple[str | int, ...], name: str = name) -> int:
            return line(("qualifiers", name, *pointer))

        lines[f"qualifiers/{name}"] = inner(())
        if patch is None:
            full["qualifiers"][name] = None
            continue
        full["qualifiers"][name], inner_lines = expand(patch, inner)
        lines.update({f"qualifiers/{name}/{p}": at for p, at in inner_lines.items() if p})
