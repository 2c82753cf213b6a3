"""Variables that nothing reads, with almost the name of one that is looked for: OPENAI_KEY, ANTHROPIC_APIKEY."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.diagnostics.suggestions import is_one_edit

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry, Setting
    from modelcatalog.resolver.planning.plan import Plan

# Names that people and other tools give to the same thing.
_WORDS = {
    "api_key": ("API_KEY", "KEY", "API_TOKEN", "TOKEN", "SECRET_KEY", "API_SECRET_KEY"),
    "base_url": (
        "BASE_URL",
        "API_BASE",
        "API_BASE_URL",
        "BASE",
        "API_URL",
        "URL",
        "ENDPOINT",
        "API_ENDPOINT",
    ),
}
_WITHOUT = str.maketrans("", "", "-_.")
_LONG = 9
"""A name must have so many characters for one wrong letter to be taken for a slip."""


def near_misses(plan: Plan, loose: Mapping[str, str]) -> list[Finding]:
    """A finding for each of the `loose` variables (name -> where it is set) that may be meant for this plan's entry.

    Only settings that nothing else gave a value to are looked at.
    """
    return [
        _finding(plan.entry, setting, name, loose[name])
        for setting in plan.entry.settings.values()
        if setting.variables and plan.settings[setting.name].kind in ("none", "default") and _matters(setting)
        for name in _meant(plan.entry, setting, loose)
    ]


def _matters(setting: Setting) -> bool:
    return setting.name in _WORDS or setting.required or bool(setting.required_for)


def _meant(entry: Entry, setting: Setting, loose: Iterable[str]) -> list[str]:
    spellings = {_squashed(name) for name in _spellings(entry, setting)}
    own = [_squashed(name) for name in setting.variables]
    files = {f"{name}_FILE" for name in setting.variables} if setting.secret else set()
    return [
        name
        for name in loose
        if name in files
        or (short := _squashed(name)) in spellings
        or (len(short) >= _LONG and any(is_one_edit(short, mine) for mine in own))
    ]


def _squashed(name: str) -> str:
    return name.translate(_WITHOUT).upper()


def _spellings(entry: Entry, setting: Setting) -> Iterator[str]:
    """Other names for the setting's variables: other words for what it is, other names of the provider."""
    yield from setting.variables
    words = _WORDS.get(setting.name, ())
    for variable in setting.env:
        ending = max((word for word in words if variable.endswith(f"_{word}")), key=len, default=None)
        stem = variable if ending is None else variable.removesuffix(f"_{ending}")
        for name in _names(entry, stem):
            if ending is None:
                yield name
            for word in words if ending is not None else ():
                yield f"{name}_{word}"


def _names(entry: Entry, stem: str) -> Iterator[str]:
    """The beginning of a variable, with each name that the provider has in place of the one that is there."""
    yield stem
    if entry.qualifier is not None:
        return
    names = [_slug(name) for name in (entry.provider, *entry.aliases, entry.name)]
    first = next((name for name in names if stem == name or stem.startswith(f"{name}_")), None)
    if first is not None:
        yield from (name + stem.removeprefix(first) for name in names if name != first)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name.partition("(")[0].strip()).upper().replace("-", "_")


def _finding(entry: Entry, setting: Setting, name: str, where: str) -> Finding:
    wanted = setting.variables[0]
    message = f"{name} is set ({where}), but nothing reads it: {entry.id} looks for {wanted}."
    hint = f'export {wanted}="${name}"'
    if name in {f"{variable}_FILE" for variable in setting.variables}:
        message = f"{name} is set ({where}), but the file isn't read: {entry.id} looks for {wanted}."
        hint = f'export {wanted}="$(cat "${name}")"'
        if where != "environment":
            hint = f"Write {wanted} in {where}, with what is in the file."
    elif where != "environment" or not name.replace("_", "").isalnum():
        hint = f"Write {wanted} in place of {name}" + (f" in {where}." if where != "environment" else ".")
    return Finding("near-miss-variable", "warning", message, hint, setting.name)
