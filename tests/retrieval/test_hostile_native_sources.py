"""C, C++ and Rust texts that are made to take long: the time grows with the size and no faster."""

from __future__ import annotations

import time

import pytest

from retrieval.languages.c_family.branches import with_first_branches, without_comments
from retrieval.languages.c_family.macros import BLANKERS, without_exports
from retrieval.languages.c_family.preprocessor import scan
from retrieval.parse import parse
from retrieval.types import SourceFile

TIMES = 20_000
FEWER = 10  # times as few for the grammars, some of which are slow with mistakes
PATTERNS = {
    "macros in a line": "AB_CD " * TIMES,
    "macros below one another": "AB_CD\n" * TIMES,
    "macros with arguments": "AB_CD(a) " * TIMES,
    "closing and macros": ") AB_CD " * TIMES,
    "macro before an open parenthesis": "AB_CD(" * TIMES,
    "classes": "class AB_CD " * TIMES,
    "comments that open": "/* " * TIMES,
    "strings that open": '"' * TIMES,
    "raw strings that open": 'R"x(' * TIMES,
    "directives": "#if A\n" * TIMES,
    "branches that open a block": "#if A\n{\n#else\n(\n" * TIMES + "#endif\n" * TIMES,
    "branches below one another": "#if A\n{\n#else\n(\n#endif\n" * TIMES,
    "macros with comments": "#define A /* \n */ \\\n" * TIMES,
    "a directive that goes on": "#define A \\\n" * TIMES,
    "includes": '#include "a.h"\n' * TIMES,
    "blocks": "{" * TIMES,
    "scopes": "a::" * TIMES,
    "templates": "a<" * TIMES,
    "pointers": "*" * TIMES,
    "parameters": "int f(int a, " * TIMES,
    "blank lines": "\n" * TIMES + "AB_CD",
    "includes and macros": '#include "a.h"\n#define A\n' * TIMES,
    "comments in a line": "/**/" * TIMES,
    "macro calls in braces": "m! { fn a() {} " * (TIMES // 10),
    "use trees": "use " + "a::{" * TIMES,
}
SECONDS = 10  # of computing, where less than one is needed; what goes back over the text takes minutes
# The grammars of C and C++ read what may be a comment to its end again and again; parses are limited.
SLOW_GRAMMAR = {("c", "comments that open"), ("cpp", "comments that open")}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_scan_takes_no_longer_than_its_text_allows(pattern: str) -> None:
    source = PATTERNS[pattern].encode()
    start = time.process_time()
    scan(source)
    for blank in (without_exports, without_comments, with_first_branches, *BLANKERS):
        assert len(blank(source)) == len(source)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        (each, pattern)
        for each in ("c", "cpp", "rust")
        for pattern in PATTERNS
        if (each, pattern) not in SLOW_GRAMMAR
    ],
)
def test_an_outline_takes_no_longer_than_its_text_allows(language: str, pattern: str) -> None:
    text = PATTERNS[pattern]
    start = time.process_time()
    assert parse(SourceFile("odd", language, text[: len(text) // FEWER], "0" * 40)) is not None
    assert time.process_time() - start < SECONDS
