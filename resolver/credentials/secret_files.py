"""A folder of secrets: a file for each variable, as containers get them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_settings import BaseSettings


def secret_files(folder: Path, names: Sequence[str]) -> Mapping[str, Any]:
    """The values that the files in the folder have for these variables."""
    import warnings

    from pydantic_settings import SecretsSettingsSource

    # A link that leads out of the folder is not followed: it could lead to any file of the user's.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SecretsSettingsSource(_settings(tuple(names)), folder, case_sensitive=True)()


# The names that are looked for, as pydantic-settings wants them; no value is kept.
@lru_cache(maxsize=256)
def _settings(names: tuple[str, ...]) -> type[BaseSettings]:
    """A settings class with a field for each of these variables: making it costs more than all its readings."""
    from pydantic import Field, create_model
    from pydantic_settings import BaseSettings

    fields: dict[str, Any] = {f"v{at}": (str, Field("", alias=name)) for at, name in enumerate(names)}
    settings: type[BaseSettings] = create_model("Variables", __base__=BaseSettings, **fields)
    return settings
