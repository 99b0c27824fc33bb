"""Which language, where its name leaves several: extensions that languages share, told apart by the text."""

from __future__ import annotations

import re

from retrieval.languages.names import TEXT, language_of

_LOOK_AT = 20_000  # characters


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


_OBJECTIVE_C = _rule(
    r"^[ \t]*(?:@(?:interface|implementation|protocol|class|property|end|import)\b|#import\b)"
)
# By extension: the first rule that the text meets decides, else the last language.
_RULES: dict[str, tuple[tuple[tuple[re.Pattern[str], str], ...], str]] = {
    "h": (
        (
            (_OBJECTIVE_C, TEXT),
            (
                _rule(
                    r"^[ \t]*(?:template\s*<|(?:inline\s+)?namespace\s+[\w:]+|using\s+[\w:]+|class\s+\w[^;]*$"
                    r"|(?:public|private|protected)\s*:|(?:constexpr|virtual|explicit|friend)\b"
                    r"|\#\s*include\s*<(?:c(?:stdint|stddef|string|stdlib|assert|math)|string|vector|map|set|list"
                    r"|memory|utility|functional|algorithm|array|deque|optional|variant|unordered_\w+|type_traits"
                    r"|i?o?stream|iosfwd|[fs]stream|string_view|atomic|mutex|thread|chrono|tuple|initializer_list)>)"
                    r"|\bstd::\w|\)\s*(?:const\s*)?(?:noexcept|override|=\s*(?:delete|default))\b"
                ),
                "cpp",
            ),
        ),
        "c",
    ),
    "m": (
        (
            (_OBJECTIVE_C, TEXT),
            (_rule(r"^\s*\(\*|^\s*[A-Z]\w*\[[^\]]*_\]\s*:?="), "mathematica"),
            (_rule(r"^:- (?:module|import_module|interface)\b"), TEXT),  # Mercury
        ),
        "matlab",
    ),
    "pl": (
        (
            (_rule(r"^\s*(?:use\s+(?:strict|warnings|v?5)|package\s+[\w:]+;|sub\s+\w+|my\s+[$@%(])"), "perl"),
            (_rule(r"^[^#'\"\n]*:-|^\s*%"), "prolog"),
        ),
        "perl",
    ),
    "pro": (((_rule(r"^[^\[#'\"\n]*:-"), "prolog"),), TEXT),  # else IDL, or qmake
    "cls": (
        (
            (_rule(r"^VERSION \d|^Attribute VB_"), "visual-basic"),
            (_rule(r"\\(?:NeedsTeXFormat|ProvidesClass|LoadClass|newcommand|def)\b"), "tex"),
        ),
        TEXT,  # Apex
    ),
    "fs": (
        (
            (
                _rule(r"^\s*(?:#version\s|precision\s+\w+\s+float|uniform\s|varying\s|void\s+main\s*\()"),
                "glsl",
            ),
            (_rule(r"^(?::\s+\w+\s|\\ )"), TEXT),  # Forth
        ),
        "f-sharp",
    ),
    "v": (
        (
            (
                _rule(r"^\s*(?:Require|Import|Theorem|Lemma|Definition|Inductive|Fixpoint|Proof)\b"),
                TEXT,
            ),  # Coq
            (_rule(r"^\s*(?:pub\s+)?(?:fn\s+\w+|struct\s+\w+\s*\{)|^module\s+\w+\s*$(?!\s*[(#])"), TEXT),  # V
        ),
        "verilog",
    ),
    "cl": (
        ((_rule(r"\b__kernel\b|^\s*(?:#\s*(?:define|include|pragma)|kernel\s+void)\b"), TEXT),),
        "common-lisp",
    ),
    "pp": (
        ((_rule(r"^\s*(?:unit|program|library|interface|implementation|uses)\b.*(?:;|$)"), "pascal"),),
        TEXT,
    ),
    "bs": (((_rule(r"^\s*(?:package|module|interface|rule|import)\b.*;"), "bluespec"),), TEXT),
    "inc": (((_rule(r"<\?(?:php|=|\s)"), "php"),), TEXT),
    "g": (((_rule(r"^\s*(?:lexer\s+|parser\s+|tree\s+)?grammar\s+\w+\s*;"), "antlr"),), TEXT),
    "st": (((_rule(r"^!|\bsubclass:\s|^\s*\^|\bclass\s*>>"), "smalltalk"),), TEXT),
    "d": ((), TEXT),
}


def language_in(path: str, text: str) -> str:
    """As `language_of`, with the whole text to go by."""
    named = language_of(path, text[:200].partition("\n")[0])
    extension = path.rpartition("/")[2].rpartition(".")[2]
    found = _RULES.get(extension)
    if found is None or text.startswith("#!"):
        return named
    head = text[:_LOOK_AT]
    rules, otherwise = found
    return next((language for pattern, language in rules if pattern.search(head)), otherwise)
