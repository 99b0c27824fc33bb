"""A program's text with everything blanked out that is no code: a name, bracket or comma left in it is one.

It is a reading by tokens, not by grammar, so that it works on any part of a text and on broken ones.
"""

from __future__ import annotations

import re

_LONGEST = (
    5_000  # characters of a string whose end is a word: one without an end must not cost the whole text
)
_SLASHES = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
# After what cannot end a value, a slash begins a regular expression.
_REGEX = (
    r"(?:(?<=[(,=:\[!&|?{};+\n])|(?<=[(,=:\[!&|?{};+] )|(?<=return )|(?<=^))"
    r"/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*"
)
_TOKENS = {
    "python": rf"#[^\n]*|{_TRIPLE}|'''(?:\\.|[^\\])*?(?:'''|\Z)|{_DOUBLE}|{_SINGLE}",
    "javascript": rf"{_SLASHES}|{_DOUBLE}|{_SINGLE}|`(?:\\.|[^`\\])*(?:`|\Z)|{_REGEX}",
    "go": rf"{_SLASHES}|{_DOUBLE}|{_SINGLE}|`[^`]*(?:`|\Z)",
    "java": rf"{_SLASHES}|{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
    "csharp": rf'{_SLASHES}|\$?@\$?"(?:[^"]|"")*"|{_TRIPLE}|{_DOUBLE}|{_SINGLE}',
    "c": rf"""{_SLASHES}|\bR"(?P<raw>[^\s()\\]{{0,16}})\(.{{0,{_LONGEST}}}?\)(?P=raw)"|{_DOUBLE}"""
    rf"|(?<![0-9a-fA-F]){_SINGLE}",
    "rust": rf"""{_SLASHES}|\br(?P<raw>#{{0,16}})".{{0,{_LONGEST}}}?"(?P=raw)|"(?:\\.|[^"\\])*\""""
    r"""|'(?:\\[^\n']+|\\'|[^\\'\n])'""",
    "php": rf"""{_SLASHES}|\#(?!\[)[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
    rf"""|<<<["']?(?P<here>\w+)["']?\n.{{0,{_LONGEST}}}?\n[ \t]*(?P=here)\b""",
    "ruby": rf"""\#[^\n]*|^=begin\b.*?^=end\b|{_DOUBLE}|{_SINGLE}"""
    r"""|(?<=[=(,~] )/(?!\s)(?:\\.|[^/\\\n])+/"""
    rf"""|<<[~-]?["']?(?P<here>[A-Z]\w*)["']?[^\n]*\n.{{0,{_LONGEST}}}?\n[ \t]*(?P=here)\b""",
}
_ALIKE = {
    "typescript": "javascript",
    "tsx": "javascript",
    "kotlin": "java",
    "cpp": "c",
}
_PATTERNS = {language: re.compile(tokens, re.DOTALL | re.MULTILINE) for language, tokens in _TOKENS.items()}
_MARKS = ("//", "/*", "#", "=begin")


def knows(language: str) -> bool:
    return _ALIKE.get(language, language) in _PATTERNS


def blanked(text: str, language: str) -> str:
    """As long as the text, line for line. Of a string its first and last quote stay. Languages that are not
    known stay whole."""
    pattern = _PATTERNS.get(_ALIKE.get(language, language))
    return pattern.sub(_blank, text) if pattern is not None else text


def _blank(token: re.Match[str]) -> str:
    found = token[0]
    empty = "".join("\n" if each == "\n" else " " for each in found)
    if found.startswith(_MARKS) or len(found) < 2:
        return empty
    return f'"{empty[1:-1]}"'
