"""The outline of a C or C++ file, parsed again where macros, or C++ in a `.h`, broke the parse."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from retrieval.languages.c_definitions import Definitions
from retrieval.languages.c_preprocessor import scan
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node

# What no C file has, but a C++ header that is called `.h`.
_CPP = re.compile(
    rb"^[ \t]*(?:class\s+\w|namespace\b|template\s*<|using\s+\w|(?:public|private|protected)\s*:)",
    re.MULTILINE,
)
# `class EXPORT Name {`: the grammar takes the macro for the name, and the class for a function.
_EXPORTED = re.compile(
    rb"\b(?:class|struct|union)\s+([A-Z][A-Z0-9_]+(?:\s*\([^()\n]*\))?)\s+(?=\w+\s*(?:final\s*)?[:{])"
)
# `API(type) name(...)`: only the type is C.
_TYPED = re.compile(rb"^[ \t]*([A-Z][A-Z0-9_]+\s*\()[\w \t*]+(\))[ \t]*\w+\s*\(", re.MULTILINE)
# `BEGIN_DECLS`, `DEFINE_THING(x)`: a line of its own that ends with no semicolon.
_ALONE = re.compile(
    rb"(?:(?<=[;}/>\n])|\A)\n([A-Z][A-Z0-9_]{3,}(?:[ \t]*\([^()\n]*\))?)[ \t]*(?=\n\s*[\w#/}~\[])", re.ASCII
)
# `API int f(void);`: at a line's start, before a type.
_LEADING = re.compile(
    rb"^(?:(?:static|extern|inline|virtual|explicit|friend)[ \t]+)*([A-Z][A-Z0-9]*_[A-Z0-9_]+)"
    rb"(?:[ \t]*\([^()\n]*\))?(?=[ \t]+(?!\()[\w:<>,*& \t]+[\s*&](?:\w|::)+\s*\()",
    re.MULTILINE,
)
# `void f(int a) NOTHING_THROWN ATTRIBUTE(1);`: after a declarator that begins its line.
_TRAILING = re.compile(
    rb"^(?!(?:if|while|for|else|switch|return|do)\b)\w[^;{}=#]{0,400}?\)[ \t\n]*(?:const[ \t\n]*)?"
    rb"((?:[A-Z][A-Z0-9_]{3,}[ \t]*(?:\([^()\n;{}]*\))?[ \t\n]*)+)(?=[;{])",
    re.MULTILINE,
)
_INSTANTIATED = re.compile(rb"^(extern\s+template\b[^;{}]*;)", re.MULTILINE)


def outline(name: str, grammar: object, root: Node, source: bytes) -> ParsedFile:
    root, source_read = _best(name, grammar, root, source)
    directives = scan(source)
    walk = Definitions(source_read, directives)
    walk.walk(root)
    walk.symbols.directives(directives)
    return walk.symbols.draft.finish(name, complete=not _mistakes(root))


def _best(name: str, grammar: object, root: Node, source: bytes) -> tuple[Node, bytes]:
    """The tree with the fewest mistakes: as parsed, with macros blanked, as C++."""
    masked = _EXPORTED.sub(_blank, source) if name == "cpp" or _CPP.search(source) else source
    if not root.has_error and masked == source:
        return root, source
    best = (_mistakes(root), root, source)
    if best[0] == 0 and masked == source:
        return root, source
    if name == "c" and _CPP.search(source):
        import tree_sitter_cpp

        grammar = tree_sitter_cpp.language()
        root = _parse(grammar, source)
        best = min(best, (_mistakes(root), root, source), key=_first)
    for pattern in (None, _TYPED, _LEADING, _TRAILING, _ALONE, _INSTANTIATED):
        blanked = masked if pattern is None else pattern.sub(_blank, best[2])
        if blanked == best[2] or (best[0] == 0 and pattern is not None):
            continue
        root = _parse(grammar, blanked)
        mistakes = _mistakes(root)
        if mistakes < best[0] or (pattern is None and mistakes <= best[0]):
            best = (mistakes, root, blanked)
    return best[1], best[2]


def _first(candidate: tuple[int, Node, bytes]) -> int:
    return candidate[0]


def _blank(match: re.Match[bytes]) -> bytes:
    """Spaces for what the groups hold: every position stays."""
    text = bytearray(match[0])
    for group in range(1, (match.lastindex or 0) + 1):
        start, end = match.span(group)
        for at in range(start - match.start(), end - match.start()):
            if text[at] not in b"\r\n":
                text[at] = 0x20
    return bytes(text)


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
