"""Building a client of an SDK that the generator Stainless made (openai, anthropic, groq), sealed from the environment.

Such an SDK reads variables in its constructor, and again in each copy (`with_options()`). Two things hold
through both: an argument that is not None, and an `Omit()` among the default headers. What can't be held
back: the variable for custom headers, when it is set only after a client was built, and before a copy of it
is made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.adapter.connection import Built, Connection
from modelcatalog.providers.http.client import http_client, parsed
from modelcatalog.providers.http.hooks import NO_KEY, Hook, key_dropper, key_filler, origin_keeper
from modelcatalog.providers.identities.refreshable import Tokens

# Makes the placeholder of each client its own.
_numbers = count()
# Headers that such an SDK sends by itself.
_SPELLED = {name.lower(): name for name in ("Accept", "Authorization", "Content-Type", "User-Agent")}


def _no_headers(arguments: Mapping[str, Any]) -> Mapping[str, str | None]:
    return {}


def _make(kind: Any, arguments: Mapping[str, Any]) -> Any:
    return kind(**arguments)


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What differs from SDK to SDK.

    `variable` holds custom headers. `library` is the HTTP library. `bearer`: `api_key` travels in the header
    Authorization. `exact`: of one header in two spellings, the SDK sends both, not the last alone.
    `takes_functions`: `api_key` may be a function. `ends_urls`: the SDK ends a base URL with a slash, and takes a
    parsed one. `headers` gives those that the client sends for these arguments, None for one that it must not send.
    `travelling` are headers with secrets that the SDK adds by itself. `instead` names, for an argument that the caller
    may give, those of ours whose place it takes. `make` constructs.
    """

    sdk: Any
    variable: str
    library: str = "httpx2"
    bearer: bool = True
    exact: bool = False
    takes_functions: bool = False
    ends_urls: bool = False
    headers: Callable[[Mapping[str, Any]], Mapping[str, str | None]] = _no_headers
    travelling: tuple[str, ...] = ()
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    make: Callable[[Any, Mapping[str, Any]], Any] = _make


def build(kit: Kit, kind: Any, connection: Connection, own: Mapping[str, Any], *, sync: bool) -> Built:
    """A client of the class `kind`. `own` are the arguments that say where to and who."""
    client = connection.arguments.get("client", {})
    given = {name: reveal(value) for name, value in client.items() if value is not None}
    replaced = {name for one in given for name in kit.instead.get(one, ())}
    ours = {**own, **_options(connection)}
    arguments = {name: value for name, value in ours.items() if name not in replaced} | given
    hooks: list[Hook] = []
    tokens = next((one for one in arguments.values() if isinstance(one, Tokens)), None)
    if "api_key" in arguments:
        arguments["api_key"] = _key(arguments["api_key"], sync=sync)
        if callable(arguments["api_key"]) and not kit.takes_functions:
            _fixed(arguments, hooks, sync=sync)
    key = arguments.get("api_key")
    if NO_KEY in (key, arguments.get("access_token")):
        hooks.append(key_dropper(sync=sync))
    ambient = _custom_headers(connection.ambient.get(kit.variable, ""))
    by_itself = kit.headers(arguments)
    standing = _usual(kit, kind) | {name.lower(): value for name, value in by_itself.items() if value}
    if kit.bearer and key is not None and any(name.lower() == "authorization" for name in ambient):
        standing["authorization"] = f"Bearer {_fixed(arguments, hooks, sync=sync) if callable(key) else key}"
    asked = {**connection.headers, **given.get("default_headers", {})}
    standing |= {name.lower(): reveal(value) for name, value in asked.items()}
    if kit.ends_urls and isinstance(url := arguments.get("base_url"), str):
        arguments["base_url"] = parsed(kit.library, url)
    absent = [name for name, value in by_itself.items() if value is None]
    arguments["default_headers"] = _headers(kit, ambient, asked, standing, absent)
    return _finish(kit, kind, arguments, hooks, connection, tokens, sync=sync)


def _headers(
    kit: Kit, ambient: Sequence[str], asked: Iterable[str], standing: Mapping[str, Any], absent: Sequence[str]
) -> dict[str, Any]:
    """Default headers that leave nothing of the ambient ones."""
    omit = kit.sdk.Omit()
    headers = dict.fromkeys([*ambient, *absent], omit)
    for name in (*asked, *ambient):
        headers[name] = standing.get(name.lower(), omit)
    if kit.exact:
        last = {name.lower(): _SPELLED.get(name.lower(), name) for name in headers}
        headers = {
            **dict.fromkeys(headers, omit),
            **{name: standing.get(lower, omit) for lower, name in last.items()},
        }
    return headers


def _finish(
    kit: Kit,
    kind: Any,
    arguments: dict[str, Any],
    hooks: list[Hook],
    connection: Connection,
    tokens: Tokens | None,
    *,
    sync: bool,
) -> Built:
    secret = [name for name, value in connection.headers.items() if isinstance(value, Secret)]
    theirs = arguments.get("http_client")
    if theirs is not None:
        client = kit.make(kind, arguments)
        seen = theirs.event_hooks["request"]
        seen.extend(hook for hook in hooks if hook not in seen)
        return Built(client)
    if secret or kit.travelling:
        hooks.append(origin_keeper([*secret, *kit.travelling], sync=sync))
    # What isn't said is as the SDK has it.
    redirects: dict[str, Any] = {} if connection.follow_redirects else {"follow_redirects": False}
    http = arguments["http_client"] = http_client(
        sync=sync,
        library=kit.library,
        kind=kit.sdk.DefaultHttpxClient if sync else kit.sdk.DefaultAsyncHttpxClient,
        requests=hooks,
        key=tokens,
        **redirects,
    )
    client = kit.make(kind, arguments)
    return Built(client, close=http.close) if sync else Built(client, aclose=http.aclose)


def _options(connection: Connection) -> dict[str, Any]:
    options = {name: getattr(connection, name) for name in ("timeout", "max_retries", "http_client")}
    return {name: value for name, value in options.items() if value is not None}


def _usual(kit: Kit, kind: Any) -> dict[str, Any]:
    """Headers that every client sends by itself, which an ambient one must not replace. In lower case."""
    return {
        "accept": "application/json",
        "content-type": "application/json",
        "user-agent": f"{kind.__name__}/Python {kit.sdk.__version__}",
    }


def _custom_headers(text: str) -> list[str]:
    """The names in the variable, read as the SDK reads it."""
    return [line.partition(":")[0].strip() for line in text.split("\n") if ":" in line]


def _fixed(arguments: dict[str, Any], hooks: list[Hook], *, sync: bool) -> str:
    """A text in place of the key's function, for which a hook puts the key of the moment."""
    placeholder = f"{NO_KEY}-{next(_numbers)}"
    hooks.append(key_filler(placeholder, arguments["api_key"], sync=sync))
    arguments["api_key"] = placeholder
    return placeholder


def _key(value: Any, *, sync: bool) -> Any:
    """A key as a text, or a function of one, which an async client wants to await."""
    value = reveal(value)
    if not callable(value):
        return value or NO_KEY
    return (lambda: str(reveal(value()))) if sync else _awaited(value)


def _awaited(function: Callable[[], Any]) -> Callable[[], Awaitable[str]]:
    async def key() -> str:
        from inspect import isawaitable

        value = function()
        return str(reveal(await value if isawaitable(value) else value))

    return key
