"""Whether a name is still given though its definition was deleted."""

from __future__ import annotations

import re

from coder_cli.review.checks.ground import FilePair, Lines
from retrieval.types import ParsedFile, Symbol

# A local one is nobody else's, but it may be all that is needed.
_DEFINES = (
    r"(?:class|interface|object|struct|enum|trait|type|typealias|fun|fn|func|function|def|macro_rules!)\s+"
)
# Where a text gives a name: `exports["name"] =`, `Object.defineProperty(exports, "name"`; in Python where one
# of these stands, in other languages anywhere.
_BEFORE_TEXT = dict.fromkeys(("javascript", "typescript", "tsx"), r"(?:\[|\bdefine\w*\([^,]*,\s*)")
_BY_TEXT = re.compile(r"\b__getattr__\b|\bglobals\s*\(|\bsetattr\s*\(|\bvars\s*\(|\b(?:Enum|namedtuple)\s*\(")
_ALL = re.compile(r"^__all__\b[^\[(]{0,40}[\[(][^\])]*", re.MULTILINE)
# Over a definition that only stands in for one of the platform.
_STOPGAP = re.compile(
    r"!\s*\\?(?:defined|(?:function|class|interface)_exists)\b|\bunless\b.*\bdefined\?|#\s*ifndef\b"
)


def is_unread(pair: FilePair, after: ParsedFile | None, symbol: Symbol) -> bool:
    """Whether the parse may have missed a definition: an added line has its name, or defines it."""
    if pair.new is None or after is None:
        return False
    word = "" if not after.complete else _DEFINES
    name = re.compile(rf"(?<!\w){word}{re.escape(symbol.name)}(?!\w)")
    # What it did see is another one of the name: a method of another class.
    seen = {each.line for each in after.symbols if each.name == symbol.name} if after.complete else set()
    return any(name.search(pair.new.code_line(number)) for number in pair.added_numbers - seen)


def is_bound(pair: FilePair, after: ParsedFile | None, symbol: Symbol) -> bool:
    """Whether the file still gives something of this name: an import, a macro, an alias."""
    if pair.new is None or after is None:
        return False
    for statement in after.imports:
        if after.language == "rust" and statement.module.startswith("super"):
            continue  # a module within the file has it from here
        if any((each.alias or each.name) == symbol.name for each in statement.names):
            return True
        if re.split(r"[.:/\\]", statement.alias or statement.module)[-1] == symbol.name:
            return True
    if any(each.alias == symbol.name for each in after.exports):
        return True
    if any(
        each.name == symbol.name and each.parent == symbol.parent and not each.forward
        for each in after.symbols
    ):
        return True
    name = re.escape(symbol.name)
    ways = [rf"#\s*define\s+{name}\b", rf"\balias(?:_method)?\s+:?{name}\b", rf"(?<!this)\.{name}\s*=[^=]"]
    if after.language != "python" or _BY_TEXT.search(pair.new.code):
        ways.append(rf"{_BEFORE_TEXT.get(after.language, '')}[\"']{name}[\"']")
    added = "\n".join(row.text for row in pair.added if row.new_line not in _listed(pair.new))
    return re.search("|".join(ways), added) is not None


def _listed(lines: Lines) -> set[int]:
    """The lines of Python's `__all__`: it names what stands elsewhere."""
    found = _ALL.finditer(lines.text) if lines.language == "python" else ()
    return {
        number
        for each in found
        for number in range(lines.line_at(each.start()), lines.line_at(each.end()) + 1)
    }


def is_assigned(pair: FilePair, symbol: Symbol) -> bool:
    """Whether the name is now given to what is defined elsewhere: `Json = ::JSON`."""
    name = re.compile(rf"(?<![\w.:]){re.escape(symbol.name)}\s*=(?![=>~])")
    return pair.new is not None and any(name.search(pair.new.code_line(each)) for each in pair.added_numbers)


def is_stopgap(pair: FilePair, symbol: Symbol) -> bool:
    """Whether it only stood in for one that the platform has now."""
    return pair.old is not None and _STOPGAP.search(pair.old.line(symbol.line - 1)) is not None
