"""Which catalog files are read, in which order: bundled, the user's, the project's, those named by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelcatalog.resolver.credentials.environment import home, option
from modelcatalog.resolver.credentials.user_folders import cache_folder, config_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from modelcatalog.catalog.loading.cache import Cache
    from modelcatalog.catalog.model.catalog import Catalog

FILE_NAME = "models.yaml"


def load_catalog(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    *,
    user: bool = True,
    project: bool = True,
    overlay: Mapping[str, Any] | None = None,
) -> Catalog:
    """The catalog of this machine, folder and user: bundled < user < project < named files < `overlay`.

    `files`, a path or several, are added to those that MODELCATALOG_FILES names (separated as in PATH). `overlay` has
    the shape of a catalog file. Raises CatalogError when a file that was named by hand is not found.
    """
    from modelcatalog.catalog.loading.loader import BUNDLED, Source, load

    given = [files] if isinstance(files, str | os.PathLike) else files
    by_option = _named_by_option()
    named = [*by_option, *map(Path, given)]
    _demand(named, by_option)
    sources = [Source("extension", path, show=_shown_within(who)) for who, path in _brought()]
    if user and (path := user_file()) is not None and _is_there(path):
        sources.append(Source("user", path, show=shown_path))
    read = [BUNDLED, *named, *(source.path for source in sources)]
    if project and (path := project_file()) is not None and not _is_among(path, read):
        sources.append(Source("project", path, show=shown_path))
    sources += [Source("named", path, show=shown_path) for path in named]
    if overlay is not None:
        sources.append(Source("python", data=overlay))
    return load(sources, cache=open_cache)


class CatalogFile(NamedTuple):
    """A place of a catalog file. `origin`: bundled, extension, user, project, MODELCATALOG_FILES or --file."""

    origin: str
    path: Path
    exists: bool


def catalog_files(files: Iterable[str | os.PathLike[str]] = ()) -> list[CatalogFile]:
    """The files that `load_catalog` reads, in its order, and those that it would read if they existed."""
    from modelcatalog.catalog.loading.loader import BUNDLED

    found = [("bundled", BUNDLED), *(("extension", path) for _, path in _brought())]
    user, project = user_file(), project_file()
    found += [("user", user)] if user is not None else []
    by_option, by_hand = _named_by_option(), [Path(file) for file in files]
    read = [path for _, path in found] + by_option + by_hand
    if project is None:
        found.append(("project", Path(FILE_NAME)))
    elif not _is_among(project, read):
        found.append(("project", project))
    found += [("MODELCATALOG_FILES", path) for path in by_option] + [("--file", path) for path in by_hand]
    return [
        CatalogFile(origin, path, _is_file(path) and (origin != "project" or project is not None))
        for origin, path in found
    ]


def load_with_project(file: Path) -> Catalog:
    """The catalog of this machine and user with this file as the project's, wherever it is."""
    from modelcatalog.catalog.loading.loader import Source, load

    sources = [Source("extension", path, show=_shown_within(who)) for who, path in _brought()]
    if (path := user_file()) is not None and path.exists():
        sources.append(Source("user", path, show=shown_path))
    return load([*sources, Source("project", file, show=shown_path)], cache=open_cache)


def user_file() -> Path | None:
    """The user's own catalog file, whether it exists or not; None where the user has no home."""
    folder = config_folder()
    return None if folder is None else folder / FILE_NAME


def project_file() -> Path | None:
    """The project's catalog file: `models.yaml` in the current folder or above it, up to the repository's top.

    Other tools use that name too: only a file with the key `catalog` counts.
    """
    # Texts and not Paths: this is asked with each plan.
    try:
        folder = os.getcwd()
    except OSError:
        return None
    user = home()
    top = None if user is None else str(user)
    while True:
        path = os.path.join(folder, FILE_NAME)
        if os.path.isfile(path) and _is_ours(Path(path)):
            return Path(path)
        above = os.path.dirname(folder)
        if folder in (top, above) or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = above


def open_cache() -> Cache | None:
    """The folder for compiled files; None when MODELCATALOG_CACHE is `off` or no folder can be used."""
    from modelcatalog.catalog.loading.cache import Cache

    said = option("CACHE")
    config = config_folder()
    if config is None or (said is not None and said.casefold() == "off"):
        return None
    folder = Path(said) if said is not None else cache_folder()
    return None if folder is None else Cache.open(folder, config / "cache.key")


def _brought() -> list[tuple[str, Path]]:
    """The catalog files of installed extensions. Asking for them costs as much as a start; the cache remembers."""
    from modelcatalog.providers.adapter import entry_points as extensions

    now = extensions.signature()
    if not extensions.is_known(now):
        cache = open_cache()
        name = f"extensions {now}"
        stamp = cache.stamp(name) if cache is not None else None
        if stamp is not None:
            extensions.remember(now, stamp)
        elif cache is not None:
            cache.keep_stamp(name, extensions.stamp(now))
    return [(one.distribution, path) for one, path in extensions.catalog_files(now) if path is not None]


def _named_by_option() -> list[Path]:
    said = option("FILES")
    return [Path(part) for part in said.split(os.pathsep) if part] if said else []


def _demand(named: Sequence[Path], by_option: Sequence[Path]) -> None:
    """Raises CatalogError for files that were named, in MODELCATALOG_FILES or otherwise, and can't be opened."""
    missing = [(path, at < len(by_option)) for at, path in enumerate(named) if not _is_file(path)]
    if missing:
        from modelcatalog.catalog.diagnostics.errors import CatalogError
        from modelcatalog.catalog.diagnostics.problem import Problem

        raise CatalogError(
            [
                Problem(
                    path=str(path),
                    line=0,
                    column=0,
                    message=_absence(path) + (", named by MODELCATALOG_FILES" if is_option else ""),
                    code="no-file",
                    hint=_instead_of(path, is_option=is_option),
                )
                for path, is_option in missing
            ]
        )


def _is_there(path: Path) -> bool:
    """Whether it has to be read, if only to say that it can't be."""
    try:
        return path.exists()
    except OSError:
        return True


def _is_file(path: Path) -> bool:
    """Whether it is a file, for all we may know: not so in a folder that is closed to us."""
    try:
        return path.is_file()
    except OSError:
        return False


def _absence(path: Path) -> str:
    try:
        return "not a file, but a folder" if path.is_dir() else "file not found"
    except OSError as error:
        return f"can't be read: {error.strerror}"


def _instead_of(path: Path, *, is_option: bool) -> str | None:
    """The catalog file that may have been meant: in the folder that was named, or with almost the name."""
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    try:
        folder = path if path.is_dir() else path.parent
        names = sorted(one.name for one in folder.iterdir() if one.suffix in (".yaml", ".yml", ".json"))
    except OSError:
        names, folder = [], path
    near = [FILE_NAME] if folder == path and FILE_NAME in names else nearest(path.name, names)
    if near:
        return f"did you mean {str(folder / near[0])!r}?"
    return "correct it, or run: unset MODELCATALOG_FILES" if is_option else None


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return False
    return any(line.startswith((b"catalog:", b"\xef\xbb\xbfcatalog:")) for line in head.splitlines())


def _is_among(path: Path, others: Iterable[Path | None]) -> bool:
    return any(other is not None and _is_file(other) and path.samefile(other) for other in others)


def _shown_within(package: str) -> Callable[[Path], str]:
    return lambda path: f"{package}/{path.name}"


def shown_path(path: Path) -> str:
    """The path as a person would type it here: relative below the current folder, `~` below home."""
    try:
        here = Path.cwd()
    except OSError:  # a folder that was deleted
        return str(path)
    full = path.absolute()
    for base, prefix in ((here, ""), (home(), "~/")):
        if base is not None and full.is_relative_to(base):
            return prefix + full.relative_to(base).as_posix()
    return str(full)
