"""A chat: text, streams, options, tools, and what goes back."""

from __future__ import annotations

from modelcatalog.providers.testing.contract.chat import ChatContract


class TestChat(ChatContract):
    """Each test with every adapter."""
