"""What the contract asks of a service. The defaults are those of the SDKs that are made like openai's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded

KEY = "sk-sentinel-key-of-the-provider-1234"
MESSAGES = [{"role": "user", "content": "x"}]


@dataclass(frozen=True)
class Sent:
    """A request, read back into uniform words.

    `messages` have `role` and `content`; `tool_calls` as {"id", "name", "arguments": dict}; `tool_call_id`. `tools` are
    {"name", "description", "parameters"}. `options` are those of `ChatCall`; `rest` is what else the body holds.
    """

    model: str
    messages: list[dict[str, Any]]
    stream: bool
    tools: list[dict[str, Any]] = field(default_factory=list)
    tool_choice: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


class Service:
    """One service. What is left out here must be in each."""

    auth = "key"
    # How the key travels.
    identity_headers: tuple[str, ...] = ("authorization", "api-key", "x-api-key", "x-goog-api-key")
    own_identity: Mapping[str, str] = {"authorization": f"Bearer {KEY}"}
    poison: Mapping[str, str] = {}
    # Options of a call that the service knows; what it is sent although nobody asked.
    options: frozenset[str] = frozenset({"max_tokens", "temperature", "top_p", "stop", "seed"})
    always: Mapping[str, Any] = {}
    lists_models = True
    # Without tools of its own, a call that has some is refused before it is sent.
    has_tools = True
    has_call_ids = True
    has_usage = True
    # Whether an async stream that is left closes its connection at once; else it does so when the client is closed.
    closes_left_streams = True
    # Whether a connection may stay open although its client was closed.
    may_keep_left_streams = False
    # Statuses of which the SDK throws the server's words away.
    silent: frozenset[int] = frozenset()
    # Statuses that the SDK's exceptions don't hold.
    hidden: frozenset[int] = frozenset()
    # What a reply says of the model; None where the service does not say.
    model: str | None = "recorded"
    # Where else than in the SDK's own package the client's class may be.
    client_homes: tuple[str, ...] = ()
    # Without a word for "none", the tools are not sent.
    tool_choices: frozenset[str] = frozenset({"auto", "none", "required"})
    # Without a word for one tool by its name, that tool alone is sent, and has to be called.
    named_tool_choice = True
    # A client works without a key, and then sends none.
    keyless = True
    # Names that the client and the call take, and the client's own patience in seconds and retries.
    client_parameters: frozenset[str] = frozenset({"timeout", "max_retries", "default_headers"})
    request_parameters: frozenset[str] = frozenset({"temperature"})
    # Arguments for the target "request", and the options of the call that they are.
    request_arguments: Mapping[str, Any] = {"temperature": 0.5}
    request_options: Mapping[str, Any] = {"temperature": 0.5}
    usual_patience: tuple[float | None, int] = (600, 2)
    # Arguments of the client for (7 seconds, 4 retries), a header and a query where it takes such.
    client_arguments: Mapping[str, Any] = {
        "timeout": 7.0,
        "max_retries": 4,
        "default_headers": {"X-Two": "theirs"},
        "default_query": {"q": "1"},
    }

    # Where and who

    def base_url(self, origin: str) -> str:
        """The endpoint at this origin, as the entry has it."""
        raise NotImplementedError

    def settings(self, origin: str) -> dict[str, Any]:
        """The other settings of a usual connection."""
        return {"api_key": Secret(KEY)}

    def identity(self, request: Recorded) -> dict[str, str]:
        """The headers of a request that say who asks, or what stands for them: a verified signature."""
        return {name: request.headers[name] for name in self.identity_headers if name in request.headers}

    # Answers

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        """An answer with this text and these calls of tools. `finish`: stop, length, tool_calls or content_filter."""
        raise NotImplementedError

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        """With `finish` None, a stream that breaks off after its texts."""
        raise NotImplementedError

    def models(self, *names: str) -> Answer:
        """A list of these models."""
        raise NotImplementedError

    def error(self, status: int, message: str) -> Answer:
        """As the service tells of it with this status: 401 a wrong key, 404 a model that it does not have."""
        raise NotImplementedError

    def healthy(self, request: Recorded) -> Answer:
        """The answer where a test gave none."""
        if request.method == "GET":
            return self.models("small", "large")
        return self.stream("Hel", "lo") if self.is_stream(request) else self.chat()

    # Reading

    def is_stream(self, request: Recorded) -> bool:
        """Whether a stream was asked for."""
        return bool(request.json.get("stream"))

    def read(self, request: Recorded) -> Sent:
        """The request in uniform words, for comparison with the call."""
        raise NotImplementedError

    # The client

    def ask(self, client: Any) -> Any:
        """One native call of the client; with an async client something to await."""
        raise NotImplementedError

    def is_called(self, client: Any, name: str) -> bool:
        """Whether the client's class has this name; that of a class which the SDK makes as it runs is not imported."""
        kind = type(client)
        module, _, last = name.rpartition(".")
        imported = getattr(import_module(module), last, None)
        return imported is kind or (imported is None and name == f"{kind.__module__}.{kind.__name__}")

    def copies(self, client: Any) -> list[Any]:
        """What the SDK makes of the client, such as `with_options`, to see that no variable comes back there."""
        return [client.copy().with_options(timeout=9), client.with_options(default_headers={"X-Mine": "1"})]

    def patience(self, client: Any) -> tuple[float | None, int]:
        """Seconds without an answer that it bears, and how often it tries again."""
        timeout = client.timeout
        return getattr(timeout, "read", timeout), client.max_retries

    def http_of(self, client: Any) -> Any:
        """The HTTP client below, None where there is none to look at."""
        return client._client

    def tls_context(self, client: Any) -> Any:
        """The TLS context of the client's connections."""
        return self.http_of(client)._transport._pool._ssl_context
