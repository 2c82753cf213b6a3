"""A problem that only shows once an entry is put together, at the line of the file that it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import CatalogError

if TYPE_CHECKING:
    from modelcatalog.catalog.model.merge import Positions


def problem_at(
    positions: Positions, pointer: str, message: str, code: str, hint: str | None = None
) -> CatalogError:
    """The error to raise for what the text at `pointer` says."""
    from modelcatalog.catalog.diagnostics.problem import Problem

    position = positions.get(pointer) or positions[""]
    return CatalogError(
        (Problem(path=position.path, line=position.line, column=1, message=message, code=code, hint=hint),)
    )
