"""Items in the braces of a macro call, which the grammar leaves as tokens: `cfg_if! { mod a; }`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node

_ITEM = re.compile(rb"\b(?:mod|use|fn|struct|enum|union|impl|const|static|trait|type|extern)\b")
# Braces in braces are parsed again and again: a file may have this many times its size parsed.
_TIMES = 4


class Macros:
    """The calls of one file."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._left = _TIMES * len(source)

    def items(self, tree: Node) -> Node | None:
        """What a token tree holds, as a file of its own at the same place; None where it is no items."""
        start, end = tree.start_byte + 1, tree.end_byte - 1
        if end - start > self._left or _ITEM.search(self._source, start, max(start, end)) is None:
            return None
        self._left -= end - start
        from tree_sitter import Parser, Point, Range

        (row, column), (last_row, last_column) = tree.start_point, tree.end_point
        inside = Range(Point(row, column + 1), Point(last_row, max(0, last_column - 1)), start, end)
        root = Parser(_language(), included_ranges=[inside]).parse(self._source).root_node
        return None if root.has_error or not root.named_child_count else root


@cache
def _language() -> Language:
    import tree_sitter_rust
    from tree_sitter import Language

    return Language(tree_sitter_rust.language())
