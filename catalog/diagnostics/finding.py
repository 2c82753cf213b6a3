"""A finding: something missing, wrong or worth knowing on this machine (a problem is something wrong in the data)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """What is the matter, and the one command or edit that fixes it.

    `code` is stable (documented in docs/findings.md); `setting` names the setting it is about. `message` and `hint`
    are sentences without any secret in them.
    """

    code: str
    severity: Severity
    message: str
    hint: str | None = None
    setting: str | None = None

    def text(self) -> str:
        """Message and hint in one line."""
        return self.message if self.hint is None else f"{self.message} Hint: {self.hint}"

    def to_json(self) -> dict[str, Any]:
        """The finding as `--json` shows it; what doesn't apply is left out."""
        fields = {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "setting": self.setting,
        }
        return {key: value for key, value in fields.items() if value is not None}
