"""Names that mean a secret: of variables, headers, arguments and fields. Loaded by every command, so kept by itself."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET_NAME = re.compile(
    r"key(?!ring|board)|token(?!iz)|secret|passw|passphrase|pwd|authorization|credential|cookie|bearer|signature|\bsig\b",
    re.IGNORECASE,
)
_SHOWN_NAME = re.compile(r"keys|(?:max|min|num|n|total)_(?:\w+_)?tokens", re.IGNORECASE)


# Names only, of variables and headers: each is asked for in every failed call.
@lru_cache(maxsize=4096)
def is_secret_name(name: object) -> bool:
    """Whether a value of this name is probably one that must not be shown."""
    return isinstance(name, str) and not _SHOWN_NAME.fullmatch(name) and _SECRET_NAME.search(name) is not None
