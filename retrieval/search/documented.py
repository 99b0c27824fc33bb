"""What authors wrote about their code, and the code: pairs that teach an encoder which words go together."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from retrieval.decoding import decode
from retrieval.filters import filtered
from retrieval.languages.names import language_of
from retrieval.parse import parse
from retrieval.types import SourceFile, SymbolKind

_KINDS = frozenset(
    {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT}
)
_MOST_BYTES = 400_000  # of a file; larger ones are data or made by a machine
_LONGEST_DOC, _LONGEST_CODE = 500, 2_500  # characters
_FEWEST_LINES = 3
# At least two.
_ENOUGH_WORDS = re.compile(r"(?:[^\W\d_]{2,}\W+){2}")
_COMMENT = re.compile(r"\s*(?://|/\*|\*|#(?!\[|include|define|if|endif|pragma|undef|else)|<!--)")
_MARKS = re.compile(r"^\s*(?:/\*+!?|\*+/|//+!?|\*|#+|<!--)?\s?|\s*\*+/\s*$")
_OPENING = re.compile(r"""\s*[rRuUbB]{0,2}("{3}|'{3}|"|')""")
# Where prose ends and lists of parameters begin: Sphinx, Google, NumPy, Javadoc, JSDoc, doctest, Markdown.
_SECTION = re.compile(
    r"^\s*(?::\w+[^:]*:|@\w+|\\\w+|>>>|\.\. |```|#+ |-{3,}|={3,}"
    r"|(?:Args|Arguments|Parameters|Params|Returns?|Raises|Yields|Examples?|Usage|Notes?|References|See Also"
    r"|Attributes|Throws|Panics|Errors|Safety)\s*:?\s*$)",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|\{@\w+\s+([^}]*)\}")
_STATEMENTS = ("handlers", "finalbody", "orelse", "body")  # the fields of a node that hold definitions
_LICENCE = re.compile(r"copyright|licen[sc]ed? under|all rights reserved|SPDX", re.IGNORECASE)


def documented(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """(what it does in its author's words, the code without them) of each documented definition of a file."""
    language = language_of(path)
    if not 0 < len(data) <= _MOST_BYTES or (decoded := decode(data)) is None:
        return
    file = SourceFile(path, language, decoded.text, "")
    if filtered(path, language, file.text) is not None:
        return
    lines = file.text.split("\n")
    for whole, said in _python(file.text) if language == "python" else _commented(file, lines):
        doc = prose("\n".join(lines[at] for at in said), language)
        left = set(said)
        code = "\n".join(lines[at] for at in whole if at not in left)
        if doc and code.count("\n") >= _FEWEST_LINES - 1:
            yield doc, code[:_LONGEST_CODE]


def _commented(file: SourceFile, lines: list[str]) -> Iterator[tuple[range, list[int]]]:
    """The lines of a definition, and those of its comment, which stands above its name. Counted from 0."""
    parsed = parse(file)
    for symbol in parsed.symbols if parsed else ():
        if symbol.kind in _KINDS and symbol.end_line - symbol.start_line >= _FEWEST_LINES:
            whole = range(symbol.start_line - 1, symbol.end_line)
            yield whole, [at for at in range(whole.start, symbol.line - 1) if _COMMENT.match(lines[at])]


def _python(text: str) -> Iterator[tuple[range, list[int]]]:
    """The same of Python's docstrings, by its own parser: five times as fast where no more is asked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the file's own author was told
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for field in _STATEMENTS:
            inner = getattr(node, field, ())
            waiting += inner if isinstance(inner, list) else ()  # a lambda has one expression
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.end_lineno:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
                and first.end_lineno
                and first.lineno > node.lineno
            ):
                start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                yield range(start - 1, node.end_lineno), list(range(first.lineno - 1, first.end_lineno))


def prose(comment: str, language: str) -> str:
    """A comment without its marks, up to the lists of parameters. "" where too little is said."""
    if language == "python":
        opening = _OPENING.match(comment)
        found = comment[opening.end() :].replace(opening[1], "") if opening else comment
    else:
        found = "\n".join(_MARKS.sub("", line) for line in comment.split("\n"))
    kept: list[str] = []
    for line in found.split("\n"):
        if _SECTION.match(line):
            if any(kept):
                break
            continue
        kept.append(line.strip())
    text = " ".join(_TAG.sub(r"\1", " ".join(kept)).split())[:_LONGEST_DOC]
    if not _ENOUGH_WORDS.search(text) or _LICENCE.search(text):
        return ""
    return text
