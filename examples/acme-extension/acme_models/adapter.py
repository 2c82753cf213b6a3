"""Adapter for the Acme protocol: POST {base URL}/say with {"model", "text"} gives {"said"}, the key in X-Acme-Key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from modelcatalog.catalog.redaction.secret import redact, reveal
from modelcatalog.providers.adapter.adapter import UrlRule
from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.adapter.connection import Built, Connection, Failure
from modelcatalog.providers.adapter.packages import Package

PACKAGE = Package("httpx2", "httpx2", "2.16", "openai")
TARGETS = frozenset({"body"})
SETTINGS = frozenset({"api_key", "base_url"})
AMBIENT = ()
URL_RULE = UrlRule(strip=("/say",), version="", forbid_version=False)


class AcmeClient:
    """The client: an HTTP client that knows the address and the key."""

    def __init__(self, http: Any) -> None:
        self.http = http


def client_name(sync: bool) -> str:
    return "acme_models.adapter.AcmeClient"


def url_problem(url: str) -> str | None:
    return None


def parameters(target: str) -> frozenset[str] | None:
    return None


def build(connection: Connection, *, sync: bool) -> Built:
    import httpx2

    settings = connection.settings
    headers = {name: reveal(value) for name, value in connection.headers.items()}
    if "api_key" in settings:
        headers["X-Acme-Key"] = reveal(settings["api_key"])
    options: dict[str, Any] = {"base_url": str(settings["base_url"]), "headers": headers}
    if connection.timeout is not None:
        options["timeout"] = connection.timeout
    if sync:
        http = httpx2.Client(**options)
        return Built(AcmeClient(http), close=http.close)
    ahttp = httpx2.AsyncClient(**options)
    return Built(AcmeClient(ahttp), aclose=ahttp.aclose)


def request_args(connection: Connection) -> dict[str, Any]:
    return dict(connection.arguments.get("body", {}))


def _body(call: ChatCall) -> dict[str, Any]:
    return {"model": call.model, "text": call.messages[-1]["content"], **call.extra}


def _reply(response: Any) -> ChatReply:
    response.raise_for_status()
    try:
        return ChatReply(response.json()["said"], raw=response)
    except (ValueError, KeyError) as error:
        raise AnswerError("The answer has nothing that was said.", status=response.status_code) from error


def chat(client: AcmeClient, call: ChatCall) -> ChatReply:
    return _reply(client.http.post("/say", json=_body(call)))


async def achat(client: AcmeClient, call: ChatCall) -> ChatReply:
    return _reply(await client.http.post("/say", json=_body(call)))


def stream(client: AcmeClient, call: ChatCall) -> Iterator[ChatChunk]:
    yield ChatChunk(chat(client, call).text, stop_reason="stop")


async def astream(client: AcmeClient, call: ChatCall) -> AsyncIterator[ChatChunk]:
    yield ChatChunk((await achat(client, call)).text, stop_reason="stop")


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    response = getattr(error, "response", None)
    detail = redact(str(error), secrets)
    if response is None:
        return Failure("connect", "unreachable", None, None, None, detail)
    step = (
        "auth" if response.status_code in (401, 403) else "path" if response.status_code == 404 else "server"
    )
    return Failure(step, "status", response.status_code, str(response.url), "POST", detail)


def list_models(client: AcmeClient, path: str = "/models") -> list[str]:
    return [str(name) for name in client.http.get(path).raise_for_status().json()]


async def alist_models(client: AcmeClient, path: str = "/models") -> list[str]:
    return [str(name) for name in (await client.http.get(path)).raise_for_status().json()]
