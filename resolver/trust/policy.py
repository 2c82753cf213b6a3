"""Where a secret may go: text that came with a project can't send a secret of the user's to a host of its own.

Nor can it choose another variable of the user's to be sent, use another identity, or downgrade the scheme. What
it would do is reported, and nothing is sent, until the user says `catalog trust FILE`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.model.entries import CLOUD_SCHEMES
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.catalog.redaction.secret_names import is_secret_name
from modelcatalog.resolver.endpoints.base_url import host_of
from modelcatalog.resolver.trust.hosts import could_move_a_host, foreign_host, names_file
from modelcatalog.resolver.trust.provenance import Comparison, ProjectOrigin, meaning

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from modelcatalog.resolver.credentials.cloud_identities import CloudIdentity
    from modelcatalog.resolver.credentials.dotenv_file import FileMark
    from modelcatalog.resolver.credentials.environment import Found
    from modelcatalog.resolver.credentials.values import PlannedArgument, SettingValue


class SentValue(NamedTuple):
    """Something of the user's, the host that it would go to, and the project's file that sends it there."""

    what: str
    host: str
    origin: ProjectOrigin


def untrusted(
    comparison: Comparison,
    values: Mapping[str, SettingValue],
    headers: Mapping[str, Found],
    url: str | None,
    identity: CloudIdentity | None,
    requested: str,
    arguments: Iterable[PlannedArgument] = (),
) -> list[Finding]:
    """A finding for everything of the user's that a project's text would send somewhere, by file and host.

    `arguments` may hold secrets too: headers, or a key that the project's text takes for something else.
    """
    findings = [_moving(value) for value in values.values() if could_move_a_host(comparison, value)]
    if comparison.project is None and not any(value.mark for value in values.values()):
        return findings
    found = sent_values(comparison, values.get("base_url"), values.values(), headers, url, identity)
    given = list(_given(values.values(), arguments))
    found += _arguments(comparison, values, given, url, requested)
    grouped: dict[tuple[ProjectOrigin, str], list[str]] = {}
    for sent in dict.fromkeys(found):
        grouped.setdefault((sent.origin, sent.host), []).append(sent.what)
    return findings + [_finding(comparison, origin, host, whats) for (origin, host), whats in grouped.items()]


def sent_values(
    comparison: Comparison,
    base: SettingValue | None,
    values: Iterable[SettingValue],
    headers: Mapping[str, Found],
    url: str | None,
    identity: CloudIdentity | None,
) -> list[SentValue]:
    """What of the user's a project's file would send where."""
    values = list(values)
    away = foreign_host(comparison, base, values, url)
    host = host_of(url) if url else "the host of its choice"
    found = []
    if identity is not None:
        origin = away or (
            comparison.origin(None) if identity.scheme not in comparison.reference.auth else None
        )
        found += (
            [SentValue(f"the {identity.scheme} identity of this machine", host, origin)] if origin else []
        )
    elif away is not None and comparison.entry.auth == ("none",):
        # An SDK may look for credentials although nobody asked for it.
        identities = [scheme for scheme in comparison.reference.auth if scheme in CLOUD_SCHEMES]
        found += [SentValue(f"the {scheme} identity of this machine", host, away) for scheme in identities]
    for value in values:
        if value.name == "base_url" or value.value is None:
            continue
        origin = _origin_of_sending(comparison, value, away)
        found += [SentValue(_named(value), host, origin)] if origin else []
    for name, hit in headers.items():
        known = comparison.reference.headers.get(name)
        chosen = known is None or hit.variable not in known.env
        origin = away or (comparison.origin(comparison.entry.headers[name].position) if chosen else None)
        own = hit.origin == ".env" and _is_own_secret(comparison, hit.variable, hit.mark, away)
        found += [SentValue(hit.variable, host, origin)] if origin and not own else []
    return found


def _named(value: SettingValue) -> str:
    if value.kind == "default" or names_file(value.name):
        return f"the file {value.shown}"
    return "the output of your command" if value.kind == "command" else value.variable or value.name


def _origin_of_sending(
    comparison: Comparison, value: SettingValue, away: ProjectOrigin | None
) -> ProjectOrigin | None:
    """The project's file by which this value would be sent, None where it would be sent without that file too."""
    origin = comparison.origin_of(value)
    if names_file(value.name):
        return origin
    match value.kind:
        case "default" | "none" | "argument":
            return None
        case ".env" if value.mark is not None and value.mark.is_near:
            own = _is_own_secret(comparison, value.variable, value.mark, away)
            return None if own else away or comparison.choice(value)
    return away or comparison.choice(value)


def _is_own_secret(
    comparison: Comparison, variable: str | None, mark: FileMark | None, away: ProjectOrigin | None
) -> bool:
    """Whether a value in a project's `.env` may go where the project says: a key that is only the project's own, or
    any if the host is set beside it in the same file.
    """
    if mark is None or not mark.is_near or mark.is_link:
        return False
    if away is None or away.file == str(mark.path):
        return True
    return not comparison.below.holders(variable or "")


def _is_known(comparison: Comparison) -> bool:
    """Whether the provider is one without the project too."""
    return meaning(comparison.below, comparison.entry.provider) == comparison.entry.provider


def _given(values: Iterable[SettingValue], arguments: Iterable[PlannedArgument]) -> Iterable[str]:
    """The arguments that hold a secret, by what they are called."""
    for value in values:
        if value.kind == "argument" and (isinstance(value.value, Secret) or callable(value.value)):
            yield value.name
    for argument in arguments:
        if argument.target != "setting" and _holds_secret(argument.name, argument.value):
            yield argument.name


def _holds_secret(name: str, value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_secret(str(key), item) for key, item in value.items())
    return isinstance(value, Secret) or (
        (isinstance(value, str) or callable(value)) and is_secret_name(name.replace("_", "-"))
    )


def _arguments(
    comparison: Comparison,
    values: Mapping[str, SettingValue],
    given: list[str],
    url: str | None,
    requested: str,
) -> Iterable[SentValue]:
    """Secrets that the user gave for a name that means something without the project, and that it leads elsewhere."""
    if not given:
        return []
    before = meaning(comparison.below, requested)
    origin = (
        foreign_host(comparison, values.get("base_url"), values.values(), url)
        if _is_known(comparison)
        else None
    )
    if comparison.project is not None and before not in (None, comparison.entry.provider):
        origin = origin or comparison.origin(None)
    host = host_of(url) if url else "its own host"
    return [SentValue(f"the {name} argument", host, origin) for name in given] if origin is not None else []


def _moving(value: SettingValue) -> Finding:
    what = f"{value.name} is {value.shown!r}, which could lead to another host"
    message = f"{what}; it came with a project ({value.source})."
    return Finding(
        "untrusted-source", "error", message, "Nothing was sent. Set it yourself if it is right.", value.name
    )


def _finding(comparison: Comparison, origin: ProjectOrigin, host: str, whats: list[str]) -> Finding:
    what = " and ".join(filter(None, [", ".join(whats[:-1]), whats[-1]]))
    them = "it" if len(whats) == 1 else "them"
    verb = "is" if len(whats) == 1 else "are"
    said = f"{origin.position} came with a project and would send {them} to {host}."
    message = f"{what[0].upper()}{what[1:]} {verb} yours, but {said}"
    return Finding("untrusted-source", "error", message, _hint(comparison, origin), "base_url")


def _hint(comparison: Comparison, origin: ProjectOrigin) -> str:
    from pathlib import Path

    from modelcatalog.resolver.trust.records import trusted

    layer = comparison.project
    path = (
        layer.file
        if layer is not None and layer.file is not None and origin.file == layer.path
        else Path(origin.file)
    )
    if path.is_dir():
        return "Nothing was sent. If that is right, name the folder by its whole path."
    known = trusted(path)
    changed = (
        f"{origin.file} has changed since you trusted it on {known.since}. " if known is not None else ""
    )
    return f"{changed}Nothing was sent. If you wrote or trust that file: catalog trust {_typed(origin.file, path)}"


def _typed(shown: str, path: Path) -> str:
    """The path as one can type it."""
    if re.fullmatch(r"[\w./~+-]+", shown):
        return shown
    import shlex

    return shlex.quote(str(path))
