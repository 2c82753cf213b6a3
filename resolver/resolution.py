"""The three questions to a model name: what does it say, what does it mean here, and the client, please."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from modelcatalog.catalog.diagnostics.errors import ClientTypeError, ModelCatalogError, setup_error
from modelcatalog.catalog.redaction.secret import scrub
from modelcatalog.providers.adapter.packages import Resting
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver.catalogs.discovery import load_catalog
from modelcatalog.resolver.connect import connect
from modelcatalog.resolver.credentials.environment import Environment
from modelcatalog.resolver.model_names import ModelRef
from modelcatalog.resolver.model_names import parse as parse_name
from modelcatalog.resolver.planning.arguments import check_signatures
from modelcatalog.resolver.planning.planner import make_plan
from modelcatalog.resolver.planning.refused_arguments import refused
from modelcatalog.resolver.resolved import ResolvedModel, SyncResolvedModel, call_error, known_secrets

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.providers.adapter.adapter import Adapter, Built, Connection
    from modelcatalog.resolver.planning.plan import Plan

Client = TypeVar("Client")


def parse(model: str, *, catalog: Catalog | None = None) -> ModelRef:
    """Take a model name apart: provider, qualifier, model. See `ModelNameError` for what can be wrong with it."""
    return parse_name(model, catalog or load_catalog())


def explain(
    model: str,
    *,
    sync: bool = False,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> Plan:
    """What the name means on this machine: every value with its source, and what is missing.

    Takes the arguments of `resolve`. Imports no SDK and touches no network. What is missing or wrong stands in
    `Plan.findings`; only a name, a catalog file or an argument that can't be understood raises.
    """
    catalog = catalog or load_catalog()
    return make_plan(parse_name(model, catalog), catalog, _environment(env), arguments, sync=sync)


@overload
def resolve(
    model: str,
    *,
    client_type: type[Client],
    sync: Literal[False] = False,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> ResolvedModel[Client]: ...
@overload
def resolve(
    model: str,
    *,
    client_type: type[Client],
    sync: Literal[True],
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> SyncResolvedModel[Client]: ...
@overload
def resolve(
    model: str,
    *,
    sync: Literal[False] = False,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> ResolvedModel[Any]: ...
@overload
def resolve(
    model: str,
    *,
    sync: Literal[True],
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> SyncResolvedModel[Any]: ...
def resolve(
    model: str,
    *,
    client_type: type[Any] | None = None,
    sync: bool = False,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> ResolvedModel[Any] | SyncResolvedModel[Any]:
    """The configured client of the provider's own SDK, for a model name.

    `arguments`: any setting of the entry (`api_key`, `base_url`, ...); `timeout` (seconds), `max_retries`, `headers`,
    `http_client`, which every adapter passes on; whatever the entry sends to the client or to the request. They win
    over the environment, and over what the SDK would have read by itself. `env` takes the place of the process's
    variables and of `.env`. `client_type` is checked, and gives the result its type.

    An async client belongs to the event loop in which it is used: resolve, use and close it inside one loop.

    Raises ModelNameError, CatalogError, ArgumentError, SetupError (everything that is missing, at once) or
    ClientTypeError. Touches no network. A model that runs in this process is loaded here, which may take minutes, fetch
    it from its hub, and fail with a ProviderCallError.
    """
    with Resting():
        catalog = catalog or load_catalog()
        plan = make_plan(parse_name(model, catalog), catalog, _environment(env), arguments, sync=sync)
        return build(plan, sync=sync, client_type=client_type)


@overload
def build(
    plan: Plan, *, sync: Literal[True], client_type: type[Any] | None = None
) -> SyncResolvedModel[Any]: ...
@overload
def build(
    plan: Plan, *, sync: Literal[False], client_type: type[Any] | None = None
) -> ResolvedModel[Any]: ...
@overload
def build(
    plan: Plan, *, sync: bool, client_type: type[Any] | None = None
) -> ResolvedModel[Any] | SyncResolvedModel[Any]: ...
def build(
    plan: Plan, *, sync: bool, client_type: type[Any] | None = None
) -> ResolvedModel[Any] | SyncResolvedModel[Any]:
    """The client that a plan describes. Raises as `resolve` does."""
    if plan.errors:
        ended = [finding for finding in plan.findings if finding.code == "retired"]
        raise setup_error(plan.entry.id, [*ended, *plan.errors])
    adapter = load_adapter(plan.entry.adapter)
    check_signatures(plan.entry, plan.arguments, adapter)
    connection = connect(plan, adapter)
    built = _built(plan, adapter, connection, sync=sync)
    if client_type is not None and not isinstance(built.client, client_type):
        if built.close is not None:
            built.close()
        found = f"{type(built.client).__module__.partition('.')[0]}.{type(built.client).__name__}"
        hint = " (sync=True gives the sync client)" if not sync else ""
        raise ClientTypeError(f"{plan.ref} gives a {found}, not a {client_type.__name__}{hint}.")
    kind = SyncResolvedModel if sync else ResolvedModel
    return kind(plan, built, adapter, MappingProxyType(adapter.request_args(connection)))


def _built(plan: Plan, adapter: Adapter, connection: Connection, *, sync: bool) -> Built:
    """What the adapter builds. A model in this process can fail as a call can; an SDK's refusal holds no secret."""
    try:
        return adapter.build(connection, sync=sync)
    except ModelCatalogError:
        raise
    except Exception as error:
        if getattr(adapter, "IN_PROCESS", False):
            raise call_error(plan, adapter, error) from error
        scrub(error, known_secrets(plan))
        raise refused(plan, error) from error


def _environment(env: Environment | Mapping[str, str] | None) -> Environment:
    if env is None:
        return Environment.current()
    return env if isinstance(env, Environment) else Environment(variables=env)
