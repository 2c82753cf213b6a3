"""A model name becomes a plan, a plan the client of the provider's own SDK: `from modelcatalog import resolve`.

Importing this package costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcatalog.resolver import (
        ArgumentError,
        Catalog,
        CatalogError,
        CatalogFileError,
        ChatChunk,
        ChatReply,
        CheckReport,
        ClientTypeError,
        Environment,
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
        ModelRef,
        OldPackageError,
        PlainHttpError,
        Plan,
        ProbeReport,
        ProviderCallError,
        ResolvedModel,
        SetupError,
        SyncResolvedModel,
        Tool,
        ToolCall,
        UnknownArgumentError,
        UnknownProviderError,
        UnknownQualifierError,
        UntrustedSourceError,
        Usage,
        UsageError,
        check,
        explain,
        load_catalog,
        parse,
        probe,
        resolve,
        validate,
    )
    from modelcatalog.resolver.catalogs.review import TrustReport, trust

    __version__: str

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
    "TrustReport",
    "UnknownArgumentError",
    "UnknownProviderError",
    "UnknownQualifierError",
    "UntrustedSourceError",
    "Usage",
    "UsageError",
    "__version__",
    "check",
    "explain",
    "load_catalog",
    "parse",
    "probe",
    "resolve",
    "trust",
    "validate",
]

# Hidden from type checkers, which would let pass every name that a module with a __getattr__ may have.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(
                f"module {__name__!r} has no attribute {name!r}", name=name, obj=__import__(__name__)
            )
        from importlib import import_module

        if name == "__version__":
            from importlib.metadata import version

            value: object = version("modelcatalog")
        else:
            # Beside modelcatalog.resolver there is a folder `trust`: the function can't have that name there.
            module = "resolver.catalogs.review" if name in ("trust", "TrustReport") else "resolver"
            value = getattr(import_module(f"modelcatalog.{module}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
