"""The outline of a C or C++ file, parsed again where macros, or C++ in a `.h`, broke the parse."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from retrieval.languages import c_macros
from retrieval.languages.c_definitions import Definitions
from retrieval.languages.c_preprocessor import scan
from retrieval.languages.c_symbols import Place
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node

# What no C file has, but a C++ header that is called `.h`.
_CPP = re.compile(
    rb"^[ \t]*(?:class\s+\w|namespace\b|template\s*<|using\s+\w|(?:public|private|protected)\s*:)",
    re.MULTILINE,
)


def outline(name: str, grammar: object, root: Node, source: bytes) -> ParsedFile:
    root, source_read = _best(name, grammar, root, source)
    directives = scan(source)
    walk = Definitions(source_read, directives)
    walk.walk(root, Place())
    walk.symbols.directives(directives)
    return walk.symbols.draft.finish(name, complete=not _mistakes(root))


def _best(name: str, grammar: object, root: Node, source: bytes) -> tuple[Node, bytes]:
    """The tree with the fewest mistakes: as parsed, as C++, with macros blanked."""
    is_cpp = name == "cpp" or _CPP.search(source) is not None
    exported = c_macros.without_exports(source) if is_cpp else source
    if not root.has_error and exported == source:
        return root, source
    mistakes = _mistakes(root)
    if name == "c" and is_cpp:
        import tree_sitter_cpp

        as_cpp = _parse(tree_sitter_cpp.language(), source)
        if (fewer := _mistakes(as_cpp)) < mistakes:
            grammar, root, mistakes = tree_sitter_cpp.language(), as_cpp, fewer
    if exported != source:
        root, source = _parse(grammar, exported), exported
        mistakes = _mistakes(root)
    for without in c_macros.BLANKERS if mistakes else ():
        blanked = without(source)
        if blanked != source and mistakes:
            tried = _parse(grammar, blanked)
            if (fewer := _mistakes(tried)) < mistakes:
                root, source, mistakes = tried, blanked, fewer
    return root, source


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
