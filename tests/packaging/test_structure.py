"""Sizes of files and folders, and what a module keeps between calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("catalog", "providers", "resolver")
MOST_LINES = 300
MOST_MODULES = 14

# What makes an object that a module can change later.
CONTAINERS = {"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict"}
CONTAINERS |= {"WeakSet", "WeakKeyDictionary", "WeakValueDictionary"}
STATEFUL = {"ContextVar", "Lock", "RLock", "count", "local"}
CHANGES = {
    "append",
    "add",
    "update",
    "setdefault",
    "pop",
    "clear",
    "extend",
    "insert",
    "remove",
    "discard",
    "popitem",
}


def modules() -> dict[str, str]:
    files = sorted(file for floor in FLOORS for file in (ROOT / floor).rglob("*.py"))
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def called(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return called(value)
        case ast.Call(func=function):
            return called(function)
    return ""


def kept(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of everything in a module that holds something from one call to the next."""
    changed = set(changed_names(tree))
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                empty = isinstance(value, ast.Dict | ast.List | ast.Set) and not ast.unparse(value).strip(
                    "{}[]"
                )
                made = isinstance(value, ast.Call) and (
                    called(value) in STATEFUL or (called(value) in CONTAINERS and not value.args)
                )
                if empty or made or name in changed:
                    yield node.lineno, name
            case ast.FunctionDef(name=name, decorator_list=decorators):
                if any(called(one) in {"cache", "lru_cache"} for one in decorators):
                    yield min(one.lineno for one in decorators), name


def changed_names(tree: ast.Module) -> Iterator[str]:
    """Names of which an item is set or removed, or that a method changes, anywhere in the module."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in CHANGES:
                yield name
            case ast.Global(names=names):
                yield from names


def has_reason(lines: list[str], line: int) -> bool:
    """Whether a comment stands on the line or directly above it."""
    return "#" in re.sub(r"\"[^\"]*\"", "", lines[line - 1]) or lines[line - 2].lstrip().startswith("#")


def unexplained(path: str, text: str) -> list[str]:
    lines = text.splitlines()
    return [f"{path}:{line} {name}" for line, name in kept(ast.parse(text)) if not has_reason(lines, line)]


def test_no_file_is_longer_than_a_reader_can_keep_in_mind() -> None:
    long = {path: len(text.splitlines()) for path, text in modules().items()}
    assert not {path: lines for path, lines in long.items() if lines > MOST_LINES}


def test_no_folder_has_more_modules_than_a_reader_can_look_over() -> None:
    counts: dict[str, int] = {}
    for path in modules():
        folder, _, name = path.rpartition("/")
        counts[folder] = counts.get(folder, 0) + (name != "__init__.py")
    assert not {folder: count for folder, count in counts.items() if count > MOST_MODULES}


def test_every_folder_says_in_a_sentence_what_it_holds() -> None:
    silent = [
        path
        for path, text in modules().items()
        if path.endswith("/__init__.py")
        and not (ast.get_docstring(ast.parse(text)) or "").strip().endswith((".", "`."))
    ]
    assert not silent


def test_no_module_bears_the_name_of_a_lazily_loaded_one() -> None:
    """`from package import name` would give the module once something had imported it."""
    for path, text in modules().items():
        if path.endswith("/__init__.py") and "__getattr__" in text:
            exported = ast.literal_eval(
                text[text.index("__all__ = ") + 10 : text.index("]", text.index("__all__ = ")) + 1]
            )
            folder = (ROOT / path).parent
            beside = {file.stem for file in folder.glob("*.py")} | {
                one.name for one in folder.iterdir() if one.is_dir()
            }
            assert not beside & set(exported), path


def test_what_a_module_keeps_between_calls_has_a_reason_beside_it() -> None:
    assert not [one for path, text in modules().items() for one in unexplained(path, text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("_seen: dict[str, int] = {}\n", True),
        ("# Asking again costs a start.\n_seen: dict[str, int] = {}\n", False),
        ("_seen = {}  # for one process\n", False),
        ("_lock = Lock()\n", True),
        ("_WORDS = {'a': 1}\n", False),
        ("_WORDS = {'a': 1}\ndef learn(): _WORDS['b'] = 2\n", True),
        ("_WORDS = ['a']\ndef learn(): _WORDS.append('b')\n", True),
        ("@cache\ndef slow(): pass\n", True),
        ("# It never changes.\n@cache\ndef slow(): pass\n", False),
    ],
)
def test_the_test_of_kept_objects_finds_them(text: str, found: bool) -> None:
    assert bool(unexplained("m.py", "\n" + text)) is found
