"""Our error for an SDK whose client can't be made of the arguments that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ModelCatalogError, SetupError
from modelcatalog.catalog.diagnostics.finding import Finding

if TYPE_CHECKING:
    from modelcatalog.resolver.planning.plan import Plan

_MOST = 200


def refused(plan: Plan, error: Exception) -> ModelCatalogError:
    """What the SDK's constructor raised, by the arguments that somebody gave it; without any, a thing of the set-up.

    The error's own text has no secret any more.
    """
    names = [one.name for one in plan.arguments if one.target not in ("setting", "body", "request")]
    names = [name for name in names if name not in ("timeout", "max_retries", "allow_http")]
    said = " ".join(str(error).split())
    said = f"{type(error).__name__}: {said[:_MOST]}" if said else type(error).__name__
    if not names:
        finding = Finding("invalid-setting", "error", f"{plan.client} can't be made: {said.rstrip('.')}.")
        return SetupError(plan.entry.id, [finding])
    what = ", ".join(names)
    which = "the argument" if len(names) == 1 else "one of the arguments"
    return ArgumentError(
        f"{plan.client} doesn't accept {which} {what} ({said.rstrip('.')})",
        argument=names[0] if len(names) == 1 else what,
        suggestions=(),
        hint=_hint(names),
    )


def _hint(names: list[str]) -> str:
    return f"leave out {names[0]}" if len(names) == 1 else f"leave out one of {', '.join(names)}"
