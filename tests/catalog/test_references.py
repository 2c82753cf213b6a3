"""References to variables where nothing is filled in: each is a problem, and its hint a file that works."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.catalog.validation.references import reference_in
from modelcatalog.resolver import explain, load_catalog, validate

FORMS = {
    "${GW_URL}": "GW_URL",
    "$GW_URL": "GW_URL",
    "${gw_url}": "GW_URL",
    "${env:GW_URL}": "GW_URL",
    "${GW_URL:-a.example}": "GW_URL",
    "%GW_URL%": "GW_URL",
    "$(cat url)": None,
    "${{ secrets.GW }}": None,
}
URL = "https://h.example/v1"
SITES: dict[str, Any] = {
    "base_url": lambda text: {"base_url": f"https://{text}/v1"},
    "whole base_url": lambda text: {"base_url": text},
    "path": lambda text: {"base_url": f"https://h.example/{text}/v1"},
    "endpoint": lambda text: {"base_url": URL, "endpoint": f"{{base_url}}/{text}"},
    "default": lambda text: {"base_url": URL, "settings": {"project": {"default": text}}},
    "prefix of the model": lambda text: {"base_url": URL, "model_prefix": f"{text}/"},
    "header": lambda text: {"base_url": URL, "headers": {"X-Team": text}},
    "part of a header": lambda text: {"base_url": URL, "headers": {"X-Team": f"Bearer {text}"}},
}


def problems(entry: dict[str, Any]) -> list[Any]:
    overlay = {"catalog": 1, "providers": {"gw": entry}}
    return list(validate(load_catalog(user=False, project=False, overlay=overlay)))


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("form", FORMS)
def test_reference_is_a_problem_and_its_hint_a_file_that_works(form: str, site: str) -> None:
    entry = SITES[site](form)
    [hint] = {problem.hint or "" for problem in problems(entry)}
    overlay = {"catalog": 1, "providers": {"gw": entry}}
    with pytest.raises(CatalogError):
        explain("gw/m", catalog=load_catalog(user=False, project=False, overlay=overlay))
    corrected, value = followed(hint, entry, form)
    if corrected is None:
        assert site == "prefix of the model"
        return
    assert problems(corrected) == []
    overlay = {"catalog": 1, "providers": {"gw": corrected}}
    env = {FORMS[form] or "NAME": value, "GW_API_KEY": "0123456789ab"}
    plan = explain("gw/m", catalog=load_catalog(user=False, project=False, overlay=overlay), env=env)
    assert plan.errors == ()
    values = [plan.url, *(one.value for one in plan.settings.values()), *plan.headers.values()]
    assert any(value in str(reveal(one)) for one in values)


def followed(hint: str, entry: dict[str, Any], form: str) -> tuple[dict[str, Any] | None, str]:
    """The entry as the hint says it, and a value for the variable; None where it says only to write the text itself."""
    hint = hint.removeprefix("nothing is filled in here: ").removeprefix("write ")
    if hint == "the text itself":
        return None, ""
    placeholder, in_place, written = hint.rpartition(" in its place, and ")
    found = yaml.safe_load(written.removesuffix(", with the whole value in the variable"))
    if in_place:
        texts = {
            name: text.replace(form, placeholder) for name, text in entry.items() if isinstance(text, str)
        }
        return {**entry, **texts, **found}, "filled-in"
    if "base_url" in found:
        return {**entry, **found}, "https://mine.example/v1"
    return {**entry, **(found if "settings" in found else {"headers": found})}, "mine"


@pytest.mark.parametrize("site", ["docs", "keys", "adapter", "list_models"])
def test_hint_for_another_field_names_no_variable(site: str) -> None:
    entry: dict[str, Any] = {"base_url": URL, site: "${X}/v1"}
    if site == "list_models":
        entry[site] = {"path": "/${X}"}
    assert problems(entry)
    for problem in problems(entry):
        assert "{env" not in (problem.hint or "")
        assert "${" not in (problem.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "50% off",
        "a$b",
        "costs 5$",
        "%2Fx%20y",
        "{region}",
        "$",
        "$5",
        "%AB%",
        "https://h.example/a%E2%82%AC",
        7,
        None,
    ],
)
def test_other_texts_hold_none(text: object) -> None:
    assert reference_in(text) is None


def test_value_beside_the_name_is_not_shown() -> None:
    [found] = problems({"base_url": URL, "headers": {"X-A": "${TOKEN:-sk-0123456789abcdef}"}})
    assert "sk-0123" not in found.render()
    assert "'${TOKEN}'" in found.message
