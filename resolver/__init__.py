"""A model name becomes a plan, a plan a client: `resolve`, `explain`, `parse`, `check`, `probe`.

Importing this package costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.resolver.catalogs.discovery import load_catalog
    from modelcatalog.resolver.catalogs.validate import validate
    from modelcatalog.resolver.checking.offline import check
    from modelcatalog.resolver.checking.online import ask_all
    from modelcatalog.resolver.checking.report import CheckReport
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.model_names import ModelRef
    from modelcatalog.resolver.planning.plan import Plan
    from modelcatalog.resolver.probing.probe import ProbeReport, probe
    from modelcatalog.resolver.resolution import explain, parse, resolve
    from modelcatalog.resolver.resolved import ResolvedModel, SyncResolvedModel

_HOMES = {
    "Catalog": "modelcatalog.catalog.model.catalog",
    "CheckReport": "modelcatalog.resolver.checking.report",
    "Environment": "modelcatalog.resolver.credentials.environment",
    "ModelRef": "modelcatalog.resolver.model_names",
    "Plan": "modelcatalog.resolver.planning.plan",
    "ProbeReport": "modelcatalog.resolver.probing.probe",
    "ResolvedModel": "modelcatalog.resolver.resolved",
    "SyncResolvedModel": "modelcatalog.resolver.resolved",
    "ask_all": "modelcatalog.resolver.checking.online",
    "check": "modelcatalog.resolver.checking.offline",
    "explain": "modelcatalog.resolver.resolution",
    "load_catalog": "modelcatalog.resolver.catalogs.discovery",
    "parse": "modelcatalog.resolver.resolution",
    "probe": "modelcatalog.resolver.probing.probe",
    "resolve": "modelcatalog.resolver.resolution",
    "validate": "modelcatalog.resolver.catalogs.validate",
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
