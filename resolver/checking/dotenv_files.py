"""`.env` files that aren't read, and files of values that should be read and can't be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.resolver.credentials.dotenv_file import Dotenv
from modelcatalog.resolver.credentials.environment import home, option

if TYPE_CHECKING:
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.planning.plan import Plan

_NAMES = (
    ".env",
    ".env.local",
    ".env.development",
    ".env.dev",
    ".env.production",
    ".env.secrets",
    ".envrc",
    "env",
)
_MOST_BYTES = 1 << 20
_MOST_FOLDERS = 12


class StrayFile(NamedTuple):
    """A file of variables that isn't read: as one would name it, and the variables in it that have a value."""

    shown: str
    variables: Mapping[str, int]


def stray_files(environment: Environment) -> list[StrayFile]:
    """The files like `.env` here and in the folders above, up to the repository's top, but the one that is read."""
    if environment.variables is not None:
        return []
    found = []
    for path, shown in _candidates():
        if (
            environment.dotenv is not None
            and environment.dotenv.exists()
            and path.samefile(environment.dotenv)
        ):
            continue
        variables = _variables(path)
        if variables:
            found.append(StrayFile(shown, variables))
    return found


def unloaded(plan: Plan, files: list[StrayFile]) -> list[Finding]:
    """A finding for each setting that is missing here, and has a value in a file that isn't read."""
    findings = []
    for value in plan.settings.values():
        needed = value.required or plan.auth in plan.entry.settings[value.name].required_for
        if value.is_set or not needed:
            continue
        for looked in value.looked:
            file = next((one for one in files if looked.variable in one.variables), None)
            if file is not None:
                findings.append(_unloaded(looked.variable, file, value.name))
                break
    return findings


def _unloaded(variable: str, file: StrayFile, setting: str) -> Finding:
    import shlex

    line = file.variables[variable]
    message = f"{variable} is in {file.shown}{f':{line}' if line else ''}, which isn't read."
    hint = f"export MODELCATALOG_ENV_FILE={shlex.quote(file.shown)}"
    return Finding("unloaded-variable", "warning", message, hint, setting)


def unreadable(environment: Environment) -> list[Finding]:
    """What is named as a source of values, or is where one is looked for, and can't be read."""
    found = []
    if environment.dotenv is not None:
        named = option("ENV_FILE") is not None
        problem = _problem(environment.dotenv, missing=named)
        if problem is not None:
            hint = "Correct MODELCATALOG_ENV_FILE, or: unset MODELCATALOG_ENV_FILE" if named else None
            found.append(
                Finding(
                    "unread-file", "warning", f"{environment.dotenv} {problem}: nothing of it is used.", hint
                )
            )
    if environment.secrets is not None and not environment.secrets.is_dir():
        message = f"{environment.secrets}, named by MODELCATALOG_SECRETS_DIR, is not a folder: it isn't read."
        hint = "Correct MODELCATALOG_SECRETS_DIR, or: unset MODELCATALOG_SECRETS_DIR"
        found.append(Finding("unread-file", "warning", message, hint))
    return found


def _problem(path: Path, *, missing: bool) -> str | None:
    try:
        if not path.exists():
            return "is not found" if missing else None
        if not path.is_file():
            return "is not a file"
        if path.stat().st_size > _MOST_BYTES:
            return "is larger than 1 MB"
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return "isn't UTF-8"
    except OSError as error:
        return f"can't be read ({error.strerror})"
    return None


def _candidates() -> Iterator[tuple[Path, str]]:
    try:
        folder = Path.cwd()
    except OSError:
        return
    top, up = home(), ""
    for place in (folder, *folder.parents)[:_MOST_FOLDERS]:
        for name in _NAMES:
            path = place / name
            if path.is_file():
                yield path, f"{up}{name}"
        if place == top or (place / ".git").exists():
            return
        up += "../"


def _variables(path: Path) -> dict[str, int]:
    """The variables that have a value, and the line of each."""
    dotenv = Dotenv.read(path)
    if dotenv is None:
        return {}
    return {
        name: dotenv.lines.get(name, 0) for name, value in dotenv.values.items() if value and value.strip()
    }
