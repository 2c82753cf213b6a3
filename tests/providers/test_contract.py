"""What every adapter must do: the registry, and the contract with each adapter whose SDK is installed here.

A new adapter is in these tests as soon as the registry has it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from modelcatalog.providers.adapter.registry import adapter_names, is_adapter, load_adapter
from modelcatalog.providers.testing.contract.client import ClientContract


def test_importing_every_adapter_imports_no_sdk_no_http_library_and_no_chat_code() -> None:
    code = """
import sys
from modelcatalog.providers.adapter.registry import ADAPTERS, load_adapter
for name in ADAPTERS:
    load_adapter(name)
print(*sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"httpx2", "httpx", "asyncio", "ssl", "socket", "pydantic", "yaml", "typer", "requests"}
    heavy |= {load_adapter(name).PACKAGE.import_name for name in adapter_names()}
    heavy |= {load_adapter(name).CALLS for name in adapter_names()}
    assert not heavy & set(done.stdout.split())


def test_shared_modules_are_not_taken_for_adapters() -> None:
    assert {"openai", "openai_azure"} <= set(adapter_names())
    assert not any(
        map(is_adapter, ["adapter", "secret", "openai_client", "nothing", "../catalog/errors", ""])
    )


def test_an_unknown_adapter_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"'opnai'.*openai_azure"):
        load_adapter("opnai")


class TestClient(ClientContract):
    """Each test with every adapter."""
