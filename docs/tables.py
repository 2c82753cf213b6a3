"""Write the table of providers in README.md anew from models.yaml: `python docs/tables.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.cli.commands.list_providers import needs

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry

README = Path(__file__).parent.parent / "README.md"
_MOST = 3
BEGIN, END = "<!-- providers: written by docs/tables.py -->", "<!-- end of providers -->"


def table() -> str:
    """The bundled entries, a row each."""
    rows = ["| model name | client | needs | further arguments go to |", "| --- | --- | --- | --- |"]
    catalog = load_catalog(user=False, project=False)
    return "\n".join([*rows, *(_row(entry) for entry in catalog.entries())])


def _row(entry: Entry) -> str:
    names = [f"`{entry.id}/...`", *(f"`{alias}/...`" for alias in entry.aliases)]
    status = "" if entry.status == "active" else f" ({entry.status})"
    targets = [_named(names, target) for target, names in _by_target(entry).items()]
    goes = ", ".join([*targets, f"{'others: ' if targets else ''}{entry.default_target}"])
    client = load_adapter(entry.adapter).client_name(False)
    return f"| {', '.join(names)}{status} | `{client}` | {needs(entry, '`')} | {goes} |"


def _by_target(entry: Entry) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for argument in entry.arguments.values():
        found.setdefault(argument.target, []).append(argument.name)
    return found


def _named(names: list[str], target: str) -> str:
    """Some names and where they go; of many, only how many there are."""
    return f"{', '.join(names) if len(names) <= _MOST else f'{len(names)} of its own'}: {target}"


def updated(text: str) -> str:
    """The text with the table between its marks made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    README.write_text(updated(README.read_text("utf-8")), encoding="utf-8")
