"""A value for each setting of an entry: argument > environment, in the order of the variables > default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver.credentials.chain import look_in_chain
from modelcatalog.resolver.credentials.values import Looked, PlannedArgument, SettingValue

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry, Setting
    from modelcatalog.resolver.credentials.environment import Environment, Found


def settle(
    entry: Entry, arguments: Mapping[str, PlannedArgument], environment: Environment
) -> dict[str, SettingValue]:
    """The value of every setting that the entry declares, set or not."""
    names = [name for setting in entry.settings.values() for name in setting.variables]
    secret = {name for setting in entry.settings.values() if setting.secret for name in setting.variables}
    hits: dict[str, list[Found]] = {}
    for found in environment.look(names, secret):
        hits.setdefault(found.variable, []).append(found)
    settled = {}
    for name, setting in entry.settings.items():
        mine = [hit for variable in setting.variables for hit in hits.get(variable, ())]
        value = _settle_one(setting, arguments.get(name), mine)
        settled[name] = look_in_chain(setting, value, environment) if setting.secret else value
    return settled


def _settle_one(setting: Setting, argument: PlannedArgument | None, hits: list[Found]) -> SettingValue:
    given = argument is not None and not (isinstance(argument.value, str) and not argument.value.strip())
    used = None if given else next((hit for hit in hits if not hit.is_blank), None)
    looked = tuple(_looked(setting, hits, used))
    if given and argument is not None:
        value = _wrap(setting, argument.value)
        return SettingValue(setting.name, value, "argument", argument.source, setting.required, None, looked)
    if used is not None:
        source = f"{used.variable}, {used.where}"
        value = _wrap(setting, used.value)
        return SettingValue(
            setting.name,
            value,
            used.origin,
            source,
            setting.required,
            None,
            looked,
            used.variable,
            used.mark,
        )
    if setting.default is not None:
        source = f"default, {setting.default_position}"
        return SettingValue(
            setting.name,
            _wrap(setting, setting.default),
            "default",
            source,
            setting.required,
            setting.default_position,
            looked,
        )
    return SettingValue(setting.name, None, "none", "not set", setting.required, None, looked)


def _looked(setting: Setting, hits: list[Found], used: Found | None) -> Iterable[Looked]:
    for variable in setting.variables:
        legacy = variable in setting.also
        mine = [hit for hit in hits if hit.variable == variable]
        if not mine:
            yield Looked(variable, "unset", None, legacy)
        for hit in mine:
            state = "used" if hit is used else "empty" if hit.is_blank else "shadowed"
            differs = state == "shadowed" and used is not None and hit.differs_from(used)
            yield Looked(variable, state, hit.where, legacy, differs)  # type: ignore[arg-type]


def _wrap(setting: Setting, value: Any) -> Any:
    if not setting.secret or isinstance(value, Secret) or callable(value):
        return value
    return Secret(str(value))
