"""Values that must never be shown: keys, tokens, headers that hold one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, Self

# As many signs as are shown of a long secret, and how long it must be for that.
_SHOWN = 4
_LONG = 16


class Secret:
    """A text that shows only its last four signs, and none of a short one. `reveal()` gives the text itself.

    Can't be pickled, so that no cache or other process gets it by accident; a copy is the object itself.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

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


def reveal(value: Any) -> Any:
    """The text of a Secret; anything else as it is."""
    return value.reveal() if isinstance(value, Secret) else value


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text with every occurrence of these secrets blotted out."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "****")
    return text


def scrub(error: BaseException, secrets: Iterable[str]) -> None:
    """Mask these secrets in an exception and in those below it: a traceback shows what a service echoed."""
    from modelcatalog.providers.causes import causes

    known = tuple(filter(None, secrets))
    for one in causes(error) if known else ():
        one.args = _scrubbed(one.args, known)
        for name in ("message", "body", "__notes__"):
            value = getattr(one, name, None)
            if isinstance(value, str | dict | list):
                setattr(one, name, _scrubbed(value, known))


def _scrubbed(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return mask(value, secrets)
    if isinstance(value, dict):
        return {key: _scrubbed(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_scrubbed(item, secrets) for item in value)
    return value
