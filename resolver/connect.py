"""From a plan to what an adapter gets: plain values, commands run, functions of keys made renewable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import setup_error
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.catalog.redaction.secret_names import is_secret_name
from modelcatalog.providers.adapter.connection import Connection
from modelcatalog.resolver.credentials.environment import Environment

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.planning.plan import Plan


def connect(plan: Plan, adapter: Adapter) -> Connection:
    """What the adapter needs of the plan: plain values, no catalog."""
    environment = Environment()
    settings = {name: value.value for name, value in plan.settings.items() if value.value is not None}
    settings.pop("base_url", None)
    if plan.auth != "key":
        settings.pop("api_key", None)
    settings = opened(plan, settings)
    if plan.url is not None:
        settings["base_url"] = plan.url
    by_target: dict[str, dict[str, Any]] = {}
    for argument in plan.arguments:
        if argument.target not in ("setting", "option"):
            value = argument.value.reveal() if isinstance(argument.value, Secret) else argument.value
            by_target.setdefault(argument.target, {})[argument.name] = value
    # Of one that holds a secret, an adapter needs to know only that it is set.
    ambient = {
        one.variable: "" if is_secret_name(one.variable) else environment.raw(one.variable)
        for one in adapter.AMBIENT
        if environment.has(one.variable)
    }
    return Connection(
        provider=plan.entry.provider,
        qualifier=plan.entry.qualifier,
        model=plan.model,
        settings=settings,
        declared=frozenset(plan.entry.settings),
        auth=plan.auth,
        headers=plan.headers,
        arguments=by_target,
        timeout=plan.timeout,
        max_retries=plan.max_retries,
        http_client=plan.http_client,
        ambient={variable: value for variable, value in ambient.items() if value is not None},
        follow_redirects=plan.follow_redirects,
    )


def opened(plan: Plan, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the commands among them run, and functions made such that their keys can be renewed.

    Raises MissingCredentialError when a command gives nothing.
    """
    from modelcatalog.providers.identities.refreshable import Tokens

    result = dict(settings)
    findings = []
    for name, value in settings.items():
        if plan.settings[name].kind == "command":
            tokens = Tokens(value)
            finding = _tried(plan, name, tokens)
            findings += [finding] if finding is not None else []
            result[name] = tokens if name == "api_key" else Secret(tokens.seen[-1] if tokens.seen else "")
        elif name in ("api_key", "token_provider") and callable(value):
            result[name] = Tokens(value)
    plan.tokens.extend(one for one in result.values() if isinstance(one, Tokens))
    if findings:
        raise setup_error(plan.entry.id, findings)
    return result


def _tried(plan: Plan, name: str, tokens: Any) -> Finding | None:
    from modelcatalog.resolver.credentials.command import CommandFailedError

    try:
        tokens()
    except CommandFailedError as error:
        what = "API key" if name == "api_key" else name
        position = plan.settings[name].source.partition(", ")[2]
        return Finding(
            "failed-command",
            "error",
            f"No {what} for {plan.entry.id}: {error}.",
            f"The command is in {position}.",
            name,
        )
    return None
