"""How often to try again, in the terms of the mistralai SDK, which counts time and not tries."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Milliseconds before the first new try; each further one waits twice as long, up to the other.
_FIRST, _LONGEST, _FACTOR = 1000, 8000, 2
# Less than the waits themselves take, however quick the answers.
_MARGIN = 10


def retry_config(sdk: Any, tries: int) -> Any:
    """At most so many tries again, unless the service asks for quicker ones; fewer when it is slow to refuse.

    None for 0.
    """
    if tries <= 0:
        return None
    retries = import_module(f"{sdk.__name__}.utils.retries")
    backoff = retries.BackoffStrategy(_FIRST, _LONGEST, _FACTOR, longest(tries), jitter_ms=0)
    return retries.RetryConfig("backoff", backoff, retry_connection_errors=True)


def longest(tries: int) -> int:
    """Milliseconds after which there is no new try: just before the one that would be too many."""
    waits = [min(_FIRST * _FACTOR**number, _LONGEST) for number in range(tries)]
    return int(sum(waits)) - _MARGIN
