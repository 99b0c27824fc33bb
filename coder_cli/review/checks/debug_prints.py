"""Prints and breakpoints that somebody forgot while looking for a fault.

A breakpoint is one wherever it stands. A print may be what the program is for, so it counts only where the
file prints nothing else and nothing says that it talks to a person; or where its words tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coder_cli.review.checks.ground import FilePair, Ground, Lines, at_lines
from coder_cli.review.checks.paths import is_program, is_shown, is_test
from coder_cli.review.types import Category, Finding, Severity

NAME = "debug-print"
_PRINT = "A print"  # of which nothing but its place tells that it was forgotten


@dataclass(frozen=True, slots=True)
class _Habits:
    """Of one language, all of them for blanked code."""

    stops: re.Pattern[str] | None  # what stops a program for its debugger
    dumps: re.Pattern[str] | None  # what prints for debugging and for nothing else
    prints: re.Pattern[str] | None  # what prints, its group 1 the bracket or what follows
    talks: re.Pattern[str] | None = None  # what a file has that means to print
    asks: re.Pattern[str] | None = None  # what a file has that stops only for a debugger


_JAVASCRIPT = _Habits(
    re.compile(r"^\s*debugger\s*;?\s*$"),
    re.compile(r"(?<![\w.$])console\.(?:dir|trace|table)\s*\("),
    re.compile(r"(?<![\w.$])console\.(?:log|debug)\s*(?=\()"),
    re.compile(r"process\.(?:stdout|argv)|no-console|readline|yargs|commander|consola"),
)
_C = _Habits(
    None,
    None,
    re.compile(r"(?<![\w.>:])(?:std::)?(?:printf|puts)\s*(?=\()|(?<![\w.>])(?:std::)?(?:cout|cerr)\s*(?=<<)"),
    re.compile(r"\bint\s+main\s*\(|\busage\b", re.IGNORECASE),
)
_HABITS = {
    "python": _Habits(
        re.compile(
            r"(?<![\w.])breakpoint\s*\(\s*\)|(?<![\w.])(?:i?pdb|pudb|wdb)\.set_trace\s*\(|^\s*import\s+(?:ipdb|pudb|wdb)\b"
            r"|^\s*from\s+(?:i?pdb|pudb)\s+import\s+set_trace|(?<![\w.])IPython\.embed\s*\("
        ),
        re.compile(r"(?<![\w.])(?:pprint\.pprint|ic)\s*\((?!\))"),
        re.compile(r"(?<![\w.])p?print\s*(?=\()"),
        re.compile(r"__main__|argparse|optparse|sys\.stdout|sys\.argv|\bclick\b|\btyper\b|getopt"),
    ),
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "tsx": _JAVASCRIPT,
    "go": _Habits(
        re.compile(r"(?<![\w.])runtime\.Breakpoint\s*\("),
        re.compile(r"(?<![\w.])spew\.Dump\s*\(|^\s*print(?:ln)?\s*\("),
        re.compile(r"(?<![\w.])fmt\.Print(?:ln|f)?\s*(?=\()"),
        re.compile(r"^package main\b|\bos\.(?:Args|Stdout)\b|\bflag\.|cobra", re.MULTILINE),
    ),
    "rust": _Habits(
        None,
        re.compile(r"(?<![\w:])dbg!\s*[(\[{]"),
        re.compile(r"(?<![\w:])e?println!\s*(?=[(\[{])"),
        re.compile(r"\bfn\s+main\s*\(|\bstdout\b|\bstd::env::args\b|\bclap\b"),
    ),
    "java": _Habits(
        None,
        None,
        re.compile(r"(?<![\w.])System\.(?:out|err)\.print(?:ln|f)?\s*(?=\()"),
        re.compile(r"\bstatic\s+void\s+main\s*\("),
    ),
    "kotlin": _Habits(
        None, None, re.compile(r"(?<![\w.])println\s*(?=\()"), re.compile(r"\bfun\s+main\s*\(")
    ),
    "csharp": _Habits(
        re.compile(r"(?<![\w.])(?:System\.Diagnostics\.)?Debugger\.(?:Break|Launch)\s*\("),
        None,
        re.compile(r"(?<![\w.])(?:System\.)?Console\.Write(?:Line)?\s*(?=\()"),
        re.compile(r"\bstatic\s+(?:async\s+)?(?:void|int|Task\S*)\s+Main\s*\(|Console\.(?:Read|Out|Error)"),
        re.compile(r"\bDebugger\.IsAttached\b"),
    ),
    "c": _C,
    "cpp": _C,
    "php": _Habits(
        re.compile(r"(?<![\w.>:$])(?:xdebug_break|eval\(\\?Psy\\sh\(\)\))\s*\("),
        re.compile(r"(?<![\w.>:$])(?:var_dump|dd|dump|ray)\s*\((?!\s*\))"),
        re.compile(r"(?<![\w.>:$])print_r\s*(?=\()"),
        re.compile(r"\bSTDOUT\b|\$argv"),
    ),
    "ruby": _Habits(
        re.compile(
            r"(?<![\w.])binding\.(?:pry|irb|break|b)\b|^\s*(?:byebug|debugger)\s*$|^\s*require\s*\"\s*\"\s*;\s*binding"
        ),
        None,
        re.compile(r"^\s*(?:puts|pp|p)(?=[ (](?![=|&*/+<>-] )\S)"),
        re.compile(r"\bARGV\b|\$stdout|OptionParser|\bThor\b|Rake::Task"),
    ),
}
# What nobody says to a user.
_TELLS = re.compile(
    r"^[f$@]?[\"'`]\W*(?:DEBUG|DBG|debug:|[Xx]{3,}|here\b|got here|TODO|remove me|wtf\b)"
    r"|!!!|\?\?\?|>>>|<<<|=\}"
    r"|^[\"'`](?P<label>\w[\w.]*)\s*[:=]?\s*[\"'`]\s*,\s*(?P=label)\b"  # print("x", x)
)
_GUARD = re.compile(
    r"\b(?:if|unless|else|elif|case|when|switch)\b.*"
    r"(?:(?<![A-Za-z])(?i:verbose|debug|quiet|silent|trace|dry|log|print)|Verbose|Debug|Quiet|Silent|Trace"
    r"|Dry|Log|Print)(?!back)"
)
_GUARD_LINES = 4
_MOST_FORGOTTEN = 2  # prints in one file; whoever adds more means it
_PRINTER = re.compile(r"print|dump|show|display|report|echo|usage|help|banner|version", re.IGNORECASE)
_PRINTF_FILE = re.compile(r"\bfile\s*=")


def find(ground: Ground) -> Iterator[Finding]:
    for pair, new in ground.new_pairs():
        habits = _HABITS.get(new.language)
        if habits is None or is_shown(pair.path, new.language):
            continue
        moved = {row.text.strip() for row in pair.deleted}
        for number in sorted(pair.added_numbers):
            if new.line(number).strip() not in moved and (what := _left_over(pair, new, habits, number)):
                if what == _PRINT and _is_in_a_printer(ground, pair, number):
                    continue
                yield _finding(pair, new, number, what)


def _left_over(pair: FilePair, new: Lines, habits: _Habits, number: int) -> str:
    code = new.code_line(number)
    if habits.stops is not None and habits.stops.search(code):
        return "" if habits.asks is not None and habits.asks.search(new.code) else "A breakpoint"
    if is_test(pair.path):
        return ""
    dumps = habits.dumps.search(code) if habits.dumps is not None else None
    prints = habits.prints.search(code) if habits.prints is not None else None
    found = dumps or prints
    if found is None or _is_defined(code):
        return ""
    told = new.line(number)[found.end() :].strip().lstrip("(< ")
    if prints is not None and _PRINTF_FILE.search(code):
        return ""
    tells = _TELLS.search(told)
    if tells and not (tells["label"] and is_program(pair.path)):  # a script may well say what it found
        return "A print for debugging"
    if dumps is not None and not _was_dumping(pair, habits):
        return "A print for debugging"
    if is_program(pair.path) or _is_guarded(new, number, found.re) or _is_printing(pair, new, habits):
        return ""
    return _PRINT


def _was_dumping(pair: FilePair, habits: _Habits) -> bool:
    lines = pair.old.code_lines if pair.old is not None else ()
    return habits.dumps is not None and any(habits.dumps.search(line) for line in lines)


def _is_guarded(new: Lines, number: int, prints: re.Pattern[str]) -> bool:
    """Under a condition that asks whether to print; one with a print beside it is over."""
    above = range(max(1, number - _GUARD_LINES), number)
    return _GUARD.search(new.line(number)) is not None or any(
        _GUARD.search(new.line(line)) and prints.search(new.code_line(line)) is None for line in above
    )


def _is_printing(pair: FilePair, new: Lines, habits: _Habits) -> bool:
    """Whether the file printed before, is new or a program; then only what a print says tells."""
    if habits.talks is not None and habits.talks.search(new.text):
        return True
    old, prints = pair.old, habits.prints
    if old is None or prints is None:
        return True
    added = [number for number in pair.added_numbers if prints.search(new.code_line(number))]
    printed = [number for number, line in enumerate(old.code_lines, start=1) if prints.search(line)]
    return len(added) > _MOST_FORGOTTEN or not all(_GUARD.search(old.line(number)) for number in printed)


def _is_in_a_printer(ground: Ground, pair: FilePair, number: int) -> bool:
    """Within a function whose name says that it prints."""
    parsed = ground.after.parsed(pair.path)
    around = (one for one in parsed.symbols if one.start_line < number <= one.end_line) if parsed else ()
    return any(_PRINTER.search(one.name) for one in around)


def _is_defined(code: str) -> bool:
    """`def dump(` is no call of it."""
    return (
        re.match(
            r"\s*(?:(?:public|private|protected|static|async|export|pub)\s+)*(?:def|function|func|fn|fun)\b",
            code,
        )
        is not None
    )


def _finding(pair: FilePair, new: Lines, number: int, what: str) -> Finding:
    stops = what == "A breakpoint"
    return at_lines(
        pair,
        number,
        number,
        check=NAME,
        severity=Severity.ERROR if stops else Severity.WARNING,
        category=Category.LEFTOVER,
        title=f"{what} is left",
        scenario="The program stops here and waits for a debugger."
        if stops
        else "It prints to whoever runs it.",
        suggestion="Delete the line." if stops else "Delete the line, or log it.",
    )
