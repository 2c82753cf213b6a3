"""A secret goes over plain http to this machine and to private addresses; elsewhere only if the user says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, InvalidBaseUrlError, PlainHttpError
from modelcatalog.resolver import explain, resolve

PUBLIC = "http://llm.example.com/v1"
KEY = {"OPENAI_API_KEY": "sk-key-0123456789"}


def severities(name: str = "openai/x", url: str = PUBLIC, **more: Any) -> list[str]:
    plan = explain(name, base_url=url, **more)
    return [finding.severity for finding in plan.findings if finding.code == "plain-http"]


def test_key_doesnt_go_over_plain_http_to_a_public_host() -> None:
    with pytest.raises(PlainHttpError, match=r"(?s)isn't encrypted.*allow_http=true"):
        resolve("openai/x", base_url=PUBLIC, env=KEY)
    assert issubclass(PlainHttpError, InvalidBaseUrlError)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1",
        "http://[::1]/v1",
        "http://10.1.2.3/v1",
        "http://192.168.1.4/v1",
        "http://gpu-box/v1",
        "http://a.local/v1",
    ],
)
def test_this_machine_and_private_addresses_are_no_matter(url: str) -> None:
    assert severities(url=url, env=KEY) == []


def test_nothing_secret_is_worth_a_warning_only() -> None:
    assert severities("ollama/x", env={}) == ["warning"]
    assert severities("ollama/x", env={"OLLAMA_API_KEY": "k"}) == ["error"]


@pytest.mark.parametrize(
    "more",
    [
        {"headers": {"Authorization": "Bearer x"}},
        {"api_key": "given"},
        {"api_key": lambda: "given"},
    ],
)
def test_secret_of_any_kind_counts(more: dict[str, Any]) -> None:
    assert severities("ollama/x", env={}, **more) == ["error"]


def test_login_counts() -> None:
    aws = {"AWS_REGION": "us-east-1"}
    assert severities("bedrock/x", env=aws) == ["error"]


def test_argument_allows_it() -> None:
    assert severities(env=KEY, allow_http=True) == ["warning"]
    with pytest.raises(ArgumentError, match="allow_http: expected true or false, got 'yes'"):
        severities(env=KEY, allow_http="yes")
    resolve("openai/x", sync=True, base_url=PUBLIC, env=KEY, allow_http=True).close()


@pytest.mark.parametrize(
    ("file", "severity"), [("home/config/modelcatalog/models.yaml", "warning"), ("models.yaml", "error")]
)
def test_users_own_file_allows_it_and_a_projects_doesnt(tmp_path: Path, file: str, severity: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("catalog: 1\nproviders: {openai: {allow_http: true}}\n", encoding="utf-8")
    assert severities(env=KEY) == [severity]


def test_leave_isnt_handed_on_to_another_host(tmp_path: Path) -> None:
    path = tmp_path / "home/config/modelcatalog/models.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "catalog: 1\nproviders:\n"
        f"  a: {{base_url: '{PUBLIC}', allow_http: true}}\n"
        "  b: {extends: a}\n"
        "  c: {extends: a, base_url: 'http://other.example.com/v1'}\n",
        encoding="utf-8",
    )
    for name, severity in (("a", "warning"), ("b", "warning"), ("c", "error")):
        found = [f.severity for f in explain(f"{name}/x", api_key="k").findings if f.code == "plain-http"]
        assert found == [severity], name
