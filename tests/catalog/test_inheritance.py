"""What an entry takes from the one that it extends, or whose qualifier it is: every part of it by itself."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import CatalogError, UnknownProviderError
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.resolver import load_catalog

A, B = "https://a.example/v1", "https://b.example/v1"


def entry_of(providers: dict[str, Any], name: str = "mine", qualifier: str | None = None) -> Entry:
    return load_catalog(user=False, project=False, overlay={"providers": providers}).entry(name, qualifier)


def wrong(
    providers: dict[str, Any], name: str = "mine", qualifier: str | None = None
) -> tuple[str, str | None]:
    with pytest.raises(CatalogError) as caught:
        entry_of(providers, name, qualifier)
    [problem] = caught.value.problems
    return problem.message, problem.hint


def pair(base: dict[str, Any], **own: Any) -> dict[str, Any]:
    return {"acme": {"base_url": A, **base}, "mine": {"extends": "acme", **own}}


OWN: dict[str, Any] = {
    "aliases": ["ac"],
    "hidden": True,
    "name": "Acme",
    "note": "Old",
    "since": "2020-01-01",
    "source": "https://a.example/news",
    "status": "deprecated",
    "replacement": "openai",
    "verified": "2026-11-01",
    "description": "Theirs",
}


@pytest.mark.parametrize("name", OWN)
def test_what_an_entry_says_of_itself_is_not_handed_on(name: str) -> None:
    base = {**OWN}
    first, second = entry_of(pair(base), "acme"), entry_of(pair(base))
    plain = entry_of(pair({}))
    assert getattr(second, name) == getattr(plain, name)
    assert getattr(first, name) != getattr(plain, name)
    assert (first.extends, second.extends) == (None, "acme")


HANDED_ON: dict[str, Any] = {
    "adapter": "groq",
    "model_prefix": "p/",
    "docs": "https://a.example/docs",
    "keys": "https://a.example/keys",
    "auth": ["none"],
}


@pytest.mark.parametrize("name", HANDED_ON)
def test_all_else_is_handed_on_until_it_is_said_anew(name: str) -> None:
    first = entry_of(pair({name: HANDED_ON[name]}), "acme")
    assert getattr(entry_of(pair({name: HANDED_ON[name]})), name) == getattr(first, name)
    other = {"adapter": "openai", "model_prefix": "", "auth": ["key"]}.get(name, "https://b.example/x")
    said = entry_of(pair({name: HANDED_ON[name]}, **{name: other}))
    assert getattr(said, name) != getattr(first, name)


@pytest.mark.parametrize("target", ["acme", "ac"])
def test_an_entry_is_extended_by_its_name_or_an_alias(target: str) -> None:
    base = {"aliases": ["ac"], "adapter": "groq", "qualifiers": {"eu": {"description": "x"}}}
    entry = entry_of(pair(base, extends=target))
    assert (entry.adapter, entry.qualifiers) == ("groq", ("eu",))
    assert entry_of(pair(base, extends=f"{target}/eu")).adapter == "groq"


def test_an_entry_that_is_not_found_is_guessed() -> None:
    qualified = {"qualifiers": {"europe": {"base_url": B}}}
    assert wrong(pair({}, extends="acmee")) == (
        "provider 'mine' extends 'acmee', which is not a provider",
        "did you mean 'acme'?",
    )
    assert wrong(pair(qualified, extends="acme/europ")) == (
        "provider 'mine' extends 'acme/europ', which is not a provider",
        "did you mean 'acme/europe'?",
    )
    assert wrong(pair({}, extends="qqqqqqqqqq"))[1] is None


def test_a_circle_is_said_with_its_way() -> None:
    circle = {"a": {"extends": "b"}, "b": {"extends": "c"}, "c": {"extends": "b"}}
    assert wrong(circle, "a")[0] == "provider 'b' extends itself: b -> c -> b"
    assert wrong({"a": {"extends": "a"}}, "a")[0] == "provider 'a' extends itself: a -> a"


@pytest.mark.parametrize(("length", "is_too_long"), [(16, False), (17, True)])
def test_a_chain_has_an_end(length: int, is_too_long: bool) -> None:
    chain: dict[str, Any] = {f"p{at}": {"extends": f"p{at + 1}"} for at in range(length)}
    chain[f"p{length}"] = {"base_url": A, "adapter": "groq"}
    if is_too_long:
        message, hint = wrong(chain, "p0")
        assert message == "provider 'p16' is the end of a chain of more than 16 'extends'"
        assert hint == "extend the first of them"
    else:
        assert entry_of(chain, "p0").adapter == "groq"


# Qualifiers


def test_qualifiers_are_handed_on_but_not_those_of_a_qualifier() -> None:
    base = {"qualifiers": {"eu": {"base_url": B}, "us": {"description": "x"}, "gone": None}}
    assert entry_of(pair(base), "acme").qualifiers == ("eu", "us")
    assert entry_of(pair(base)).qualifiers == ("eu", "us")
    assert entry_of(pair(base, qualifiers={"us": None})).qualifiers == ("eu",)
    assert entry_of(pair(base, extends="acme/eu")).qualifiers == ()
    assert entry_of(pair(base, extends="acme/eu")).settings["base_url"].default == B
    assert entry_of(pair(base), "mine", "eu").settings["base_url"].default == B
    assert entry_of(pair(base), "mine", "eu").settings["base_url"].env == ("MINE_EU_BASE_URL",)
    for qualifier in ("gone", "other"):
        with pytest.raises(KeyError):
            entry_of(pair(base), "acme", qualifier)
    with pytest.raises(UnknownProviderError):
        entry_of(pair(base), "nobody")


def test_a_qualifier_has_neither_aliases_nor_description_of_its_provider() -> None:
    base = {
        "aliases": ["ac"],
        "description": "Theirs",
        "note": "Kept",
        "qualifiers": {"eu": {"docs": "https://x.example"}},
    }
    entry = entry_of(pair(base), "acme", "eu")
    assert (entry.aliases, entry.description, entry.note) == ((), None, "Kept")


# Settings

SETTING = {"env": ["X"], "also": ["Y"], "default": "d", "required": True, "pattern": "^x"}


@pytest.mark.parametrize("name", [*SETTING, "secret", "choices", "description"])
def test_each_part_of_a_setting_is_handed_on(name: str) -> None:
    value = {**SETTING, "secret": True, "choices": ["d"], "description": "x"}[name]
    base = {"settings": {"region": {"env": ["R"], name: value}}}
    first, second = entry_of(pair(base), "acme"), entry_of(pair(base))
    for part in (name, "env"):
        assert getattr(second.settings["region"], part) == getattr(first.settings["region"], part)
    assert getattr(first.settings["region"], name)


def test_a_setting_that_is_null_is_taken_away() -> None:
    base = {"settings": {"region": {"env": ["R"]}}, "headers": {"X-A": "1", "X-B": {"env": "B"}}}
    gone = entry_of(pair(base, settings={"region": None}, headers={"X-A": None}))
    assert "region" not in gone.settings
    assert "X-A" not in gone.headers
    moved = entry_of(pair({**base, "settings": {"region": None}, "headers": {"X-A": None}}, base_url=B))
    assert set(moved.settings) == {"api_key", "base_url"}
    assert not moved.headers
    assert entry_of(pair({}, base_url=B)).settings["base_url"].default == B
    keyless = entry_of(pair({}, settings={"api_key": None}))
    assert "api_key" not in keyless.settings


@pytest.mark.parametrize(
    ("said", "variables"),
    [
        ({}, ("ACME_URL", "OLD_URL")),
        ({"default": B}, ("MINE_BASE_URL",)),
        ({"env": ["MY_URL"]}, ("MY_URL", "OLD_URL")),
        ({"default": B, "env": ["MY_URL"]}, ("MY_URL",)),
        ({"default": B, "env": ["MY_URL"], "also": ["M"]}, ("MY_URL", "M")),
        ({"default": B, "also": ["M"]}, ("MINE_BASE_URL",)),
    ],
)
def test_the_variables_of_the_address(said: dict[str, Any], variables: tuple[str, ...]) -> None:
    base = {"settings": {"base_url": {"default": A, "env": ["ACME_URL"], "also": ["OLD_URL"]}}}
    providers: dict[str, Any] = {"acme": base, "mine": {"extends": "acme", "settings": {"base_url": said}}}
    assert entry_of(providers).settings["base_url"].variables == variables


@pytest.mark.parametrize(
    ("key", "said", "variables", "command"),
    [
        (None, None, ("ACME_API_KEY",), ()),
        ({"env": ["K"], "also": ["L"]}, None, ("K", "L"), ()),
        ({"env": ["K"], "also": ["L"]}, {"env": ["M"]}, ("M", "L"), ()),
        ({"env": ["K"], "command": ["c"]}, {"env": ["M"]}, ("M",), ()),
        ({"env": ["K"], "command": ["c"]}, {"env": ["M"], "command": ["d"]}, ("M",), ("d",)),
        ({"env": ["K"], "command": ["c"]}, {"command": ["d"]}, ("MINE_API_KEY",), ("d",)),
        ({"env": ["K"], "command": ["c"]}, {"description": "x"}, ("K",), ("c",)),
    ],
)
def test_the_variables_and_the_command_of_the_key(
    key: Any, said: Any, variables: tuple[str, ...], command: tuple[str, ...]
) -> None:
    base = {"settings": {} if key is None else {"api_key": key}}
    own = {} if said is None else {"settings": {"api_key": said}}
    setting = entry_of(pair(base, **own)).settings["api_key"]
    assert (setting.variables, setting.command) == (variables, command)
    assert (setting.secret, setting.required) == (True, True)


def test_without_a_key_there_is_none() -> None:
    assert "api_key" not in entry_of(pair({"auth": ["aws"]})).settings
    assert "api_key" in entry_of(pair({"auth": ["aws", "key"]})).settings
    assert entry_of({"my-own.x": {"base_url": A}}, "my-own.x").settings["api_key"].env == (
        "MY_OWN_X_API_KEY",
    )
