"""The typed entries of a catalog: what a provider needs, and the file and line that says so.

Named tuples and not dataclasses: they are made at each start of the command, and five of them cost a fifth of the time.
Their annotations are evaluated as they are read: of texts, each would be compiled by itself.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, Never

LayerKind = Literal["bundled", "extension", "user", "project", "named", "python"]
Scheme = Literal["key", "aws", "google", "entra", "none"]
CLOUD_SCHEMES: frozenset[Scheme] = frozenset({"aws", "google", "entra"})
"""Those with credentials that are looked for on this machine."""
Target = Literal[
    "client", "session.client", "configure", "model", "engine", "request", "body", "adapter", "refuse"
]
ValueType = Literal["list", "mapping", "string", "number", "integer", "boolean"]
Scalar = str | int | float | bool

_NONE: Mapping[str, Never] = MappingProxyType({})


class Position(NamedTuple):
    """Where a value of the catalog was written. `layer` says who wrote the file."""

    path: str
    line: int
    layer: LayerKind

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Setting(NamedTuple):
    """A named value that a provider needs.

    It is needed always (`required`), or with some schemes of auth (`required_for`).
    `env` holds the variables that are looked for, first that is set wins; `also` further ones that other tools use,
    looked for after those. `default` may be a template over other settings (`https://{region}.host`). `command` prints
    the value where no variable has it. A secret matches `pattern`; `prefixes` are beginnings that many, but not all of
    a provider's secrets have.
    """

    name: str
    env: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    default: Scalar | None = None
    secret: bool = False
    required: bool = False
    required_for: tuple[Scheme, ...] = ()
    pattern: str | None = None
    choices: tuple[Scalar, ...] = ()
    description: str | None = None
    env_position: Position | None = None
    default_position: Position | None = None
    also_position: Position | None = None
    command: tuple[str, ...] = ()
    command_position: Position | None = None
    prefixes: tuple[str, ...] = ()
    pattern_position: Position | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables, in the order in which they are looked for."""
        return self.env + self.also


class Header(NamedTuple):
    """A header of every request: a fixed `value`, or one taken from the first of the variables `env` that is set."""

    name: str
    value: str | None
    env: tuple[str, ...]
    required: bool
    secret: bool
    position: Position


class Argument(NamedTuple):
    """Where an argument of this name is sent. `type` is what its value is read as, None: as it was given."""

    name: str
    target: Target
    type: ValueType | None = None
    description: str | None = None


class Entry(NamedTuple):
    """One way to reach a provider's models: the provider itself, or one of its qualifiers, all layers merged."""

    provider: str
    qualifier: str | None
    name: str
    adapter: str
    position: Position
    endpoint: str = "{base_url}"
    endpoint_position: Position | None = None
    settings: Mapping[str, Setting] = _NONE
    headers: Mapping[str, Header] = _NONE
    auth: tuple[Scheme, ...] = ("key",)
    arguments: Mapping[str, Argument] = _NONE
    default_target: Target = "client"
    model_prefix: str = ""
    qualifiers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    extends: str | None = None
    description: str | None = None
    docs: str | None = None
    keys: str | None = None
    hidden: bool = False
    status: Literal["active", "deprecated", "retired"] = "active"
    since: str | None = None
    replacement: str | None = None
    note: str | None = None
    source: str | None = None
    verified: str | None = None
    list_models: Mapping[str, str | bool] = _NONE
    allow_http: bool = False
    positions: Mapping[str, Position] = _NONE

    @property
    def id(self) -> str:
        """`openai` or `openai/azure`: what comes before the model in a name."""
        return self.provider if self.qualifier is None else f"{self.provider}/{self.qualifier}"

    def model_id(self, model: str) -> str:
        """The name of `model` as the service wants it."""
        return model if model.startswith(self.model_prefix) else self.model_prefix + model
