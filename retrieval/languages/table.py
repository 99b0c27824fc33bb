"""Every language that is parsed; files of other languages enter as text. A line here adds a language."""

from __future__ import annotations

from retrieval.languages.base import Language
from retrieval.languages.c import C
from retrieval.languages.cpp import Cpp
from retrieval.languages.go import Go
from retrieval.languages.javascript import JavaScript
from retrieval.languages.php import Php
from retrieval.languages.python import Python
from retrieval.languages.typescript import Tsx, TypeScript

LANGUAGES: dict[str, Language] = {
    "c": C(),
    "cpp": Cpp(),
    "go": Go(),
    "javascript": JavaScript(),
    "php": Php(),
    "python": Python(),
    "tsx": Tsx(),
    "typescript": TypeScript(),
}
"""By the name that languages/names.py gives the language's files."""
