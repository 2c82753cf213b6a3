"""What goes into an adapter, and what comes out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, Self, get_args

from modelcatalog.catalog.redaction.secret import reveal

if TYPE_CHECKING:
    from modelcatalog.catalog.redaction.secret import Secret


Step = Literal[
    "setup",
    "local",
    "proxy",
    "dns",
    "connect",
    "tls",
    "http",
    "auth",
    "path",
    "model",
    "quota",
    "request",
    "server",
    "answer",
    "timeout",
]
"""How far a call came: all the words that there are for it, in the order in which a call takes the steps."""
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How one model is reached, in plain values. Only names are in its repr.

    `settings` holds those that have a value: `base_url` is the endpoint as the SDK wants it, `api_key` a
    Secret, a text, or a function that gives one. `declared` names every setting that the entry has, with a
    value or without. `arguments` are sorted by target. `timeout` is in seconds; it, `max_retries` and
    `http_client` are None when the SDK's own are wanted. `ambient` holds those of the adapter's AMBIENT
    variables that are set in this process. `follow_redirects`: where the SDK would follow one, it may.
    """

    provider: str
    qualifier: str | None
    model: str
    settings: Mapping[str, object] = field(default_factory=dict, repr=False)
    declared: frozenset[str] = frozenset()
    auth: str = "key"
    headers: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    arguments: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    timeout: float | None = None
    max_retries: int | None = None
    http_client: object | None = field(default=None, repr=False)
    ambient: Mapping[str, str] = field(default_factory=dict, repr=False)
    follow_redirects: bool = True

    def given(self, target: str) -> dict[str, Any]:
        """The arguments for this target that have a value, as the SDK gets them: secrets as texts."""
        arguments = self.arguments.get(target, {})
        return {name: reveal(value) for name, value in arguments.items() if value is not None}

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection holds secrets, and is not pickled")


class Built(NamedTuple):
    """The SDK's client, and what closes it: one of the two, or none when the HTTP client isn't ours.

    With `aopen`, `client` only stands for the SDK's own until that is open; `aopen` gives it, the same each time.
    `emulates_tools`: tools are described in the prompt of each uniform call, and read out of the answer's text.
    """

    client: Any
    close: Callable[[], None] | None = None
    aclose: Callable[[], Awaitable[None]] | None = None
    aopen: Callable[[], Awaitable[Any]] | None = None
    emulates_tools: bool = False

    @classmethod
    def on(cls, client: Any, http: Any, *, sync: bool) -> Self:
        """The SDK's client on an HTTP client of ours, which closes with it; `http` is None for one of the caller's."""
        if http is None:
            return cls(client)
        return cls(client, close=http.close) if sync else cls(client, aclose=http.aclose)


@dataclass(frozen=True)
class Failure:
    """Where a call failed, and why. Holds no secret.

    `step` is how far it came, `reason` a stable word for what happened there (dns, refused, certificate,
    ...). `status` is the HTTP status; `url` (without its query) and `method` are those of the request. Each
    is None when the call never came that far. `detail` is a sentence for a person, with the server's own
    words where it sent any.
    """

    step: Step
    reason: str
    status: int | None
    url: str | None
    method: str | None
    detail: str
