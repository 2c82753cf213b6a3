"""What means a secret: names of variables, headers, arguments and fields, and the user in a URL.

Loaded by every command, so kept by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = (
    r"(?i)key(?!ring|board)|token(?!iz)|secret|passw|passphrase|pwd"
    r"|authorization|credential|cookie|bearer|signature|\bsig\b"
)
# The least that such a name has: most names have none of these, and are known without a regular expression.
_HINTS = ("key", "token", "secret", "pass", "pwd", "authorization", "credential", "cookie", "bearer", "sig")
_SHOWN = r"(?i)keys|(?:max|min|num|n|total)_(?:\w+_)?tokens"
_LEAST = 4
_TOKEN = 12
_USER = r"(?<=://)[^/\s?#]*(?=@)"


def users_in(text: str) -> list[str]:
    """What proves who asks, in the URLs of a text: `user:password` and the password, or a token in the user's place.

    None that is so short that it would be found in other words too.
    """
    if "@" not in text or "://" not in text:
        return []
    found = []
    for user in re.findall(_USER, text):
        _, colon, password = user.partition(":")
        found += [one for one in (user, password) if len(one) >= _LEAST] if colon else []
        found += [user] if not colon and len(user) >= _TOKEN else []
    return found


# Names only, of variables and headers: each is asked for in every failed call.
@lru_cache(maxsize=4096)
def is_secret_name(name: object) -> bool:
    """Whether a value of this name is probably one that must not be shown."""
    if not isinstance(name, str):
        return False
    folded = name.casefold()
    if not any(hint in folded for hint in _HINTS):
        return False
    return re.fullmatch(_SHOWN, name) is None and re.search(_NAMES, name) is not None
