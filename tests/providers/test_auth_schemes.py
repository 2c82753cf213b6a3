"""Each scheme of auth with each adapter: what is asked for is sent, or the entry is a problem. Never neither.

Tokens are those of made-up accounts: Google's from a service account whose token endpoint is on loopback, Entra ID's
from the managed identity of a machine, whose address is a variable. AWS signs with keys that open nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import CatalogError, ProviderCallError
from modelcatalog.catalog.validation.schema import schema
from modelcatalog.catalog.validation.semantics import check_entry
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.adapter.registry import INSTALLED, load_adapter
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner
from modelcatalog.providers.testing.service import KEY, Service
from modelcatalog.resolver import check, load_catalog, resolve

from support.google_account import TOKEN, account
from support.runners import runner_of

SCHEMES = ("key", "aws", "google", "entra", "none")
# Not every environment of the tests has the package for Entra ID.
HERE = [scheme for scheme in SCHEMES if scheme != "entra" or installed_version("azure-identity")]
ENTRA = "eyJ0.sentinel-token-of-the-machine.1234"
SECRET = "made-up/aws/secret/access/key/123456789"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingServer]:
    """A machine with credentials of every kind; the server gives the tokens of Entra ID."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account().file(tmp_path)))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMADEUP0000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with RecordingServer() as tokens:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{tokens.origin}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "made-up-header-of-the-machine")
        ends = str(int(time.time()) + 3600)
        body = {"access_token": ENTRA, "expires_on": ends, "resource": "r", "token_type": "Bearer"}
        tokens.answer(*[answers.as_json(body)] * 20)
        yield tokens


def overlay(adapter_name: str, service: Service, origin: str, scheme: str) -> dict[str, Any]:
    """An entry of its own with this scheme: the usual settings of the adapter, without what another scheme needs."""
    values = {"base_url": service.base_url(origin), **service.settings(origin)}
    settings: dict[str, Any] = {
        name: {"default": value} if isinstance(value, str) else None
        for name, value in values.items()
        if name not in ("api_key", "access_token", "credentials_file") and "key" not in name
    }
    if scheme == "key":
        settings["api_key"] = {"env": ["ACME_API_KEY"], "secret": True}
    elif "api_key" in load_adapter(adapter_name).SETTINGS:
        settings["api_key"] = None
    kept = {name: value for name, value in settings.items() if value or name == "api_key"}
    # Adapters have different targets; all have some.
    args = {"*": min(load_adapter(adapter_name).TARGETS)}
    args |= {"connection_verify": "client"} if adapter_name == "azureai" else {}
    entry = {"adapter": adapter_name, "auth": scheme, "settings": kept, "args": args}
    return {"catalog": 1, "providers": {"acme": entry}}


def credential(headers: dict[str, str]) -> str:
    """The scheme that these headers prove themselves by."""
    carried = " ".join(
        headers.get(name, "")
        for name in ("authorization", "api-key", "x-api-key", "x-goog-api-key", "x-acme-key")
    )
    found = {
        "key": KEY in carried,
        "google": TOKEN in carried,
        "entra": ENTRA in carried,
        "aws": carried.startswith("AWS4-HMAC-SHA256 Credential=AKIAMADEUP0000000000/"),
    }
    names = [name for name, is_there in found.items() if is_there]
    assert len(names) <= 1, headers
    return names[0] if names else ("none" if not carried.strip() else f"something else: {carried}")


@pytest.fixture
def reached(runner: Runner, scheme: str, certificate: Path) -> Iterator[RecordingServer]:
    """The service; over TLS where the SDK sends its token no other way."""
    is_safe = (runner.adapter_name, scheme) == ("azureai", "entra")
    with RecordingServer(certificate if is_safe else None, service=runner.service) as running:
        yield running


@pytest.mark.parametrize("scheme", HERE)
def test_scheme_is_sent_or_refused(
    runner: Runner,
    reached: RecordingServer,
    machine: RecordingServer,
    scheme: str,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACME_API_KEY", KEY)
    given = overlay(runner.adapter_name, runner.service, reached.origin, scheme)
    catalog = load_catalog(user=False, project=False, overlay=given)
    problems = check_entry(catalog.entry("acme"), INSTALLED)
    if scheme not in runner.adapter.AUTH:
        assert problems[0].code == "unknown-auth"
        with pytest.raises(CatalogError, match=f"has no auth '{scheme}'"):
            resolve("acme/m-1", sync=runner.sync, catalog=catalog)
        report = check("acme", catalog=catalog)
        assert not [row for row in report.rows if row.state == "ready"]
        assert "unknown-auth" in [problem.code for problem in report.problems]
    else:
        assert problems == []
        trusting = {"connection_verify": str(certificate)} if reached.origin.startswith("https") else {}
        options = {"catalog": catalog, "allow_http": True, "max_retries": 0, **trusting}
        asyncio.run(achat(options)) if not runner.sync else chat(options)
        assert credential(reached.last.headers) == scheme
        asked = [request.query["resource"] for request in machine.requests if "resource" in request.query]
        if scheme == "entra" and runner.adapter_name != "azureai":
            assert asked == [["https://cognitiveservices.azure.com"]]


def chat(options: dict[str, Any]) -> None:
    with resolve("acme/m-1", sync=True, **options) as model:
        model.chat("hi")


async def achat(options: dict[str, Any]) -> None:
    async with resolve("acme/m-1", **options) as model:
        await model.chat("hi")


def test_all_schemes_of_the_format_are_tried() -> None:
    auth = schema()["$defs"]["provider"]["properties"]["auth"]
    assert set(SCHEMES) == set(auth["anyOf"][1]["items"]["enum"])


BEARERS = [
    (name, scheme)
    for name in ("openai", "openai_azure", "anthropic")
    for scheme in sorted(load_adapter(name).BEARER.intersection(HERE))
]


@pytest.mark.parametrize(("adapter_name", "scheme"), BEARERS)
def test_token_that_nobody_gives_is_a_matter_of_auth_and_nothing_is_sent(
    adapter_name: str, scheme: str, sync: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = runner_of(adapter_name, sync)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account().file(tmp_path)))
    monkeypatch.setattr(account(), "refuses", True)
    with RecordingServer() as tokens, RecordingServer(service=runner.service) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{tokens.origin}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "made-up-header-of-the-machine")
        tokens.answer(*[answers.as_json({"message": "no identity"}, 400)] * 20)
        given = overlay(adapter_name, runner.service, server.origin, scheme)
        catalog = load_catalog(user=False, project=False, overlay=given)
        options = {"catalog": catalog, "allow_http": True, "max_retries": 0}
        with pytest.raises(ProviderCallError) as caught:
            asyncio.run(achat(options)) if not sync else chat(options)
        assert (caught.value.step, server.requests) == ("auth", [])
