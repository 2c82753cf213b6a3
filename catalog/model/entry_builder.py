"""From the linked text of an entry to the frozen entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.model.entries import Argument, Entry, Header, Place, Setting

if TYPE_CHECKING:
    from modelcatalog.catalog.model.merge import Places

USUAL_ADAPTER = "openai"
"""Of an entry that names none."""


def typed(provider: str, qualifier: str | None, data: Mapping[str, Any], places: Places) -> Entry:
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
        place=_entry_place(places, qualifier),
        endpoint_place=places.get("endpoint"),
        settings=MappingProxyType(dict(_settings(data, places))),
        headers=MappingProxyType({name: _header(name, value, places) for name, value in headers.items()}),
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
        places=MappingProxyType(places),
        **plain,
    )


_SCALARS = (
    "name adapter endpoint model_prefix extends description docs keys hidden status since replacement note source "
    "verified allow_http"
).split()


_SECRET = ("key", "token", "secret", "password")
"""Last words of the names of settings that are secret whatever an entry says, as in the schema."""


def _entry_place(places: Places, qualifier: str | None) -> Place:
    return places.get(f"qualifiers/{qualifier}") or places[""]


def _present(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (data.get("settings") or {}).items() if value is not None}


def _settings(data: Mapping[str, Any], places: Places) -> Iterable[tuple[str, Setting]]:
    for name, value in _present(data).items():
        pointer = f"settings/{name}"
        if value.get("command") and places[f"{pointer}/command"].layer == "project":
            from modelcatalog.catalog.model.entry_problems import problem_at

            message = f"the setting {name!r} is taken from a command, which a project's file may not name"
            hint = "write it into your own catalog file"
            raise problem_at(places, f"{pointer}/command", message, "command-of-a-project", hint)
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
                env_place=places.get(f"{pointer}/env") or places.get(pointer),
                default_place=places.get(f"{pointer}/default") or places.get(pointer),
                also_place=places.get(f"{pointer}/also") or places.get(pointer),
                command=tuple(value.get("command") or ()),
                command_place=places.get(f"{pointer}/command"),
                prefixes=tuple(value.get("prefixes") or ()),
                pattern_place=places.get(f"{pointer}/pattern") or places.get(f"{pointer}/prefixes"),
            ),
        )


def _header(name: str, value: Mapping[str, Any], places: Places) -> Header:
    return Header(
        name,
        value.get("value"),
        tuple(value.get("env") or ()),
        bool(value.get("required", bool(value.get("env")))),
        bool(value.get("secret")),
        places.get(f"headers/{name}") or places[""],
    )
