"""Which files a model should not read: by the rules that made DeepSeek-Coder's training data (section 2).

A file outside them is unlike anything the model has learnt from. Each rule gives its reason and the number
that decided. The paper could spare a file in doubt; a repository's modules stay, though a line of theirs is
long, a table in them has few letters, or a comment speaks of generated code.
"""

from __future__ import annotations

import re
import unicodedata

from retrieval.types import Skip, Skipped

MOST_AVERAGE_LINE = 100  # characters
MOST_LINE = 1_000  # characters
# Ours: code is minified if it breaks one of the two rules above, most of it stands in long lines, and hardly
# any of it is white space. Of minified code 1 to 9 % is, of other code 12 % at least.
LONG_LINE, MOST_IN_LONG_LINES, LEAST_SPACE = 300, 0.5, 0.10
LEAST_LETTERS = 0.25  # of the characters one sees (the paper: of all, but deep indentation is no table)
LEAST_LETTERS_OF_CODE = 0.10  # ours: modules with large tables of numbers, colours or paths have 12 to 24 %
LEAST_TO_JUDGE = 32  # characters, ours: a share of fewer tells nothing, `x = 1` is source
XML_MARK, XML_WITHIN = "<?xml version=", 100  # characters from the start
LEAST_VISIBLE, LEAST_VISIBLE_SHARE = 100, 0.20  # characters; of an HTML file's characters
LEAST_DATA, MOST_DATA = 50, 5_000  # characters of a JSON or YAML file
_DATA = {"json", "yaml"}
# The paper takes its English text from Markdown without these rules: a paragraph is one line there.
_PROSE = {"markdown", "restructuredtext", "rmarkdown", "tex"}
# A text of these is data or prose: whatever its lines hold, they are the text.
_NO_CODE = _DATA | {"text", "html"}
_GENERATED_WITHIN = 2_000  # characters
# What stands above a file's first code: generators put their notices there, templates of notices stand below.
_TOP = re.compile(
    r"""(?: \s++ | /\*.*?(?:\*/|\Z) | <!--.*?(?:-->|\Z) | \{-.*?(?:-\}|\Z) | \(\*.*?(?:\*\)|\Z)
          | \"{3}.*?(?:\"{3}|\Z) | '{3}.*?(?:'{3}|\Z) | <\?php\b
          | (?:\#|//|--|;|%|\*|\.\.\ |<[?!%]|@echo\b|rem\b|dnl\b|package\b|["']use\ strict)[^\n]*+
        )*+""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_NOTICE = re.compile(
    r"""^\ ?(?:(?:<!|[^\w\s"'`@<])++[ \t]*+){0,3}+(?:  # not indented, in a comment, whatever its marks
          @generated\b
        | (?:@?\w[^"'`\n]{0,80}\b)?(?:auto[- ]?)?generated\b.{0,120}\bdo\ not\ (?:edit|modify|change)
        | do\ not\ (?:edit|modify|change)\b.{0,80}\b(?:auto[- ]?)?generated\b
        | <auto-?generated
        | generated\ by\ the\ (?:protocol\ buffer|grpc)\b
        | (?P<phrase>(?:this\ (?:file|code|class|module|source|header)\ (?:is|was|has\ been)\ )?
          (?:automatically\ |auto[- ]?|machine[- ]?)generated
          (?:\ (?:by|from|using|with|via|through|on|at|file|code)\b|\ *[^\w\s,]|\ *$))
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_UNFINISHED = re.compile(r"\w[^\n]*[\w,][ \t]*\n\Z")  # a line whose sentence goes on in the next one
_ASCII_LETTERS = bytes(range(ord("A"), ord("Z") + 1)) + bytes(range(ord("a"), ord("z") + 1))
_NOT_ASCII = re.compile(r"[^\x00-\x7f\s]")
_GENERATED_NAMES = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock"
    r"|cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|pipfile\.lock|pixi\.lock|conda-lock\.yml|composer\.lock"
    r"|gemfile\.lock|go\.sum|go\.work\.sum|mix\.lock|flake\.lock|podfile\.lock|pubspec\.lock|packages\.lock\.json"
    r"|package\.resolved|gradle\.lockfile|[^/]+\.min\.(?:js|mjs|css|html)|[^/]+\.(?:js|mjs|cjs|css|ts)\.map)$"
)
_INVISIBLE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)


def filtered(path: str, language: str, text: str) -> Skipped | None:
    """Why this file is not read; None where it is. An empty file is."""
    if not text:
        return None
    if found := generated(path, text):
        return Skipped(path, Skip.GENERATED, found)
    if language != "xslt" and XML_MARK in text[:XML_WITHIN]:
        return Skipped(path, Skip.XML, f"'{XML_MARK}' in the first {XML_WITHIN} characters")
    if language in _DATA and (detail := size_of_data(text)):
        return Skipped(path, Skip.DATA, detail)
    if language not in _PROSE and (detail := long_lines(text)) and (language in _NO_CODE or is_dense(text)):
        return Skipped(path, Skip.LONG_LINES, detail)
    least = LEAST_LETTERS if language in _NO_CODE | _PROSE else LEAST_LETTERS_OF_CODE
    if (letters := share_of_letters(text)) < least and len(text) >= LEAST_TO_JUDGE:
        return Skipped(path, Skip.FEW_LETTERS, f"{letters:.0%} letters, at least {least:.0%}")
    if language == "html" and (detail := little_text(text)):
        return Skipped(path, Skip.MARKUP, detail)
    return None


def generated(path: str, text: str) -> str:
    """What tells that a program wrote the file, or nothing."""
    if _GENERATED_NAMES.search(path.lower()):
        return "by its name"
    if "generated" not in text[:_GENERATED_WITHIN].lower():
        return ""
    top = _TOP.match(text, 0, _GENERATED_WITHIN)
    head = top[0] if top else ""
    for match in _NOTICE.finditer(head):
        if not _goes_on(head, match):
            return f"line {head.count(chr(10), 0, match.start()) + 1} says so"
    return ""


def _goes_on(head: str, match: re.Match[str]) -> bool:
    """In the midst of a sentence: `... are present in this` / `autogenerated file.`"""
    phrase: str | None = match["phrase"]
    above = head[head.rfind("\n", 0, max(match.start() - 1, 0)) + 1 : match.start()]
    return phrase is not None and phrase[0].islower() and _UNFINISHED.search(above) is not None


def share_of_letters(text: str) -> float:
    """Of the characters one sees. A mark that belongs to a letter, as vowels of Hindi are, is one."""
    raw = text.encode("utf-8")
    ascii_letters = len(raw) - len(raw.translate(None, _ASCII_LETTERS))  # 50 times as fast as asking each
    others = _NOT_ASCII.findall(text) if len(raw) != len(text) else []
    other_letters = sum(1 for char in others if char.isalpha() or unicodedata.category(char)[0] == "M")
    visible = len(text) - white_space(text)
    return (ascii_letters + other_letters) / max(visible, 1)


def size_of_data(text: str) -> str:
    if len(text) < LEAST_DATA:
        return f"{len(text)} characters, at least {LEAST_DATA}"
    return f"{len(text):,} characters, at most {MOST_DATA:,}" if len(text) > MOST_DATA else ""


def long_lines(text: str) -> str:
    lines = text.removesuffix("\n").split("\n")
    longest = max(map(len, lines))
    if longest > MOST_LINE:
        return f"a line of {longest:,} characters, at most {MOST_LINE:,}"
    average = sum(map(len, lines)) / len(lines)
    if average > MOST_AVERAGE_LINE:
        return f"{average:.0f} characters in an average line, at most {MOST_AVERAGE_LINE}"
    return ""


def is_dense(text: str) -> bool:
    """Whether most of it is in long lines, without the white space of what people write."""
    in_long_lines = sum(len(line) for line in text.split("\n") if len(line) > LONG_LINE)
    return in_long_lines > MOST_IN_LONG_LINES * len(text) and white_space(text) < LEAST_SPACE * len(text)


def white_space(text: str) -> int:
    return len(text) - len("".join(text.split()))


def little_text(text: str) -> str:
    visible = len(" ".join(_INVISIBLE.sub(" ", text).split()))
    if visible < LEAST_VISIBLE:
        return f"{visible} visible characters, at least {LEAST_VISIBLE}"
    if visible < LEAST_VISIBLE_SHARE * len(text):
        return f"{visible / len(text):.0%} of it is visible, at least {LEAST_VISIBLE_SHARE:.0%}"
    return ""
