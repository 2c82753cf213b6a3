"""From the linked text of an entry to the frozen entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.model.entries import Argument, Entry, Header, Position, Setting

if TYPE_CHECKING:
    from modelcatalog.catalog.model.merge import Positions

USUAL_ADAPTER = "openai"
"""Of an entry that names none."""


def typed(provider: str, qualifier: str | None, data: Mapping[str, Any], positions: Positions) -> Entry:
    """The frozen entry of a linked text."""
    plain = {key: data[key] for key in _SCALARS if data.get(key) is not None}
    args = {name: value for name, value in (data.get("args") or {}).items() if value is not None}
    default_target = args.pop("*", {"to": "client"})["to"]
    headers = {name: value for name, value in (data.get("headers") or {}).items() if value is not None}
    return Entry(
        provider=provider,
        qualifier=qualifier,
        name=plain.pop("name", provider),
        adapter=plain.pop("adapter", USUAL_ADAPTER),
        position=_entry_position(positions, qualifier),
        endpoint_position=positions.get("endpoint"),
        settings=MappingProxyType(dict(_settings(data, positions))),
        headers=MappingProxyType({name: _header(name, value, positions) for name, value in headers.items()}),
        auth=tuple(data.get("auth") or (("key",) if "api_key" in _present(data) else ("none",))),
        arguments=MappingProxyType(
            {
                name: Argument(name, arg["to"], arg.get("type"), arg.get("description"))
                for name, arg in args.items()
            }
        ),
        default_target=default_target,
        qualifiers=tuple(data.get("qualifiers") or ()),
        aliases=tuple(data.get("aliases") or ()),
        list_models=MappingProxyType(dict(data.get("list_models") or {})),
        positions=MappingProxyType(positions),
        **plain,
    )


_SCALARS = (
    "name adapter endpoint model_prefix extends description docs keys hidden status since replacement note source "
    "verified allow_http"
).split()


_SECRET = ("key", "token", "secret", "password")
"""Last words of the names of settings that are secret whatever an entry says, as in the schema."""


def _entry_position(positions: Positions, qualifier: str | None) -> Position:
    return positions.get(f"qualifiers/{qualifier}") or positions[""]


def _present(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (data.get("settings") or {}).items() if value is not None}


def _settings(data: Mapping[str, Any], positions: Positions) -> Iterable[tuple[str, Setting]]:
    for name, value in _present(data).items():
        pointer = f"settings/{name}"
        if value.get("command") and positions[f"{pointer}/command"].layer == "project":
            from modelcatalog.catalog.model.entry_problems import problem_at

            message = f"the setting {name!r} is taken from a command, which a project's file may not name"
            hint = "write it into your own catalog file"
            raise problem_at(positions, f"{pointer}/command", message, "command-of-a-project", hint)
        yield (
            name,
            Setting(
                name,
                env=tuple(value.get("env") or ()),
                also=tuple(value.get("also") or ()),
                default=value.get("default"),
                secret=bool(value.get("secret")) or name.rpartition("_")[2] in _SECRET,
                required=bool(value.get("required")),
                required_for=tuple(value.get("required_for") or ()),
                pattern=value.get("pattern"),
                choices=tuple(value.get("choices") or ()),
                description=value.get("description"),
                env_position=positions.get(f"{pointer}/env") or positions.get(pointer),
                default_position=positions.get(f"{pointer}/default") or positions.get(pointer),
                also_position=positions.get(f"{pointer}/also") or positions.get(pointer),
                command=tuple(value.get("command") or ()),
                command_position=positions.get(f"{pointer}/command"),
                prefixes=tuple(value.get("prefixes") or ()),
                pattern_position=positions.get(f"{pointer}/pattern") or positions.get(f"{pointer}/prefixes"),
            ),
        )


def _header(name: str, value: Mapping[str, Any], positions: Positions) -> Header:
    return Header(
        name,
        value.get("value"),
        tuple(value.get("env") or ()),
        bool(value.get("required", bool(value.get("env")))),
        bool(value.get("secret")),
        positions.get(f"headers/{name}") or positions[""],
    )
