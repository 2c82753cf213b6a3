"""From a failed call to a finding: what the service or the network said, as a stable code with its hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.finding import Finding, Severity
from modelcatalog.resolver.probing.probe import credential_hint

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure
    from modelcatalog.resolver.checking.report import CheckRow
    from modelcatalog.resolver.credentials.values import SettingValue

# By step and reason; a reason of None means all others of the step.
_CODES: dict[tuple[str, str | None], str] = {
    ("auth", "key"): "key-refused",
    ("auth", "forbidden"): "access-denied",
    ("auth", None): "credentials-failed",
    ("path", "redirect"): "redirected",
    ("path", "redirects"): "redirected",
    ("path", None): "wrong-path",
    ("model", None): "wrong-path",
    ("quota", "no-credit"): "no-credit",
    ("quota", None): "rate-limited",
    ("local", None): "request-refused",
    ("proxy", None): "no-connection",
    ("dns", None): "unknown-host",
    ("connect", "refused"): "connection-refused",
    ("connect", None): "no-connection",
    ("tls", "certificate"): "untrusted-certificate",
    ("tls", None): "no-tls",
    ("http", None): "unreadable-answer",
    ("timeout", None): "timed-out",
    ("answer", None): "unreadable-answer",
    ("server", None): "service-error",
    ("request", None): "request-refused",
}


def code_of(failure: Failure) -> str:
    """The code for what a call failed of."""
    code = _CODES.get((failure.step, failure.reason)) or _CODES[failure.step, None]
    if failure.step == "auth" and failure.status is None and failure.reason == "header":
        return "request-refused"
    if code == "unreadable-answer" and "html" in failure.detail.casefold():
        return "html-answer"
    return code


def finding_for(row: CheckRow, failure: Failure, timeout: float) -> Finding:
    """The finding for a call that failed: the service's words, and what fixes it here."""
    code = code_of(failure)
    severity: Severity = "warning" if code == "rate-limited" else "error"
    status = f"{failure.status}: " if failure.status else ""
    said = failure.detail or "no words came with it"
    where = f" ({failure.method or 'GET'} {failure.url})" if failure.url else ""
    return Finding(code, severity, f"{status}{said.rstrip('.')}{where}.", _hint(code, row, timeout))


def _hint(code: str, row: CheckRow, timeout: float) -> str | None:
    entry, settings = row.plan.entry, row.plan.settings
    base = settings.get("base_url")
    match code:
        case "key-refused" | "access-denied":
            return credential_hint(row.plan)
        case "credentials-failed":
            return row.plan.identity.hint if row.plan.identity is not None else None
        case "connection-refused":
            return f"Is the server running? {_base(base)}"
        case "unknown-host" if base is not None and base.kind == "default":
            return "Does this machine reach the internet?"
        case "wrong-path" | "unknown-host" | "redirected" | "html-answer" | "unreadable-answer" | "no-tls":
            return f"Is the base URL right? {_base(base)}"
        case "untrusted-certificate":
            return "Behind a company's proxy, name its root certificate: export SSL_CERT_FILE=/path/to/ca.pem"
        case "timed-out":
            return f"Give it more time: catalog check {row.id} --online --timeout {max(30, timeout * 3):g}"
        case "rate-limited" | "service-error":
            return "Try again later."
        case "no-credit":
            return f"Add credit{f' at {entry.keys}' if entry.keys else ''}."
    return None


def _base(base: SettingValue | None) -> str:
    """Where the base URL came from, and how another one is set."""
    variable = next((one.variable for one in base.looked), None) if base is not None else None
    where = f"It came from {base.source}" if base is not None and base.is_set else "None was given"
    return f"{where}: export {variable}=..." if variable else f"{where}."
