"""The keyring of the system as a source of keys: what `catalog keys set` puts there, by the name of the variable.

Which names are there is noted beside it, in empty files of the user's configuration folder: so the keyring, which is
slow to import and may ask for a password, is opened only for a key that is needed and that it has.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from modelcatalog.resolver.credentials.environment import whereabouts
from modelcatalog.resolver.credentials.user_folders import config_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SERVICE = "modelcatalog"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"


class KeyringUnusableError(Exception):
    """The keyring can't be used. Its text says why, and what fixes it; it holds no secret."""


def kept(names: Sequence[str]) -> list[str]:
    """Those of the names that the keyring has a value for, as far as was noted. Opens no keyring."""
    folder = _folder()
    if folder is None or not os.path.isdir(folder):
        return []
    return [name for name in names if os.path.exists(os.path.join(folder, name))]


def all_kept() -> list[str]:
    """Every name that was noted, in order."""
    folder = _folder()
    if folder is None or not folder.is_dir():
        return []
    return sorted(file.name for file in folder.iterdir() if re.fullmatch(_NAME, file.name))


def read(name: str) -> str | None:
    """The value that the keyring has, None when it has none. Raises KeyringUnusableError."""
    library = _library()
    try:
        value = library.get_password(SERVICE, name)
    except Exception as error:
        raise _unusable(error) from error
    return None if value is None else str(value)


def keep(name: str, value: str) -> None:
    """Put a value into the keyring. Raises KeyringUnusableError, and OSError when the name can't be noted."""
    folder = _folder()
    if folder is None:
        raise OSError("there is no folder for your configuration")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    library = _library()
    try:
        library.set_password(SERVICE, name, value)
    except Exception as error:
        raise _unusable(error) from error
    (folder / name).touch(mode=0o600)


def drop(name: str) -> bool:
    """Take a value out of the keyring; whether there was one. Raises KeyringUnusableError."""
    library = _library()
    there = read(name) is not None
    try:
        if there:
            library.delete_password(SERVICE, name)
    except Exception as error:
        raise _unusable(error) from error
    folder = _folder()
    if folder is not None:
        (folder / name).unlink(missing_ok=True)
    return there


def backend() -> str:
    """The name of the keyring in use."""
    return str(_library().get_keyring().name)


def _folder() -> Path | None:
    return _folder_of(whereabouts())


# Keyed by the variables that decide it.
@lru_cache(maxsize=8)
def _folder_of(_: tuple[str | None, ...]) -> Path | None:
    """Remembered for these variables: it is asked for at each resolve, and platformdirs takes its time."""
    config = config_folder()
    return None if config is None else config / "keys"


def _library() -> Any:
    try:
        import keyring
    except ImportError:
        raise KeyringUnusableError(
            "the package keyring isn't installed: pip install 'modelcatalog[keyring]'"
        ) from None
    return keyring


def _unusable(error: Exception) -> KeyringUnusableError:
    """What is wrong, by the error's kind: what a keyring says itself may be long, and is nobody's to trust."""
    kind = type(error).__name__
    known = {
        "NoKeyringError": "this machine has no keyring (see `keyring --list-backends`)",
        "KeyringLocked": "it is locked: unlock it, and try again",
        "InitError": "it can't be opened: is it locked, or is there no session to ask in?",
        "PasswordSetError": "it doesn't take the value",
        "PasswordDeleteError": "it doesn't delete the value",
    }
    return KeyringUnusableError(known.get(kind, f"it fails with {kind}"))
