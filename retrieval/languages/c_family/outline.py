"""The outline of a C or C++ file, parsed again where macros, or C++ in a `.h`, broke the parse."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from retrieval.languages.c_family import cpp_modules
from retrieval.languages.c_family import macros as c_macros
from retrieval.languages.c_family.branches import with_first_branches, without_comments
from retrieval.languages.c_family.definitions import Definitions
from retrieval.languages.c_family.preprocessor import scan
from retrieval.languages.c_family.symbols import Place
from retrieval.types import ParsedFile, Reference, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

# What no C file has, but a C++ header that is called `.h`.
_CPP = re.compile(
    rb"^[ \t]*(?:class\s+\w|namespace\b|template\s*<|using\s+\w|(?:public|private|protected)\s*:)",
    re.MULTILINE,
)

_MACRO = re.compile(rb"\b[A-Z][A-Z0-9_]++\b")


def outline(name: str, grammar: object, root: Node, source: bytes) -> ParsedFile:
    root, chosen, source_read = _best(name, grammar, root, source)
    directives = scan(source)
    walk = Definitions(source_read, directives)
    walk.walk(root, Place())
    walk.symbols.directives(directives)
    if source_read is not chosen:
        _refer_to_macros(walk, chosen, source_read)
    namespace = ""
    if name == "cpp":
        namespace = cpp_modules.module_of(source)
        for imported in cpp_modules.imports(source):
            walk.symbols.draft.need(imported)
    return walk.symbols.draft.finish(name, not _mistakes(root), namespace)


def _best(name: str, grammar: object, root: Node, source: bytes) -> tuple[Node, bytes, bytes]:
    """The tree with the fewest mistakes: as parsed, as C++, with macros blanked, with one branch of each #if.

    And the text of the chosen branches, with macros and without.
    """
    is_cpp = name == "cpp" or _CPP.search(source) is not None
    exported = c_macros.without_exports(source) if is_cpp else source
    if not root.has_error and exported == source:
        return root, source, source
    original = source
    mistakes = _mistakes(root)
    if name == "c" and is_cpp:
        import tree_sitter_cpp

        as_cpp = _parse(tree_sitter_cpp.language(), source)
        if (fewer := _mistakes(as_cpp)) < mistakes:
            grammar, root, mistakes = tree_sitter_cpp.language(), as_cpp, fewer
    if exported != source:
        root, source = _parse(grammar, exported), exported
        mistakes = _mistakes(root)
    return _repaired(grammar, root, source, original) if mistakes else (root, original, source)


def _repaired(grammar: object, root: Node, source: bytes, original: bytes) -> tuple[Node, bytes, bytes]:
    """The same as `_best`; `original` has the macros that `source` may lack."""
    mistakes, chosen = _mistakes(root), original
    blanked = without_comments(source)
    for without in c_macros.BLANKERS:
        blanked = without(blanked)
    tried = source
    for choose in (bytes, with_first_branches):
        last, tried = tried, choose(blanked)
        if tried != last and mistakes:
            tree = _parse(grammar, tried)
            if (fewer := _mistakes(tree)) < mistakes:
                root, source, mistakes = tree, tried, fewer
                chosen = choose(without_comments(original))
    return root, chosen, source


def _refer_to_macros(walk: Definitions, source: bytes, blanked: bytes) -> None:
    """What was blanked is a use of a macro all the same."""
    line, at = 1, 0
    for name in _MACRO.finditer(source):
        if blanked[name.start()] == 0x20:
            line, at = line + source.count(b"\n", at, name.start()), name.start()
            column = at - (source.rfind(b"\n", 0, at) + 1)
            kind = ReferenceKind.CALL if source[name.end() : name.end() + 1] == b"(" else ReferenceKind.NAME
            walk.symbols.draft.refer(Reference(name[0].decode(), line, column, kind))


def _parse(grammar: object, source: bytes) -> Node:
    from tree_sitter import Language, Parser

    return Parser(Language(grammar)).parse(source).root_node


def _mistakes(root: Node) -> int:
    """Bytes inside errors, and one for each missing token.

    The missing `#endif` of a block that `extern "C" {` between two #ifdef pulls apart is none.
    """
    found = 0
    stack: list[Iterable[Node]] = [[root]] if root.has_error else []
    while stack:
        for node in stack.pop():
            if node.type == "ERROR":
                found += max(1, node.end_byte - node.start_byte)
            elif node.is_missing:
                found += node.type != "#endif"
            elif node.has_error:
                stack.append(node.children)
    return found
