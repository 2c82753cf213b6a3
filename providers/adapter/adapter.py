"""What an adapter is, which ones there are, and how one is loaded.

An adapter is a module of this folder that sets `PACKAGE`, or one that an installed extension brings; its name is the
value of `adapter:` in models.yaml. The other modules here hold what adapters share.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from modelcatalog.providers.adapter.connection import Built, Connection, Failure

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
    from modelcatalog.providers.adapter.packages import Package

__all__ = [
    "Adapter",
    "Ambient",
    "Built",
    "Connection",
    "Failure",
    "UrlRule",
]


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


class Adapter(Protocol):
    """A module of this folder. Only `parameters`, `build` and what works on a client import the SDK.

    It may set further names: `ARGUMENTS`, those of arguments that it takes itself; `FURTHER_PACKAGES`, without which
    the SDK can't make a call; `prove(client, path)`, a request that only a valid key gets an answer from;
    `identify(connection)`, whom the cloud takes the login for. When its model runs in this process, `IN_PROCESS = True`
    and `machine(model, arguments)`, what there is here for it (`local_machine.Machine`).
    """

    PACKAGE: Package
    TARGETS: frozenset[str]
    SETTINGS: frozenset[str]
    AMBIENT: tuple[Ambient, ...]
    URL_RULE: UrlRule

    def client_name(self, sync: bool) -> str:
        """Module and class of the client: `openai.AsyncOpenAI`."""

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint can't be used with this adapter, and what to do instead, in a sentence."""

    def parameters(self, target: str) -> frozenset[str] | None:
        """The names that the SDK takes at this target, None when it takes any. Imports the SDK."""

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """The SDK's client. Touches no network; reads nothing that the connection doesn't hold."""

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Keywords to give to each native call of the client."""

    def chat(self, client: Any, call: ChatCall) -> ChatReply:
        """One answer. Raises the SDK's exceptions, or AnswerError; `failure` explains both."""

    async def achat(self, client: Any, call: ChatCall) -> ChatReply:
        """`chat`, with the async client."""

    def stream(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]:
        """The answer in pieces; tool calls, usage and the reason for the end come with the last one."""

    def astream(self, client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
        """`stream`, with the async client."""

    def failure(self, error: BaseException, secrets: Sequence[str] = ()) -> Failure:
        """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""

    def list_models(self, client: Any, path: str = ...) -> list[str]:
        """The models that the service says it has: one page, at most 10,000."""

    async def alist_models(self, client: Any, path: str = ...) -> list[str]:
        """`list_models`, with the async client."""
