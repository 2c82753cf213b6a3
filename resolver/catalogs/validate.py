"""Everything that is wrong in the catalog files, with what only the adapters know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.validation.locations import located
from modelcatalog.catalog.validation.semantics import check_catalog
from modelcatalog.providers.adapter.registry import INSTALLED, extension_problems, is_adapter, load_adapter
from modelcatalog.resolver.catalogs.discovery import load_catalog
from modelcatalog.resolver.endpoints.base_url import examine

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry


def validate(catalog: Catalog | None = None) -> list[Problem]:
    """Every problem of the catalog's files, in the order of files and lines. Empty: all is well."""
    catalog = catalog or load_catalog()
    problems = [*extension_problems(), *check_catalog(catalog, INSTALLED)]
    for provider in catalog.providers:
        try:
            entry = catalog.entry(provider)
            entries = [entry, *(catalog.entry(provider, qualifier) for qualifier in entry.qualifiers)]
        except CatalogError:
            continue
        for one in entries:
            problems += _address(one)
    order = {layer.path: at for at, layer in enumerate(catalog.layers)}
    found = located(dict.fromkeys(problems), catalog.layers)
    return sorted(found, key=lambda problem: (order.get(problem.path, 0), problem.line, problem.column))


def _address(entry: Entry) -> Iterable[Problem]:
    """A default base URL that the SDK would double, or that nobody could call."""
    base = entry.settings.get("base_url")
    if (
        base is None
        or not isinstance(base.default, str)
        or "{" in base.default
        or not is_adapter(entry.adapter)
    ):
        return
    adapter = load_adapter(entry.adapter)
    plain = entry.endpoint == "{base_url}"
    url, findings = examine(base.default, adapter.URL_RULE, source="")
    message = next((finding.message for finding in findings), None)
    hint = None
    if findings and findings[0].severity == "note":
        message, hint = f"the base URL {base.default!r} ends in what the SDK adds by itself", f"write {url}"
    elif message is None and plain:
        message = adapter.url_problem(url)
    if message is not None:
        position = base.default_position or entry.position
        yield Problem(
            path=position.path,
            line=position.line,
            column=1,
            message=message.rstrip("."),
            code="bad-address",
            hint=hint,
        )
