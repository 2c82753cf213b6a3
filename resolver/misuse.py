"""What a resolved model says of code that can't work: an answer without `await`, an attribute that is the SDK's."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator
from types import MethodType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from modelcatalog.catalog.diagnostics.errors import MissingAttributeError, UsageError

Function = TypeVar("Function", bound=Callable[..., Any])


def method(function: Function) -> Function:
    """The method, such that `model.chat.completions` and `model.chat("Hi").text` say what to write instead."""
    return cast("Function", _Method(function))


def missing_attribute(model: Any, path: str) -> MissingAttributeError:
    """The error for an attribute that a resolved model doesn't have: where the SDK's own is, or what is near."""
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    own = [name for name in (*vars(model), *dir(type(model))) if not name.startswith("_")]
    head = path.partition(".")[0]
    closing = {"close": "await model.aclose()", "aclose": "model.close()"}
    if path in closing:
        hint = f"Write {closing[path]}."
    elif _has(model.client, path):
        hint = f"That is the SDK's: write model.client.{path}."
    elif head not in own and (near := nearest(head, own)):
        hint = f"Did you mean {near[0]!r}?"
    else:
        hint = f"What the SDK has is at model.client, its {model.plan.client}."
    error = MissingAttributeError(f"{type(model).__name__} has no attribute {path!r}. {hint}")
    error.name, error.obj = (
        None,
        None,
    )  # Python would add a guess of its own, and look through the object for it
    return error


def _has(client: Any, path: str) -> bool:
    """Whether the SDK's client has this attribute. The first name is looked up without running anything."""
    first, *others = path.split(".")
    try:
        inspect.getattr_static(client, first)
        one = client
        for name in (first, *others) if others else ():
            one = getattr(one, name)
    except Exception:  # noqa: BLE001  whatever it is, the client can't be recommended for it
        return False
    return True


class _Method:
    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, model: Any, owner: type | None = None) -> Any:
        return self._function if model is None else _Bound(self._function, model)


class _Bound:
    """The bound method; it tells others about itself as the function does."""

    def __init__(self, function: Callable[..., Any], model: Any) -> None:
        self.__func__ = function
        self.__self__ = model
        self.__doc__ = function.__doc__

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        result = self.__func__(self.__self__, *arguments, **options)
        if inspect.iscoroutine(result):
            return _Pending(result, self.__func__.__name__)
        return _Pieces(cast("AsyncGenerator[Any, None]", result)) if inspect.isasyncgen(result) else result

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(MethodType(self.__func__, self.__self__))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            return getattr(self.__func__, name)
        raise missing_attribute(self.__self__, f"{self.__func__.__name__}.{name}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bound) and (self.__func__, id(self.__self__)) == (
            other.__func__,
            id(other.__self__),
        )

    def __hash__(self) -> int:
        return hash((self.__func__, id(self.__self__)))

    def __repr__(self) -> str:
        return f"<bound method {self.__func__.__qualname__} of {self.__self__!r}>"


class _Pending(Coroutine[Any, Any, Any]):
    """An answer to be awaited: the coroutine of the call in all but the error that its other attributes raise."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], name: str) -> None:
        self._coroutine = coroutine
        self._name = name

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        return self._coroutine.send(value)

    def throw(
        self,
        kind: type[BaseException] | BaseException,
        value: BaseException | object = None,
        trace: TracebackType | None = None,
    ) -> Any:
        error = kind if value is None or not isinstance(kind, type) else value
        if isinstance(error, BaseException) and trace is not None:
            error = error.with_traceback(trace)
        return self._coroutine.throw(cast("BaseException", error))

    def close(self) -> None:
        self._coroutine.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "cr_")):
            return getattr(self._coroutine, name)
        self._coroutine.close()  # so that it isn't reported a second time, as never awaited
        raise MissingAttributeError(
            f"{name!r} of an answer that was not awaited. Write (await model.{self._name}(...)).{name}, "
            f"or resolve(..., sync=True)."
        )


class _Pieces(AsyncGenerator[Any, None]):
    """The pieces of an answer, for `async for`."""

    def __init__(self, pieces: AsyncGenerator[Any, None]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._pieces

    def __anext__(self) -> Coroutine[Any, Any, Any]:
        return self._pieces.__anext__()

    def asend(self, value: Any) -> Coroutine[Any, Any, Any]:
        return self._pieces.asend(value)

    def athrow(self, *error: Any) -> Coroutine[Any, Any, Any]:
        return self._pieces.athrow(*error)

    def aclose(self) -> Coroutine[Any, Any, None]:
        return self._pieces.aclose()

    # Hidden from type checkers, which have a better place to report it.
    if not TYPE_CHECKING:

        def __await__(self) -> NoReturn:
            raise UsageError(
                "An answer in pieces is not awaited. Write `async for chunk in model.stream(...):`."
            )

        def __iter__(self) -> NoReturn:
            raise UsageError(
                "The pieces come asynchronously. Write `async for chunk in model.stream(...):`, "
                "or resolve(..., sync=True)."
            )
