"""Base URLs as people paste them."""

from __future__ import annotations

import pytest

from modelcatalog.providers.adapter.adapter import UrlRule
from modelcatalog.resolver import explain
from modelcatalog.resolver.endpoints.base_url import examine, is_private

OPENAI = UrlRule(strip=("/chat/completions", "/completions", "/models"), version="/v1", forbid_version=False)
ROOT = UrlRule(strip=("/messages",), version="/v1", forbid_version=True)


@pytest.mark.parametrize(
    ("rule", "usual", "pasted", "wanted"),
    [
        (OPENAI, None, "https://h.example.com/v1", "https://h.example.com/v1"),
        (OPENAI, None, "https://h.example.com/v1/", "https://h.example.com/v1"),
        (OPENAI, None, " https://h.example.com/v1\n", "https://h.example.com/v1"),
        (OPENAI, None, "https://h.example.com/v1/chat/completions", "https://h.example.com/v1"),
        (OPENAI, None, "https://h.example.com/v1/models/", "https://h.example.com/v1"),
        (OPENAI, None, "https://h.example.com", "https://h.example.com"),
        (OPENAI, "https://api.openai.com/v1", "https://api.openai.com", "https://api.openai.com/v1"),
        (OPENAI, "https://api.openai.com/v1", "https://proxy.example.com", "https://proxy.example.com"),
        (ROOT, None, "https://h.example.com/v1", "https://h.example.com"),
        (ROOT, None, "https://h.example.com/v1/messages", "https://h.example.com"),
        (OPENAI, None, "http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_pasted_url_is_corrected_where_that_is_certain(
    rule: UrlRule, usual: str | None, pasted: str, wanted: str
) -> None:
    url, findings = examine(pasted, rule, source="X", usual=usual)
    assert url == wanted
    assert all(finding.severity == "note" for finding in findings)


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("h.example.com/v1", "has no http:// or https:// before it; write https://h.example.com/v1"),
        ("localhost:8000/v1", "has no http:// or https:// before it; write http://localhost:8000/v1"),
        ("ftp://h.example.com", "has no http:// or https:// before it; write https://h.example.com"),
        ("htps://h.example.com", "has no http:// or https:// before it; write https://h.example.com"),
        ("https//h.example.com", "has no http:// or https:// before it; write https://h.example.com"),
        ("https:/h.example.com", "has no http:// or https:// before it; write https://h.example.com"),
        ("//h.example.com/v1", "has no http:// or https:// before it; write https://h.example.com/v1"),
        ("https://https://h.example.com", "has its scheme twice; write https://h.example.com"),
        ("https://RESOURCE.openai.azure.com", "still has the placeholder RESOURCE in it"),
        ("https://YOUR-RESOURCE.openai.azure.com", "still has the placeholder YOUR-RESOURCE in it"),
        ("https://", "has no host"),
        ("https://h.example.com/v1?key=SENTINEL", "has a query string, which the SDK would garble"),
        ("https://me:SENTINEL@h.example.com/v1", "has a user name or password in it"),
        ("https://h.example.com:port/v1", "can't be read"),
        ("https://h.exam ple.com/v1", "has a character that no URL has"),
        ("https://h.example.com/{x}", "has a character that no URL has"),
    ],
)
def test_impossible_url_is_refused_without_showing_a_secret(pasted: str, text: str) -> None:
    _, findings = examine(pasted, OPENAI, source="ACME_BASE_URL, environment")
    assert [finding.code for finding in findings] == ["invalid-base-url"]
    assert text in findings[0].text()
    assert "SENTINEL" not in findings[0].text()


AZURE = UrlRule(strip=("/openai",), version="", forbid_version=False)
PORTAL = (
    "https://r1.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01-preview"
)


@pytest.mark.parametrize(
    ("rule", "pasted", "wanted"),
    [
        (AZURE, PORTAL, "https://r1.openai.azure.com"),
        (OPENAI, "https://h.example.com/v1/chat/completions?key=SENTINEL", "https://h.example.com/v1"),
        (OPENAI, "https://h.example.com/v1#SENTINEL", "https://h.example.com/v1"),
        (OPENAI, "h.example.com/v1", "https://h.example.com/v1"),
        (OPENAI, "https://https://h.example.com", "https://h.example.com"),
    ],
)
def test_hint_is_the_command_that_sets_a_right_url(rule: UrlRule, pasted: str, wanted: str) -> None:
    _, (finding,) = examine(pasted, rule, source="ACME_BASE_URL, environment")
    assert finding.hint == f"export ACME_BASE_URL={wanted}"
    assert examine(wanted, rule, source="ACME_BASE_URL, environment") == (wanted, [])


def test_version_in_a_url_of_azures_portal_is_shown_as_the_setting_that_it_is() -> None:
    _, (finding,) = examine(PORTAL, AZURE, source="ACME_BASE_URL, environment")
    assert finding.message.endswith("the version is a setting of its own, api_version: 2025-01-01-preview.")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1/v1",
        "http://127.0.0.1",
        "http://10.0.0.7/v1",
        "http://gpu-box:8000",
        "http://[::1]/",
        "http://a.local",
    ],
)
def test_private_hosts_are_known(url: str) -> None:
    assert is_private(url)


@pytest.mark.parametrize("url", ["http://example.com", "http://8.8.8.8/v1", "http://localhost.example.com"])
def test_public_hosts_are_known(url: str) -> None:
    assert not is_private(url)


def test_better_address_never_holds_a_password() -> None:
    for url in (
        "https://me:secret@a.example/v1?a=b",
        "https://me@a.example/v1#a",
        "https://me:secret@a.example/v1",
    ):
        [finding] = explain("openai/x", api_key="sk-0123456789abcdef", base_url=url).findings
        assert "secret" not in f"{finding.message} {finding.hint}"
        assert "me@" not in f"{finding.message} {finding.hint}"
        plan = explain("openai/x", env={"OPENAI_API_KEY": "sk-0123456789abcdef", "OPENAI_BASE_URL": url})
        assert [one.hint for one in plan.findings] == ["export OPENAI_BASE_URL=..."]
