"""Keys go home: text that came with a project can't send a secret of the user's to a host of its own.

Nor can it choose another variable of the user's to be sent, log in with another identity, or downgrade the way. What
it would do is told, and nothing is sent, until the user says `catalog trust FILE`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.catalog.redaction.secret_names import is_secret_name
from modelcatalog.resolver.credentials.cloud_identities import LOOKS
from modelcatalog.resolver.endpoints.base_url import host_of
from modelcatalog.resolver.trust.hosts import FILE_NAME, could_move_a_host, foreign_host
from modelcatalog.resolver.trust.provenance import Case, Word, meaning
from modelcatalog.resolver.trust.records import trusted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from modelcatalog.resolver.credentials.cloud_identities import Login
    from modelcatalog.resolver.credentials.environment import Found
    from modelcatalog.resolver.credentials.values import PlannedArgument, SettingValue


class Flow(NamedTuple):
    """Something of the user's, the host that it would go to, and the project's word that sends it there."""

    what: str
    host: str
    word: Word


def untrusted(
    case: Case,
    values: Mapping[str, SettingValue],
    headers: Mapping[str, Found],
    url: str | None,
    login: Login | None,
    requested: str,
    arguments: Iterable[PlannedArgument] = (),
) -> list[Finding]:
    """A finding for everything of the user's that a project's text would send somewhere, by file and host.

    `arguments` may hold secrets too: headers, or a key that the project's text takes for something else.
    """
    findings = [_moving(value) for value in values.values() if could_move_a_host(case, value)]
    if case.project is None and not any(value.mark for value in values.values()):
        return findings
    found = flows(case, values.get("base_url"), values.values(), headers, url, login)
    given = list(_given(values.values(), arguments))
    found += _arguments(case, values, given, url, requested)
    grouped: dict[tuple[Word, str], list[str]] = {}
    for flow in dict.fromkeys(found):
        grouped.setdefault((flow.word, flow.host), []).append(flow.what)
    return findings + [_finding(case, word, host, whats) for (word, host), whats in grouped.items()]


def flows(
    case: Case,
    base: SettingValue | None,
    values: Iterable[SettingValue],
    headers: Mapping[str, Found],
    url: str | None,
    login: Login | None,
) -> list[Flow]:
    """What of the user's would go where by the project's word."""
    values = list(values)
    away = foreign_host(case, base, values, url)
    host = host_of(url) if url else "the host of its choice"
    found = []
    if login is not None:
        word = away or (case.word(None) if login.scheme not in case.reference.auth else None)
        found += [Flow(f"the {login.scheme} login of this machine", host, word)] if word else []
    elif away is not None and case.entry.auth == ("none",):
        # An SDK may look for a login although nobody asked for it.
        logins = [scheme for scheme in case.reference.auth if scheme in LOOKS]
        found += [Flow(f"the {scheme} login of this machine", host, away) for scheme in logins]
    for value in values:
        if value.name == "base_url" or value.value is None:
            continue
        word = _word_on_sending(case, value, away)
        found += [Flow(_named(value), host, word)] if word else []
    for name, hit in headers.items():
        known = case.reference.headers.get(name)
        chosen = known is None or hit.variable not in known.env
        word = away or (case.word(case.entry.headers[name].place) if chosen else None)
        own = hit.origin == ".env" and _is_own_secret(case, hit.variable, hit.mark, away)
        found += [Flow(hit.variable, host, word)] if word and not own else []
    return found


def _named(value: SettingValue) -> str:
    if value.kind == "default" or FILE_NAME.search(value.name):
        return f"the file {value.shown}"
    return "the output of your command" if value.kind == "command" else value.variable or value.name


def _word_on_sending(case: Case, value: SettingValue, away: Word | None) -> Word | None:
    """The project's word by which this value would be sent, None where the user's own would do so too."""
    word = case.word_on(value)
    if FILE_NAME.search(value.name):
        return word
    match value.kind:
        case "default" | "none" | "argument":
            return None
        case ".env" if value.mark is not None and value.mark.is_near:
            own = _is_own_secret(case, value.variable, value.mark, away)
            return None if own else away or case.choice(value)
    return away or case.choice(value)


def _is_own_secret(case: Case, variable: str | None, mark: object, away: Word | None) -> bool:
    """Whether a value in a project's `.env` may go where the project says: a key that is only the project's own, or
    any if the host stands beside it in the same file.
    """
    if not getattr(mark, "is_near", False) or getattr(mark, "is_link", False):
        return False
    if away is None or away.file == str(getattr(mark, "path", "")):
        return True
    return not case.below.holders(variable or "")


def _is_known(case: Case) -> bool:
    """Whether the provider is one without the project too."""
    return meaning(case.below, case.entry.provider) == case.entry.provider


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
    case: Case, values: Mapping[str, SettingValue], given: list[str], url: str | None, requested: str
) -> Iterable[Flow]:
    """Secrets that the user gave for a name that means something without the project, and that it leads elsewhere."""
    if not given:
        return []
    before = meaning(case.below, requested)
    word = foreign_host(case, values.get("base_url"), values.values(), url) if _is_known(case) else None
    if case.project is not None and before not in (None, case.entry.provider):
        word = word or case.word(None)
    host = host_of(url) if url else "its own host"
    return [Flow(f"the {name} argument", host, word) for name in given] if word is not None else []


def _moving(value: SettingValue) -> Finding:
    what = f"{value.name} is {value.shown!r}, which could lead to another host"
    message = f"{what}; it came with a project ({value.source})."
    return Finding(
        "untrusted-source", "error", message, "Nothing was sent. Set it yourself if it is right.", value.name
    )


def _finding(case: Case, word: Word, host: str, whats: list[str]) -> Finding:
    what = " and ".join(filter(None, [", ".join(whats[:-1]), whats[-1]]))
    them = "it" if len(whats) == 1 else "them"
    verb = "is" if len(whats) == 1 else "are"
    said = f"{word.place} came with a project and would send {them} to {host}."
    message = f"{what[0].upper()}{what[1:]} {verb} yours, but {said}"
    return Finding("untrusted-source", "error", message, _hint(case, word), "base_url")


def _hint(case: Case, word: Word) -> str:
    from pathlib import Path

    layer = case.project
    path = (
        layer.file
        if layer is not None and layer.file is not None and word.file == layer.path
        else Path(word.file)
    )
    if path.is_dir():
        return "Nothing was sent. If that is right, name the folder by its whole path."
    known = trusted(path)
    changed = f"{word.file} has changed since you trusted it on {known.since}. " if known is not None else ""
    return (
        f"{changed}Nothing was sent. If you wrote or trust that file: catalog trust {_typed(word.file, path)}"
    )


def _typed(shown: str, path: Path) -> str:
    """The path as one can type it."""
    return shown if re.fullmatch(r"[\w./~+-]+", shown) else shlex.quote(str(path))
