"""Write what README.md and docs/providers.md say of the providers anew from models.yaml: `python docs/tables.py`.

In README: the table between its marks, and how many providers were read. In docs/providers.md: a section for each
entry, in the order of models.yaml. What is between its marks is made here; what is below them is written by hand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.cli.commands.list_providers import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcatalog.catalog.model.entries import Entry, Setting

README = Path(__file__).parent.parent / "README.md"
PROVIDERS = Path(__file__).parent / "providers.md"
BEGIN, END = "<!-- providers: written by docs/tables.py -->", "<!-- end of providers -->"
_MOST = 3
_SIGN_IN = {"google": "gcloud auth application-default login"}
_CREDENTIALS = {"aws": "AWS credentials", "google": "Google credentials", "entra": "Entra ID credentials"}


def table() -> str:
    """The bundled entries, a row each."""
    rows = ["| model name | client | needs | further arguments go to |", "| --- | --- | --- | --- |"]
    return "\n".join([*rows, *(_row(entry) for entry in load_catalog(user=False, project=False).entries())])


def _row(entry: Entry) -> str:
    names = [f"`{entry.id}/...`", *(f"`{alias}/...`" for alias in entry.aliases)]
    status = "" if entry.status == "active" else f" ({entry.status})"
    targets = [_named(names, target) for target, names in _by_target(entry).items()]
    goes = ", ".join([*targets, f"{'others: ' if targets else ''}{entry.default_target}"])
    return f"| {', '.join(names)}{status} | `{_client(entry)}` | {needs(entry, '`')} | {goes} |"


def _client(entry: Entry) -> str:
    return load_adapter(entry.adapter).client_name(False)


def _by_target(entry: Entry) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for argument in entry.arguments.values():
        found.setdefault(argument.target, []).append(argument.name)
    return found


def _named(names: list[str], target: str) -> str:
    """Some names and where they go; of many, only how many there are."""
    return f"{', '.join(names) if len(names) <= _MOST else f'{len(names)} of its own'}: {target}"


def updated(text: str) -> str:
    """The README with its table and its numbers made anew. The walk in it adds one provider to the bundled ones."""
    before, _, rest = text.partition(BEGIN)
    count = len(load_catalog(user=False, project=False).providers) + 1
    text = f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"
    return re.sub(r"\b\d+ providers read\b", f"{count} providers read", text)


def updated_sections(text: str) -> str:
    """docs/providers.md with the part of each section that is between its marks made anew."""
    head, *sections = re.split(r"^## (?=\S+$)", text, flags=re.MULTILINE)
    by_hand = {section.partition("\n")[0]: _by_hand(section) for section in sections}
    pieces = [head]
    for entry in load_catalog(user=False, project=False).entries():
        kept = by_hand.get(entry.id, "")
        begin, end = f"<!-- {entry.id}: written by docs/tables.py -->", f"<!-- end of {entry.id} -->"
        made = "\n\n".join(_section(entry, has_example="resolve(" in kept))
        pieces.append(f"## {entry.id}\n\n{begin}\n{made}\n{end}\n\n" + (f"{kept}\n\n" if kept else ""))
    return "".join(pieces).rstrip("\n") + "\n"


def _by_hand(section: str) -> str:
    """What stands below the marks of a section; all that stands below its title where there are none."""
    name, _, rest = section.partition("\n")
    _, mark, below = rest.partition(f"<!-- end of {name} -->\n")
    return (below if mark else rest).strip("\n")


def _section(entry: Entry, *, has_example: bool) -> Iterator[str]:
    """The paragraphs that models.yaml gives."""
    links = {"documentation": entry.docs, "API keys": entry.keys}
    linked = ",\n".join(f"[{name}]({link})" for name, link in links.items() if link)
    if linked or entry.name != entry.id:
        yield f"{entry.name}:\n{linked}." if linked else f"{entry.name}."
    if entry.description:
        yield entry.description
    if entry.status != "active":
        since = f" since {entry.since}" if entry.since else ""
        instead = f" Instead: `{entry.replacement}`." if entry.replacement else ""
        note = f" {entry.note.rstrip('.')}." if entry.note else ""
        yield f"{entry.status.capitalize()}{since}.{note}{instead}"
    yield "\n".join(f"    {line}" for line in _commands(entry))
    if entry.settings:
        yield "\n".join(
            ["| setting | variables, in order | default | |", "| --- | --- | --- | --- |", *_settings(entry)]
        )
    if entry.arguments:
        rows = [
            f"| `{one.name}` | {one.target} | {one.description or ''} |" for one in entry.arguments.values()
        ]
        yield "\n".join(["| argument | goes to | |", "| --- | --- | --- |", *map(_tidy, rows)])
    names = (
        f" Other names of it: {', '.join(f'`{alias}`' for alias in entry.aliases)}." if entry.aliases else ""
    )
    goes = "the client" if entry.default_target == "client" else f"the target `{entry.default_target}`"
    yield f"The client is `{_client(entry)}`. Further arguments go to {goes}.{names}"
    if not has_example:
        yield f'    async with resolve("{entry.id}/MODEL") as model:\n        reply = await model.chat("Hello")'


def _commands(entry: Entry) -> Iterator[str]:
    """What to install, and what to set at least."""
    yield f"pip install 'modelcatalog[{load_adapter(entry.adapter).PACKAGE.extra}]'"
    key = entry.settings.get("api_key")
    yield from (_SIGN_IN[scheme] for scheme in entry.auth if scheme in _SIGN_IN)
    for setting in entry.settings.values():
        wanted = (
            setting.required or setting.required_for or (setting is key and len(entry.auth) > 1 and key.env)
        )
        if wanted and setting.default is None and setting.variables:
            yield f"export {setting.variables[0]}=..."


def _settings(entry: Entry) -> Iterator[str]:
    for setting in entry.settings.values():
        variables = ", ".join(f"`{name}`" for name in setting.variables)
        about = setting.description or ""
        yield _tidy(f"| `{setting.name}` | {variables} | {_default(entry, setting)} | {about} |")


def _default(entry: Entry, setting: Setting) -> str:
    ways = [_CREDENTIALS[scheme] for scheme in entry.auth if scheme in _CREDENTIALS]
    if setting.default is not None:
        return f"`{setting.default}`"
    if setting.name == "api_key" and ways:
        return " or ".join(ways)
    if setting.required:
        return "required"
    return " ".join(["required with", *ways]) if setting.required_for else ""


def _tidy(row: str) -> str:
    return re.sub(r"\|\s+(?=\|)", "| ", row)


if __name__ == "__main__":
    README.write_text(updated(README.read_text("utf-8")), encoding="utf-8")
    PROVIDERS.write_text(updated_sections(PROVIDERS.read_text("utf-8")), encoding="utf-8")
