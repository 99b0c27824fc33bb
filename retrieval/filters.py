"""Which files a model should not read: the rules that made DeepSeek-Coder's training data (paper, section 2).

A file outside them is unlike anything the model has learnt from. Each rule gives its reason and the number
that decided.
"""

from __future__ import annotations

import re

from retrieval.types import Skip, Skipped

MOST_AVERAGE_LINE = 100  # characters
MOST_LINE = 1_000  # characters
LEAST_LETTERS = 0.25  # of all characters
LEAST_TO_JUDGE = 32  # characters, ours: a share of fewer tells nothing, `x = 1` is source
XML_MARK, XML_WITHIN = "<?xml version=", 100  # characters from the start
LEAST_VISIBLE, LEAST_VISIBLE_SHARE = 100, 0.20  # characters; of an HTML file's characters
LEAST_DATA, MOST_DATA = 50, 5_000  # characters of a JSON or YAML file
_DATA = {"json", "yaml"}
# The paper takes its English text from Markdown without these rules: a paragraph is one line there.
_PROSE = {"markdown", "restructuredtext", "rmarkdown", "tex"}
_GENERATED_WITHIN = 2_000  # characters: a notice stands at the top
_GENERATED = re.compile(
    r"""^\ ?(?:(?:<!|[^\w\s"'`@<])++[ \t]*+){0,3}+(?:  # not indented, in a comment, whatever its marks
          @generated\b
        | (?:@?\w[^"'`\n]{0,80}\b)?(?:auto[- ]?)?generated\b.{0,120}\bdo\ not\ (?:edit|modify|change)
        | do\ not\ (?:edit|modify|change)\b.{0,80}\b(?:auto[- ]?)?generated\b
        | <auto-?generated
        | (?:this\ (?:file|code|class|module|source)\ (?:is|was|has\ been)\ )?
          (?:automatically|auto-?|machine[- ]?)\s?generated\b
        | generated\ by\ the\ (?:protocol\ buffer|grpc)\b
        | code\ generated\ by\b
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_ASCII_LETTERS = bytes(range(ord("A"), ord("Z") + 1)) + bytes(range(ord("a"), ord("z") + 1))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
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
    if language not in _PROSE and (detail := long_lines(text)):
        return Skipped(path, Skip.LONG_LINES, detail)
    letters = share_of_letters(text)
    if letters < LEAST_LETTERS and len(text) >= LEAST_TO_JUDGE:
        return Skipped(path, Skip.FEW_LETTERS, f"{letters:.0%} letters, at least {LEAST_LETTERS:.0%}")
    if language == "html" and (detail := little_text(text)):
        return Skipped(path, Skip.MARKUP, detail)
    return None


def generated(path: str, text: str) -> str:
    """What tells that a program wrote the file, or nothing."""
    if _GENERATED_NAMES.search(path.lower()):
        return "by its name"
    head = text[:_GENERATED_WITHIN]
    match = _GENERATED.search(head) if "generated" in head.lower() else None
    return f"line {text.count(chr(10), 0, match.start()) + 1} says so" if match else ""


def share_of_letters(text: str) -> float:
    raw = text.encode("utf-8")
    ascii_letters = len(raw) - len(raw.translate(None, _ASCII_LETTERS))  # 50 times as fast as asking each
    other_letters = 0 if len(raw) == len(text) else sum(map(str.isalpha, _NOT_ASCII.findall(text)))
    return (ascii_letters + other_letters) / len(text)


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


def little_text(text: str) -> str:
    visible = len(" ".join(_INVISIBLE.sub(" ", text).split()))
    if visible < LEAST_VISIBLE:
        return f"{visible} visible characters, at least {LEAST_VISIBLE}"
    if visible < LEAST_VISIBLE_SHARE * len(text):
        return f"{visible / len(text):.0%} of it is visible, at least {LEAST_VISIBLE_SHARE:.0%}"
    return ""
