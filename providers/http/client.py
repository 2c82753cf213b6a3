"""The one builder of HTTP clients: on the shared TLS context, with our hooks, for httpx and httpx2."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.http.tls import shared_context
from modelcatalog.providers.identities.refreshable import refresher

if TYPE_CHECKING:
    from modelcatalog.providers.http.hooks import Hook


def http_client(
    *,
    sync: bool,
    library: str = "httpx2",
    kind: Any = None,
    requests: Iterable[Hook] = (),
    responses: Iterable[Hook] = (),
    key: Any = None,
    **options: Any,
) -> Any:
    """A new HTTP client. The hooks see every request and every response, those of redirects too.

    `library` is the one that the SDK uses: its own rules of trust hold. `kind` is a class of the SDK's that is derived
    from the library's. A `key` that can be renewed is, once it is refused. `options` are those of the class (`timeout`,
    `follow_redirects`); what isn't among them is as the class has it.
    """
    module = import_module(library)
    kind = kind or (module.Client if sync else module.AsyncClient)
    return (_closing(kind) if sync else kind)(
        verify=tls_context(library),
        event_hooks={"request": list(requests), "response": list(responses)},
        auth=refresher(library, key),
        **options,
    )


def tls_context(library: str = "httpx2") -> Any:
    """The TLS context that all clients on this library share."""
    return shared_context(import_module(library).create_ssl_context)


# The same text is always the same URL, which never changes.
@lru_cache(maxsize=256)
def parsed(library: str, url: str) -> Any:
    """The URL as the HTTP library has it, with the slash at its end that an SDK would add: each does so by parsing it
    anew. One with a query stays as it is.
    """
    if not url.startswith(("http://", "https://")) or "?" in url or "#" in url:
        return url
    return import_module(library).URL(url if url.endswith("/") else f"{url}/")


# A class for each class of the HTTP library.
@cache
def _closing(kind: Any) -> Any:
    """The class, closing itself when nobody holds it any more, as the HTTP client does that an SDK makes."""

    class ClosingClient(kind):  # type: ignore[misc]
        def __del__(self) -> None:
            # Not there when the constructor failed; at the interpreter's end, closing may.
            with suppress(Exception):
                if not self.is_closed:
                    self.close()

    return ClosingClient
