"""The environment: the one place that reads variables, a `.env` file and a folder of secrets.

No value of a variable is remembered between calls, so one that changes is seen by the next one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn

from modelcatalog.catalog.redaction.secret import Secret, reveal

if TYPE_CHECKING:
    from modelcatalog.resolver.credentials.dotenv_file import Dotenv, FileMark

Origin = Literal["environment", ".env", "secrets", "keyring"]
_LEAST = 12


class Found(NamedTuple):
    """A variable that has a value, even an empty one. `where` is shown to people: `environment`, `.env:4`.

    The value is a Secret from here on where that was asked for: its text is in no variable of who gets it.
    """

    variable: str
    value: str | Secret
    origin: Origin
    where: str
    mark: FileMark | None = None

    def __repr__(self) -> str:
        return f"Found({self.variable!r}, {self.where!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a value of the environment is not pickled: it may be a secret")

    @property
    def is_blank(self) -> bool:
        """Whether it counts as unset."""
        return not reveal(self.value).strip()

    def differs_from(self, other: Found) -> bool:
        """Whether it holds something else, white space around it aside."""
        return bool(reveal(self.value).strip() != reveal(other.value).strip())


class Environment(NamedTuple):
    """Where values are looked for: the process's variables (or the mapping given), then `.env`, then a folder with a
    file for each secret; and, with `keyring`, what `catalog keys set` put into the keyring of the system.
    """

    variables: Mapping[str, str] | None = None
    dotenv: Path | None = None
    secrets: Path | None = None
    keyring: bool = False

    def __repr__(self) -> str:
        given = "process" if self.variables is None else f"{len(self.variables)} given"
        return f"Environment({given}, dotenv={str(self.dotenv)!r}, secrets={str(self.secrets)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an environment is not pickled: it may hold secrets")

    @classmethod
    def current(cls) -> Environment:
        """The process's own: its variables, `.env` in the current folder, and what these options say otherwise.

        MODELCATALOG_ENV_FILE names another file (empty: none), MODELCATALOG_SECRETS_DIR a folder of secrets.
        """
        named = os.environ.get("MODELCATALOG_ENV_FILE")
        dotenv = Path(".env") if named is None else Path(named) if named.strip() else None
        secrets = os.environ.get("MODELCATALOG_SECRETS_DIR", "").strip()
        return cls(None, dotenv, Path(secrets) if secrets else None, keyring=True)

    def look(self, names: Sequence[str], secret: Collection[str] = ()) -> list[Found]:
        """Every value of these variables: in the order of the names, and for each name in the order of the sources.

        The values of those that are `secret` become Secrets.
        """
        if not names:
            return []
        found: dict[str, list[Found]] = {name: [] for name in names}
        for origin, values, locate in self._sources(names):
            for name, hits in found.items():
                value = values.get(name)
                if value is not None:
                    kept = Secret(str(value)) if name in secret else str(value)
                    hits.append(Found(name, kept, origin, *locate(name)))
        return [hit for name in names for hit in found[name]]

    def names(self) -> dict[str, str]:
        """The variables that have a value, in the process and in the `.env` that is read, and where each is set."""
        dotenv = self.read_dotenv()
        values = {} if dotenv is None else dotenv.values
        written = {
            name: dotenv.locate(name)[0]
            for name, value in values.items()
            if dotenv is not None and (value or "").strip()
        }
        ours = os.environ if self.variables is None else self.variables
        return {**written, **{name: "environment" for name, value in ours.items() if value.strip()}}

    def has(self, name: str) -> bool:
        """Whether the process itself has this variable, where an SDK would see it."""
        return name in os.environ

    def raw(self, name: str) -> str | None:
        """What the process itself has for this variable, where an SDK would see it."""
        return os.environ.get(name)

    def read_dotenv(self) -> Dotenv | None:
        """What `.env` holds; None where there is none that can be read."""
        if self.dotenv is None or not os.path.isfile(self.dotenv):
            return None
        from modelcatalog.resolver.credentials.dotenv_file import Dotenv

        return Dotenv.read(self.dotenv)

    def _sources(self, names: Sequence[str]) -> Iterator[tuple[Origin, Mapping[str, Any], _Locate]]:
        ours = os.environ if self.variables is None else self.variables
        yield "environment", ours, lambda _: ("environment", None)
        written = self.read_dotenv()
        if written is not None and written.values:
            yield ".env", written.values, written.locate
        if self.secrets is not None and self.secrets.is_dir():
            folder = self.secrets
            from modelcatalog.resolver.credentials.dotenv_file import FileMark
            from modelcatalog.resolver.credentials.secret_files import secret_files

            mark = FileMark(folder, "", is_near=not folder.is_absolute())
            yield "secrets", secret_files(folder, names), lambda _: (str(folder), mark)


_Locate = Callable[[str], "tuple[str, FileMark | None]"]


def secret_values() -> tuple[str, ...]:
    """The values of all variables of the process whose names say that they hold a secret; none that is a path, an
    address or too short to be one. And the user and password in any address. For redaction: whatever of them turns up
    in a text doesn't belong there.
    """
    from modelcatalog.catalog.redaction.secret_names import is_secret_name, users_in

    named = [
        value
        for name, value in os.environ.items()
        if is_secret_name(name)
        and not name.startswith("MODELCATALOG_")
        and not value.startswith(("/", "~", "./", "http://", "https://"))
        and len(value.strip()) >= _LEAST
    ]
    return (*named, *(user for value in os.environ.values() if "@" in value for user in users_in(value)))


def option(name: str) -> str | None:
    """One of our own options, MODELCATALOG_*; None when it is unset or blank."""
    value = os.environ.get(f"MODELCATALOG_{name}", "").strip()
    return value or None


def usual_folder(variable: str, below_home: str) -> str | None:
    """The folder that the variable names, or the one below the user's home, where that is the platform's habit (XDG)
    and the paths are absolute; None elsewhere.
    """
    if sys.platform != "linux" or "ANDROID_DATA" in os.environ:
        return None
    named, own = os.environ.get(variable, ""), os.environ.get("HOME", "")
    if named.startswith("/"):
        return named
    return f"{own.rstrip('/')}/{below_home}" if own.startswith("/") else None


def whereabouts() -> tuple[str | None, ...]:
    """The variables that decide where the user's folders are."""
    return tuple(map(os.environ.get, ("HOME", "XDG_CONFIG_HOME", "APPDATA")))


def home() -> Path | None:
    """The user's home folder, None where there isn't one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def wants_color() -> bool:
    """Whether a terminal should be coloured, by the habits of NO_COLOR, FORCE_COLOR and TERM."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or os.environ.get("TERM") != "dumb"


def child_environment(without: tuple[str, ...], extra: Mapping[str, str]) -> dict[str, str]:
    """The process's variables for a child, without those that begin so, and with others on top."""
    return {name: value for name, value in os.environ.items() if not name.startswith(without)} | dict(extra)
