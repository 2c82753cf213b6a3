"""One TLS context for all clients of a process: reading the trusted roots is 97 % of what a new client costs.

The only file of this floor that looks at the environment: SSL_CERT_FILE and SSL_CERT_DIR say which roots are
trusted, to every TLS library alike, and no catalog has a word in that.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_Roots = tuple[tuple[str | None, int | None], ...]

# Clients are made in any thread.
_lock = Lock()
# One context for each factory: reading the trusted roots is 97 % of what a new client costs.
_contexts: dict[Callable[[], ssl.SSLContext], tuple[_Roots, ssl.SSLContext]] = {}


def shared_context(make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """The context that `make` gave at its first call; made anew once the files of trusted roots are others.

    `make` is the factory of an HTTP library, so that its own rules of trust hold. Safe between threads and
    loops.
    """
    roots = _roots()
    with _lock:
        known = _contexts.get(make)
        if known is not None and known[0] == roots:
            return known[1]
        context = make()
        _contexts[make] = roots, context
        return context


def _roots() -> _Roots:
    paths = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return tuple((path, _changed(path)) for path in paths)


def _changed(path: str | None) -> int | None:
    """When the file or folder was last written, None where there is none."""
    if not path:
        return None
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None
