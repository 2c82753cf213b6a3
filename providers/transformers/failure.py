"""Why a model couldn't be loaded, or couldn't answer."""

from __future__ import annotations

from collections.abc import Sequence

from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.providers.adapter.connection import Failure, Step
from modelcatalog.providers.failures.transport import causes, one_line

# Names of exceptions, of transformers, huggingface_hub, torch and below, from the most telling on.
_KINDS: tuple[tuple[tuple[str, ...], Step, str], ...] = (
    (("LocalEntryNotFoundError", "OfflineModeIsEnabled"), "connect", "offline"),
    (("GatedRepoError",), "auth", "gated"),
    (("RepositoryNotFoundError", "RevisionNotFoundError", "EntryNotFoundError"), "model", "unknown-model"),
    (("HFValidationError",), "model", "unknown-model"),
    (("OutOfMemoryError", "MemoryError"), "server", "out-of-memory"),
    (("TimeoutError", "ConnectTimeout", "ReadTimeout"), "timeout", "deadline"),
    (("ConnectionError", "ConnectError"), "connect", "unreachable"),
    (("SafetensorError", "UnpicklingError"), "model", "broken-weights"),
    (("PromptTooLongError",), "request", "too-long"),
    (("ClosedError",), "request", "closed"),
)
_HINTS = {
    "gated": "Ask for access on the model's page of the hub, and set HF_TOKEN to a token of that account.",
    "out-of-memory": "A smaller batch_size, dtype, or model may fit.",
    "offline": "Its files aren't in the cache, and the hub isn't asked (offline).",
}
_WORDS: tuple[tuple[str, Step, str], ...] = (
    ("out of memory", "server", "out-of-memory"),
    ("not enough memory", "server", "out-of-memory"),
    ("can't allocate memory", "server", "out-of-memory"),
    ("is not a local folder and is not a valid model identifier", "model", "unknown-model"),
    ("does not appear to have a file named", "model", "no-weights"),
    ("no file named", "model", "no-weights"),
    ("no model file", "model", "no-weights"),
    ("unrecognized model in", "model", "unknown-architecture"),
    ("does not recognize this architecture", "model", "unknown-architecture"),
    ("unrecognized configuration class", "model", "unknown-architecture"),
    ("is not a valid json file", "model", "broken-files"),
    ("couldn't connect to", "connect", "unreachable"),
)


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where loading or answering failed. There is no request, so there is no URL and no status."""
    step, reason, cause = _found(error)
    words = " ".join(str(cause).split())
    name = type(cause).__name__
    detail = words if reason != "error" and words else f"{name}: {words}" if words else name
    hint = _HINTS.get(reason)
    text = f"{detail.rstrip('.')}. {hint}" if hint else detail
    return Failure(step, reason, None, None, None, one_line(redact(text, secrets)))


def _found(error: BaseException) -> tuple[Step, str, BaseException]:
    chain = list(causes(error))
    for names, step, reason in _KINDS:
        for one in chain:
            if any(kind.__name__ in names for kind in type(one).__mro__):
                return step, reason, one
    for one in chain:
        said = str(one).lower()
        for words, step, reason in _WORDS:
            if words in said:
                return step, reason, one
    return "request", "error", error
