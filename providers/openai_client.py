"""Building a client of the openai SDK that carries what it was given, nothing of the process's environment.

The SDK reads variables in its constructor, and again in each copy (`with_options()`). Two things hold through
both: an argument that is not None, and an `Omit()` among the default headers. What can't be held back:
OPENAI_CUSTOM_HEADERS that is set only after a client was built, and before a copy of it is made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from modelcatalog.providers.connection import Built, Connection
from modelcatalog.providers.openai_http import NO_KEY, Hook, home_keeper, http_client, key_dropper, key_filler
from modelcatalog.providers.secret import Secret, reveal

_IDENTITIES = (
    ("organization", "OPENAI_ORG_ID", "OpenAI-Organization"),
    ("project", "OPENAI_PROJECT_ID", "OpenAI-Project"),
)
_numbers = count()


def build(
    sdk: Any,
    kind: Any,
    connection: Connection,
    own: Mapping[str, Any],
    *,
    sync: bool,
    instead: Mapping[str, tuple[str, ...]],
    bearer: bool = True,
) -> Built:
    """A client of the class `kind`.

    `own` are the arguments that say where to and who; `instead` names, for an argument that the caller may
    give, those of `own` whose place it takes. `bearer`: the key travels in the header Authorization.
    """
    client = connection.arguments.get("client", {})
    given = {name: reveal(value) for name, value in client.items() if value is not None}
    replaced = {name for one in given for name in instead.get(one, ())}
    ours = {
        **own,
        **_identities(connection),
        **_options(connection),
        "admin_api_key": "",
        "webhook_secret": "",
    }
    arguments = {name: value for name, value in ours.items() if name not in replaced} | given
    if "api_key" in arguments:
        arguments["api_key"] = _key(arguments["api_key"], sync=sync)
    key = arguments.get("api_key")
    hooks = [key_dropper(sync=sync)] if key == NO_KEY else []
    ambient = _custom_headers(connection.ambient)
    standing = _standing(sdk, kind, arguments)
    if bearer and key is not None and any(name.lower() == "authorization" for name in ambient):
        standing["authorization"] = f"Bearer {_fixed(key, arguments, hooks, sync=sync)}"
    asked = {**connection.headers, **given.get("default_headers", {})}
    standing |= {name.lower(): reveal(value) for name, value in asked.items()}
    arguments["default_headers"] = {
        # In the spelling of the variable too: of two spellings, the SDK sends the one that comes last.
        **{name: standing.get(name.lower(), sdk.Omit()) for name in ambient},
        **{header: sdk.Omit() for name, _, header in _IDENTITIES if arguments.get(name) == ""},
        **{name: standing[name.lower()] for name in asked},
    }
    return _finish(sdk, kind, arguments, hooks, connection, sync=sync)


def _finish(
    sdk: Any, kind: Any, arguments: dict[str, Any], hooks: list[Hook], connection: Connection, *, sync: bool
) -> Built:
    theirs = arguments.get("http_client")
    if theirs is not None:
        client = kind(**arguments)
        seen = theirs.event_hooks["request"]
        seen.extend(hook for hook in hooks if hook not in seen)
        return Built(client)
    secret = [name for name, value in connection.headers.items() if isinstance(value, Secret)]
    if secret:
        hooks.append(home_keeper(secret, sync=sync))
    http = arguments["http_client"] = http_client(sdk, hooks, sync=sync)
    client = kind(**arguments)
    return Built(client, close=http.close) if sync else Built(client, aclose=http.aclose)


def _options(connection: Connection) -> dict[str, Any]:
    options = {name: getattr(connection, name) for name in ("timeout", "max_retries", "http_client")}
    return {name: value for name, value in options.items() if value is not None}


def _identities(connection: Connection) -> dict[str, Any]:
    """Organization and project: "" keeps the SDK from looking for its variable, None lets it."""
    found: dict[str, Any] = {}
    for name, variable, _ in _IDENTITIES:
        value = reveal(connection.settings.get(name))
        free = name in connection.declared and variable not in connection.ambient
        found[name] = value or (None if free else "")
    return found


def _standing(sdk: Any, kind: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Headers that the client sends by itself, which an ambient one must not replace. In lower case."""
    usual: dict[str, Any] = {
        "accept": "application/json",
        "content-type": "application/json",
        "user-agent": f"{kind.__name__}/Python {sdk.__version__}",
    }
    return usual | {header.lower(): arguments[name] for name, _, header in _IDENTITIES if arguments.get(name)}


def _custom_headers(ambient: Mapping[str, str]) -> list[str]:
    """The names in OPENAI_CUSTOM_HEADERS, read as the SDK reads it."""
    lines = ambient.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    return [line.partition(":")[0].strip() for line in lines if ":" in line]


def _fixed(key: Any, arguments: dict[str, Any], hooks: list[Hook], *, sync: bool) -> str:
    """The key as a text that can stand in a header. For a function's, a hook puts the key of the moment there."""
    if isinstance(key, str):
        return key
    placeholder = f"{NO_KEY}-{next(_numbers)}"
    arguments["api_key"] = placeholder
    hooks.append(key_filler(f"Bearer {placeholder}", key, sync=sync))
    return placeholder


def _key(value: Any, *, sync: bool) -> Any:
    """A key as the SDK takes it: a text, or a function, which an async client wants to await."""
    value = reveal(value)
    if not callable(value):
        return value or NO_KEY
    return value if sync else _awaited(value)


def _awaited(function: Callable[[], Any]) -> Callable[[], Awaitable[str]]:
    async def key() -> str:
        from inspect import isawaitable

        value = function()
        return str(reveal(await value if isawaitable(value) else value))

    return key
