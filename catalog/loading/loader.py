"""Loading: catalog files become layers, layers a Catalog.

Every file is parsed and validated once and then kept compiled (see `cache`); what a run reads is only what it needs.
A file with problems doesn't stop the others: its problems are kept in its layer, and concern only the
providers that they belong to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.loading.cache import Cache, StoredRecords, digest
from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.catalog.model.layers import Layer, MemoryRecords, Record, Records, compile_records

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import LayerKind

BUNDLED = Path(__file__).parent.parent.parent / "models.yaml"
SCHEMA = Path(__file__).parent.parent.parent / "schema" / "models.schema.json"

_COMPILER = "1"
"""Part of the name of each compiled file: raise it when the same text compiles to other records."""

_SETTLED = 2.0
"""Seconds after its last change from which a file's time stamp shows that it is unchanged (coarse clocks exist)."""

_LARGE = 1 << 20
"""Bytes from which a file is known by its time stamp rather than by reading all of it in each run."""

_Signature = tuple[int, int, int, int, int]
# Files that were read before, by path and signature: reading them again is most of what a call costs.
_layers: dict[tuple[LayerKind, str], tuple[_Signature, Layer]] = {}
# The catalog that these very layers made last, so that its entries are merged once.
_last: list[Catalog] = []


class Source(NamedTuple):
    """A layer's origin: a file (`path`, which `show` writes for people) or, in Python, the data itself."""

    kind: LayerKind
    path: Path | None = None
    data: Mapping[str, Any] | None = None
    show: Callable[[Path], str] = str


def load(
    sources: Sequence[Source] = (), *, bundled: bool = True, cache: Callable[[], Cache | None] | None = None
) -> Catalog:
    """The catalog of these sources, each laid over the ones before it.

    Reads no environment variable and looks for no file by itself; `cache` is called only if a file has to be read.
    Never raises for a file's content: the problems are in `Catalog.problems`, and are raised when a provider is
    asked for that they concern.
    """
    own = [Source("bundled", BUNDLED, show=lambda _: "modelcatalog/models.yaml")] if bundled else []
    every = [*own, *sources]
    layers = tuple(_layer(source, cache) for source in every)
    for known in _last:
        if len(known.layers) == len(layers) and all(map(is_, known.layers, layers)):
            return known
    _last[:] = [Catalog(layers)]
    return _last[0]


def forget() -> None:
    """Drop what this process remembers of files that it has read."""
    _layers.clear()
    _last.clear()


def _layer(source: Source, cache: Callable[[], Cache | None] | None) -> Layer:
    if source.path is None:
        return _python_layer(source)
    try:
        status = source.path.stat()
    except OSError as error:
        return _unreadable(source.kind, source.show(source.path), error)
    signature = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)
    memo = (source.kind, str(source.path))
    known = _layers.get(memo)
    if known is not None and known[0] == signature:
        return known[1]
    layer = _read(
        source.kind, source.path, source.show(source.path), signature, cache() if cache is not None else None
    )
    if _is_settled(signature):
        _layers[memo] = (signature, layer)
    return layer


def _read(kind: LayerKind, path: Path, shown: str, signature: _Signature, cache: Cache | None) -> Layer:
    text: bytes | None = None
    try:
        content = _stamped(path, signature, cache) if kind != "project" else None
        if content is None:
            # Read once: what is hashed, trusted, compiled and kept is the same text, whatever becomes of the file.
            text = path.read_bytes()
            content = digest(text).hex()
            _stamp(path, signature, cache, content)
        name = _name(content)
        stored = cache.read(name) if cache is not None else None
        if stored is not None:
            return Layer(
                kind, shown, _HealingRecords(stored, path, shown, content), file=path, digest=content
            )
        layer = compile_text(text if text is not None else path.read_bytes(), kind=kind, shown=shown)
        layer = layer._replace(file=path, digest=content)
    except OSError as error:
        return _unreadable(kind, shown, error)
    if cache is not None and not layer.problems and isinstance(layer.records, MemoryRecords):
        cache.write(name, layer.records.items())
    return layer


def compile_file(path: Path, *, kind: LayerKind, shown: str | None = None) -> Layer:
    """Parse and validate a file, whatever the cache holds. Raises OSError when it can't be read."""
    with path.open("rb") as file:
        return compile_text(file.read(), kind=kind, shown=shown or str(path))


def compile_text(text: str | bytes, *, kind: LayerKind, shown: str) -> Layer:
    """Parse and validate the text of a catalog file."""
    from modelcatalog.catalog.parsing.document import DocumentError, parse_document
    from modelcatalog.catalog.validation.schema import check_schema

    try:
        document = parse_document(text, shown)
    except DocumentError as error:
        plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
        return Layer(kind, shown, MemoryRecords({}), error.problems, unreadable=plain)
    problems = tuple(check_schema(document))
    if not isinstance(document.data, dict):
        return Layer(kind, shown, MemoryRecords({}), problems)
    beyond = any(len(problem.pointer) < 2 for problem in problems)
    providers = document.data.get("providers")
    wrong = {
        str(problem.pointer[1])
        for problem in problems
        if problem.pointer[:1] == ("providers",) and len(problem.pointer) > 1
    }
    skip = frozenset(providers) if beyond and isinstance(providers, dict) else frozenset(wrong)
    aliases = all(problem.pointer[:1] == ("providers",) for problem in problems)
    return Layer(kind, shown, MemoryRecords(compile_records(document, skip, aliases=aliases)), problems)


def _python_layer(source: Source) -> Layer:
    import json
    from dataclasses import replace

    data = {"catalog": 1, **(source.data or {})}
    layer = compile_text(json.dumps(data, indent=1), kind=source.kind, shown="overlay")
    # Nobody wrote those lines: the keys say where it is.
    problems = [
        replace(
            problem, path=f"overlay {'.'.join(map(str, problem.pointer))}", line=0, column=0, excerpt=None
        )
        if problem.pointer
        else problem
        for problem in layer.problems
    ]
    return layer._replace(problems=tuple(problems))


def _unreadable(kind: LayerKind, shown: str, error: OSError) -> Layer:
    from modelcatalog.catalog.diagnostics.problem import Problem

    reason = error.strerror or type(error).__name__
    problem = Problem(path=shown, line=0, column=0, message=f"can't be read: {reason}", code="unreadable")
    return Layer(kind, shown, MemoryRecords({}), (problem,), unreadable="")


def _is_settled(signature: _Signature) -> bool:
    return time.time() - max(signature[0], signature[1]) / 1e9 > _SETTLED


def _stamped(path: Path, signature: _Signature, cache: Cache | None) -> str | None:
    """The digest of a large file that is unchanged since it was last read."""
    if cache is None or signature[2] < _LARGE or not _is_settled(signature):
        return None
    return cache.stamp(f"{path}\0{signature}")


def _stamp(path: Path, signature: _Signature, cache: Cache | None, content: str) -> None:
    if cache is not None and signature[2] >= _LARGE and _is_settled(signature):
        cache.keep_stamp(f"{path}\0{signature}", content)


def _name(content: str) -> str:
    """The name of what a text with this digest compiles to."""
    schema = SCHEMA.stat()
    return digest(f"{content} {_COMPILER} {schema.st_mtime_ns} {schema.st_size}".encode(), size=20).hex()


class _HealingRecords:
    """Records from the cache that are made anew from the file as soon as one of them proves to be damaged."""

    def __init__(self, stored: StoredRecords, path: Path, shown: str, content: str) -> None:
        self._records: Records = stored
        self._path = path
        self._shown = shown
        self._content = content

    def get(self, key: str, /) -> Record | None:
        try:
            return self._records.get(key)
        except Exception:  # noqa: BLE001  whatever the damage is, the hint is the same
            return self._heal().get(key)

    def keys(self, prefix: str = "", /) -> Iterable[str]:
        try:
            return list(self._records.keys(prefix))
        except Exception:  # noqa: BLE001  as above
            return self._heal().keys(prefix)

    def _heal(self) -> Records:
        if isinstance(self._records, StoredRecords):
            text = self._path.read_bytes()
            is_same = digest(text).hex() == self._content
            layer = compile_text(text, kind="named", shown=self._shown) if is_same else None
            self._records = layer.records if layer is not None else MemoryRecords({})
        return self._records
