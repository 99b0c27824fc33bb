"""What the preprocessor of C and C++ sees, line by line: directives and comments.

The grammar loses an `#include` inside an initialiser, and misplaces what follows `extern "C" {` in an #ifdef.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from retrieval.types import ReferenceKind

TOKENS = re.compile(
    rb"""
    (?P<comment> //(?:[^\\\n]|\\.|\\\n)*  |  /\*(?:[^*]|\*(?!/))*+(?:\*/|\Z) )
  | (?P<directive> ^[ \t]*(?:\#|%:|\?\?=)[ \t]*(?P<word>\w+)(?P<rest>(?:[^\\\n/"']|\\\r?\n|\\.|/(?![/*])
        |/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|"(?:[^"\\\n]|\\.|\\\n)*+"?|'(?:[^'\\\n]|\\.|\\\n)*+'?)*+) )
  | \b(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\((?:.|\n)*?(?:\)(?P=delimiter)"|\Z)
  | "(?:[^"\\\n]|\\.|\\\n)*+"?
  | (?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)*+'?
    """,
    re.MULTILINE | re.VERBOSE,
)
_INCLUDED = re.compile(rb'\s*(?:(?P<path><[^<>\n]+>|"[^"\n]+"))')
_DEFINED = re.compile(rb"(?P<space>\s*)(?P<name>[A-Za-z_$][\w$]*)(?P<parameters>\([^()]*\))?")
_WORDS = re.compile(
    rb"""(?P<skip>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|//[^\n]*|/\*.*?\*/|(?<![\w$])\.?[0-9](?:[eEpP][+-]|[\w.'])*)
    |(?P<name>[A-Za-z_$][\w$]*)(?P<call>\s*\()?""",
    re.VERBOSE | re.DOTALL,
)
_GUARDED = re.compile(rb"\s*!\s*defined\s*\(?\s*(\w+)\s*\)?\s*(?://.*|/\*.*)?", re.DOTALL)
OPENING = frozenset({b"if", b"ifdef", b"ifndef"})
_CONDITIONS = OPENING | {b"elif", b"elifdef", b"elifndef"}
_INCLUDES = frozenset({b"include", b"include_next", b"import"})
# Words of a condition or a macro's value that are no names of the program.
_RESERVED = frozenset(
    b"""defined __has_include __has_include_next __has_attribute __has_builtin __has_feature __cplusplus
    __VA_ARGS__ __VA_OPT__ __LINE__ __FILE__ __func__ __FUNCTION__ auto bool break case catch char
    class const constexpr const_cast continue decltype default delete do double dynamic_cast else
    enum explicit extern false float for friend goto if inline int long mutable namespace new
    noexcept nullptr operator private protected public register reinterpret_cast return short signed
    sizeof static static_assert static_cast struct switch template this throw true try typedef
    typeid typename typeof union unsigned using virtual void volatile while and or not _Bool
    _Complex _Static_assert alignof alignas __attribute__ __typeof__ __extension__ __inline
    __inline__ __asm__ asm""".split()
)


@dataclass(frozen=True, slots=True)
class Included:
    written: str  # with its quotes or angle brackets
    line: int
    end_line: int
    conditional: bool
    next: bool  # `#include_next`


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    line: int
    column: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Use:
    """A name in a condition or in a macro's value."""

    name: str
    line: int
    column: int
    kind: ReferenceKind
    macro: int | None  # the macro it stands in, an index in Directives.macros


@dataclass(frozen=True, slots=True)
class Comment:
    start_line: int
    end_line: int
    start: int  # bytes
    end: int
    own_line: bool  # nothing stands before it on its line


@dataclass(slots=True)
class Directives:
    includes: list[Included] = field(default_factory=list)
    macros: list[Macro] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)  # by their last line


def scan(source: bytes) -> Directives:
    """Every directive and comment of a text, in one pass."""
    return _Scan(source).run()


class _Scan:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.found = Directives()
        self.open: list[bool] = []  # a level of #if each: whether it makes conditional what is in it
        self.guard = b""  # the name of an #ifndef that stands first, until its #define is seen
        self.first = True
        self.paths: dict[bytes, list[bytes]] = {}  # what macros say that may be included by their names
        self._line = 1
        self._at = 0

    def run(self) -> Directives:
        for token in TOKENS.finditer(self.source):
            if token["directive"] is not None:
                self._directive(token)
            elif token["comment"] is not None:
                self._comment(token.start(), token.end())
        return self.found

    def line(self, at: int) -> int:
        """Offsets must not fall."""
        self._line += self.source.count(b"\n", self._at, at)
        self._at = at
        return self._line

    def column(self, at: int) -> int:
        return at - (self.source.rfind(b"\n", 0, at) + 1)

    def _comment(self, start: int, end: int) -> None:
        before = self.source[self.source.rfind(b"\n", 0, start) + 1 : start]
        first = self.line(start)
        last = first + self.source.count(b"\n", start, end)
        self.found.comments[last] = Comment(first, last, start, end, not before.strip())

    def _directive(self, token: re.Match[bytes]) -> None:
        word, rest = token["word"], token["rest"]
        line = self.line(token.start("word"))
        if self.guard and word != b"define":  # an #ifndef of something else
            self.guard = b""
            self.open[0] = True
        if word in _INCLUDES:
            self._include(word, rest, line)
        elif word == b"define":
            self._define(token, line)
        elif word in _CONDITIONS:
            self._condition(word, token, line)
        elif word == b"endif" and self.open:
            self.open.pop()
        self.first = False

    def _include(self, word: bytes, rest: bytes, line: int) -> None:
        path = _INCLUDED.match(rest)
        if path is not None:
            paths = [path["path"]]
        else:  # a macro says which; the build may define it, or this file does
            name = rest.split(maxsplit=1)[:1]
            paths = self.paths.get(name[0], []) if name else []
        end = line + rest.count(b"\n")
        for each in paths:
            written = each.decode("utf-8", "replace")
            self.found.includes.append(Included(written, line, end, any(self.open), word == b"include_next"))

    def _condition(self, word: bytes, token: re.Match[bytes], line: int) -> None:
        rest = token["rest"]
        if word in OPENING:
            self.open.append(True)
            guarded = rest.split()[:1] if word == b"ifndef" else _GUARDED.fullmatch(rest)
            if self.first and guarded and word != b"ifdef":
                self.guard = guarded[0] if isinstance(guarded, list) else guarded[1]
                self.open[-1] = False
                return
        self._uses(rest, token.start("rest"), line, None, frozenset())

    def _define(self, token: re.Match[bytes], line: int) -> None:
        defined = _DEFINED.match(token["rest"])
        if defined is None:
            return
        guard, self.guard = self.guard, b""
        if guard:
            self.open[0] = defined["name"] != guard
            if defined["name"] == guard and token["rest"][defined.end() :].strip() in (b"", b"1"):
                return
        start = token.start("rest")
        end = line + token["rest"].rstrip().count(b"\n")
        name = defined["name"].decode("utf-8", "replace")
        self.found.macros.append(Macro(name, line, self.column(start + defined.start("name")), end))
        parameters = frozenset(re.findall(rb"\w+", defined["parameters"] or b""))
        value = token["rest"][defined.end() :]
        if (path := _INCLUDED.match(value)) and len(known := self.paths.setdefault(defined["name"], [])) < 4:
            known.append(path["path"])
        self._uses(value, start + defined.end(), line, len(self.found.macros) - 1, parameters)

    def _uses(self, text: bytes, start: int, line: int, macro: int | None, hidden: frozenset[bytes]) -> None:
        row, counted = line, 0
        for word in self._names(text):
            name = word["name"]
            if name in hidden or name in _RESERVED:
                continue
            at = start + word.start("name")
            row += text.count(b"\n", counted, word.start("name"))
            counted = word.start("name")
            kind = ReferenceKind.NAME if word["call"] is None else ReferenceKind.CALL
            self.found.uses.append(Use(name.decode("utf-8", "replace"), row, self.column(at), kind, macro))

    @staticmethod
    def _names(text: bytes) -> Iterator[re.Match[bytes]]:
        return (word for word in _WORDS.finditer(text) if word["name"] is not None)
