"""What a project's file would do with secrets of the user's, set or not: what `catalog trust` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver.credentials.cloud_identities import LOOKS, CloudIdentity
from modelcatalog.resolver.credentials.environment import Found
from modelcatalog.resolver.credentials.values import SettingValue
from modelcatalog.resolver.endpoints.template import fill
from modelcatalog.resolver.trust.policy import sent_values
from modelcatalog.resolver.trust.provenance import Comparison, compare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry, Setting
    from modelcatalog.resolver.credentials.dotenv_file import Dotenv


class Preview(NamedTuple):
    """For one entry: the address, what would be sent there, and the line that says so."""

    id: str
    address: str
    whats: tuple[str, ...]
    position: str


def preview(catalog: Catalog) -> list[Preview]:
    """What the project's file of this catalog would have sent where, in the order of the entries."""
    found: list[Preview] = []
    for entry in catalog.entries():
        comparison = compare(catalog, entry, honours_trust=False)
        if comparison.reference is not entry:
            found += _of_entry(comparison)
    return found


def preview_of_dotenv(catalog: Catalog, dotenv: Dotenv) -> list[Preview]:
    """Where a `.env` would send what the user has elsewhere: the base URLs and other parts of addresses in it."""
    found: list[Preview] = []
    for entry in catalog.entries():
        for setting in entry.settings.values():
            variable = next((name for name in setting.variables if dotenv.values.get(name)), None)
            if variable is None or setting.secret:
                continue
            where, mark = dotenv.locate(variable)
            value = str(dotenv.values[variable])
            taken = SettingValue(
                setting.name, value, ".env", f"{variable}, {where}", variable=variable, mark=mark
            )
            found += _of_entry(Comparison(entry, entry, catalog, None, honours_trust=False), taken)
    return found


def _of_entry(comparison: Comparison, taken: SettingValue | None = None) -> Iterable[Preview]:
    entry = comparison.entry
    values = [value for setting in entry.settings.values() for value in _imagined(setting)]
    if taken is not None:
        values = [value for value in values if value.name != taken.name] + [taken]
    base = next((value for value in values if value.name == "base_url"), None)
    address = _address(entry, values)
    headers = {
        f"{name} {at}": (name, Found(variable, "x", "environment", "environment"))
        for name, header in entry.headers.items()
        for at, variable in enumerate(header.env)
    }
    identities: list[CloudIdentity | None] = [
        CloudIdentity(scheme, "this machine") for scheme in entry.auth if scheme in LOOKS
    ]
    sent = [
        one
        for identity in identities or [None]
        for name, hit in [*headers.values(), ("", None)]
        for one in sent_values(
            comparison, base, values, {name: hit} if hit is not None else {}, address, identity
        )
    ]
    if sent:
        whats = tuple(dict.fromkeys(one.what for one in sent))
        yield Preview(entry.id, address or "an address of its choice", whats, sent[0].origin.position)


def _imagined(setting: Setting) -> Iterable[SettingValue]:
    """The setting with each of its variables set; a base URL with what the file says."""
    if setting.name != "base_url":
        for variable in setting.variables:
            yield SettingValue(
                setting.name,
                Secret("x"),
                "environment",
                f"{variable}, environment",
                variable=variable,
            )
    if setting.default is not None:
        source = f"default, {setting.default_position}"
        yield SettingValue(
            setting.name, setting.default, "default", source, position=setting.default_position
        )


def _address(entry: Entry, values: list[SettingValue]) -> str | None:
    known = {value.name: value.value for value in values if isinstance(value.value, str)}
    address = fill(fill(entry.endpoint, known.get), known.get)
    return None if address == "{base_url}" else address
