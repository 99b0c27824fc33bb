"""The nouns of retrieval. Paths are relative to the repository's root, POSIX, and never leave it.

Lines count from 1, columns from 0 in characters (not bytes).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Skip(StrEnum):
    """Why a file is listed but not read. The value is the reason as a person reads it."""

    SENSITIVE = "may hold secrets"
    LINK = "a symbolic link"
    SUBMODULE = "a submodule"
    TOO_LARGE = "too large"
    BINARY = "binary"
    GENERATED = "generated"
    LONG_LINES = "very long lines, as minified code has"
    FEW_LETTERS = "hardly any letters"
    XML = "XML"
    MARKUP = "HTML with little text"
    DATA = "data of an unhelpful size"
    GONE = "no longer there"
    UNREADABLE = "not readable"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as listed, before it is read.

    `digest` is its git blob id (40 or 64 hexadecimal digits); "" where a skipped file would have to be read.
    """

    path: str
    digest: str
    size: int  # bytes
    skip: Skip | None = None
    stored: bool = False  # of a revision: read from git's objects, not from the working tree
    stamp: int = 0  # of the working tree: when it was last modified, in nanoseconds


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read, and why; `detail` has the number that decided, if one did."""

    path: str
    reason: Skip
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as read: text with LF line ends, whatever the file's encoding and line ends are."""

    path: str
    language: str  # a name of languages/names.py; "text" where none fits
    text: str
    digest: str


class SymbolKind(StrEnum):
    NAMESPACE = "namespace"
    MODULE = "module"
    CLASS = "class"
    INTERFACE = "interface"  # also a trait, a protocol
    STRUCT = "struct"
    ENUM = "enum"
    FUNCTION = "function"
    METHOD = "method"
    FIELD = "field"
    CONSTANT = "constant"
    VARIABLE = "variable"
    TYPE = "type"  # an alias
    MACRO = "macro"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition that other code can name. Parameters and local variables are none."""

    name: str
    kind: SymbolKind
    line: int  # of the name
    column: int
    start_line: int  # of the whole definition, with decorators, attributes, and its own comment above it
    end_line: int
    signature_end: int  # the last line of its signature; `end_line` where there is no body
    parent: int | None = None  # index in ParsedFile.symbols; a parent stands before its children
    doc: str = ""  # the first sentence or line of its documentation, without comment marks
    owner: str = ""  # its type, where that is no parent: `A` of C++ `void A::f()`, a Go receiver, a Rust impl
    forward: bool = False  # only announced here: a prototype, a forward declaration, `extern`, `mod name;`
    private: bool = False  # only its own file can name it: Kotlin `private`, C `static`
    arity: int = 0  # of its type parameters, where they tell types apart: C# `Result<T>`


class ReferenceKind(StrEnum):
    CALL = "call"
    TYPE = "type"  # in an annotation, a declaration, a cast, a constructor
    BASE = "base"  # what a type extends or implements
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Reference:
    """A use of a name that no local variable or parameter of its function binds."""

    name: str  # the identifier itself: `load` in `config.load()`
    line: int
    column: int
    kind: ReferenceKind
    # What stands before it, as written: `config`, `self`, `a.b`; for a local of Go what made it: `Options{}`.
    qualifier: str = ""
    scope: int | None = None  # the innermost symbol around it, an index in ParsedFile.symbols
    arity: int = 0  # of the type arguments given, as in Symbol


@dataclass(frozen=True, slots=True)
class ImportedName:
    name: str  # "*" for all of them
    alias: str = ""  # what it is called here, where that differs


@dataclass(frozen=True, slots=True)
class Import:
    """One import, include, use, require. What it means is up to its language's resolver."""

    module: str  # as written: `..util`, `<stdio.h>`, `./a`, `crate::model`, `java.util.List`
    start_line: int
    end_line: int
    names: tuple[ImportedName, ...] = ()
    alias: str = ""  # what the module itself is called here
    type_only: bool = False
    conditional: bool = False  # inside a function, a branch, a try block, an #if
    scope: int | None = None  # as in Reference: the symbol it is inside of
    everywhere: bool = False  # holds for every file of the project: C# `global using`, Rust `#[macro_use]`


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a parse tells about a file's text; its path is no part of it, so equal texts share one.

    Symbols stand in order of `start_line`; references and imports in the order of the text.
    """

    language: str
    namespace: str = ""  # a package or namespace that holds for the whole file
    symbols: tuple[Symbol, ...] = ()
    references: tuple[Reference, ...] = ()
    imports: tuple[Import, ...] = ()
    complete: bool = True  # False: syntax errors, or the time limit; what could be read is here
    # What a file gives under another name, the alias: `default`, `default.a`, or what CommonJS exports.
    exports: tuple[ImportedName, ...] = ()

    def qualified_name(self, index: int) -> str:
        """`Class.method`: the symbol's name after those of its owner and parents, without the namespace."""
        names: list[str] = []
        at: int | None = index
        while at is not None:
            symbol = self.symbols[at]
            names.append(symbol.name)
            if symbol.owner:
                names.append(symbol.owner)
            at = symbol.parent
        return ".".join(reversed(names))


@dataclass(frozen=True, slots=True)
class Dependency:
    """A file needs another one of the repository, because of what stands at `line`."""

    source: str
    target: str
    line: int
    name: str  # what is imported or used, as written
