"""A setting's value with its source, and an argument with its target: what a plan holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Position
    from modelcatalog.resolver.credentials.dotenv_file import FileMark


Kind = Literal["argument", "environment", ".env", "secrets", "keyring", "command", "default", "none"]


State = Literal["used", "shadowed", "empty", "unset", "unreadable"]


class Looked(NamedTuple):
    """A variable that was looked for. `legacy`: other tools' name for it, accepted after the documented ones.
    `differs`: it is shadowed by one that holds something else.
    """

    variable: str
    state: State
    where: str | None = None
    legacy: bool = False
    differs: bool = False


class SettingValue(NamedTuple):
    """A setting's value and its source. `value` is a Secret where the setting is secret, None when it has none.

    `variable` is the one that the value was taken from, `mark` the file that it was read from.
    """

    name: str
    value: Any
    kind: Kind
    source: str
    required: bool = False
    position: Position | None = None
    looked: tuple[Looked, ...] = ()
    variable: str | None = None
    mark: FileMark | None = None

    @property
    def is_set(self) -> bool:
        return self.value is not None

    @property
    def shown(self) -> str:
        """The value for people: a secret redacted."""
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True)
class PlannedArgument:
    """An argument, and the place it is sent to: a target's name, or `setting`, or `option` for those we all pass on."""

    name: str
    value: Any = field(repr=False)
    target: str = "client"
    source: str = "argument"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an argument is not pickled: it may hold a secret")
