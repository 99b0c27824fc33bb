"""Every language that is parsed; files of other languages enter as text. A line here adds a language."""

from __future__ import annotations

from retrieval.languages.base import Language

LANGUAGES: dict[str, Language] = {}
"""By the name that languages/names.py gives the language's files."""
