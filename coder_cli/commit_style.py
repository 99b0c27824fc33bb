"""How a repository's commits are called: told from its last subjects, kept to by a pattern."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from retrieval.git_commands import GitCommands

SUBJECTS = 20  # that are looked at, and shown to the model
LONGEST = 72  # characters of a subject
_LOOKED_THROUGH = 80  # commits; releases and bots' bumps say nothing about a person's subjects
_FORMAT = "%x01%s%x00%b"
_MOST, _HARDLY = 0.6, 0.2  # shares of the subjects that make a habit, and that make none
_TYPES = ("feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore", "revert")
_TYPED = re.compile(rf"(?P<type>{'|'.join(_TYPES)})(?P<scope>\([^)\n]+\))?!?: +", re.IGNORECASE)
_AREA = re.compile(r"(?P<area>[\w./,*{}-]+(?: [\w./-]+)?): +")
_NUMBERS = re.compile(r"(?:\s*\((?:[\w-]+/[\w.-]+)?#\d+\))+\s*$")  # of pull requests: they come later
_NO_PERSON = re.compile(
    r"(?:\w+(?:\([^)]*\))?: )?bump \S+ (?:from|to)\b|(?:\w+(?:\([^)]*\))?: )?(?:\S+[-@ ])?v?\d+\.\d+\S*$"
    r"|revert\b|merge\b|(?:prepare|release)\b",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"[A-Z][\w-]+: .+|\(cherry picked from .+\)|(?:close[sd]?|fix(?:es|ed)?|refs?):? #\d+", re.IGNORECASE
)


class Prefix(Enum):
    """What stands before a subject's own words."""

    NONE = "none"
    TYPE = "type"  # fix(parser):
    AREA = "area"  # parser:
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of a repository. None: there is no saying."""

    subjects: tuple[str, ...] = ()  # the newest first, without numbers of pull requests
    prefix: Prefix = Prefix.MIXED
    scope: bool | None = None  # after a type
    types: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()  # the commonest first
    capital: bool | None = None  # the first letter of a subject's own words
    period: bool = False
    body: bool = False  # most have one


def style_of(commands: GitCommands, head: str | None) -> Style:
    """Of the commits up to `head`; of a repository without any, none."""
    if head is None:
        return Style()
    output = commands.output(
        "log",
        "--no-merges",
        "--no-show-signature",
        "--no-mailmap",
        "--encoding=UTF-8",
        f"--max-count={_LOOKED_THROUGH}",
        f"--format={_FORMAT}",
        head,
        "--",
    )
    told = [commit.partition("\0")[::2] for commit in output.decode("utf-8", "replace").split("\x01")[1:]]
    found = [(subject.strip(), body) for subject, body in told if subject.strip()]
    own = [commit for commit in found if is_by_a_person(commit[0])] or found
    return style_in(own[:SUBJECTS])


def style_in(commits: Sequence[tuple[str, str]]) -> Style:
    """Of subjects with their bodies, the newest first."""
    if not commits:
        return Style()
    subjects = [_NUMBERS.sub("", subject) for subject, _ in commits]
    typed = [found for subject in subjects if (found := _TYPED.match(subject))]
    areas = [
        found["area"]
        for subject in subjects
        if not _TYPED.match(subject) and (found := _AREA.match(subject)) is not None
    ]
    own = [words for subject in subjects if (words := words_of(subject))]
    prefix = Prefix.MIXED
    if _share(typed, subjects) >= _MOST:
        prefix = Prefix.TYPE
    elif _share(areas, subjects) >= _MOST:
        prefix = Prefix.AREA
    elif _share([*typed, *areas], subjects) <= _HARDLY:
        prefix = Prefix.NONE
    return Style(
        subjects=tuple(subjects),
        prefix=prefix,
        scope=_habit([found["scope"] is not None for found in typed]),
        types=tuple(dict.fromkeys((*(found["type"].lower() for found in typed), *_TYPES))),
        areas=tuple(area for area, _ in Counter(areas).most_common()),
        capital=_habit([words[0].isupper() for words in own if words[0].isalpha()]),
        period=bool(_habit([subject.endswith(".") for subject in subjects])),
        body=_share([body for _, body in commits if _says_more(body)], commits) >= _MOST,
    )


def pattern(style: Style, places: Sequence[str] = ()) -> str:
    """A regular expression for a subject that keeps to it, longer ones too: cut words help nobody.

    `places`: what an area may be called besides.
    """
    first = {True: "[A-Z0-9`_]", False: "[a-z0-9`_]", None: "[A-Za-z0-9`_]"}[style.capital]
    words = rf"{first}[^\n#]{{7,{LONGEST + 30}}}"
    if style.prefix is Prefix.TYPE:
        scope = r"\([\w./,-]{1,20}\)"
        written = {True: scope, False: "", None: f"(?:{scope})?"}[style.scope]
        words = f"(?:{'|'.join(map(re.escape, style.types))}){written}: {words}"
    elif style.prefix is Prefix.AREA:
        # One that a subject had, or a part of a path that changed.
        words = f"(?:{'|'.join(map(re.escape, dict.fromkeys((*style.areas, *places))))}): {words}"
    elif style.prefix is Prefix.NONE:
        words = rf"{first}[^\s:#]{{1,30}} [^\n#]{{4,{LONGEST + 30}}}"
    return rf"{words}\n?"


def words_of(subject: str) -> str:
    """A subject without what stands before its own words."""
    prefix = _TYPED.match(subject) or _AREA.match(subject)
    return subject[prefix.end() :] if prefix else subject


def is_by_a_person(subject: str) -> bool:
    """Not so of releases, bumps, reverts and merges, which programs word."""
    return _NO_PERSON.match(subject) is None


def has_prefix(subject: str) -> bool:
    return (_TYPED.match(subject) or _AREA.match(subject)) is not None


def _says_more(body: str) -> bool:
    """A body that is more than trailers and the list of what was squashed."""
    lines = [line.strip() for line in body.split("\n")]
    return any(line and not line.startswith("*") and _TRAILER.fullmatch(line) is None for line in lines)


def _habit(holds: Sequence[bool]) -> bool | None:
    share = _share([one for one in holds if one], holds)
    return True if share >= 1 - _HARDLY else False if share <= _HARDLY else None


def _share(some: Sequence[object], of: Sequence[object]) -> float:
    return len(some) / len(of) if of else 0.0
