"""Our error for an SDK's: where a call failed, at which address, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError
from modelcatalog.catalog.redaction.secret import live_secrets, redact_exception
from modelcatalog.resolver.credentials.environment import secret_values

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.planning.plan import Plan


def encoding_error(
    error: Exception, step: str, messages: object, options: Mapping[str, Any]
) -> ArgumentError | None:
    """Which text of the call can't be encoded, where that is why nothing was sent."""
    from modelcatalog.providers.chat.unencodable import unencodable
    from modelcatalog.providers.failures.transport import causes

    if step != "local" or not any(isinstance(one, UnicodeEncodeError) for one in causes(error, hidden=False)):
        return None
    found = unencodable({"messages": messages, **options})
    return found and ArgumentError(f"{found}", argument=found.part.partition("[")[0])


def call_error(
    plan: Plan, adapter: Adapter, error: Exception, handled: BaseException | None = None
) -> ProviderCallError:
    """Our error for one of the SDK's: where it happened, which URL it was, and no secret.

    What was being `handled` when the call was made is no cause of it.
    """
    from modelcatalog.catalog.redaction.exceptions import sent_secrets
    from modelcatalog.providers.failures.transport import apart_from

    secrets = (*known_secrets(plan), *sent_secrets(error))
    with apart_from(handled):
        failure = adapter.failure(error, secrets)
    redact_exception(error, secrets)
    where = f" for {failure.method or 'POST'} {failure.url}" if failure.url else ""
    status = f"{failure.status}" if failure.status else failure.detail.rstrip(".")
    detail = f": {failure.detail}" if failure.status and failure.detail else ""
    message = f"{plan.ref} failed at {failure.step}: {status}{where}{detail}".rstrip(".") + "."
    return ProviderCallError(message, step=failure.step, status=failure.status, url=failure.url)


def known_secrets(plan: Plan) -> tuple[str, ...]:
    """Whatever a service may have echoed: the plan's own, every other that this process holds, and those that an SDK
    finds by itself (the keys of AWS).
    """
    return tuple(dict.fromkeys([*plan.secrets, *live_secrets(), *secret_values()]))
