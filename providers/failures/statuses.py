"""What an HTTP status says of a refused call. The one table, whatever the service and its SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Step

STATUSES: dict[int, tuple[Step, str]] = {
    401: ("auth", "key"),
    402: ("quota", "no-credit"),
    403: ("auth", "forbidden"),
    404: ("path", "not-found"),
    405: ("path", "not-found"),
    407: ("proxy", "credentials"),
    408: ("server", "timeout"),
    410: ("path", "not-found"),
    429: ("quota", "rate"),
    504: ("server", "timeout"),
}
SUCCESS = range(200, 300)
_REDIRECTS = range(300, 400)
_SERVER = 500


def by_status(status: int | None) -> tuple[Step, str]:
    """Step and reason. None, or a success, is that of an error which came within an answer."""
    if status is None or status in SUCCESS:
        return "server", "error"
    if status in _REDIRECTS:
        return "path", "redirect"
    return STATUSES.get(status, ("server" if status >= _SERVER else "request", "error"))
