"""The bundled entries, each set up for the service that its adapter has in the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver import load_catalog

from support.services import Service, service_of

if TYPE_CHECKING:
    import pytest

    from modelcatalog.catalog.model.entries import Entry

ENTRIES = [
    entry
    for entry in load_catalog(user=False, project=False).entries()
    if installed_version(load_adapter(entry.adapter).PACKAGE.distribution)
    and not load_adapter(entry.adapter).IN_PROCESS
]
"""Those whose SDK is in this environment, and that have a service behind them."""


def set_up(patch: pytest.MonkeyPatch, entry: Entry, origin: str) -> dict[str, Any]:
    """Give the entry its values in variables, where it has some; the others are given back, to be arguments.

    Every variable that the SDK reads by itself is set to poison before.
    """
    service = service_of(entry.adapter)
    for variable, value in service.poison.items():
        patch.setenv(variable, value)
    for variables in (setting.variables for setting in entry.settings.values()):
        for variable in variables:
            patch.delenv(variable, raising=False)
    arguments = {}
    for name, value in values_of(entry, service, origin).items():
        setting = entry.settings.get(name)
        if setting is None:
            continue
        if setting.variables and isinstance(reveal(value), str):
            patch.setenv(setting.variables[0], reveal(value))
        else:
            arguments[name] = value
    return arguments


def values_of(entry: Entry, service: Service, origin: str) -> dict[str, Any]:
    """The values of the entry's settings with which it reaches the server at this origin."""
    values = {**service.settings(origin), "base_url": service.base_url(origin)}
    if entry.endpoint != "{base_url}":
        values |= {
            "base_url": values["base_url"].partition("/acc-1")[0].removesuffix("/v1"),
            "account_id": "acc-1",
        }
    return values
