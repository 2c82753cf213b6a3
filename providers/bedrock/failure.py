"""What went wrong in a call of Bedrock, from botocore's exceptions and those below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.failures.classifier import Refusal, explained
from modelcatalog.providers.failures.transport import CUT, Cause, causes

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure

# botocore's own, which say what failed before there was an answer. They hold no secret.
_LOCAL: dict[str, Cause] = {
    "NoCredentialsError": Cause("auth", "no-credentials", "The AWS chain found no credentials."),
    "PartialCredentialsError": Cause("auth", "no-credentials", "The AWS chain found one half of a key pair."),
    "CredentialRetrievalError": Cause("auth", "no-credentials", "AWS credentials could not be fetched."),
    "UnauthorizedSSOTokenError": Cause("auth", "expired", "The SSO session has ended: aws sso login."),
    "SSOTokenLoadError": Cause("auth", "no-credentials", "There is no SSO session: aws sso login."),
    "ProfileNotFound": Cause("auth", "profile", "There is no such profile in ~/.aws."),
    "ReadTimeoutError": Cause("timeout", "read", "Connected, but no answer within the time allowed."),
    "ConnectTimeoutError": Cause("timeout", "connect", "No connection within the time allowed."),
    "ConnectionClosedError": CUT,
    "ResponseStreamingError": CUT,
    "IncompleteReadError": CUT,
    "ProxyConnectionError": Cause(
        "proxy", "refused", "The proxy would not connect (HTTP_PROXY, HTTPS_PROXY)."
    ),
    "ResponseParserError": Cause("answer", "unreadable", "The answer can't be read, it isn't JSON."),
}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    url = next((one.modelcatalog_url for one in causes(error) if hasattr(one, "modelcatalog_url")), None)
    return explained(error, secrets, _read, url=url)


def _read(error: BaseException) -> Refusal | Cause | None:
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return _LOCAL.get(type(error).__name__)
    refused: dict[str, Any] = response.get("Error") or {}
    code, said = str(refused.get("Code") or ""), str(refused.get("Message") or "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return Refusal(
        status=status if isinstance(status, int) else None,
        said=said or code,
        codes=(code,),
        # botocore writes the status in the place of a missing code.
        structured=bool(code) and not code.isdigit(),
    )
