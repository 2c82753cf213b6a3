"""Base URLs in every form: what is refused, what is corrected, what is shown of one that holds a secret."""

from __future__ import annotations

from itertools import product

import pytest

from modelcatalog.providers.adapter.adapter import UrlRule
from modelcatalog.resolver.endpoints.base_url import examine, host_of, is_private
from modelcatalog.resolver.endpoints.template import fill

RULE = UrlRule(strip=("/chat/completions", "/completions", "/models"), version="/v1", forbid_version=False)
ROOT = UrlRule(strip=("/messages",), version="/v1", forbid_version=True)
SECRET = "sentinel-0123456789"
SCHEMES = {
    "https://": None,
    "http://": None,
    "HTTPS://": None,
    "": "https",
    "htps://": "https",
    "ftp://": "https",
}
USERS = {
    "user": f"{SECRET}@",
    "user and empty password": f"{SECRET}:@",
    "password": f":{SECRET}@",
    "user and password": f"me:{SECRET}@",
    "user with an at": f"me@{SECRET}@",
}
QUERIES = {"query": f"?key={SECRET}", "fragment": f"#{SECRET}", "both": f"?a=b#{SECRET}"}
SOURCES = {
    "ACME_BASE_URL, environment": "export ACME_BASE_URL=",
    "argument": "It comes from: argument.",
    "ACME_BASE_URL, .env:3": "It comes from: ACME_BASE_URL, .env:3.",
    "default, models.yaml:4": "It comes from: default, models.yaml:4.",
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("scheme", "user"), list(product(SCHEMES, USERS)))
def test_user_before_the_host_is_refused_and_not_shown(scheme: str, user: str, source: str) -> None:
    text = f"{scheme}{USERS[user]}h.example/v1"
    url, [finding] = examine(text, RULE, source=source)
    assert (finding.code, finding.severity, finding.setting) == ("invalid-base-url", "error", "base_url")
    assert SECRET not in finding.text()
    assert "****@h.example/v1" in finding.message
    assert SECRET not in url
    assert "****@h.example/v1" in url
    expected = "has no http:// or https://" if SCHEMES[scheme] else "has a user name or password in it"
    assert expected in finding.message
    assert (finding.hint or "").startswith(SOURCES[source])
    if SCHEMES[scheme] and source.endswith("environment"):
        assert finding.hint == f"{SOURCES[source]}https://****@h.example/v1"


@pytest.mark.parametrize(("scheme", "query"), list(product(SCHEMES, QUERIES)))
def test_query_is_refused_and_not_shown(scheme: str, query: str) -> None:
    _, [finding] = examine(f"{scheme}h.example/v1{QUERIES[query]}", RULE, source="argument")
    assert finding.code == "invalid-base-url"
    if query != "fragment":
        assert SECRET not in finding.text()
    expected = "has no http:// or https://" if SCHEMES[scheme] else "has a query string"
    assert expected in finding.message


@pytest.mark.parametrize("character", '<>"{}|\\^` \t\n\u00a0')
@pytest.mark.parametrize("at", ["host", "path"])
def test_character_that_no_url_has_is_refused(character: str, at: str) -> None:
    text = f"https://h{character}x.example/v1" if at == "host" else f"https://h.example/v{character}1"
    _, [finding] = examine(text, RULE, source="argument")
    assert finding.code == "invalid-base-url"


@pytest.mark.parametrize("end", ["", "/", "//"])
@pytest.mark.parametrize("ending", ["", "/chat/completions", "/completions", "/models"])
@pytest.mark.parametrize("version", ["", "/v1", "/openai/v1", "/v2"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_endings_are_taken_off_and_said(scheme: str, version: str, ending: str, end: str) -> None:
    url, findings = examine(f"{scheme}://h.example:8443{version}{ending}{end}", RULE, source="ARG")
    assert url == f"{scheme}://h.example:8443{version}"
    assert [finding.message for finding in findings] == [
        f"{ending} was taken off the base URL: the SDK adds it by itself (ARG)." for _ in [1] if ending
    ]
    assert all((one.code, one.severity) == ("corrected-base-url", "note") for one in findings)


@pytest.mark.parametrize("ending", ["", "/messages"])
@pytest.mark.parametrize("version", ["", "/v1", "/proxy/v1", "/v2"])
def test_version_is_taken_off_where_the_sdk_adds_it(version: str, ending: str) -> None:
    usual = "https://h.example/usual"
    url, findings = examine(f"https://h.example{version}{ending}", ROOT, source="ARG", usual=usual)
    assert url == f"https://h.example{version.removesuffix('/v1')}"
    assert len(findings) == bool(ending) + version.endswith("/v1")


@pytest.mark.parametrize(
    "usual", [None, "https://h.example/v1", "https://h.example", "https://other.example/v1"]
)
@pytest.mark.parametrize("path", ["", "/", "/v2", "/chat/completions"])
def test_path_is_completed_from_the_usual_address_of_the_same_host(path: str, usual: str | None) -> None:
    url, findings = examine(f"https://h.example{path}", RULE, source="ARG", usual=usual)
    is_completed = usual == "https://h.example/v1" and path != "/v2"
    assert url == (
        "https://h.example/v1"
        if is_completed
        else "https://h.example/v2"
        if path == "/v2"
        else "https://h.example"
    )
    assert len(findings) == is_completed + (path == "/chat/completions")
    if is_completed:
        assert findings[-1].message == "/v1 was added to the base URL, as the service needs it (ARG)."


NAMES = [
    *(
        "localhost",
        "gpu-box",
        "a.localhost",
        "a.local",
        "a.internal",
        "a.lan",
        "A.LOCAL",
        "localhost.",
        "a.local.",
    ),
    *(
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]",
    ),
]
PUBLIC = [
    *(
        "example.com",
        "localhost.example.com",
        "local.example",
        "a.internal.example",
        "xlocal.com",
        "a-lan.com",
    ),
    *("8.8.8.8", "11.0.0.1", "172.32.0.1", "192.169.0.1", "[2606:4700::1]"),
]


@pytest.mark.parametrize("tail", ["", ":8000", "/v1", ":8000/v1"])
@pytest.mark.parametrize(
    ("name", "private"), [*((one, True) for one in NAMES), *((one, False) for one in PUBLIC)]
)
def test_private_names_and_addresses_are_known(name: str, private: bool, tail: str) -> None:
    assert is_private(f"http://{name}{tail}") == private
    _, [finding] = examine(f"{name}{tail}", RULE, source="argument")
    assert f"write {'http' if private else 'https'}://{name}{tail}" in finding.message


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://H.Example:8443/v1", "h.example:8443"),
        ("https://me:pw@h.example/v1", "h.example"),
        ("https://a@b@h.example/v1", "h.example"),
        ("https://[::1]:80/v1", "[::1]:80"),
        ("h.example/v1", ""),
        ("", ""),
        ("https://[::1/v1", ""),
    ],
)
def test_host_is_shown_without_its_user(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    "word",
    [
        "YOUR-RESOURCE",
        "YOUR_NAME",
        "RESOURCE",
        "RESOURCE-NAME",
        "RESOURCE_NAME",
        "RESOURCENAME",
        "MY-RESOURCE",
        "MYRESOURCE",
        "NAME",
    ],
)
@pytest.mark.parametrize("form", ["{}.example", "a-{}.example", "{}-b.example", "a.{}:8443"])
def test_name_that_stands_for_ones_own_is_refused(word: str, form: str) -> None:
    _, [finding] = examine(f"https://{form.format(word)}/v1", RULE, source="argument")
    assert "still has " in finding.message
    assert word in finding.message
    _, findings = examine(f"https://{form.format(word.lower())}/v1", RULE, source="argument")
    assert findings == []


@pytest.mark.parametrize(
    ("template", "values", "filled"),
    [
        ("{base_url}/x", {"base_url": "https://h/"}, "https://h/x"),
        ("{base_url}/x", {"base_url": "https://h//"}, "https://h/x"),
        ("{region}/", {"region": "eu/"}, "eu//"),
        ("{region}-{region}", {"region": 1}, "1-1"),
        ("{region}.{other}", {"region": "eu"}, "eu.{other}"),
        ("{Region}{1}{}", {}, "{Region}{1}{}"),
        ("{a_1}", {"a_1": ""}, ""),
    ],
)
def test_template_is_filled_with_what_is_known(template: str, values: dict[str, object], filled: str) -> None:
    assert fill(template, values.get) == filled
