"""A problem that only shows once an entry is put together, at the line of the file that it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import CatalogError

if TYPE_CHECKING:
    from modelcatalog.catalog.model.merge import Places


def problem_at(
    places: Places, pointer: str, message: str, code: str, hint: str | None = None
) -> CatalogError:
    """The error to raise for what the text at `pointer` says."""
    from modelcatalog.catalog.diagnostics.problem import Problem

    place = places.get(pointer) or places[""]
    return CatalogError(
        (Problem(path=place.path, line=place.line, column=1, message=message, code=code, hint=hint),)
    )
