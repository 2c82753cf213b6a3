"""Short forms of `api_key` over each other: what the upper one says holds, wherever the two are written."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import load_catalog, resolve

KEY = "acme-key-0123456789abcdef"
# What is written, and whether a key is sent that the variable B_KEY holds; None: what is below it decides.
FORMS: dict[str, tuple[dict[str, Any], bool | None]] = {
    "nothing": ({}, None),
    "none": ({"api_key": "none"}, False),
    "variable": ({"api_key": {"env": ["B_KEY"]}}, True),
    "setting": ({"settings": {"api_key": {"env": ["B_KEY"]}}}, True),
    "optional, then a variable": ({"settings": {"api_key": {"env": ["B_KEY"], "required": False}}}, True),
    "auth none": ({"auth": "none"}, False),
    "auth key": ({"auth": "key", "api_key": {"env": ["B_KEY"]}}, True),
}
PAIRS = list(product(FORMS, FORMS))
# Without a word on either side, the entry's own variable is the key's.
DEFAULT = False


def expected(below: str, above: str) -> bool:
    for name in (above, below):
        if (sent := FORMS[name][1]) is not None:
            return sent
    return DEFAULT


def is_sent(name: str, server: RecordingServer, *overlays: dict[str, Any]) -> bool:
    layers = [load_catalog(user=False, project=False, overlay=one).layers for one in overlays]
    catalog = Catalog((*layers[0], *(one[-1] for one in layers[1:])))
    # Other secrets are there too: a required one that is unset would be refused.
    secrets = [one for one in catalog.entry(*name.split("/")[:-1]).settings.values() if one.secret]
    env = {variable: KEY[::-1] for one in secrets for variable in one.env} | {"B_KEY": KEY}
    with resolve(name, sync=True, catalog=catalog, env=env) as model:
        model.chat("hi")
    return server.last.headers.get("authorization") == f"Bearer {KEY}"


@pytest.fixture
def server() -> Any:
    with RecordingServer() as running:
        yield running


@pytest.mark.parametrize(("below", "above"), PAIRS)
def test_entry_that_extends_another(below: str, above: str, server: RecordingServer) -> None:
    base = {"base_url": server.url, **FORMS[below][0]}
    providers = {"a": base, "b": {"extends": "a", **FORMS[above][0]}}
    assert is_sent("b/m", server, {"catalog": 1, "providers": providers}) is expected(below, above)


@pytest.mark.parametrize(("below", "above"), PAIRS)
def test_qualifier_of_an_entry(below: str, above: str, server: RecordingServer) -> None:
    base = {"base_url": server.url, **FORMS[below][0], "qualifiers": {"q": {"name": "Q", **FORMS[above][0]}}}
    assert is_sent("a/q/m", server, {"catalog": 1, "providers": {"a": base}}) is expected(below, above)


@pytest.mark.parametrize(("below", "above"), PAIRS)
def test_layer_over_a_layer(below: str, above: str, server: RecordingServer) -> None:
    lower = {"catalog": 1, "providers": {"a": {"base_url": server.url, **FORMS[below][0]}}}
    upper = {"catalog": 1, "providers": {"a": {"name": "A", **FORMS[above][0]}}}
    assert is_sent("a/m", server, lower, upper) is expected(below, above)


@pytest.mark.parametrize(("below", "above"), PAIRS)
def test_layer_over_a_qualifier_of_a_layer(below: str, above: str, server: RecordingServer) -> None:
    lower_patch = {"name": "Q", **FORMS[below][0]}
    lower = {"catalog": 1, "providers": {"a": {"base_url": server.url, "qualifiers": {"q": lower_patch}}}}
    upper = {"catalog": 1, "providers": {"a": {"qualifiers": {"q": {"name": "R", **FORMS[above][0]}}}}}
    assert is_sent("a/q/m", server, lower, upper) is expected(below, above)
