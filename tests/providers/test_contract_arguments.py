"""What the caller did wrong: reported as that, and nothing is sent."""

from __future__ import annotations

from modelcatalog.providers.testing.contract.arguments import ArgumentContract


class TestArgument(ArgumentContract):
    """Each test with every adapter."""
