"""What holds a secret doesn't print, copy or pickle it in the clear."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ModelCatalogError, SetupError
from modelcatalog.catalog.redaction.secret import Secret, live_secrets
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver import Environment, explain, load_catalog, resolve
from modelcatalog.resolver.connect import connect
from modelcatalog.resolver.planning.plan import Plan

from support.secret_traces import SENTINEL, everything, traces

OVERLAY = {
    "providers": {
        "acme": {"base_url": "http://127.0.0.1:9/v1", "headers": {"X-Tenant": {"env": "ACME_TENANT"}}}
    }
}
ENV = {"ACME_API_KEY": SENTINEL, "ACME_TENANT": SENTINEL}


def plan() -> Plan:
    catalog = load_catalog(user=False, project=False, overlay=OVERLAY)
    headers = {"X-Api-Key": SENTINEL}
    return explain(
        "acme/m",
        sync=True,
        catalog=catalog,
        env=ENV,
        headers=headers,
        default_headers={"Authorization": SENTINEL},
    )


def holders() -> list[Any]:
    made = plan()
    environment = Environment(ENV)
    connection = connect(made, load_adapter("openai"))
    resolved = resolve(
        "acme/m", sync=True, catalog=load_catalog(user=False, project=False, overlay=OVERLAY), env=ENV
    )
    return [
        Secret(SENTINEL),
        made,
        made.settings["api_key"],
        made.arguments,
        made.headers,
        connection,
        environment,
        environment.look(["ACME_API_KEY"]),
        resolved,
        resolved.plan,
    ]


@pytest.mark.parametrize("at", range(10))
def test_nothing_that_holds_a_secret_prints_it(at: int) -> None:
    one = holders()[at]
    assert traces(f"{one} {one!r} {one!s}") == set()


@pytest.mark.parametrize("at", range(10))
@pytest.mark.parametrize("make", [pickle.dumps, lambda one: pickle.dumps(copy.copy(one))])
def test_nothing_that_holds_a_secret_is_pickled(at: int, make: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, pickle.PicklingError)):
        make(holders()[at])


def test_json_and_dict_of_a_plan_hold_no_secret() -> None:
    made = plan()
    assert traces(json.dumps(made.to_json())) == set()
    fields = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
    assert traces(repr(fields)) == set()


def test_plan_knows_each_of_its_secrets() -> None:
    other = "Other-0123456789-sentinel"
    catalog = load_catalog(user=False, project=False, overlay=OVERLAY)
    made = explain("acme/m", catalog=catalog, env=ENV, default_headers={"X": "seen", "X-Token": [other]})
    assert set(made.secrets) == {SENTINEL, other}


@pytest.mark.parametrize(
    "arguments",
    [
        {"api_key": f"{SENTINEL}\n"},
        {"api_key": f'"{SENTINEL}"'},
        {"api_key": SENTINEL, "base_url": f"https://u:{SENTINEL}@a.example"},
        {"api_key": SENTINEL, "base_url": f"https://a.example/?key={SENTINEL}"},
        {"api_key": SENTINEL, "nosuch_argument": SENTINEL},
        {"api_key": SENTINEL, "auth": "nosuch"},
    ],
)
def test_errors_before_a_call_hold_no_secret(arguments: dict[str, Any]) -> None:
    catalog = load_catalog(user=False, project=False, overlay=OVERLAY)
    with pytest.raises(ModelCatalogError) as caught:
        resolve("acme/m", sync=True, catalog=catalog, env={"ACME_TENANT": SENTINEL}, **arguments)
    assert isinstance(caught.value, SetupError | ArgumentError)
    assert traces(everything(caught.value)) == set()
    if isinstance(caught.value, SetupError):
        assert traces(repr(caught.value.findings)) == set()
        assert traces(str(pickle.dumps(caught.value.findings))) == set()


def test_secret_is_forgotten_with_the_object() -> None:
    held = Secret("forgotten-0123456789")
    assert held.reveal() in live_secrets()
    del held
    assert "forgotten-0123456789" not in live_secrets()
