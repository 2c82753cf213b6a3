"""The three questions to a model name: what does it say, what does it mean here, and the client, please."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from modelcatalog.catalog.diagnostics.errors import (
    ArgumentError,
    ClientTypeError,
    ModelCatalogError,
    UsageError,
    setup_error,
)
from modelcatalog.catalog.redaction.secret import redact_exception
from modelcatalog.providers.adapter.packages import Resting
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver.catalogs.discovery import load_catalog
from modelcatalog.resolver.connect import connect
from modelcatalog.resolver.credentials.environment import Environment
from modelcatalog.resolver.model_names import ModelRef
from modelcatalog.resolver.model_names import parse as parse_name
from modelcatalog.resolver.planning.arguments import check_signatures
from modelcatalog.resolver.planning.planner import make_plan
from modelcatalog.resolver.resolved import ResolvedModel, SyncResolvedModel

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.providers.adapter.adapter import Adapter, Built, Connection
    from modelcatalog.resolver.planning.plan import Plan

Client = TypeVar("Client")


def parse(model: str, *, catalog: Catalog | None = None) -> ModelRef:
    """Take a model name apart: provider, qualifier, model. See `ModelNameError` for what can be wrong with it."""
    return _named(model, _catalog(catalog))


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
    return _plan(model, catalog, env, arguments, sync=sync)


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
    client_type: type[Client],
    sync: bool,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> ResolvedModel[Client] | SyncResolvedModel[Client]: ...
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
@overload
def resolve(
    model: str,
    *,
    sync: bool,
    catalog: Catalog | None = None,
    env: Environment | Mapping[str, str] | None = None,
    **arguments: Any,
) -> ResolvedModel[Any] | SyncResolvedModel[Any]: ...
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
        plan = _plan(model, catalog, env, arguments, sync=sync)
        return build(plan, sync=sync, client_type=client_type)


@overload
def build(
    plan: Plan, *, client_type: type[Client], sync: Literal[False] = False
) -> ResolvedModel[Client]: ...
@overload
def build(plan: Plan, *, client_type: type[Client], sync: Literal[True]) -> SyncResolvedModel[Client]: ...
@overload
def build(plan: Plan, *, client_type: None = None, sync: Literal[False] = False) -> ResolvedModel[Any]: ...
@overload
def build(plan: Plan, *, client_type: None = None, sync: Literal[True]) -> SyncResolvedModel[Any]: ...
@overload
def build(
    plan: Plan, *, client_type: type[Any] | None = None, sync: bool
) -> ResolvedModel[Any] | SyncResolvedModel[Any]: ...
def build(
    plan: Plan, *, client_type: type[Any] | None = None, sync: bool = False
) -> ResolvedModel[Any] | SyncResolvedModel[Any]:
    """The client that a plan describes. Raises as `resolve` does."""
    if client_type is not None and not isinstance(client_type, type):
        raise ArgumentError(
            f"client_type is {type(client_type).__name__}, expected a class, such as openai.AsyncOpenAI.",
            argument="client_type",
        )
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
        raise _other_type(plan, adapter, client_type, built.client, sync=sync)
    kind = SyncResolvedModel if sync else ResolvedModel
    return kind(plan, built, adapter, MappingProxyType(adapter.request_args(connection)))


def build_again(
    plan: Plan, client_type: type[Any] | None, *, sync: bool
) -> ResolvedModel[Any] | SyncResolvedModel[Any]:
    """A further client of a plan. Its keys are its own: what one client was given, another one doesn't hold."""
    adapter = load_adapter(plan.entry.adapter)
    client = adapter.client_name(sync)
    if not sync and plan.client != client:
        raise UsageError(f"The plan of {plan.ref} was made with sync=True. Write plan.build(sync=True).")
    return build(replace(plan, client=client, tokens=[]), sync=sync, client_type=client_type)


def _other_type(
    plan: Plan, adapter: Adapter, wanted: type[Any], client: object, *, sync: bool
) -> ClientTypeError:
    """The error for a client of another class; `sync` is only named where it would give the class that was wanted."""
    found = _short_name(type(client))
    text = f"The client of {plan.ref} is {found}, expected {_short_name(wanted)}."
    other = adapter.client_name(not sync)
    if other != adapter.client_name(sync) and other.rpartition(".")[2] == wanted.__name__:
        hint = "Leave out sync=True." if sync else "Write sync=True."
    else:
        hint = f"Write client_type={found.rpartition('.')[2]}, or leave it out."
    return ClientTypeError(f"{text} {hint}")


def _short_name(kind: type[Any]) -> str:
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def _built(plan: Plan, adapter: Adapter, connection: Connection, *, sync: bool) -> Built:
    """What the adapter builds. A model in this process can fail as a call can; an SDK's refusal holds no secret."""
    try:
        return adapter.build(connection, sync=sync)
    except ModelCatalogError:
        raise
    except Exception as error:
        from modelcatalog.resolver.call_errors import call_error, known_secrets
        from modelcatalog.resolver.planning.refused_arguments import refused

        if adapter.IN_PROCESS:
            raise call_error(plan, adapter, error) from error
        redact_exception(error, known_secrets(plan))
        raise refused(plan, error) from error


def _plan(
    model: str,
    catalog: Catalog | None,
    env: Environment | Mapping[str, str] | None,
    arguments: Mapping[str, Any],
    *,
    sync: bool,
) -> Plan:
    catalog = _catalog(catalog)
    plan = make_plan(_named(model, catalog), catalog, _environment(env), arguments, sync=sync)
    if "logging" in sys.modules:
        from modelcatalog.resolver.planning.plan_log import log_plan

        log_plan(plan, catalog)
    return plan


def _named(model: str, catalog: Catalog) -> ModelRef:
    if not isinstance(model, str):
        raise ArgumentError(
            f"model is {_kind(model)}, expected a text of the form PROVIDER/MODEL.", argument="model"
        )
    return parse_name(model, catalog)


def _catalog(given: Catalog | None) -> Catalog:
    from modelcatalog.catalog.model.catalog import Catalog

    if given is None:
        return load_catalog()
    if not isinstance(given, Catalog):
        raise ArgumentError(
            f"catalog is {_kind(given)}, expected a Catalog. Write catalog=load_catalog(...).",
            argument="catalog",
        )
    return given


def _environment(env: Environment | Mapping[str, str] | None) -> Environment:
    if env is None:
        return Environment.current()
    if not isinstance(env, Environment | Mapping):
        raise ArgumentError(
            f"env is {_kind(env)}, expected a mapping of variables to values.", argument="env"
        )
    return env if isinstance(env, Environment) else Environment(variables=env)


def _kind(value: object) -> str:
    return "None" if value is None else "a text" if isinstance(value, str) else type(value).__name__
