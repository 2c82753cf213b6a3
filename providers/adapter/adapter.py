"""What an adapter is: facts about an SDK, how its client is built, and the uniform calls with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.packages import Package, import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
    from modelcatalog.providers.adapter.connection import Built, Connection, Failure

__all__ = ["Adapter", "Ambient", "Built", "Connection", "Failure", "Package", "UrlRule"]


class Ambient(NamedTuple):
    """A variable that the SDK reads by itself, and what it would do with it if the adapter let it."""

    variable: str
    effect: str


class UrlRule(NamedTuple):
    """How the SDK continues a base URL: ends that people paste although it adds them; the path's version.

    `forbid_version`: the SDK adds the version itself, so the base URL must not have it.
    """

    strip: tuple[str, ...]
    version: str
    forbid_version: bool


class Calls(Protocol):
    """The uniform calls of an adapter: an instance of `modelcatalog.providers.chat.calls.ChatCalls`, or its like."""

    def chat(self, client: Any, call: ChatCall) -> ChatReply: ...

    async def achat(self, client: Any, call: ChatCall) -> ChatReply: ...

    def stream(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]: ...

    def astream(self, client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]: ...

    def list_models(self, client: Any, path: str = ...) -> list[str]: ...

    async def alist_models(self, client: Any, path: str = ...) -> list[str]: ...


class Adapter:
    """One SDK or protocol. A subclass states the facts as class attributes and builds the client.

    Only `parameters`, `build` and what works on a client import the SDK. The uniform calls are in the module that
    `CALLS` names, which is loaded when the first of them is made; its `CALLS` is an instance of `ChatCalls`.
    """

    PACKAGE: ClassVar[Package]
    CALLS: ClassVar[str]
    FAILURES: ClassVar[str] = "modelcatalog.providers.failures.http_api"
    """The module whose `failure` explains the SDK's exceptions."""
    CLIENTS: ClassVar[tuple[str, str]]
    """Module and class of the sync and of the async client."""
    REQUEST: ClassVar[str] = ""
    """Module, class and method of the native call: `openai.resources.chat.Completions.create`."""
    URL_RULE: ClassVar[UrlRule] = UrlRule((), "", forbid_version=False)
    AUTH: ClassVar[frozenset[str]] = frozenset({"key", "none"})
    """The schemes of auth with which the client can be built: of key, aws, google, entra and none."""
    BEARER: ClassVar[frozenset[str]] = frozenset()
    """Those of AUTH whose token is sent where the key is."""
    TARGETS: ClassVar[frozenset[str]] = frozenset({"client", "request"})
    SETTINGS: ClassVar[frozenset[str]] = frozenset({"api_key", "base_url"})
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset()
    """Arguments that the adapter takes itself, whatever the entry says."""
    AMBIENT: ClassVar[tuple[Ambient, ...]] = ()
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ()
    """Those of AMBIENT in which the SDK looks for the key of its own vendor. The bundled entry of that vendor names
    them, and no other: a key must not reach another service because the same SDK calls it.
    """
    FURTHER_PACKAGES: ClassVar[tuple[Package, ...]] = ()
    """Packages without which the SDK can't make a call."""
    IN_PROCESS: ClassVar[bool] = False
    """Whether the model runs in this process."""
    MODELS_PATH: ClassVar[str] = ""
    """Where the list of models is, for `list_models` without a path."""
    NO_LIST: ClassVar[str] = ""
    """Why the SDK's client can't list models, and where to look instead; empty where it can."""

    def client_name(self, sync: bool) -> str:
        """Module and class of the client: `openai.AsyncOpenAI`."""
        return self.CLIENTS[0 if sync else 1]

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint can't be used with this adapter, and what to do instead, in a sentence."""
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        """The names that the SDK takes at this target, None when it takes any. Imports the SDK."""
        if target in ("adapter", "body"):
            return self.ARGUMENTS if target == "adapter" else None
        return self.sdk_parameters(target)

    def sdk_parameters(self, target: str) -> frozenset[str]:
        """The names of the SDK's own parameters at this target, neither `adapter` nor `body`."""
        from pkgutil import resolve_name

        from modelcatalog.providers.adapter.signatures import names_of

        import_sdk(self.PACKAGE)
        return names_of(resolve_name(f"{self.CLIENTS[0]}.__init__" if target == "client" else self.REQUEST))

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """The SDK's client. Touches no network; reads nothing that the connection doesn't hold."""
        raise NotImplementedError

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Keywords to give to each native call of the client."""
        return {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}

    def machine(self, model: str, arguments: Mapping[str, Mapping[str, object]]) -> Any:
        """What there is here for a model that runs in this process (`hardware.Machine`); None for a service."""
        return None

    @property
    def identifies(self) -> bool:
        """Whether the cloud can be asked whose credentials these are: `identify` is there."""
        return type(self).identify is not Adapter.identify

    @property
    def proves(self) -> bool:
        """Whether `prove` is there."""
        return type(self).prove is not Adapter.prove

    def identify(self, connection: Connection) -> str:
        """Whom the cloud takes the credentials for. Asks the cloud. NotImplementedError where it can't be asked."""
        raise NotImplementedError

    def prove(self, client: Any, path: str) -> None:
        """One request to a path that only a valid key gets an answer from. Raises as `chat` does."""
        raise NotImplementedError

    def chat(self, client: Any, call: ChatCall) -> ChatReply:
        """One answer. Raises the SDK's exceptions, or AnswerError; `failure` explains both."""
        return self.calls.chat(client, call)

    async def achat(self, client: Any, call: ChatCall) -> ChatReply:
        """`chat`, with the async client."""
        return await self.calls.achat(client, call)

    def stream(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]:
        """The answer in pieces; tool calls, usage and the reason for the end come with the last one."""
        return self.calls.stream(client, call)

    def astream(self, client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
        """`stream`, with the async client."""
        return self.calls.astream(client, call)

    def list_models(self, client: Any, path: str = "") -> list[str]:
        """The models that the service says it has: one page, at most 10,000. Raises as `chat` does, and
        NotImplementedError where there is no list.
        """
        self._require_list()
        return self.calls.list_models(client, path or self.MODELS_PATH)

    async def alist_models(self, client: Any, path: str = "") -> list[str]:
        """`list_models`, with the async client."""
        self._require_list()
        return await self.calls.alist_models(client, path or self.MODELS_PATH)

    def failure(self, error: BaseException, secrets: Sequence[str] = ()) -> Failure:
        """Where a call failed and why. Occurrences of `secrets` in the server's words are redacted."""
        found: Failure = import_module(self.FAILURES).failure(error, secrets)
        return found

    def _require_list(self) -> None:
        if self.NO_LIST:
            raise NotImplementedError(self.NO_LIST)

    @property
    def calls(self) -> Calls:
        """The uniform calls, loaded when they are first needed."""
        return _calls(self.CALLS)


def __getattr__(name: str) -> Any:
    """What goes in and comes out, for who imports it from here: a plan is made without."""
    if name not in ("Built", "Connection", "Failure"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("modelcatalog.providers.adapter.connection"), name)


# Keyed by the module, which is loaded once anyway.
@cache
def _calls(module: str) -> Calls:
    calls: Calls = import_module(module).CALLS
    return calls
