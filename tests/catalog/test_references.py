"""References to variables where nothing is filled in: each is a problem, and its hint a file that works."""

from __future__ import annotations

from typing import Any

import pytest

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
    "header": lambda text: {"base_url": URL, "headers": {"X-Team": text}},
    "part of a header": lambda text: {"base_url": URL, "headers": {"X-Team": f"Bearer {text}"}},
}


def problems(entry: dict[str, Any]) -> list[Any]:
    overlay = {"catalog": 1, "providers": {"gw": entry}}
    return list(validate(load_catalog(user=False, project=False, overlay=overlay)))


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("form", FORMS)
def test_reference_is_a_problem_with_a_way_out(form: str, site: str) -> None:
    found = problems(SITES[site](form))
    assert found
    assert any((problem.hint or "").find(f"{{env: {FORMS[form] or 'NAME'}}}") >= 0 for problem in found)
    overlay = {"catalog": 1, "providers": {"gw": SITES[site](form)}}
    with pytest.raises(CatalogError):
        explain("gw/m", catalog=load_catalog(user=False, project=False, overlay=overlay))


@pytest.mark.parametrize(
    "entry",
    [
        {"base_url": {"env": ["GW_URL"]}},
        {"base_url": URL, "settings": {"project": {"env": ["GW_URL"]}}},
        {"base_url": URL, "headers": {"X-Team": {"env": "GW_URL"}}},
    ],
)
def test_what_the_hint_says_is_taken_from_the_variable(entry: dict[str, Any]) -> None:
    assert problems(entry) == []
    catalog = load_catalog(user=False, project=False, overlay={"catalog": 1, "providers": {"gw": entry}})
    plan = explain(
        "gw/m", catalog=catalog, env={"GW_URL": "https://mine.example/v1", "GW_API_KEY": "0123456789ab"}
    )
    values = [plan.url, *(one.value for one in plan.settings.values()), *plan.headers.values()]
    assert "https://mine.example/v1" in [reveal(value) for value in values]


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
