"""Where a call failed, reported without a secret."""

from __future__ import annotations

from modelcatalog.providers.testing.contract.failures import FailureContract


class TestFailure(FailureContract):
    """Each test with every adapter."""
