"""Imports that an edit adds and that lead nowhere in the repository. What is not its own is not judged."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property

from coder_cli.edits.overlay import Overlay
from coder_cli.edits.python_scope import python_scope
from retrieval.languages.python.modules import Modules
from retrieval.languages.table import LANGUAGES
from retrieval.scopes import family
from retrieval.types import Import, ParsedFile

_GO_MODULE = re.compile(r"^module\s+\"?([^\s\"]+)", re.MULTILINE)
_MAY_FAIL = re.compile(r"\b(?:ImportError|ModuleNotFoundError)\b")
_PASSES_ON = re.compile(r"\bexport\s*\*|\bmodule\.exports\s*=\s*(?:require\b|\{?\s*\.\.\.)|\b__exportStar\b")
_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_RUST_WORDS = frozenset({"crate", "self", "super"})


class Imports:
    """The imports of changed files in the repository as it would be."""

    def __init__(self, project: Overlay) -> None:
        self._project = project
        self._judges: dict[str, Callable[[str, Import, list[str]], Iterator[str]]] = {
            "python": self._python,
            "ecmascript": self._script,
            "go": self._go,
            "jvm": self._jvm,
            "rust": self._rust,
            "c": self._include,
            "ruby": self._ruby,
        }
        self._resolved: dict[str, dict[int, list[str]]] = {}

    def complaints(self, path: str, before: ParsedFile | None, after: ParsedFile) -> Iterator[str]:
        """Of what the file did not import before."""
        judge = self._judges.get(family(after.language))
        if judge is None:
            return
        known = {pair for each in (before.imports if before else ()) for pair in _pairs(each)}
        for each in after.imports:
            fresh = [name for module, name in _pairs(each) if (module, name) not in known]
            if fresh:
                for told in judge(path, each, fresh):
                    yield f"{path}, line {each.start_line}: {told}"

    def _python(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        if imported.conditional and _MAY_FAIL.search(self._project.text(path) or ""):
            return
        written = imported.module
        module = self._modules.module(path, written)
        if module is None:
            top = None if written.startswith(".") else self._modules.module(path, written.split(".")[0])
            if written.startswith(".") or (top is not None and top.file is not None):
                yield f"the repository has no module `{written}`."
            return
        if module.file is None or not imported.names:
            return
        scope = python_scope(self._project.text(module.file) or "")
        if scope is None or not scope.complete or not module.file.endswith((".py", ".pyi")):
            return
        for name in names:
            if name != "*" and name not in scope.at_top and self._modules.submodule(module, name) is None:
                yield _lacking(module.file, name, scope.at_top)

    def _script(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        if not imported.module.startswith(("./", "../")) or imported.conditional:
            return
        targets = self._targets(path, imported)
        if not targets:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), imported.module.split("?")[0]))
            stem, ending = posixpath.splitext(place)
            # Of a style sheet, an image, a component of another language nothing is known here; what a build
            # makes is not there yet.
            if ending in ("", *_SCRIPTS) and not any(
                other.startswith((f"{place}.", f"{place}/", f"{stem}.")) for other in self._project.paths
            ):
                yield f"there is no file `{imported.module}`."
            return
        for target in targets:
            text = self._project.text(target)
            if text is None or not target.endswith(_SCRIPTS) or _PASSES_ON.search(text):
                return
            parsed = self._project.parsed(target)
            defined = {symbol.name for symbol in parsed.symbols if symbol.parent is None} if parsed else ()
            for name in names:
                if name not in ("", "*", "default") and not _mentions(text, name):
                    yield _lacking(target, name, defined)

    def _go(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        folder = posixpath.dirname(path)
        while True:
            text = self._project.text(posixpath.join(folder, "go.mod"))
            if text is not None or not folder:
                break
            folder = posixpath.dirname(folder)
        found = _GO_MODULE.search(text or "")
        if found is None or not f"{imported.module}/".startswith(f"{found[1]}/"):
            return
        package = posixpath.join(folder, imported.module[len(found[1]) + 1 :]).rstrip("/")
        inside = f"{package}/" if package else ""
        # A module within it may have its own go.mod; what is generated is not there yet.
        if not any(other.startswith(inside) for other in self._project.paths):
            yield f"the repository has no package `{imported.module}`."

    def _jvm(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        package, _, name = imported.module.rpartition(".")
        if imported.names or not name[:1].isupper() or not package:
            return
        folder = "/" + package.replace(".", "/")
        siblings = [
            other
            for other in self._project.written_in("java", "kotlin")
            if posixpath.dirname(f"/{other}").endswith(folder)
        ]
        parses = [self._project.parsed(other) for other in siblings]
        classes = {symbol.name for parsed in parses if parsed for symbol in parsed.symbols}
        if any(parsed.namespace == package for parsed in parses if parsed) and name not in classes:
            yield f"the package `{package}` has no `{name}`.{_near(name, classes)}"

    def _rust(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        parts = imported.module.replace("mod ", "self::").split("::")
        if imported.conditional or parts[0] not in _RUST_WORDS:
            return
        first = next((part for part in parts if part not in _RUST_WORDS), "")
        own = (self._project.text(path) or "").split("\n")
        del own[imported.start_line - 1 : imported.end_line]
        for name in [first] if first else names:
            if name.isidentifier() and not self._is_in_crate(path, name, "\n".join(own)):
                yield f"the crate has no `{name}`."

    def _is_in_crate(self, path: str, name: str, text: str) -> bool:
        """Whether a module has this name, or a file around this one, where its parents are, speaks of it."""
        folders = {posixpath.dirname(path)}
        while (above := posixpath.dirname(min(folders, key=len))) not in folders:
            folders.add(above)
        near = [each for each in self._project.written_in("rust") if posixpath.dirname(each) in folders]
        if _mentions(text, name) or any(
            f"/{other}".endswith((f"/{name}.rs", f"/{name}/mod.rs"))
            for other in self._project.written_in("rust")
        ):
            return True
        return any(_mentions(self._project.text(other) or "", name) for other in near if other != path)

    def _include(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        if not imported.module.startswith('"') or imported.conditional:
            return
        stem = posixpath.splitext(posixpath.basename(imported.module.strip('"')))[0]
        if any(posixpath.basename(other).startswith(stem) for other in self._project.paths):
            return
        # Where other headers are not found either, a build makes them or brings its own folders.
        parsed = self._project.parsed(path)
        quoted = [each for each in (parsed.imports if parsed else ()) if each.module.startswith('"')]
        if all(each == imported or self._targets(path, each) for each in quoted):
            yield f"there is no file {imported.module}."

    def _ruby(self, path: str, imported: Import, names: list[str]) -> Iterator[str]:
        if not imported.module.startswith(("./", "../")) or self._targets(path, imported):
            return
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), imported.module))
        if not any(other.startswith(f"{place}.") or other == place for other in self._project.paths):
            yield f"there is no file `{imported.module}`."

    def _targets(self, path: str, imported: Import) -> list[str]:
        """The files that an import leads to."""
        if path not in self._resolved:
            parsed = self._project.parsed(path)
            found: dict[int, list[str]] = {}
            if parsed is not None:
                for each in LANGUAGES[parsed.language].resolver(self._project)(path, parsed):
                    found.setdefault(each.line, []).append(each.target)
            self._resolved[path] = found
        lines = self._resolved[path]
        return [
            each
            for line in range(imported.start_line, imported.end_line + 1)
            for each in dict.fromkeys(lines.get(line, ()))
        ]

    @cached_property
    def _modules(self) -> Modules:
        return Modules(self._project)


def _pairs(imported: Import) -> list[tuple[str, str]]:
    return [(imported.module, each.name) for each in imported.names] or [(imported.module, "")]


def _lacking(path: str, name: str, defined: Iterable[str]) -> str:
    return f"{path} defines no `{name}`.{_near(name, defined)}"


def _near(name: str, defined: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(defined), 1)
    return f" Is `{near[0]}` meant?" if near else ""


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None
