"""What a name in a Python file refers to: through scopes, imports, re-exports, classes and their bases.

Without types of variables: what an object is, is known of modules, classes, `self`, `cls`, `super()` and of a
class that is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retrieval.languages.python.modules import Module, Modules
from retrieval.python_meanings import ELSEWHERE, Instance, Meanings, Parent
from retrieval.scopes import TYPES, FileScopes, Place
from retrieval.types import Import, Reference, Symbol, SymbolKind

MOST_STEPS = 40  # from one re-export or base to the next
RECEIVERS = frozenset({"self", "cls"})
PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
CALLED = re.compile(r"([^()]*)\([^()]*\)")


class PythonNames:
    def __init__(self, modules: Modules, scopes: Callable[[str], FileScopes]) -> None:
        self.modules = modules
        self.scopes = scopes
        self._members: dict[tuple[str, str], Meanings] = {}
        self._lines: dict[Place, list[Place]] = {}
        self._depth = 0

    def meanings(self, path: str, number: int) -> Meanings:
        """Of a reference, by its number in the file."""
        scopes = self.scopes(path)
        reference = scopes.parsed.references[number]
        if reference.name == "__class__":
            return ()
        if not reference.qualifier:
            return self._bare(path, scopes, reference.name, reference.scope, reference.line)
        return self._attribute(self._qualifier(path, scopes, number, reference), reference.name)

    def imported(self, path: str, statement: Import, name: str, before: str) -> Meanings:
        """What a name written in an import statement is; `before` it stand the packages, with their dots."""
        for each in statement.names:
            if name in (each.name, each.alias) and not before:
                return self._imported(path, statement, each.alias or each.name)
        if statement.alias == name and not before:
            return self._imported(path, statement, name)
        module = self.modules.module(path, before + name)
        return (ELSEWHERE,) if module is None else (module,)

    # What stands before a dot

    def _qualifier(self, path: str, scopes: FileScopes, number: int, reference: Reference) -> Meanings:
        written = reference.qualifier
        if written == "super()":
            return tuple(Parent(cls) for cls in self._class_around(path, scopes, reference.scope))
        called = CALLED.fullmatch(written)
        if called is not None:
            return self._called(path, scopes, number, reference, called[1])
        if not PATH.fullmatch(written):
            return ()
        first, *rest = written.split(".")
        found: Meanings
        if first in RECEIVERS:
            classes = self._class_around(path, scopes, reference.scope)
            found = tuple(Instance(cls) for cls in classes)
        else:
            root = scopes.root_of(number)
            if root is None:
                return ()
            at = scopes.parsed.references[root]
            found = self._bare(path, scopes, at.name, at.scope, at.line)
        for name in rest:
            found = self._attribute(found, name)
        return found

    def _called(
        self, path: str, scopes: FileScopes, number: int, reference: Reference, function: str
    ) -> Meanings:
        """`Class()` and `module.Class()` are objects of the class."""
        if not PATH.fullmatch(function):
            return ()
        last = function.rpartition(".")[2]
        for before in range(number - 1, max(number - 12, -1), -1):
            at = scopes.parsed.references[before]
            joined = f"{at.qualifier}.{at.name}" if at.qualifier else at.name
            if at.name == last and joined == function and at.line == reference.line:
                return tuple(
                    Instance(each)
                    for each in self.meanings(path, before)
                    if isinstance(each, Place) and self._symbol(each).kind in TYPES
                )
        return ()

    def _class_around(self, path: str, scopes: FileScopes, scope: int | None) -> Iterator[Place]:
        """The class whose method a place is in."""
        for _, symbol in scopes.around(scope):
            if symbol.kind is SymbolKind.METHOD and symbol.parent is not None:
                yield Place(path, symbol.parent)
                return

    # Names without a dot

    def _bare(self, path: str, scopes: FileScopes, name: str, scope: int | None, line: int) -> Meanings:
        for around in scopes.outwards(scope):
            if around is None:
                break
            kind = scopes.parsed.symbols[around].kind
            if kind in TYPES and around != scope:
                continue  # a class body's names are not seen in its methods
            found = self._bound(path, scopes, around, name, line if around == scope else None)
            if found:
                return found
        if scope is None:
            return self._bound(path, scopes, None, name, line) or self.member(path, name)
        return self.member(path, name)

    def _bound(
        self, path: str, scopes: FileScopes, scope: int | None, name: str, before: int | None
    ) -> Meanings:
        """By definitions and imports directly in a scope; with `before` those above that line, if any are.

        A class body sees nothing but what stands above: before that a name is the module's, or Python's own.
        """
        found = [
            index
            for index in scopes.members(scope, name)
            if not self._is_assigned_by_method(scopes, index) or scope is None
        ]
        above = [
            index for index in found if before is not None and scopes.parsed.symbols[index].line < before
        ]
        if before is not None and scope is not None and scopes.parsed.symbols[scope].kind in TYPES:
            found = above
        bound: Meanings = (Place(path, (above or found)[-1]),) if found else ()
        for imported in scopes.imports.get(scope, ()):
            bound += self._imported(path, imported, name)
        return tuple(dict.fromkeys(bound))

    @staticmethod
    def _is_assigned_by_method(scopes: FileScopes, index: int) -> bool:
        symbol = scopes.parsed.symbols[index]
        if symbol.kind is not SymbolKind.FIELD or symbol.parent is None:
            return False
        return any(
            other.kind is SymbolKind.METHOD
            and other.parent == symbol.parent
            and other.start_line <= symbol.line <= other.end_line
            for other in scopes.parsed.symbols[symbol.parent + 1 : index]
        )

    # Modules

    def member(self, path: str, name: str) -> Meanings:
        """What a module's attribute is: bound in the file, by a star import, or a submodule."""
        key = path, name
        if key not in self._members:
            self._members[key] = ()  # what a circle of imports finds here
            with self._deeper() as allowed:
                if allowed:
                    self._members[key] = self._member(path, name)
        return self._members[key]

    @contextmanager
    def _deeper(self) -> Iterator[bool]:
        """Chains of imports and bases are followed so far; a hostile one would end in a RecursionError."""
        self._depth += 1
        try:
            yield self._depth <= MOST_STEPS
        finally:
            self._depth -= 1

    def _member(self, path: str, name: str) -> Meanings:
        scopes = self.scopes(path)
        found = self._bound(path, scopes, None, name, None)
        if found:
            return found
        unseen = False
        for imported in scopes.imports.get(None, ()):
            if any(each.name == "*" for each in imported.names):
                module = self.modules.module(path, imported.module)
                if module is None or module.file is None:
                    unseen = True
                elif module.file != path and self._is_public(module.file, name):
                    found = self.member(module.file, name)
                    if found:
                        return found
        submodule = self._submodule_of(path, name)
        if submodule is not None:
            return (submodule,)
        return (ELSEWHERE,) if unseen else ()

    def _submodule_of(self, path: str, name: str) -> Module | None:
        folder, _, file = path.rpartition("/")
        if file not in ("__init__.py", "__init__.pyi"):
            return None
        return self.modules.submodule(Module(path, (folder,)), name)

    def _is_public(self, path: str, name: str) -> bool:
        """Does `import *` of this file bind the name?"""
        scopes = self.scopes(path)
        lists = scopes.members(None, "__all__")
        if not lists:
            return not name.startswith("_")
        listed = scopes.uses.get(name, ())
        if any(scopes.parsed.references[number].scope in lists for number in listed):
            return True
        # `__all__ = other.__all__ + [...]`: what the others list cannot be told from here.
        uses = (scopes.parsed.references[number] for number in scopes.uses.get("__all__", ()))
        return any(each.qualifier for each in uses) and not name.startswith("_")

    def _imported(self, path: str, imported: Import, name: str) -> Meanings:
        """What this import binds a name to; nothing where it does not bind it."""
        if not imported.names:
            bound = imported.alias or imported.module.partition(".")[0]
            if bound != name:
                return ()
            module = self.modules.module(path, imported.module if imported.alias else bound)
            return (module or ELSEWHERE,)
        for each in imported.names:
            if (each.alias or each.name) != name or each.name == "*":
                continue
            module = self.modules.module(path, imported.module)
            if module is None:
                return (ELSEWHERE,)
            return self._of_module(module, each.name, path) or (ELSEWHERE,)
        return ()

    def _of_module(self, module: Module, name: str, asking: str = "") -> Meanings:
        found: Meanings = ()
        if module.file is not None and module.file != asking:
            found = self.member(module.file, name)
        if not found or found == (ELSEWHERE,):
            submodule = self.modules.submodule(module, name)
            found = (submodule,) if submodule is not None else found
        return found

    # Attributes

    def _attribute(self, of: Meanings, name: str) -> Meanings:
        found: Meanings = ()
        for each in of:
            if isinstance(each, Module):
                found += self._of_module(each, name)
            elif each is ELSEWHERE:
                found += (ELSEWHERE,)
            elif isinstance(each, Instance) and name == "__class__":
                found += (each.of,)
            elif isinstance(each, Instance):
                found += self._of_class(each.of, name)
            elif isinstance(each, Parent):
                found += self._of_class(each.of, name, beyond=True)
            elif self._symbol(each).kind in TYPES:
                found += self._of_class(each, name)
        return tuple(dict.fromkeys(found))

    def _of_class(self, cls: Place, name: str, beyond: bool = False) -> Meanings:
        """A member of a class or of its bases; with `beyond` of its bases only."""
        for place in self.line(cls)[1:] if beyond else self.line(cls):
            scopes = self.scopes(place.path)
            found = scopes.members(place.symbol, name)
            if found:
                return (Place(place.path, found[0]),)
            for imported in scopes.imports.get(place.symbol, ()):
                bound = self._imported(place.path, imported, name)
                if bound:
                    return bound
        return ()

    def line(self, cls: Place) -> list[Place]:
        """A class and all of the repository that it inherits from, in the order Python looks."""
        if cls not in self._lines:
            self._lines[cls] = [cls]  # what a class that inherits from itself finds
            with self._deeper() as allowed:
                if allowed:
                    self._lines[cls] = self._line(cls)
        return self._lines[cls]

    def _line(self, cls: Place) -> list[Place]:
        found: list[Place] = []
        for number in self.scopes(cls.path).bases(cls.symbol):
            base = self.meanings(cls.path, number)
            if len(base) == 1 and isinstance(base[0], Place) and self._symbol(base[0]).kind in TYPES:
                found += self.line(base[0])
        # A shared base comes after all that inherit from it, as in the language's order.
        last = {place: at for at, place in enumerate(found)}
        return [cls, *(place for at, place in enumerate(found) if last[place] == at and place != cls)]

    def _symbol(self, place: Place) -> Symbol:
        return self.scopes(place.path).parsed.symbols[place.symbol]
