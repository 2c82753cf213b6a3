"""Values that must never be shown: keys, tokens, headers that hold one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, Self
from weakref import WeakValueDictionary

# As many characters as are shown of a long secret, and how long it must be for that.
_SHOWN = 4
_LONG = 16


class Secret:
    """A text that shows only its last four characters, and none of a short one. `reveal()` gives the text itself.

    Can't be pickled, so that no cache or other process gets it by accident; a copy is the object itself.
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _live[id(self)] = self

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __str__(self) -> str:
        return "****" + (self._value[-_SHOWN:] if len(self._value) >= _LONG else "")

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


# Every secret that is still in use, and no other: what a service echoes is looked for among them.
_live: WeakValueDictionary[int, Secret] = WeakValueDictionary()


def reveal(value: Any) -> Any:
    """The text of a Secret; anything else as it is."""
    return value.reveal() if isinstance(value, Secret) else value


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with every trace of these secrets redacted; `values` says what counts as one."""
    known = tuple(filter(None, secrets))
    if not known:
        return text
    from modelcatalog.catalog.redaction.values import redact_values

    return redact_values(text, known)


def redact_exception(error: BaseException, secrets: Iterable[str]) -> None:
    """Redact these secrets in an exception, those below it, and the requests and answers that they hold."""
    from modelcatalog.catalog.redaction.exceptions import redact_exception as redact_all

    redact_all(error, secrets)


def live_secrets() -> tuple[str, ...]:
    """The text of every Secret that this process holds now."""
    return tuple({secret.reveal() for secret in list(_live.values())})
