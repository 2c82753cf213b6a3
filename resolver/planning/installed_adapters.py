"""The adapters that there are, as the catalog's checks want to know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.providers.adapter.registry import adapter_names, is_adapter, load_adapter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcatalog.catalog.validation.semantics import AdapterFacts


class InstalledAdapters:
    """The adapters of this installation. Asking for their facts imports no SDK."""

    def has(self, name: str) -> bool:
        return is_adapter(name)

    def names(self) -> Iterable[str]:
        return adapter_names()

    def facts(self, name: str) -> AdapterFacts:
        return load_adapter(name)


INSTALLED = InstalledAdapters()
