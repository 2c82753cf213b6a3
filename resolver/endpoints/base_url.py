"""Base URLs as people paste them: corrected where that is certain, refused with the right form where it isn't."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

from modelcatalog.catalog.diagnostics.finding import Finding

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.adapter import UrlRule


# Schemes, also as people mistype them; and what descriptions write for a name of one's own.
_SCHEME = r"^(?:[A-Za-z][A-Za-z0-9+.-]*://+|h?t{0,3}ps?:?/+|/+)"
_API_VERSION = r"(?:^|&)api-version=([0-9]{4}-[0-9]{2}-[0-9]{2}(?:-preview)?)(?=&|$)"
_OPERATION = r"(?:/deployments/[^/]+)?/(?:chat/completions|completions|embeddings|responses)$"
_PLACEHOLDER = r"(?<![A-Za-z0-9])(?:YOUR[-_][A-Z_-]+|(?:MY[-_]?)?RESOURCE(?:[-_]?NAME)?|NAME)(?![A-Za-z0-9])"


def examine(url: str, rule: UrlRule, *, source: str, usual: str | None = None) -> tuple[str, list[Finding]]:
    """The URL as the SDK wants it, and what there is to say of it; of one that can't be used, what may be shown.

    `usual` is the entry's own default: a URL at the same host that only has no path is completed from it.
    """
    text = url.strip()
    if problem := _malformed(text):
        better = problem.partition("; write ")[2] or _without_query(text, rule)
        shown = _redacted(text)
        return shown, [_refused(f"The base URL {shown!r} {problem}.", source, better)]
    parts = urlsplit(text)
    findings: list[Finding] = []
    path = parts.path.rstrip("/")
    for ending in sorted(rule.strip, key=len, reverse=True):
        if path.endswith(ending):
            path = path[: -len(ending)].rstrip("/")
            findings.append(
                _corrected(f"{ending} was taken off the base URL: the SDK adds it by itself", source)
            )
            break
    if rule.forbid_version and rule.version and path.endswith(rule.version):
        path = path[: -len(rule.version)].rstrip("/")
        findings.append(
            _corrected(f"{rule.version} was taken off the base URL: the SDK adds it by itself", source)
        )
    if not path and usual is not None and not rule.forbid_version:
        completed = urlsplit(usual).path.rstrip("/")
        if completed and urlsplit(usual).netloc == parts.netloc:
            path = completed
            findings.append(
                _corrected(f"{completed} was added to the base URL, as the service needs it", source)
            )
    clean = urlunsplit(SplitResult(parts.scheme, parts.netloc, path, "", ""))
    return clean, findings


def is_private(url: str) -> bool:
    """Whether the host is this machine, or has an address that isn't reached from the internet."""
    host = (_split(url).hostname or "").rstrip(".")
    is_bare = "." not in host and ":" not in host
    if is_bare or host.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Host and port, in lower case; empty where there is none."""
    return _split(url).netloc.rpartition("@")[2].casefold()


def _split(url: str) -> SplitResult:
    """The parts of a URL; all empty where it can't be taken apart."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _malformed(text: str) -> str | None:
    if not text.casefold().startswith(("http://", "https://")):
        rest = re.sub(_SCHEME, "", text)
        scheme = "http" if is_private(f"http://{rest}") else "https"
        return f"has no http:// or https:// before it; write {scheme}://{_redacted(rest)}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        return f"can't be read ({error})"
    if not parts.hostname:
        return "has no host"
    if parts.hostname in ("http", "https"):
        return (
            f"has its scheme twice; write https://{_redacted(re.sub(_SCHEME, '', re.sub(_SCHEME, '', text)))}"
        )
    if placeholder := re.search(_PLACEHOLDER, parts.netloc.rpartition("@")[2]):
        return f"still has the placeholder {placeholder.group()} in it"
    if parts.username or parts.password:
        return "has a user name or password in it; a key belongs in its own setting"
    if parts.query or parts.fragment:
        version = re.search(_API_VERSION, parts.query)
        if version is not None:
            return f"has a query string; the version is a setting of its own, api_version: {version[1]}"
        return "has a query string, which the SDK would garble; pass it as default_query"
    if any(one.isspace() or one in '<>"{}|\\^`' for one in text):
        return "has a character that no URL has"
    return None


def _without_query(text: str, rule: UrlRule) -> str:
    """The URL without its query, and without what the SDK adds to the path; empty where that isn't what is wrong.

    Azure's portal shows a deployment's whole address: the SDK adds the deployment and the version by itself.
    """
    parts = _split(text)
    if not (parts.query or parts.fragment) or parts.username or not parts.hostname:
        return ""
    path = re.sub(_OPERATION, "", parts.path.rstrip("/"))
    for ending in rule.strip:
        path = path.removesuffix(ending)
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path.rstrip("/"), "", ""))


def _redacted(text: str) -> str:
    """The URL without what could be a secret: user, password and query."""
    head, slashes, rest = text.partition("://")
    rest = rest if slashes else head
    rest = rest.partition("?")[0]
    authority, slash, path = rest.partition("/")
    if "@" in authority:
        authority = "****@" + authority.rpartition("@")[2]
    return f"{head}://{authority}{slash}{path}" if slashes else f"{authority}{slash}{path}"


def _refused(message: str, source: str, better: str) -> Finding:
    variable, _, where = source.partition(", ")
    hint = f"export {variable}={better or '...'}" if where == "environment" else f"It comes from: {source}."
    return Finding("invalid-base-url", "error", message, hint, "base_url")


def _corrected(message: str, source: str) -> Finding:
    return Finding("corrected-base-url", "note", f"{message} ({source}).", None, "base_url")
