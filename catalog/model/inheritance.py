"""From merged text to an entry: `extends` and qualifiers laid over what they patch, the defaults filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from modelcatalog.catalog.model.merge import Positions, merge, part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcatalog.catalog.diagnostics.errors import CatalogError
    from modelcatalog.catalog.model.entries import Entry


class Providers(Protocol):
    """What is asked of the catalog while an entry is put together."""

    @property
    def providers(self) -> Iterable[str]: ...

    @property
    def provider_aliases(self) -> Mapping[str, str]: ...

    def merged(self, provider: str) -> tuple[dict[str, Any], Positions] | None: ...

    def find(self, name: str) -> str | None: ...

    def entry(self, provider: str) -> Entry: ...


_OWN = (
    "aliases",
    "extends",
    "hidden",
    "name",
    "note",
    "since",
    "source",
    "status",
    "replacement",
    "verified",
    "description",
)
"""What an entry says of itself, and doesn't hand on to one that extends it."""


_MOST_EXTENDED = 16
"""Entries between one and the last that it extends: more is a mistake, or an attempt to use up the stack."""


def linked(
    catalog: Providers, provider: str, qualifier: str | None, trail: tuple[str, ...] = ()
) -> tuple[dict[str, Any], Positions]:
    """The whole text of an entry. Raises CatalogError when `extends` leads nowhere or runs in a loop."""
    merged = catalog.merged(provider)
    if merged is None:
        raise KeyError(provider)
    own, positions = merged
    data, positions = _extended(catalog, provider, own, positions, trail)
    if not own.get("extends"):
        _derive(data, positions, provider, moved=False)
    qualifiers = data.pop("qualifiers", None) or {}
    if qualifier is None:
        data["qualifiers"] = [name for name, patch in qualifiers.items() if patch is not None]
        return data, positions
    patch = qualifiers.get(qualifier)
    if patch is None:
        raise KeyError(qualifier)
    patch_positions = part(positions, f"qualifiers/{qualifier}")
    moved = _is_moved(data, patch)
    data = {key: value for key, value in data.items() if key not in ("aliases", "description")}
    if moved:
        data = _without_identity(data)
    data, positions = merge(data, positions, patch, patch_positions)
    _derive(data, positions, f"{provider}_{qualifier}", moved=moved, patch=patch)
    return data, positions


def _extended(
    catalog: Providers, provider: str, own: dict[str, Any], positions: Positions, trail: tuple[str, ...]
) -> tuple[dict[str, Any], Positions]:
    target = own.get("extends")
    if not target:
        return own, positions
    from modelcatalog.catalog.model.entry_problems import problem_at

    if provider in trail:
        way = " -> ".join([*trail[trail.index(provider) :], provider])
        raise problem_at(positions, "extends", f"provider {provider!r} extends itself: {way}", "extends-loop")
    if len(trail) >= _MOST_EXTENDED:
        message = f"provider {provider!r} is the end of a chain of more than {_MOST_EXTENDED} 'extends'"
        raise problem_at(positions, "extends", message, "extends-chain", "extend the first of them")
    name, _, qualifier = target.partition("/")
    found = catalog.find(name)
    try:
        base, base_positions = linked(catalog, found or name, qualifier or None, (*trail, provider))
    except KeyError:
        raise _nothing_to_extend(catalog, provider, target, found, positions) from None
    base = {
        key: value
        for key, value in base.items()
        if key not in _OWN and not (qualifier and key == "qualifiers")
    }
    if isinstance(base.get("qualifiers"), list):
        full = catalog.merged(found or name)
        base["qualifiers"] = {
            q: p for q, p in ((full[0].get("qualifiers") if full else None) or {}).items() if p
        }
    moved = _is_moved(base, own)
    if moved:
        base = _without_identity(base)
    data, positions = merge(base, base_positions, own, positions)
    _derive(data, positions, provider, moved=moved, patch=own)
    return data, positions


def _nothing_to_extend(
    catalog: Providers, provider: str, target: str, found: str | None, positions: Positions
) -> CatalogError:
    from modelcatalog.catalog.diagnostics.suggestions import nearest
    from modelcatalog.catalog.model.entry_problems import problem_at

    if found is None:
        near = nearest(target.partition("/")[0], [*catalog.providers, *catalog.provider_aliases])
    else:
        near = nearest(target, [f"{found}/{qualifier}" for qualifier in catalog.entry(found).qualifiers])
    hint = f"did you mean {near[0]!r}?" if near else None
    message = f"provider {provider!r} extends {target!r}, which is not a provider"
    return problem_at(positions, "extends", message, "unknown-extends", hint)


def _host(url: object) -> str:
    return str(url).partition("://")[2].partition("/")[0].casefold()


def _default_url(data: Mapping[str, Any]) -> object:
    return ((data.get("settings") or {}).get("base_url") or {}).get("default")


def _is_moved(base: Mapping[str, Any], patch: Mapping[str, Any]) -> bool:
    """Whether the patch names another host than what it patches: the key of the one mustn't go to the other."""
    url = _default_url(patch)
    return url is not None and _host(url) != _host(_default_url(base))


def _without_identity(base: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry at another host inherits: no header or setting that says who the user is at the first one."""
    settings = {}
    for name, setting in (base.get("settings") or {}).items():
        ours = setting is None or name in ("api_key", "base_url")
        identifies = not ours and (
            setting.get("secret") or not (setting.get("required") or setting.get("default"))
        )
        settings[name] = (
            {key: value for key, value in setting.items() if key not in ("env", "also", "command")}
            if identifies
            else setting
        )
    headers = {
        name: value for name, value in (base.get("headers") or {}).items() if not (value and value.get("env"))
    }
    return {**base, "settings": settings, "headers": headers, "allow_http": None}


def _derive(
    data: dict[str, Any],
    positions: Positions,
    owner: str,
    *,
    moved: bool,
    patch: Mapping[str, Any] | None = None,
) -> None:
    """Fill in the variables that an entry didn't name: OWNER_API_KEY, OWNER_BASE_URL.

    An entry that patches another one keeps the other's variables, unless it moves to another host: then the key and
    the base URL have names of their own, so that no key follows to a host that it wasn't made for.
    """
    prefix = re.sub(r"\W", "_", owner).upper()
    settings = data["settings"] = dict(data.get("settings") or {})
    said = (patch or {}).get("settings") or {}
    keyless = "key" not in (data.get("auth") or ["key"])
    for name, variable, fresh in (
        ("api_key", f"{prefix}_API_KEY", {"secret": True, "required": True}),
        ("base_url", f"{prefix}_BASE_URL", {"required": True}),
    ):
        if name == "api_key" and keyless:
            continue
        if name in settings and settings[name] is None:
            continue
        setting = dict(settings.get(name) or {})
        patched = said.get(name) or {}
        elsewhere = moved if name == "api_key" else patched.get("default") is not None
        named = "env" in (setting if patch is None else patched)
        inherited = patch is not None and not elsewhere and setting.get("env") and not patched.get("command")
        if patch is not None and (named or elsewhere) and not patched.get("command"):
            # Another key than that of what it patches.
            setting.pop("command", None)
        if patch is not None and elsewhere and "also" not in patched:
            setting.pop("also", None)
        if not named and not inherited:
            setting["env"] = [variable]
            setting.pop("also", None)
            positions[f"settings/{name}/env"] = positions[""]
        settings[name] = {**fresh, **{key: value for key, value in setting.items() if value is not None}}
