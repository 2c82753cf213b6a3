"""A model name becomes a plan, a plan a client: `resolve`, `explain`, `parse`, `check`, `probe`, and every error.

Importing this package costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.errors import (
        ArgumentError,
        CatalogError,
        CatalogFileError,
        ClientTypeError,
        InvalidBaseUrlError,
        InvalidCredentialError,
        InvalidSettingError,
        MalformedModelError,
        MissingAttributeError,
        MissingCredentialError,
        MissingPackageError,
        MissingSettingError,
        ModelCatalogError,
        ModelNameError,
        OldPackageError,
        PlainHttpError,
        ProviderCallError,
        SetupError,
        UnknownArgumentError,
        UnknownProviderError,
        UnknownQualifierError,
        UntrustedSourceError,
        UsageError,
    )
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.providers.adapter.chat_types import ChatChunk, ChatReply, Usage
    from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
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

_MODULES = {
    **dict.fromkeys(
        (
            "ArgumentError",
            "CatalogError",
            "CatalogFileError",
            "ClientTypeError",
            "InvalidBaseUrlError",
            "InvalidCredentialError",
            "InvalidSettingError",
            "MalformedModelError",
            "MissingAttributeError",
            "MissingCredentialError",
            "MissingPackageError",
            "MissingSettingError",
            "ModelCatalogError",
            "ModelNameError",
            "OldPackageError",
            "PlainHttpError",
            "ProviderCallError",
            "SetupError",
            "UnknownArgumentError",
            "UnknownProviderError",
            "UnknownQualifierError",
            "UntrustedSourceError",
            "UsageError",
        ),
        "modelcatalog.catalog.diagnostics.errors",
    ),
    "Catalog": "modelcatalog.catalog.model.catalog",
    "ChatChunk": "modelcatalog.providers.adapter.chat_types",
    "ChatReply": "modelcatalog.providers.adapter.chat_types",
    "Tool": "modelcatalog.providers.adapter.tool_types",
    "ToolCall": "modelcatalog.providers.adapter.tool_types",
    "Usage": "modelcatalog.providers.adapter.chat_types",
    "load_catalog": "modelcatalog.resolver.catalogs.discovery",
    "validate": "modelcatalog.resolver.catalogs.validate",
    "check": "modelcatalog.resolver.checking.offline",
    "ask_all": "modelcatalog.resolver.checking.online",
    "CheckReport": "modelcatalog.resolver.checking.report",
    "Environment": "modelcatalog.resolver.credentials.environment",
    "ModelRef": "modelcatalog.resolver.model_names",
    "Plan": "modelcatalog.resolver.planning.plan",
    "ProbeReport": "modelcatalog.resolver.probing.probe",
    "probe": "modelcatalog.resolver.probing.probe",
    "explain": "modelcatalog.resolver.resolution",
    "parse": "modelcatalog.resolver.resolution",
    "resolve": "modelcatalog.resolver.resolution",
    "ResolvedModel": "modelcatalog.resolver.resolved",
    "SyncResolvedModel": "modelcatalog.resolver.resolved",
}

__all__ = [
    "ArgumentError",
    "Catalog",
    "CatalogError",
    "CatalogFileError",
    "ChatChunk",
    "ChatReply",
    "CheckReport",
    "ClientTypeError",
    "Environment",
    "InvalidBaseUrlError",
    "InvalidCredentialError",
    "InvalidSettingError",
    "MalformedModelError",
    "MissingAttributeError",
    "MissingCredentialError",
    "MissingPackageError",
    "MissingSettingError",
    "ModelCatalogError",
    "ModelNameError",
    "ModelRef",
    "OldPackageError",
    "PlainHttpError",
    "Plan",
    "ProbeReport",
    "ProviderCallError",
    "ResolvedModel",
    "SetupError",
    "SyncResolvedModel",
    "Tool",
    "ToolCall",
    "UnknownArgumentError",
    "UnknownProviderError",
    "UnknownQualifierError",
    "UntrustedSourceError",
    "Usage",
    "UsageError",
    "ask_all",
    "check",
    "explain",
    "load_catalog",
    "parse",
    "probe",
    "resolve",
    "validate",
]

# Hidden from type checkers, which would let pass every name that a module with a __getattr__ may have.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        import sys

        if name not in _MODULES:
            here = sys.modules[__name__]
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=here)
        import importlib

        value = getattr(importlib.import_module(_MODULES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
