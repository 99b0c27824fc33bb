"""Every language that is parsed; files of other languages enter as text. A line here adds a language."""

from __future__ import annotations

from retrieval.languages.base import Language
from retrieval.languages.python import Python

LANGUAGES: dict[str, Language] = {
    "python": Python(),
}
"""By the name that languages/names.py gives the language's files."""
