"""What each code of a finding means, and how it is corrected: read from finding_codes.json beside this file.

That file is the one source of docs/findings.md and of `explain-code`; nothing else imports this module.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcatalog.catalog.diagnostics.finding import Severity


class FindingCode(NamedTuple):
    """A stable code. `meaning` is a clause, `hint` says what to do about it. `online`: found by `check --online`."""

    code: str
    severity: Severity
    meaning: str
    hint: str
    online: bool = False


def _codes(rows: Iterable[Mapping[str, Any]], *, online: bool) -> tuple[FindingCode, ...]:
    return tuple(FindingCode(**row, online=online) for row in rows)


_DATA = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))

OFFLINE = _codes(_DATA["offline"], online=False)
ONLINE = _codes(_DATA["online"], online=True)
CODES = {one.code: one for one in (*OFFLINE, *ONLINE)}
