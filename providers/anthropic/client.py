"""What the clients of the anthropic SDK have in common, whoever serves the models."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.adapter import Ambient
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.adapter.signatures import names_of

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.packages import Package

# Read by each client of anthropic 2.12, those for other clouds too, at construction and for each copy.
CUSTOM_HEADERS = Ambient(
    "ANTHROPIC_CUSTOM_HEADERS",
    "its headers would be sent with every request, an Authorization in place of the key",
)


def parameters_of(client: Any, target: str) -> frozenset[str] | None:
    """The names that the constructor of `client`, or the call for a message, takes; None where any is taken."""
    if target == "body":
        return None
    if target == "client":
        return names_of(client.__init__)
    return names_of(import_module("anthropic.resources.messages").Messages.create)


def require(distribution: str, package: Package) -> None:
    """Raise ImportError when a distribution is missing without which the SDK builds, and fails at the call."""
    if installed_version(distribution) is None:
        raise ImportError(f"{distribution} is not installed: pip install 'modelcatalog[{package.extra}]'")
