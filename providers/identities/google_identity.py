"""Whether Google takes the login of this machine: one request for a token, which costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.identities.google_adc import default_credentials

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection


def identify(connection: Connection) -> str:
    """Whose the token is that Google gave, as far as its file says; empty where it doesn't.

    It proves the login, not that it may call a model. Raises google-auth's exceptions, and NotImplementedError for an
    API key, which is no login.
    """
    if connection.auth == "key":
        raise NotImplementedError("an API key is good for calls of models only")
    credentials = default_credentials(connection)
    with token_request(connection.timeout or 10.0) as request:
        credentials.refresh(request)
    return str(getattr(credentials, "signer_email", "") or "")


@contextmanager
def token_request(timeout: float) -> Iterator[Any]:
    """What google-auth makes its requests for tokens with, `timeout` seconds each."""
    session = import_module("requests").Session()
    session.get_redirect_target = _nowhere
    with session:
        request = import_module("google.auth.transport.requests").Request(session)
        yield partial(request, timeout=timeout)


def _nowhere(response: Any) -> None:
    """In place of what tells requests where an answer redirects to: a login goes nowhere else."""
