"""The services behind the adapters, for tests: what each sends, and how what it gets is read.

One file an adapter, named like it, with one `SERVICE`, an instance of a subclass of `Service` (service.py). The shared
contract (tests/providers/test_contract*.py) finds it by the adapter's name and asks it for all that differs from
service to service, so that it stays one test for all:

- Where and who. `base_url(origin)`: the endpoint as the entry has it. `settings(origin)`: the other settings of a
  usual connection. `auth`. `identity(request)`: the headers (or what stands for them: a verified signature) that say
  who asks; `own_identity`: what it must be for those settings.
- Answers, told in the uniform words of `ChatCall` and `ChatReply`: `chat`, `stream`, `models`, `error`. A stop reason
  is stop, length, tool_calls or content_filter, whatever the service calls it: the adapter translates it back. Usage
  is 3 tokens in, 5 out; the model is "recorded". `healthy(request)` is the answer when a test ordered none.
- Reading. `read(request)` turns what arrived back into uniform words (`Sent`), which the contract compares.
- The client. `ask(client)`: one native call, a coroutine for the async client; `copies(client)`: what the SDK makes
  of it (`with_options`), to see that no variable comes back there. `patience`, `http_of`, `tls_context`: what it holds.
- `poison`: each variable that the SDK reads, set to something that holds the word LEAK.

Attributes say what a service has no word for (`options`, `lists_models`, `has_call_ids`, ...); the contract then checks
the honest refusal instead. A test that only one adapter needs stands in tests/providers/test_<adapter>.py.

In a test, `runner` is an adapter with its sync or its async client, and `server` answers as its service does:

    def test_x(runner: Runner, server: RecordingServer) -> None:
        reply = runner.chat(runner.connection(server.origin), call())
        assert runner.service.read(server.last).model == "m/1"
"""

from __future__ import annotations

from importlib import import_module

from modelcatalog.providers.testing.service import Sent, Service

__all__ = ["Sent", "Service", "service_of"]


def service_of(adapter_name: str) -> Service:
    """The service that is behind this adapter in the tests."""
    service: Service = import_module(f"support.services.{adapter_name}").SERVICE
    return service
