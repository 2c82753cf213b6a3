"""Keys by their looks: of another provider, of a form that the provider doesn't give out, or a placeholder for one.

Looks are held against a key only on its way to the host that the catalog itself names: what a host of the user's own
takes is known to nobody here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import CatalogError, UnknownProviderError
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.model.layers import literal_start
from modelcatalog.resolver.endpoints.base_url import is_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry, Setting
    from modelcatalog.catalog.redaction.secret import Secret
    from modelcatalog.resolver.credentials.values import SettingValue

_TELLING = 4
"""As many characters must a beginning have to be held against a key of a provider whose own keys aren't known."""

_PLACEHOLDER = (
    r"(?i)<[^<>]*>|\{\{.*\}\}|\$\{?\w+\}?|\$\(.*\)|.{0,8}\.{3}|.{0,8}\u2026|[\w-]{0,8}[xX*]{4,}|"
    r"(?:[\w-]{0,12}[-_ ])?(?:your|my|insert|enter|paste)[-_ ](?:[\w ]+[-_ ])?(?:key|token|secret)(?:[-_ ]here)?|"
    r"change[-_ ]?me|replace[-_ ]?me|placeholder|todo|tbd|none|null|nil|undefined"
)


def shape_findings(
    catalog: Catalog, entry: Entry, setting: Setting, values: Mapping[str, SettingValue], key: Secret
) -> list[Finding]:
    """What the looks of a key say against it, if anything."""
    value = values[setting.name]
    base = values.get("base_url")
    if base is not None and base.kind not in ("default", "none"):
        return []
    what = value.source.partition(",")[0] if value.kind != "argument" else "the api_key argument"
    if _is_at_home(entry, base):
        if value.kind != "argument" and re.fullmatch(_PLACEHOLDER, key.reveal().strip()):
            return [_placeholder(entry, setting.name, value, what)]
        if foreign := _foreign(catalog, entry, setting, key):
            return [_moved(entry, setting, value, foreign)]
    return _unusual(entry, setting, base, key, what)


def _is_at_home(entry: Entry, base: SettingValue | None) -> bool:
    """Whether the key goes to a public host that the catalog names, and that no file of the user's moved."""
    if base is None or base.value is None:
        return not (base is not None and base.required)
    position = base.position
    ours = position is not None and position.layer in ("bundled", "extension")
    is_shipped = entry.endpoint_position is None or entry.endpoint_position.layer in ("bundled", "extension")
    return ours and is_shipped and not is_private(str(base.value))


def _foreign(catalog: Catalog, entry: Entry, setting: Setting, key: Secret) -> tuple[str, Entry] | None:
    """The beginning that shows it, and the entry of the provider whose it is."""
    found = catalog.owners_of_key(key)
    if found is None:
        return None
    prefix, owners = found
    own = [*setting.prefixes, *filter(None, [literal_start(setting.pattern)])]
    mine = max((len(one) for one in own if key.reveal().startswith(one)), default=0)
    if entry.provider in owners or mine >= len(prefix):
        return None
    if setting.pattern is None and len(prefix) < _TELLING:
        return None
    if setting.pattern is not None and not mine and _fits(setting.pattern, key):
        return None
    owner = next((one for name in owners if (one := _readable(catalog, name)) is not None), None)
    return None if owner is None else (prefix, owner)


def _readable(catalog: Catalog, provider: str) -> Entry | None:
    """The provider's entry, None where a file took it away or has problems in it."""
    try:
        return catalog.entry(provider)
    except (CatalogError, UnknownProviderError):
        return None


def _moved(entry: Entry, setting: Setting, value: SettingValue, foreign: tuple[str, Entry]) -> Finding:
    prefix, other = foreign
    variable = value.source.partition(",")[0]
    target = next(iter(other.settings["api_key"].variables), None) if "api_key" in other.settings else None
    is_error = setting.pattern is not None and value.kind != "argument"
    subject = "The api_key argument" if value.kind == "argument" else variable
    message = (
        f"{subject} holds a key of {other.name} (it begins with {prefix}), and would be sent to {entry.name}."
    )
    hint = f"Get one of {entry.name}" + (f" at {entry.keys}." if entry.keys else ".")
    if target == variable:
        target = None
    if target is not None and value.kind == "environment":
        hint = f'export {target}="${variable}"; unset {variable}'
    elif target is not None and value.kind != "argument":
        hint = f"Write {target} in place of {variable} in {value.source.partition(', ')[2]}."
    return Finding("foreign-key", "error" if is_error else "warning", message, hint, setting.name)


def placeholder_finding(
    entry: Entry, name: str, value: SettingValue, key: Secret, url: str | None
) -> list[Finding]:
    """A finding where this is a placeholder for a secret on its way to a public host."""
    if url is None or is_private(url) or not re.fullmatch(_PLACEHOLDER, key.reveal().strip()):
        return []
    return [_placeholder(entry, name, value, value.source.partition(",")[0])]


def _placeholder(entry: Entry, name: str, value: SettingValue, what: str) -> Finding:
    message = f"{what} holds a placeholder, not a key of {entry.name}."
    keys = f" (get one at {entry.keys})" if entry.keys else ""
    position = value.source.partition(", ")[2]
    hint = f"export {what}=...{keys}" if value.kind == "environment" else f"Correct it in {position}{keys}."
    return Finding("placeholder-value", "error", message, hint, name)


def _fits(pattern: str, key: Secret) -> bool:
    from modelcatalog.catalog.validation.safe_regex import fits

    return fits(pattern, key)


def _unusual(
    entry: Entry, setting: Setting, base: SettingValue | None, key: Secret, what: str
) -> list[Finding]:
    """A key of another form than the provider's; said only where one file names both the form and the host."""
    if setting.pattern is None or _fits(setting.pattern, key):
        return []
    here, there = setting.pattern_position, base.position if base is not None else None
    if there is not None and (here is None or here.path != there.path):
        return []
    message = f"{what[0].upper()}{what[1:]} doesn't look like a key of {entry.name}."
    keys = f"; get one at {entry.keys}." if entry.keys else "."
    hint = f"Its keys have the form {setting.pattern}{keys}"
    return [Finding("unusual-key", "warning", message, hint, setting.name)]
