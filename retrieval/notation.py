"""How a language writes a comment, a line of documentation, and a body that is not shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

ELLIPSIS = "..."


_DIRECTIVE = re.compile(
    r"#\s*(?:if|ifdef|ifndef|elif|else|endif|undef|pragma|error|region|endregion|nullable)\b"
)


@dataclass(frozen=True, slots=True)
class Notation:
    """`doc` has one `{}` for a sentence; it stands above the signature, or as the first line of the body."""

    opening: str  # of a comment that ends with its line
    closing: str = ""
    doc: str = ""
    doc_in_body: bool = False
    other_openings: tuple[str, ...] = ()
    blocks: tuple[str, str] | None = None  # opening and closing of comments over several lines
    end_word: bool = False  # a body ends with the word `end`
    directives: bool = False  # lines for the preprocessor
    labels: re.Pattern[str] | None = None  # lines of a type that are no members and say something of them

    def note(self, text: str) -> str:
        """A comment on a line of its own."""
        return f"{self.opening} {text}{self.closing}"

    def documentation(self, sentence: str) -> str:
        """One line; a sentence that holds the closing mark is a comment like any other."""
        form = self.doc or self.opening + " {}" + self.closing
        closing = form.partition("{}")[2].strip()
        if closing and closing in sentence:
            return self.note(sentence.replace(closing, " "))
        return form.format(sentence)

    def opens_comment(self, stripped: str) -> bool:
        """Whether a line, without its indentation, is a comment from its first character to its end.

        Directives count as such: passing over one means as little.
        """
        if self.directives and _DIRECTIVE.match(stripped):
            return True
        return stripped.startswith((self.opening, *self.other_openings)) and not stripped.startswith("#[")


_SLASHES = Notation("//", doc="/** {} */", blocks=("/*", "*/"))
_TRIPLE_SLASHES = Notation("//", doc="/// {}", blocks=("/*", "*/"))
_PREPROCESSED = replace(
    _SLASHES, directives=True, labels=re.compile(r"\s*(?:public|protected|private)\s*:\s*")
)
_RUBY_LABELS = re.compile(r"\s*(?:(?:include|extend|prepend)\s+[A-Z].*|private|protected)\s*")
_HASH = Notation("#")
_DASHES = Notation("--", blocks=("{-", "-}"))
_PERCENT = Notation("%")
_SEMICOLON = Notation(";")
_MARKUP = Notation("<!--", " -->", blocks=("<!--", "-->"))

_NOTATIONS = {
    "python": Notation("#", doc='"""{}"""', doc_in_body=True),
    "ruby": Notation("#", blocks=("=begin", "=end"), end_word=True, labels=_RUBY_LABELS),
    "elixir": Notation("#", end_word=True),
    "julia": Notation("#", end_word=True),
    "lua": Notation("--", blocks=("--[[", "]]"), end_word=True),
    "go": Notation("//", blocks=("/*", "*/")),
    "rust": _TRIPLE_SLASHES,
    "csharp": replace(_TRIPLE_SLASHES, directives=True),
    **dict.fromkeys(["c", "cpp", "cuda", "glsl"], _PREPROCESSED),
    "php": Notation("//", doc="/** {} */", other_openings=("#",), blocks=("/*", "*/")),
    "css": Notation("/*", " */", blocks=("/*", "*/")),
    "sql": Notation("--", blocks=("/*", "*/")),
    "ocaml": Notation("(*", " *)", blocks=("(*", "*)")),
    **dict.fromkeys(
        [
            "dart",
            "f-sharp",
            "groovy",
            "java",
            "java-server-pages",
            "javascript",
            "kotlin",
            "pascal",
            "protocol-buffer",
            "scala",
            "solidity",
            "stan",
            "systemverilog",
            "thrift",
            "tsx",
            "typescript",
            "verilog",
            "zig",
        ],
        _SLASHES,
    ),
    **dict.fromkeys(["ada", "agda", "applescript", "elm", "haskell", "idris", "lean", "vhdl"], _DASHES),
    **dict.fromkeys(["erlang", "matlab", "prolog", "tex"], _PERCENT),
    **dict.fromkeys(["assembly", "clojure", "common-lisp", "emacs-lisp", "racket", "scheme"], _SEMICOLON),
    "restructuredtext": Notation(".."),
    **dict.fromkeys(["html", "markdown", "xml", "xslt"], _MARKUP),
}


def notation(language: str) -> Notation:
    """A hash where nothing is known: scripts and settings use it, and the paper's path lines."""
    return _NOTATIONS.get(language, _HASH)


_CLOSERS = re.compile(r"[)\]};,]+|end[,;]?|\}[\s\w*,()]*;?")  # also `} name;` and `} while (more);`
_OPENER = re.compile(r"(?:=>|[{(\[])\s*$")


def is_closer(line: str) -> bool:
    """A line that only ends what an earlier one began."""
    return _CLOSERS.fullmatch(line.partition("//")[0].strip()) is not None


def opens_block(line: str) -> bool:
    return _OPENER.search(line) is not None


def indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
