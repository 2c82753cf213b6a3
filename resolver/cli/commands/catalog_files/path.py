"""`catalog path`: which catalog files are read, in which order."""

from __future__ import annotations

from modelcatalog.resolver.cli.options import Files, Json
from modelcatalog.resolver.cli.rendering import columns, emit, print_json


def path(file: Files = None, json: Json = False) -> None:
    """Show which catalog files are read.

    In their order: a later file overrides an earlier one.
    """
    from modelcatalog.resolver.catalogs.discovery import catalog_files, shown_path

    found = catalog_files(file or ())
    if json:
        rows = [{"origin": one.origin, "path": str(one.path), "exists": one.exists} for one in found]
        print_json({"files": rows})
        return
    emit(
        columns(
            (
                (one.origin, shown_path(one.path) + ("" if one.exists else " (file not found)"))
                for one in found
            ),
            indent=0,
        )
    )
