"""A qualifier, or a provider that extends another one, at another host: nothing of the user's follows it there."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.model.entries import Entry
from modelcatalog.resolver import load_catalog

BASE = "https://a.example/v1"
ELSEWHERE = {
    "another host": "https://b.example/v1",
    "another port": "https://a.example:8443/v1",
    "a host below it": "https://eu.a.example/v1",
    "a host that begins like it": "https://a.example.com/v1",
    "a host of a template": "https://{organization}.example/v1",
}
STAYING = {
    "another path": "https://a.example/v2",
    "its path in full": "https://a.example/v1/",
    "its name in capitals": "https://A.Example/v1",
    "no other": None,
}
WAYS = ("qualifier", "extends", "extends an extending one", "extends a qualifier")
SETTINGS = {
    "secret": ({"secret": True, "env": "ACME_X"}, False),
    "secret by its name": ({"secret": True, "required": True, "env": "ACME_X"}, False),
    "optional": ({"env": "ACME_X"}, False),
    "other name": ({"env": "ACME_Y", "also": "ACME_X"}, False),
    "other name alone": ({"also": "ACME_X"}, False),
    "required": ({"env": "ACME_X", "required": True}, True),
    "with a default": ({"env": "ACME_X", "default": "1"}, True),
}
KEYS = {
    "its own": None,
    "a variable": {"env": "ACME_KEY"},
    "several variables": {"env": ["ACME_KEY", "ACME_KEY_2"]},
    "other name": {"env": "ACME_KEY", "also": "ACME_OLD_KEY"},
    "command": {"command": ["printf", "key"]},
    "variable and command": {"env": "ACME_KEY", "command": ["printf", "key"]},
}
RENAMED = {
    "nothing said": None,
    "a variable said": {"env": "MINE_KEY"},
    "a description said": {"description": "mine"},
}


def patched(way: str, base: dict[str, Any], patch: dict[str, Any]) -> Entry:
    """The entry that this patch makes of the base."""
    providers: dict[str, Any] = {"acme": base}
    match way:
        case "qualifier":
            providers["acme"] = {**base, "qualifiers": {"eu": patch}}
        case "extends":
            providers["mine"] = {"extends": "acme", **patch}
        case "extends an extending one":
            providers |= {"between": {"extends": "acme"}, "mine": {"extends": "between", **patch}}
        case _:
            providers["acme"] = {**base, "qualifiers": {"us": {"description": "us"}}}
            providers["mine"] = {"extends": "acme/us", **patch}
    catalog = load_catalog(user=False, project=False, overlay={"providers": providers})
    return catalog.entry("acme", "eu") if way == "qualifier" else catalog.entry("mine")


def moved(url: str | None, **more: Any) -> dict[str, Any]:
    return {**more, **({"base_url": url} if url is not None else {"description": "the same"})}


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("url", [*ELSEWHERE, *STAYING])
@pytest.mark.parametrize("way", WAYS)
def test_setting_follows_only_where_it_says_nothing_of_the_user(way: str, url: str, kind: str) -> None:
    setting, follows = SETTINGS[kind]
    base = {"base_url": BASE, "settings": {"organization": setting}}
    entry = patched(way, base, moved(ELSEWHERE.get(url, STAYING.get(url))))
    assert "organization" in entry.settings
    assert ("ACME_X" in entry.settings["organization"].variables) == (follows or url in STAYING)


@pytest.mark.parametrize("header", [{"env": "ACME_TEAM"}, {"env": ["ACME_TEAM", "TEAM"]}, "fixed"], ids=str)
@pytest.mark.parametrize("url", [*ELSEWHERE, *STAYING])
@pytest.mark.parametrize("way", WAYS)
def test_header_follows_only_where_it_is_a_fixed_text(way: str, url: str, header: Any) -> None:
    base = {"base_url": BASE, "headers": {"X-Team": header, "X-Kind": "evals"}}
    entry = patched(way, base, moved(ELSEWHERE.get(url, STAYING.get(url))))
    assert ("X-Team" in entry.headers) == (header == "fixed" or url in STAYING)
    assert entry.headers["X-Kind"].value == "evals"


@pytest.mark.parametrize("said", RENAMED)
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("url", [*ELSEWHERE, *STAYING])
@pytest.mark.parametrize("way", WAYS)
def test_key_never_follows(way: str, url: str, key: str, said: str) -> None:
    base: dict[str, Any] = {"base_url": BASE}
    if KEYS[key] is not None:
        base["api_key"] = KEYS[key]
    more = {} if RENAMED[said] is None else {"settings": {"api_key": RENAMED[said]}}
    setting = patched(way, base, moved(ELSEWHERE.get(url, STAYING.get(url)), **more)).settings["api_key"]
    own = "ACME_EU_API_KEY" if way == "qualifier" else "MINE_API_KEY"
    theirs = patched("extends", base, {"description": "x"}).settings["api_key"]
    if said == "a variable said":
        assert setting.env == ("MINE_KEY",)
        assert setting.command == ()
    elif url in ELSEWHERE:
        assert setting.variables == (own,)
        assert setting.command == ()
    else:
        assert setting.variables == theirs.variables
        assert setting.command == theirs.command
    if url in ELSEWHERE:
        assert not {name for name in setting.variables if name.startswith("ACME_") and name != own}
    assert setting.secret
    assert setting.required


@pytest.mark.parametrize("url", [*ELSEWHERE, *STAYING])
@pytest.mark.parametrize("way", WAYS)
def test_leave_for_plain_http_does_not_follow_but_the_adapter_does(way: str, url: str) -> None:
    base = {"base_url": BASE, "adapter": "groq", "allow_http": True, "name": "Acme", "aliases": ["ac"]}
    entry = patched(way, base, moved(ELSEWHERE.get(url, STAYING.get(url))))
    assert bool(entry.allow_http) == (url in STAYING)
    assert entry.adapter == "groq"
    assert entry.aliases == ()
    assert entry.name == ("Acme" if way == "qualifier" else "mine")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("url", [*ELSEWHERE, *STAYING])
def test_base_url_has_a_variable_of_its_own_where_it_is_another_one(way: str, url: str) -> None:
    base = {
        "base_url": BASE,
        "settings": {"base_url": {"default": BASE, "env": "ACME_URL", "also": "OLD_URL"}},
    }
    del base["base_url"]
    address = ELSEWHERE.get(url, STAYING.get(url))
    setting = patched(way, base, moved(address)).settings["base_url"]
    own = "ACME_EU_BASE_URL" if way == "qualifier" else "MINE_BASE_URL"
    assert setting.variables == (("ACME_URL", "OLD_URL") if address is None else (own,))
    assert setting.default == (address or BASE)
    assert setting.required
