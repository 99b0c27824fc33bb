"""Every language that is parsed; files of other languages enter as text. A line here adds a language."""

from __future__ import annotations

from retrieval.languages.base import Language
from retrieval.languages.c import C
from retrieval.languages.cpp import Cpp
from retrieval.languages.csharp import CSharp
from retrieval.languages.go import Go
from retrieval.languages.java import Java
from retrieval.languages.javascript import JavaScript
from retrieval.languages.kotlin import Kotlin
from retrieval.languages.php import Php
from retrieval.languages.python import Python
from retrieval.languages.ruby import Ruby
from retrieval.languages.typescript import Tsx, TypeScript

LANGUAGES: dict[str, Language] = {
    "c": C(),
    "cpp": Cpp(),
    "csharp": CSharp(),
    "go": Go(),
    "java": Java(),
    "javascript": JavaScript(),
    "kotlin": Kotlin(),
    "php": Php(),
    "python": Python(),
    "ruby": Ruby(),
    "tsx": Tsx(),
    "typescript": TypeScript(),
}
"""By the name that languages/names.py gives the language's files."""
