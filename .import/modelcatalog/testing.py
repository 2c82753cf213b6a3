"""The contract that every adapter keeps, for tests of an extension's own. Needs pytest.

from modelcatalog.testing import AdapterContract, OpenAIService

class TestAcme(AdapterContract):
ADAPTER = "acme"
SERVICE = OpenAIService()
"""

from __future__ import annotations

import pytest

# Its asserts show their values, as those of a test's own file do.
pytest.register_assert_rewrite("modelcatalog.providers.testing.contract")

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.contract.adapter import AdapterContract
from modelcatalog.providers.testing.openai_service import OpenAIService
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY, Sent, Service

__all__ = [
    "KEY",
    "AdapterContract",
    "Answer",
    "OpenAIService",
    "Recorded",
    "RecordingServer",
    "Runner",
    "Sent",
    "Service",
    "answers",
    "call",
]
