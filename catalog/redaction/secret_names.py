"""What means a secret: names of variables, headers, arguments and fields, and the user in a URL.

Loaded by every command, so kept by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET_NAME = re.compile(
    r"key(?!ring|board)|token(?!iz)|secret|passw|passphrase|pwd|authorization|credential|cookie|bearer|signature|\bsig\b",
    re.IGNORECASE,
)
_SHOWN_NAME = re.compile(r"keys|(?:max|min|num|n|total)_(?:\w+_)?tokens", re.IGNORECASE)
_LEAST = 4
_TOKEN = 12
_USER = re.compile(r"(?<=://)[^/\s?#]*(?=@)")


def users_in(text: str) -> list[str]:
    """What proves who asks, in the URLs of a text: `user:password` and the password, or a token in the user's place.

    None that is so short that it would be found in other words too.
    """
    if "@" not in text or "://" not in text:
        return []
    found = []
    for user in _USER.findall(text):
        _, colon, password = user.partition(":")
        found += [one for one in (user, password) if len(one) >= _LEAST] if colon else []
        found += [user] if not colon and len(user) >= _TOKEN else []
    return found


# Names only, of variables and headers: each is asked for in every failed call.
@lru_cache(maxsize=4096)
def is_secret_name(name: object) -> bool:
    """Whether a value of this name is probably one that must not be shown."""
    return isinstance(name, str) and not _SHOWN_NAME.fullmatch(name) and _SECRET_NAME.search(name) is not None
