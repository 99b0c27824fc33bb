"""Names of PHP code -> the files that declare them; includes -> the files they name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from retrieval.languages.base import Project
from retrieval.languages.php.composer import Composer
from retrieval.types import Dependency, Import, ParsedFile, ReferenceKind, SymbolKind

_TYPES = frozenset((SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.ENUM))
_UNKNOWN = re.compile(r"\$\{[^}]*\}/?")
# They declare, for old versions and for tools, what PHP itself has: nobody needs these files for it.
_STAND_INS = re.compile(r"(?:^|/)[^/]*(?:stubs?|polyfills?)[^/]*(?:/|$)", re.I)
_TESTS = re.compile(r"(?:^|/)(?:tests?|specs?)/", re.I)
_SUFFIX_FOLDERS = 1  # a file behind an unknown folder is told by its name and this many folders

Names = dict[str, list[str]]  # a full name in lower case -> the files that declare it


class PhpResolver:
    """Types and functions are found by what the files declare: that is where any autoloader finds them too.

    composer.json decides between several files with the same name.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._composer = Composer(project)
        self._types: Names = {}
        self._functions: Names = {}
        self._constants: Names = {}
        self._by_name: Names = {}  # of every PHP file, by its last folder and name
        self._includes: dict[str, tuple[str, ...]] = {}
        for path in project.written_in("php"):
            self._by_name.setdefault(_ending(path), []).append(path)
            parsed = project.parsed(path)
            if parsed is not None:
                self._declare(path, parsed)

    def __call__(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        aliases = _Aliases(parsed)
        for found in parsed.imports:
            for imported in self._imported(path, found):
                yield Dependency(path, imported, found.start_line, found.module)
        seen: set[tuple[str, str, ReferenceKind]] = set()
        for reference in parsed.references:
            if reference.qualifier and not reference.qualifier.endswith("\\"):
                continue  # a member: nobody knows of what
            aliases.enter(reference.scope)
            written = reference.qualifier + reference.name
            key = (written, aliases.space, reference.kind)
            if key not in seen:
                seen.add(key)
                target = self._used(path, aliases, written, reference.kind)
                if target is not None:
                    yield Dependency(path, target, reference.line, written)

    def _declare(self, path: str, parsed: ParsedFile) -> None:
        stand_in = _STAND_INS.search(path) is not None
        for symbol in parsed.symbols:
            space = parsed.namespace
            table: Names | None = None
            if symbol.parent is not None:
                outer = parsed.symbols[symbol.parent]
                if outer.kind is not SymbolKind.NAMESPACE:
                    continue
                space = outer.name
            if symbol.kind in _TYPES:
                table = self._types
            elif symbol.kind is SymbolKind.FUNCTION:
                table = self._functions
            elif symbol.kind is SymbolKind.CONSTANT:
                table = self._constants
            if table is None or (stand_in and not space):
                continue
            full = f"{space}\\{symbol.name}" if space else symbol.name
            files = table.setdefault(full.lower(), [])
            if path not in files:
                files.append(path)

    # -- uses

    def _imported(self, path: str, found: Import) -> Sequence[str]:
        if is_include(found.module):
            return self._included(path, found.module)
        if not found.names:
            target = self._type(path, found.module)
            return [target] if target else []
        space = found.module.strip("\\")
        targets = []
        for name in found.names:
            full = f"{space}\\{name.name}" if space else name.name
            target = self._one(path, self._functions, full) or self._one(path, self._constants, full)
            if target:
                targets.append(target)
        return targets

    def _used(self, path: str, aliases: _Aliases, written: str, kind: ReferenceKind) -> str | None:
        if kind in (ReferenceKind.TYPE, ReferenceKind.BASE):
            return self._type(path, aliases.type(written))
        table = self._functions if kind is ReferenceKind.CALL else self._constants
        imported = aliases.functions if kind is ReferenceKind.CALL else aliases.constants
        for full in aliases.names(written, imported):
            target = self._one(path, table, full)
            if target:
                return target
        return None

    def _type(self, path: str, full: str) -> str | None:
        files = self._types.get(full.lower(), ())
        if path in files:
            return None
        if len(files) == 1:
            return files[0]
        for candidate in self._composer.candidates(full):
            if candidate in files or (not files and candidate in self._project):
                return candidate
        return _nearest(path, files)

    def _one(self, path: str, table: Names, full: str) -> str | None:
        """A function or constant that several files declare is that of a file that is loaded.

        Nothing loads those of tests for other code, where they stand in for what PHP itself has.
        """
        files = table.get(full.lower(), ())
        if not _is_test(path):
            files = [each for each in files if not _is_test(each)]
        if path in files:
            return None
        if len(files) <= 1:
            return files[0] if files else None
        loaded = [each for each in files if each in self._composer.files]
        if not loaded:
            reached = self._reached(path)
            loaded = [each for each in files if each in reached]
        return loaded[0] if len(loaded) == 1 else None

    # -- includes

    def _reached(self, path: str) -> set[str]:
        """What a file includes, and what that includes."""
        found: set[str] = {path}
        waiting = [path]
        while waiting:
            at = waiting.pop()
            if at not in self._includes:
                parsed = self._project.parsed(at)
                self._includes[at] = tuple(
                    target
                    for each in (parsed.imports if parsed is not None else ())
                    if is_include(each.module)
                    for target in self._included(at, each.module)
                )
            waiting += [target for target in self._includes[at] if target not in found]
            found.update(self._includes[at])
        return found

    def _included(self, path: str, module: str) -> Sequence[str]:
        folder = posixpath.dirname(path)
        if module.startswith("${"):
            target = self._behind_unknown(folder, _UNKNOWN.sub("", module, count=1).lstrip("/"))
        elif module.startswith(("./", "../")):
            target = self._existing(posixpath.join(folder, module))
        elif module.startswith("/"):
            target = None
        else:
            target = self._on_include_path(folder, module)
        return [target] if target else []

    def _on_include_path(self, folder: str, module: str) -> str | None:
        """The file's own folder, or that of the script that was called, which is often one above it."""
        while True:
            target = self._existing(posixpath.join(folder, module))
            if target or not folder:
                return target
            folder = posixpath.dirname(folder)

    def _behind_unknown(self, folder: str, module: str) -> str | None:
        """`ROOT . '/inc/a.php'`: below the root or a folder around the file, else the only such file."""
        if posixpath.normpath(module).startswith(".."):
            return None
        found = self._on_include_path(folder, module) if "/" in module else None
        if found:
            return found
        module = posixpath.normpath(module)
        matches = [
            path for path in self._by_name.get(_ending(module), ()) if f"/{path}".endswith(f"/{module}")
        ]
        return matches[0] if len(matches) == 1 and "/" in module else None

    def _existing(self, path: str) -> str | None:
        path = posixpath.normpath(path)
        return path if path in self._project else None


class _Aliases:
    """What a file's `use` makes of the names in it."""

    def __init__(self, parsed: ParsedFile) -> None:
        self._parsed = parsed
        self._scope: int | None = None
        self.space = parsed.namespace
        self.types: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.constants = self.functions
        for found in parsed.imports:
            if is_include(found.module):
                continue
            for name in found.names:
                full = f"{found.module}\\{name.name}".lstrip("\\")
                self.functions[(name.alias or name.name).lower()] = full
            if not found.names:
                self.types[(found.alias or found.module.rpartition("\\")[2]).lower()] = found.module

    def enter(self, scope: int | None) -> None:
        """From here on names stand in this symbol: it tells their namespace where a file has several."""
        if scope == self._scope:
            return
        self._scope = scope
        symbols = self._parsed.symbols
        while scope is not None and symbols[scope].kind is not SymbolKind.NAMESPACE:
            scope = symbols[scope].parent
        self.space = self._parsed.namespace if scope is None else symbols[scope].name

    def type(self, written: str) -> str:
        return self._absolute(written) or self._through_types(written)

    def names(self, written: str, imported: dict[str, str]) -> Iterator[str]:
        """A function or constant without a namespace is looked for in this one, then outside of all."""
        absolute = self._absolute(written)
        if absolute:
            yield absolute
        elif "\\" in written:
            yield self._through_types(written)
        elif written.lower() in imported:
            yield imported[written.lower()]
        else:
            if self.space:
                yield f"{self.space}\\{written}"
            yield written

    def _absolute(self, written: str) -> str:
        if written.startswith("\\"):
            return written.lstrip("\\")
        if written.lower().startswith("namespace\\"):
            return f"{self.space}\\{written.partition(chr(92))[2]}".lstrip("\\")
        return ""

    def _through_types(self, written: str) -> str:
        first, slash, rest = written.partition("\\")
        if first.lower() in self.types:
            return self.types[first.lower()] + slash + rest
        return f"{self.space}\\{written}" if self.space else written


def is_include(module: str) -> bool:
    """Names of PHP hold neither slashes nor dots."""
    return "/" in module or "." in module


def _is_test(path: str) -> bool:
    return _TESTS.search(path) is not None


def _ending(path: str) -> str:
    return "/".join(path.split("/")[-1 - _SUFFIX_FOLDERS :])


def _nearest(path: str, files: Sequence[str]) -> str | None:
    """That with the most folders in common; None where two have as many."""
    ours = path.split("/")[:-1]

    def common(other: str) -> int:
        return len(posixpath.commonprefix([ours, other.split("/")[:-1]]))

    ranked = sorted(((common(each), each) for each in files), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]
