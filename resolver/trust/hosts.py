"""Whether a project's text decides which host is called, by whatever part of an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver.endpoints.template import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcatalog.resolver.credentials.values import SettingValue
    from modelcatalog.resolver.trust.provenance import Comparison, ProjectOrigin

_PLACEHOLDER = r"\{([a-z][a-z0-9_]*)\}"
_TAIL = r"(?i)[a-z0-9-]*(\.[a-z0-9-]+){2,}(:\d+)?"
_ODD = r"[/\\@#?:%\s]|\.\."


def names_file(setting: str) -> bool:
    """Whether a setting names a file, of credentials for instance: what is in it may name hosts and other files."""
    return setting.rpartition("_")[2] in ("file", "path")


def foreign_host(
    comparison: Comparison, base: SettingValue | None, values: Iterable[SettingValue], url: str | None
) -> ProjectOrigin | None:
    """The project's file that names the host, None when the host is the user's or the bundled catalog's."""
    entry, reference = comparison.entry, comparison.reference
    for name in ("adapter", "endpoint"):
        if getattr(entry, name) != getattr(reference, name) and comparison.project is not None:
            return comparison.origin(entry.positions.get(name))
    if "host" in {name.lower() for name in entry.headers} - {name.lower() for name in reference.headers}:
        return comparison.origin(None)
    if base is None or base.value is None:
        usual = reference.settings.get("base_url")
        is_gone = usual is not None and usual.default is not None and comparison.project is not None
        return comparison.origin(entry.positions.get("settings/base_url")) if is_gone else None
    by_name = {value.name: value for value in values}
    origin = comparison.origin_of(base)
    if origin is not None:
        return None if _origin(url) == _origin(_usual_url(comparison, by_name)) != "" else origin
    return _moved_by_a_part(comparison, base, by_name)


def _usual_url(comparison: Comparison, values: Mapping[str, SettingValue]) -> str | None:
    """The address without the project."""
    usual = comparison.reference.settings.get("base_url")
    if usual is None or not isinstance(usual.default, str):
        return None

    def value_of(name: str) -> str | None:
        if name == "base_url":
            return str(usual.default)
        value = values.get(name)
        return value.shown if value is not None and value.is_set else None

    return fill(fill(comparison.reference.endpoint, value_of), value_of)


def _origin(url: str | None) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc.casefold()}" if parts.netloc and "{" not in parts.netloc else ""


def _moved_by_a_part(
    comparison: Comparison, base: SettingValue, values: Mapping[str, SettingValue]
) -> ProjectOrigin | None:
    """The project's file that sets a region or the like which decides more of the host's name than a label in front."""
    template = comparison.entry.endpoint.replace("{base_url}", str(base.value))
    host = (template.partition("://")[2] or template).partition("/")[0]
    tail = re.split(_PLACEHOLDER, host)[-1]
    for name in re.findall(_PLACEHOLDER, host):
        value = values.get(name)
        origin = comparison.origin_of(value) if value is not None and value.is_set else None
        is_label = value is not None and re.fullmatch(r"[A-Za-z0-9-]+", value.shown) is not None
        if origin is not None and not (is_label and re.fullmatch(_TAIL, tail)):
            return origin
    return None


def could_move_a_host(comparison: Comparison, value: SettingValue) -> bool:
    """Whether a project's region, project or the like holds what no such name has, but the rest of an address does."""
    if value.name == "base_url" or value.value is None or isinstance(value.value, Secret):
        return False
    is_odd = not names_file(value.name) and bool(re.search(_ODD, str(value.value)))
    is_written = value.kind == "default" or value.mark is not None
    return is_odd and is_written and comparison.origin_of(value) is not None
