"""What an adapter is, which ones there are, and how one is loaded.

An adapter is a module of this folder that sets `PACKAGE`, or one that an installed extension brings; its name is the
value of `adapter:` in models.yaml. The other modules here hold what adapters share.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from modelcatalog.catalog.errors import CatalogError
from modelcatalog.providers.connection import Built, Connection, Failure
from modelcatalog.providers.extensions import Extension, adapter_modules
from modelcatalog.providers.sdk import installed_version

if TYPE_CHECKING:
    from modelcatalog.catalog.problems import Problem
    from modelcatalog.providers.chat import ChatCall, ChatChunk, ChatReply

__all__ = [
    "Adapter",
    "Ambient",
    "Built",
    "Connection",
    "Failure",
    "Package",
    "UrlRule",
    "adapter_names",
    "extension_problems",
    "is_adapter",
    "load_adapter",
]

_FOLDER = Path(__file__).parent
_MARK = re.compile(rb"^PACKAGE\b", re.MULTILINE)


class Package(NamedTuple):
    """An SDK: its names on the index and in an import (two facts), the oldest version, our extra.

    `alternatives` are other distributions that are imported under the same name, such as builds for other hardware.
    """

    distribution: str
    import_name: str
    minimum: str
    extra: str
    alternatives: tuple[str, ...] = ()

    @property
    def installed(self) -> tuple[str, str] | None:
        """Distribution and version of what is installed of it, None when nothing is. Imports nothing of it."""
        for distribution in (self.distribution, *self.alternatives):
            if version := installed_version(distribution):
                return distribution, version
        return None


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


def is_adapter(name: str) -> bool:
    """Whether `adapter: name` has a module, here or in an installed extension. Imports nothing."""
    return name in _adapters() or name in adapter_modules()


def adapter_names() -> list[str]:
    """The adapters that there are, ours and those of extensions. Imports none of them."""
    return sorted(_adapters().union(adapter_modules()))


def load_adapter(name: str) -> Adapter:
    """The adapter of this name. Its SDK is not imported. Raises LookupError when there is none, and CatalogError when
    the extension that brings it can't be used.
    """
    if name in _adapters():
        return cast("Adapter", import_module(f"modelcatalog.providers.{name}"))
    brought = adapter_modules().get(name)
    if not brought:
        raise LookupError(f"there is no adapter {name!r}; there are {', '.join(adapter_names())}")
    if len(brought) > 1:
        who = ", ".join(extension.distribution for extension in brought)
        raise _unusable(brought[0], f"the adapter {name!r} is brought by several packages: {who}")
    return _load_extension(brought[0])


def extension_problems() -> list[Problem]:
    """What is wrong with installed extensions, as far as can be told without importing them."""
    problems = []
    for name, brought in adapter_modules().items():
        if name in _adapters():
            problems += [
                _problem(extension, f"its adapter {name!r} has the name of one of ours, and isn't used")
                for extension in brought
            ]
        elif len(brought) > 1:
            others = ", ".join(extension.distribution for extension in brought[1:])
            problems.append(
                _problem(brought[0], f"its adapter {name!r} is brought by {others} too; none is used")
            )
    return problems


def _load_extension(extension: Extension) -> Adapter:
    try:
        module = import_module(extension.value.partition(":")[0])
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise _unusable(extension, f"its adapter {extension.name!r} can't be imported: {reason}") from error
    lacks = [part for part in _PARTS if not hasattr(module, part)]
    if lacks:
        raise _unusable(extension, f"its adapter {extension.name!r} lacks {', '.join(lacks)}")
    return cast("Adapter", module)


_PARTS = [part for part in (*Adapter.__annotations__, *vars(Adapter)) if not part.startswith("_")]


def _unusable(extension: Extension, message: str) -> CatalogError:
    return CatalogError([_problem(extension, message)])


def _problem(extension: Extension, message: str) -> Problem:
    from modelcatalog.catalog.problems import Problem

    return Problem(
        path=f"package {extension.distribution}", line=0, column=0, message=message, code="broken-extension"
    )


@cache
def _adapters() -> frozenset[str]:
    return frozenset(file.stem for file in _FOLDER.glob("*.py") if _MARK.search(file.read_bytes()))
