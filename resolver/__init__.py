"""A model name becomes a plan, a plan a client: `resolve`, `explain`, `parse`, `check`, `probe`.

Importing this package costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.catalog.catalog import Catalog
    from modelcatalog.resolver.check import CheckReport, check
    from modelcatalog.resolver.environment import Environment
    from modelcatalog.resolver.files import load_catalog
    from modelcatalog.resolver.names import ModelRef
    from modelcatalog.resolver.online import ask_all
    from modelcatalog.resolver.plan import Plan
    from modelcatalog.resolver.probing import ProbeReport, probe
    from modelcatalog.resolver.resolution import explain, parse, resolve
    from modelcatalog.resolver.resolved import ResolvedModel, SyncResolvedModel
    from modelcatalog.resolver.validation import validate

_HOMES = {
    "Catalog": "modelcatalog.catalog.catalog",
    "CheckReport": "modelcatalog.resolver.check",
    "Environment": "modelcatalog.resolver.environment",
    "ModelRef": "modelcatalog.resolver.names",
    "Plan": "modelcatalog.resolver.plan",
    "ProbeReport": "modelcatalog.resolver.probing",
    "ResolvedModel": "modelcatalog.resolver.resolved",
    "SyncResolvedModel": "modelcatalog.resolver.resolved",
    "ask_all": "modelcatalog.resolver.online",
    "check": "modelcatalog.resolver.check",
    "explain": "modelcatalog.resolver.resolution",
    "load_catalog": "modelcatalog.resolver.files",
    "parse": "modelcatalog.resolver.resolution",
    "probe": "modelcatalog.resolver.probing",
    "resolve": "modelcatalog.resolver.resolution",
    "validate": "modelcatalog.resolver.validation",
}

__all__ = [
    "Catalog",
    "CheckReport",
    "Environment",
    "ModelRef",
    "Plan",
    "ProbeReport",
    "ResolvedModel",
    "SyncResolvedModel",
    "ask_all",
    "check",
    "explain",
    "load_catalog",
    "parse",
    "probe",
    "resolve",
    "validate",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
