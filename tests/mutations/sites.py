"""Where a source file can be changed so that a good test notices: small mistakes, one at a time.

Left out: docstrings, messages (texts with spaces, and all that a `raise`, a finding or a log call says), `__repr__`,
annotations and what is imported for types only, caches, and the first assignment of a name, which any test that runs
the line would notice.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Site(NamedTuple):
    """A stretch of a source file, in bytes, and what stands there instead."""

    kind: str
    start: int
    end: int
    text: str


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_WRITTEN: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_METHODS = {"startswith": "endswith", "endswith": "startswith", "partition": "rpartition", "find": "rfind"}
_CLEANING = frozenset(("strip", "lstrip", "rstrip", "lower", "upper", "casefold"))
_SAYING = (
    "Error",
    "Finding",
    "Cause",
    "Ambient",
    "warn",
    "debug",
    "info",
    "warning",
    "print",
    "add_argument",
)
_KEPT_DECORATORS = frozenset(("overload", "cache", "lru_cache", "property", "dataclass", "staticmethod"))


def sites(source: str) -> list[Site]:
    """All of a file, in its order."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


class _Finder(ast.NodeVisitor):
    def __init__(self, source: str) -> None:
        self.found: list[Site] = []
        lines = source.encode().splitlines(keepends=True)
        self._source = source.encode()
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))
        self._names: set[str] = set()
        self._is_question = False

    # What is not looked into

    def visit_Import(self, node: ast.Import) -> None:
        """Nothing."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Nothing."""

    def visit_Raise(self, node: ast.Raise) -> None:
        self._replace(node, "raise", "pass")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if not any(_name(base) in ("Protocol", "TypedDict") for base in node.bases):
            for part in _without_docstring(node.body):
                self.visit(part)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.name in ("__repr__", "__str__") and "Secret" not in ast.unparse(node):
            return
        outer = self._names, self._is_question
        self._names = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        self._is_question = node.returns is not None and ast.unparse(node.returns) == "bool"
        for decorator in node.decorator_list:
            if _name(decorator).rpartition(".")[2] not in _KEPT_DECORATORS:
                self._cut(
                    "decorator", self._at(decorator.lineno, decorator.col_offset) - 1, self._end(decorator)
                )
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        for part in _without_docstring(node.body):
            self.visit(part)
        self._names, self._is_question = outer

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  as ast.NodeVisitor looks for it

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and _name(node.annotation) != "TypeAlias":
            self._names.add(ast.unparse(node.target))
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Name) and (target.id == "__all__" or _is_alias(node.value)):
            return
        written = {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
        if isinstance(target, ast.Subscript | ast.Attribute) or written <= self._names:
            self._replace(node, "statement", "pass")
        self._names |= written
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._replace(node, "statement", "pass")
        self.visit(node.value)

    # Statements

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if not isinstance(node.value, ast.Yield | ast.YieldFrom):
            self._replace(node, "statement", "pass")
        self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        if not isinstance(node.value, ast.Constant):
            self._replace(
                node.value, "return", f"not ({ast.unparse(node.value)})" if self._is_question else "None"
            )
        self.visit(node.value)

    def visit_Break(self, node: ast.Break) -> None:
        self._replace(node, "statement", "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, "statement", "pass")

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
            return
        self._condition(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._replace(node.test, "condition", "False")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._replace(test, "condition", "True")
        self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> None:
        """Of a pattern only the guard."""
        if node.guard is not None:
            self._condition(node.guard)
            self.visit(node.guard)
        for part in node.body:
            self.visit(part)

    def _condition(self, test: ast.expr) -> None:
        self._replace(test, "condition", "True")
        self._replace(test, "condition", "False")

    # Expressions

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            kind = type(operator)
            gap = self._source[self._end(left) : self._start(right)]
            at = gap.find(_WRITTEN[kind].encode())
            if at >= 0:
                start = self._end(left) + at
                self.found.append(Site("comparison", start, start + len(_WRITTEN[kind]), _COMPARISONS[kind]))
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._replace(node, "boolean", ast.unparse(ast.BoolOp(other, node.values)))
        for at in range(len(node.values)):
            kept = [value for number, value in enumerate(node.values) if number != at]
            whole = kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
            self._replace(node, "boolean", ast.unparse(whole))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._replace(node, "not", ast.unparse(node.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        numbers = any(
            isinstance(one, ast.Constant) and type(one.value) is int for one in (node.left, node.right)
        )
        if numbers and isinstance(node.op, ast.Add | ast.Sub):
            other: ast.operator = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            self._replace(node, "arithmetic", ast.unparse(ast.BinOp(node.left, other, node.right)))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func).rpartition(".")[2]
        if name in ("cast", "TypeVar", "NamedTuple"):
            return
        if isinstance(node.func, ast.Name) and name in _CALLS:
            self._replace(node.func, "call", _CALLS[name])
        if isinstance(node.func, ast.Attribute):
            self._method(node, node.func)
        if name == "suppress":
            self._replace(node, "call", ast.unparse(ast.Call(node.func, [], [])))
        if name.endswith(_SAYING):
            for part in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if not isinstance(part, ast.Constant | ast.JoinedStr):
                    self.visit(part)
            return
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg != "strict":
            self.generic_visit(node)

    def _method(self, node: ast.Call, function: ast.Attribute) -> None:
        if function.attr in _CLEANING:
            self._replace(node, "call", ast.unparse(function.value))
        elif function.attr in _METHODS:
            start = self._end(function) - len(function.attr)
            self.found.append(Site("call", start, self._end(function), _METHODS[function.attr]))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """As a whole: its parts have no places of their own before Python 3.12."""
        texts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
        if not any(" " in text for text in texts):
            self._replace(node, "constant", "''")

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        match value:
            case bool():
                self._replace(node, "constant", str(not value))
            case int() | float():
                self._replace(node, "constant", repr(value + 1))
            case "":
                self._replace(node, "constant", "'x'")
            case b"":
                self._replace(node, "constant", "b'x'")
            case str() if " " not in value.strip():
                self._replace(node, "constant", "''")
            case bytes():
                self._replace(node, "constant", "b''")

    # Places

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._at(node.lineno, node.col_offset)

    def _end(self, node: ast.expr | ast.stmt) -> int:
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _replace(self, node: ast.expr | ast.stmt, kind: str, text: str) -> None:
        start, end = self._start(node), self._end(node)
        written = text
        if isinstance(node, ast.expr) and not isinstance(node, ast.Constant) and text not in _PLAIN:
            written = f"({text})"
        self.found.append(Site(kind, start, end, written))

    def _cut(self, kind: str, start: int, end: int) -> None:
        self.found.append(Site(kind, start, end, ""))


_PLAIN = frozenset(("None", "True", "False", "''"))


def _name(node: ast.expr) -> str:
    """The dotted name that is called or named; empty for anything else."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{_name(node.value)}.{node.attr}"
        case ast.Call():
            return _name(node.func)
        case ast.Subscript():
            return _name(node.value)
    return ""


def _is_alias(value: ast.expr) -> bool:
    """Whether the value is a type: `Literal[...]`, `tuple[str, ...]`, `int | None`."""
    return isinstance(value, ast.Subscript) and _name(value).rpartition(".")[2] in (
        "Literal",
        "Callable",
        "tuple",
        "dict",
        "list",
        "Mapping",
    )


def _without_docstring(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for part in body:
        if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
            yield part
