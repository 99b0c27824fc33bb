"""What no edit may do to a file: put "rest of the code" in the place of code, or drop most of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from coder_cli.edits.differing import Replaced, replaced
from retrieval.languages.content import language_in

_FEW = 8  # lines; of a shorter file more than half may go
_SEVERAL = 2  # lines; what stands for fewer of them may be meant
_PROSE = frozenset({"text", "markdown", "rmarkdown", "restructuredtext", "tex"})
_SHOWN = 80  # characters of a line

_OPENING = re.compile(r"""^(?:\{/\*+|/\*+|<!--+|\{#|\(\*|#+|//+|--+|;+|%+|\*+|\"{3}|'{3}|rem\b)\s*""", re.I)
_CLOSING = re.compile(r"""\s*(?:\*+/\}|\*+/|--+>|#\}|\*\)|\"{3}|'{3})$""")
_DOTS = re.compile(r"\.{3,}|…")
_BARE = re.compile(r"(?:\.{3}|…)[;,]?")
_BRACKETED = re.compile(r"(?:\.{3,}|…|[\[(<{]).*(?:\.{3,}|…|[\])>}])")
_THING = (
    r"(?:(?:source |test )?code|file|functions?|methods?|class(?:es)?|body|implementations?|logic|lines?"
    r"|contents?|imports?|script|modules?|fields|properties|definitions?|declarations?|tests?|cases|routes|handlers"
    r"|document|section|text|program|config(?:uration)?|statements?|entries|items|rules|styles|page|block)"
)
_OWN = r"(?:the |your |this |that |my |our |its |all |of |any )*"
_STAYS = (
    r"(?:(?:that |which |will |should |must )?(?:is|are|be|remains?|stays?|goes|continues?|follows?|comes?)\b"
    r"|unchanged|unmodified|untouched|intact|(?:exactly )?(?:the )?same|as[- ]is"
    r"|as (?:before|above|it (?:is|was))|omitted|for brevity|here|not shown|kept|left)"
)
_STAY = re.compile(rf"(?:[\s,;:(-]*{_STAYS})*[\s.!)\]]*")
# "rest of the code", "existing imports": with dots or a word that it stays it can mean nothing else.
_NAMED = re.compile(
    rf"(?:keep |leave |include |insert |copy )?{_OWN}(?:"
    rf"(?:rest|remainder) of {_OWN}(?:\w+ ){{0,3}}?\w+"
    rf"|(?:existing|previous|original|remaining|other|same|unchanged|unmodified|omitted)(?: \w+)?? {_THING}"
    rf"|{_THING}(?= (?:{_STAYS}))"
    r")(?: \(.*\))?"
)
# These alone may be a remark; in the place of code they are not.
_REMARK = re.compile(
    r"(?:\(?(?:no (?:other )?changes?(?: here| needed| below| above)?|unchanged|as before"
    r"|same as (?:before|above|the original)|(?:code )?(?:omitted|truncated)(?: for brevity)?|snip(?:ped)?"
    r"|your code(?: goes)?(?: here)?|(?:more )?code(?: goes)? here|the rest|rest)\)?)"
)
_STUBS = re.compile(r"\b(?:Protocol|ABC|ABCMeta|abstractmethod|overload|TypedDict)\b")


def refusals(
    before_text: str,
    after_text: str,
    path: str = "",
    *,
    may_shrink: bool = False,
    elsewhere: Sequence[str] = (),
) -> tuple[str, ...]:
    """Sentences that say what of a file's content an edit would lose; nothing where it loses none.

    `may_shrink`: the request was to delete. `elsewhere`: lines that the same edit adds to other files.
    """
    before, after = before_text.split("\n"), after_text.split("\n")
    if not before_text.strip():
        return ()
    language = language_in(path, before_text) if path else ""
    name = path or "The file"
    found = [
        f"{name}, line {number + 1}: `{after[number].strip()[:_SHOWN]}` stands in for lines of the file. "
        "Write them out, or quote fewer lines."
        for number in _placeholders(before, after, language, is_stub=path.endswith(".pyi"))
    ]
    if not may_shrink and (lost := _shrunk(before, after, elsewhere)):
        found.append(f"{name} {lost}")
    return tuple(found)


def _shrunk(before: Sequence[str], after: Sequence[str], elsewhere: Sequence[str]) -> str:
    left = sum(1 for line in after if line.strip())
    if not left:
        return "would be empty."
    were = Counter(line.strip() for line in before if line.strip())
    moved = (were - Counter(line.strip() for line in after)) & Counter(line.strip() for line in elsewhere)
    count = were.total() - moved.total()
    if count > _FEW and left * 2 < count:
        return f"would lose more than half of its lines: {left} of {were.total()} would be left."
    return ""


def _placeholders(
    before: Sequence[str], after: Sequence[str], language: str, *, is_stub: bool
) -> Iterator[int]:
    known = {line.strip() for line in before}
    left = {line.strip() for line in after}
    for change in replaced(before, after):
        lost = sum(
            1 for line in before[change.start : change.stop] if line.strip() and line.strip() not in left
        )
        for number in range(change.new_start, change.new_stop):
            line = after[number].strip()
            if line in known or not line:
                continue
            if _is_bare(after, number, language):
                if lost >= _SEVERAL and not (is_stub or _is_stub_body(after, number, change, language)):
                    yield number
            elif _stands_in(line, lost, language):
                yield number


def _stands_in(line: str, lost: int, language: str) -> bool:
    """Whether a line says no more than that other lines stand there."""
    opened = _OPENING.sub("", line, count=1)
    is_comment = opened != line and language not in _PROSE
    if not is_comment and not _BRACKETED.fullmatch(line.strip("*_ ")):
        return False
    inner = _CLOSING.sub("", opened)
    dots = bool(_DOTS.search(inner))
    said = _DOTS.sub(" ", inner).strip(" \t.,;:-–—*_[]{}<>")
    said = " ".join(said.removeprefix("(").removesuffix(")").lower().split())
    if not said:
        return dots and lost >= _SEVERAL
    named = _NAMED.match(said)
    if named is not None and (rest := _STAY.fullmatch(said, named.end())):
        stays = bool(rest[0].strip(" .!)]"))
        return dots or stays or lost >= _SEVERAL
    return bool(_REMARK.fullmatch(said)) and (dots or lost >= _SEVERAL)


def _is_bare(lines: Sequence[str], number: int, language: str) -> bool:
    """Three dots alone, or all of a Python body; not where the language or a doctest has them so."""
    line = lines[number].strip()
    if language == "python" and re.fullmatch(r"(?:async )?(?:def|class)\b.*:\s*\.\.\.", line):
        return True
    if not _BARE.fullmatch(line) or language in ("yaml", *_PROSE):
        return False
    before = next((each.strip() for each in reversed(lines[:number]) if each.strip()), "")
    return not before.endswith((",", "(", "[", "{")) and not before.startswith((">>>", "..."))


def _is_stub_body(lines: Sequence[str], number: int, change: Replaced, language: str) -> bool:
    """Whether Python's dots are the body of what has none: an abstract method, a protocol's, an overload."""
    if language != "python":
        return False
    depth = _depth(lines[number])
    around = list(lines[change.new_start : change.new_stop])
    for line in filter(str.strip, reversed(lines[:number])):
        if _depth(line) < depth:
            depth = _depth(line)
            around.append(line)
        elif line.lstrip().startswith("@"):
            around.append(line)
        elif not depth:
            break
    return any(_STUBS.search(line) for line in around)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def refusals_of(texts: Mapping[str, tuple[str, str]], *, may_shrink: bool = False) -> tuple[str, ...]:
    """The refusals of several files that change together, each with its text before and after.

    Lines that go from one to another are not lost.
    """
    found: list[str] = []
    for path, (before, after) in texts.items():
        elsewhere = [
            line
            for other, (was, now) in texts.items()
            if other != path
            for line in (Counter(now.split("\n")) - Counter(was.split("\n"))).elements()
        ]
        found += refusals(before, after, path, may_shrink=may_shrink, elsewhere=elsewhere)
    return tuple(found)
