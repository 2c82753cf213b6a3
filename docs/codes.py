"""Write the tables of codes in findings.md anew from catalog/diagnostics/finding_codes.json: `python docs/codes.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import error_class
from modelcatalog.catalog.diagnostics.finding_codes import OFFLINE, ONLINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcatalog.catalog.diagnostics.finding_codes import FindingCode

PAGE = Path(__file__).parent / "findings.md"


def table(codes: Sequence[FindingCode]) -> str:
    """A row for each code."""
    classes = any(error_class(one.code) for one in codes)
    head = ["code", "severity", "what it means", *(["error class"] if classes else [])]
    rows = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for one in codes:
        cells = [f"`{one.code}`", one.severity, one.meaning]
        raised = error_class(one.code)
        cells += [f"`{raised.__name__}`" if raised else ""] if classes else []
        rows.append("| " + " | ".join(cells).rstrip() + " |")
    return "\n".join(rows)


def updated(text: str) -> str:
    """The text with the tables between their marks made anew."""
    for name, codes in (("offline", OFFLINE), ("online", ONLINE)):
        begin, end = f"<!-- {name}: written by docs/codes.py -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{table(codes)}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text("utf-8")), encoding="utf-8")
