"""Options and arguments that several commands share, and the plan that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.resolver.planning.plan import Plan


def complete_provider(incomplete: str) -> list[str]:
    """Providers, qualifiers and aliases that begin so."""
    return [name for name in _completions("") if name.startswith(incomplete)]


def complete_model(incomplete: str) -> list[str]:
    """`provider/`, `provider/qualifier/` and the models that the catalog knows."""
    catalog = _quiet_catalog()
    if catalog is None:
        return []
    found = _completions("/")
    provider = incomplete.partition("/")[0]
    if "/" in incomplete and provider in catalog.providers:
        found += [f"{provider}/{model}" for model in catalog.models(provider)]
    return [name for name in [*found, *catalog.model_aliases] if name.startswith(incomplete)]


def _completions(end: str) -> list[str]:
    catalog = _quiet_catalog()
    if catalog is None:
        return []
    return [
        f"{name}{end}" for name in [*(entry.id for entry in catalog.entries()), *catalog.provider_aliases]
    ]


def _quiet_catalog() -> Catalog | None:
    from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
    from modelcatalog.resolver.catalogs.discovery import load_catalog

    try:
        return load_catalog()
    except ModelCatalogError:
        return None


Files = Annotated[
    list[Path] | None,
    typer.Option("--file", "-f", help="A catalog file that overrides the others; may be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(
        help="Providers (openai, openai/azure) or globs ('open*').", autocompletion=complete_provider
    ),
]
Model = Annotated[
    str, typer.Argument(help="PROVIDER/MODEL or PROVIDER/QUALIFIER/MODEL.", autocompletion=complete_model)
]
Pairs = Annotated[
    list[str] | None,
    typer.Option("-M", metavar="NAME=VALUE", help="A setting or an argument; may be repeated."),
]
Config = Annotated[
    Path | None, typer.Option("--model-config", help="A YAML or JSON file of arguments; -M overrides it.")
]
BaseUrl = Annotated[str | None, typer.Option("--model-base-url", help="The base URL to use.")]


def plan_for(
    model: str,
    catalog: Catalog,
    pairs: list[str] | None,
    config: Path | None,
    base_url: str | None,
    *,
    sync: bool = False,
    **more: Any,
) -> Plan:
    """The plan for a model name and the options above; `more` are arguments that the options win over."""
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.model_names import parse
    from modelcatalog.resolver.planning.planner import make_plan

    arguments, sources = model_arguments(model, catalog, pairs, config, base_url)
    ref = parse(model, catalog)
    return make_plan(ref, catalog, Environment.current(), {**more, **arguments}, sync=sync, sources=sources)


def model_arguments(
    model: str, catalog: Catalog, pairs: list[str] | None, config: Path | None, base_url: str | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments that the options give, and the option that each came from."""
    from modelcatalog.resolver.model_names import parse
    from modelcatalog.resolver.planning.arguments import read_pairs

    arguments: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if config is not None:
        arguments.update(_read_config(config))
        sources.update(dict.fromkeys(arguments, str(config)))
    if base_url is not None:
        arguments["base_url"] = base_url
        sources["base_url"] = "--model-base-url"
    if pairs:
        ref = parse(model, catalog)
        given = read_pairs(pairs, catalog.entry(ref.provider, ref.qualifier).arguments)
        arguments.update(given)
        sources.update(dict.fromkeys(given, "-M"))
    return arguments, sources


def _read_config(path: Path) -> dict[str, Any]:
    from modelcatalog.catalog.diagnostics.errors import ArgumentError
    from modelcatalog.catalog.parsing.document import parse_document

    try:
        text = path.read_bytes()
    except OSError as error:
        raise ArgumentError(f"{path} can't be read: {error.strerror}", argument="--model-config") from None
    data = parse_document(text, str(path)).data
    if not isinstance(data, dict):
        raise ArgumentError(
            f"{path}: expected a mapping of arguments, got {type(data).__name__}",
            argument="--model-config",
            hint="timeout: 30",
        )
    return {str(key).replace("-", "_"): value for key, value in data.items()}
