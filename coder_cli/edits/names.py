"""Names that an edit leaves behind: used, but no longer imported, or in Python never bound."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from coder_cli.edits.python_scope import python_scope
from retrieval.languages.base import Project
from retrieval.scopes import family
from retrieval.types import Import, ParsedFile

_MOST = 5  # complaints of a file; who reads them sees by then what is missing
# What is there without an import.
_SCRIPT_GLOBALS = frozenset(
    """AbortController AbortSignal Blob Buffer Event EventTarget File FormData Headers React Request Response
    TextDecoder TextEncoder URL URLSearchParams WebSocket clearTimeout console crypto fetch global
    performance process queueMicrotask setImmediate setInterval setTimeout structuredClone
    afterAll afterEach beforeAll beforeEach describe expect it jest test vi""".split()  # noqa: SIM905
)

_RUST_PRELUDE = frozenset(
    """AsMut AsRef Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err ExactSizeIterator Extend
    Fn FnMut FnOnce From FromIterator Hash Into IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd
    Result Send Some String Sync ToOwned ToString TryFrom TryInto Vec core drop std""".split()  # noqa: SIM905
)
_GIVEN = {"ecmascript": _SCRIPT_GLOBALS, "rust": _RUST_PRELUDE}


def unbound_names(path: str, before: str | None, after: str) -> Iterator[str]:
    """Names that Python would not find, though nothing of that kind was wrong with them before."""
    scope = python_scope(after)
    was = python_scope(before or "")
    if scope is None or was is None or not scope.complete or not path.endswith((".py", ".pyw")):
        return
    fresh = [(line, name) for name, line in scope.unbound.items() if name not in was.unbound]
    for line, name in sorted(fresh)[:_MOST]:
        gone = " any more" if name in was.imported else ""
        yield f"{path}, line {line} uses `{name}`, which is neither defined nor imported{gone}."


def lost_imports(project: Project, path: str, before: ParsedFile, after: ParsedFile) -> Iterator[str]:
    """Names that are used still, though the import that brought them is gone."""
    kind = family(after.language)
    if kind not in ("ecmascript", "jvm", "go", "rust") or not after.complete:
        return
    if any(each.name == "*" for one in after.imports if one.scope is None for each in one.names):
        return
    bound = {name for each in after.imports for name in _bound(each, kind)}
    gone = {name for each in before.imports for name in _bound(each, kind)} - bound
    gone -= {symbol.name for symbol in after.symbols}
    gone -= _GIVEN.get(kind) or _neighbours(project, path)
    lines: dict[str, int] = {}
    for reference in after.references:
        if reference.name in gone and not reference.qualifier:
            lines.setdefault(reference.name, reference.line)
    for name, line in list(lines.items())[:_MOST]:
        yield f"{path}, line {line} uses `{name}`, whose import is gone."


def _bound(imported: Import, kind: str) -> Iterator[str]:
    if imported.names:
        yield from (each.alias or each.name for each in imported.names)
    elif imported.alias:
        yield imported.alias
    elif kind == "go":
        yield imported.module.rpartition("/")[2]
    elif kind == "jvm":
        yield imported.module.rpartition(".")[2]
    elif kind == "rust":
        yield imported.module.removeprefix("mod ").rpartition("::")[2]


def _neighbours(project: Project, path: str) -> set[str]:
    """What needs no import: the symbols of the files beside it."""
    folder = posixpath.dirname(path)
    parses = (project.parsed(other) for other in project.paths if posixpath.dirname(other) == folder)
    return {symbol.name for parsed in parses if parsed for symbol in parsed.symbols}
