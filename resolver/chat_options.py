"""Options of a chat that aren't ours: compared with what the SDK's own call takes, before anything is sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.planning.plan import Plan

_OURS = {
    "stream": "chat gives the whole answer. For its pieces call model.stream(...).",
    "model": "The model is the one that was resolved. For another one resolve its name.",
}

_SHORT = 6


def check_options(plan: Plan, adapter: Adapter, names: Collection[str]) -> None:
    """Raises ArgumentError for an option that the SDK's call doesn't take, with the nearest that it does.

    A model of this process looks at its options itself; where they go into the body, any name may be right.
    """
    for name in names:
        if name in _OURS:
            raise ArgumentError(_OURS[name], argument=name)
    if not names or getattr(adapter, "IN_PROCESS", False) or "request" not in adapter.TARGETS:
        return
    try:
        taken = adapter.parameters("request")
    except Exception:  # noqa: BLE001  an SDK that can't say what it takes says in the call what is wrong with it
        return
    for name in names:
        if taken is not None and name not in taken:
            raise _unknown(plan, name, taken)


def _unknown(plan: Plan, name: str, taken: frozenset[str]) -> UnknownArgumentError:
    from modelcatalog.catalog.diagnostics.suggestions import nearest
    from modelcatalog.providers.adapter.chat_types import OPTIONS

    near = nearest(name, [*sorted(OPTIONS), *sorted(taken)])
    guess = f" Did you mean {near[0]!r}?" if near else ""
    # Short names are near to each other by chance: top_k, which services take that have no option of that name.
    may_be_theirs = "extra_body" in taken and (not near or len(name) < _SHORT)
    body = f" If the service takes it, write extra_body={{{name!r}: ...}}." if may_be_theirs else ""
    return UnknownArgumentError(
        f"{plan.ref}: chat has no option {name!r} (the call of {plan.client} doesn't take it).{guess}{body}",
        argument=name,
        suggestions=near,
    )
