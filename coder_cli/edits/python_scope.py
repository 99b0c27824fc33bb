"""What a Python module binds and uses, by Python's own parser."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

# Every module and class has these; some are of tools that look at a program while it is written.
_GIVEN = frozenset(dir(builtins)) | {
    *("__file__", "__path__", "__cached__", "__annotations__", "__class__", "__module__", "__qualname__"),
    *("__builtins__", "WindowsError", "reveal_type", "reveal_locals"),
}
# With these a module may have names that no statement binds.
_MAKE_NAMES = frozenset({"globals", "exec", "locals", "vars"})


@dataclass(frozen=True, slots=True)
class PythonScope:
    """A module's names. `complete` is False where it can have others, by a star import or at run time."""

    at_top: frozenset[str]  # what others can import from it
    unbound: dict[str, int]  # names that are used and bound nowhere in the file, each with its first line
    imported: frozenset[str]
    complete: bool


def python_scope(text: str) -> PythonScope | None:
    """None for what Python cannot read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
        return _scope(module)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _scope(module: ast.Module) -> PythonScope:
    used: dict[str, int] = {}
    bound: set[str] = set()
    imported: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used[node.id] = min(used.get(node.id, node.lineno), node.lineno)
        else:
            names = list(_bound_by(node))
            bound.update(names)
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported.update(names)
    at_top = {name for node in _at_top(module) for name in _bound_by(node)}
    at_top |= {name for node in ast.walk(module) if isinstance(node, ast.Global) for name in node.names}
    return PythonScope(
        frozenset(at_top),
        {name: line for name, line in used.items() if name not in bound and name not in _GIVEN},
        frozenset(imported),
        complete="*" not in bound and _MAKE_NAMES.isdisjoint(used) and "__getattr__" not in at_top,
    )


def _at_top(module: ast.Module) -> Iterator[ast.AST]:
    """What runs when the module is imported, without the insides of functions and classes."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        yield node
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        if not isinstance(node, inner):
            waiting += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.split(".")[0]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            for each in aliases:
                yield from _bound_by(each)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
