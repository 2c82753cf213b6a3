"""SDKs as packages: their names on the index and in an import, which version is installed, importing one."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from modelcatalog.providers.adapter.installed import version_of

_VERSION = (
    r"v?(?:\d+!)?(?P<release>\d+(?:\.\d+)*)[-_.]?"
    r"(?:(?P<pre>alpha|beta|preview|pre|rc|a|b|c|dev)[-_.]?(?P<number>\d*))?"
)
_STAGES = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "rc": 3, "pre": 3, "preview": 3}
_FINAL = 4
# What was found is remembered for the process; what is missing is looked for again.
_versions: dict[str, str] = {}


class Package(NamedTuple):
    """An SDK: its names on the index and in an import (two facts), the oldest version, our extra.

    `alternatives` are other distributions that are imported under the same name, such as builds for other hardware.
    """

    distribution: str
    import_name: str
    minimum: str
    extra: str
    alternatives: tuple[str, ...] = ()

    @property
    def installed(self) -> tuple[str, str] | None:
        """Distribution and version of what is installed of it, None when nothing is. Imports nothing of it."""
        for distribution in (self.distribution, *self.alternatives):
            if version := installed_version(distribution):
                return distribution, version
        return None


class Resting:
    """`with Resting():` the garbage collector rests. What an import makes is no garbage, and looking through it again
    and again costs a tenth of an SDK's import. A collector that was off stays off.
    """

    def __enter__(self) -> None:
        import gc

        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        import gc

        if self._was_on:
            gc.enable()


def import_sdk(package: Package) -> Any:
    """The SDK's module.

    Warnings of the import stay out of the user's sight: that an SDK has ended is said by the catalog, once.
    """
    import warnings
    from importlib import import_module

    with Resting(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(package.import_name)


def installed_version(distribution: str) -> str | None:
    """The version of an installed distribution, None when it isn't installed. Imports nothing of it.

    What was found once is remembered: reading it anew costs more than making a client.
    """
    known = _versions.get(distribution)
    if known is not None:
        return known
    found = version_of(distribution)
    return None if found is None else _versions.setdefault(distribution, found)


def is_old(installed: str, minimum: str) -> bool:
    """Whether a version is older than the minimum; 1.0.0b9 is older than 1.0.0. False if unreadable."""
    mine, least = _order(installed), _order(minimum)
    return mine is not None and least is not None and mine < least


def _order(version: str) -> tuple[tuple[int, ...], int, int] | None:
    plain = version.split(".")
    if all(part.isascii() and part.isdigit() for part in plain):
        numbers = [int(part) for part in plain]
        while numbers and numbers[-1] == 0:
            numbers.pop()
        return tuple(numbers), _FINAL, 0
    match = re.match(_VERSION, version.strip().lower())
    if match is None:
        return None
    numbers = [int(part) for part in match["release"].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), _STAGES.get(match["pre"], _FINAL), int(match["number"] or 0)
