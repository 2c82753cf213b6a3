"""What went wrong in a call of the anthropic SDK at another cloud: its credentials, or else as at Anthropic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.providers.adapter.connection import Failure
from modelcatalog.providers.failures import http_api as openai_failure
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.transport import causes, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of botocore and google-auth, by name.
_MISSING = {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "DefaultCredentialsError"}
_REFUSED = {"CredentialRetrievalError", "TokenRetrievalError", "RefreshError", "UnauthorizedSSOTokenError"}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    looked_at = () if not_sent(error, secrets) is not None else causes(error)
    for one in looked_at:
        names = set(_names(one))
        if names & _MISSING or "Could not resolve AWS credentials" in str(one):
            reason = "no-credentials"
        elif names & _REFUSED:
            reason = "credentials"
        else:
            continue
        return Failure("auth", reason, None, None, None, one_line(redact(str(one), secrets)))
    return openai_failure.failure(error, secrets)


def _names(error: BaseException) -> Iterator[str]:
    return (kind.__name__ for kind in type(error).__mro__)
