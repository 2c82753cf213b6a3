"""Codes and types of errors, as the services write them into their answers: they say more than a status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Step

# In lower case. OpenAI and those who speak its protocol, with statuses of their own choice; Anthropic.
_OPENAI: dict[str, tuple[Step, str]] = {
    "invalid_api_key": ("auth", "key"),
    "authentication_error": ("auth", "key"),
    "permission_error": ("auth", "forbidden"),
    "model_not_found": ("model", "unknown-model"),
    "deploymentnotfound": ("model", "unknown-model"),
    "invalid_model": ("model", "unknown-model"),
    "insufficient_quota": ("quota", "no-credit"),
    "billing_error": ("quota", "no-credit"),
    "rate_limit_error": ("quota", "rate"),
}
# https://cloud.google.com/apis/design/errors, 2026-11-23. Google sends a wrong key back with status 400.
_GOOGLE: dict[str, tuple[Step, str]] = {
    "api_key_invalid": ("auth", "key"),
    "api_key_expired": ("auth", "key"),
    "service_disabled": ("auth", "forbidden"),
    "billing_disabled": ("quota", "no-credit"),
}
# https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html, looked at 2026-11-23.
_AWS: dict[str, tuple[Step, str]] = {
    "accessdeniedexception": ("auth", "forbidden"),
    "expiredtokenexception": ("auth", "expired"),
    "expiredtoken": ("auth", "expired"),
    "incompletesignature": ("auth", "key"),
    "invalidclienttokenid": ("auth", "key"),
    "invalidsignatureexception": ("auth", "key"),
    "missingauthenticationtokenexception": ("auth", "key"),
    "signaturedoesnotmatch": ("auth", "key"),
    "unrecognizedclientexception": ("auth", "key"),
    "resourcenotfoundexception": ("model", "unknown-model"),
    "modelnotreadyexception": ("model", "not-ready"),
    "servicequotaexceededexception": ("quota", "rate"),
    "throttlingexception": ("quota", "rate"),
    "modeltimeoutexception": ("server", "timeout"),
    "modelerrorexception": ("server", "error"),
    "modelstreamerrorexception": ("server", "error"),
    "internalserverexception": ("server", "error"),
    "serviceunavailableexception": ("server", "error"),
    "validationexception": ("request", "error"),
}
# https://developers.cloudflare.com/workers-ai/platform/errors/ and, of five digits, those of the API as a whole; looked
# at 2026-11-23. Other services number their errors too, so that these have the service's name before them.
_WORKERS_AI: dict[str, tuple[Step, str]] = {
    "workers-ai:5007": ("model", "unknown-model"),
    "workers-ai:3042": ("model", "unknown-model"),
    "workers-ai:5018": ("model", "forbidden"),
    "workers-ai:3041": ("model", "forbidden"),
    "workers-ai:5016": ("auth", "forbidden"),
    "workers-ai:3023": ("auth", "forbidden"),
    "workers-ai:3036": ("quota", "no-credit"),
    "workers-ai:3040": ("server", "busy"),
    "workers-ai:3006": ("request", "too-large"),
    "workers-ai:7000": ("path", "not-found"),
    "workers-ai:7003": ("path", "not-found"),
    "workers-ai:9109": ("auth", "key"),
    "workers-ai:10000": ("auth", "key"),
}
CODES: dict[str, tuple[Step, str]] = {**_OPENAI, **_GOOGLE, **_AWS, **_WORKERS_AI}
