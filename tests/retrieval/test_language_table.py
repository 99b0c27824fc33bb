"""The table of languages: what it holds, and that looking costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
import tree_sitter

from retrieval.languages.names import LANGUAGES as NAMES
from retrieval.languages.python.language import Python
from retrieval.languages.table import LANGUAGES
from retrieval.parse import version


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_language_has_its_name_a_grammar_and_a_version(name: str) -> None:
    assert name in NAMES
    assert LANGUAGES[name].name == name
    assert LANGUAGES[name] is LANGUAGES[name]
    assert tree_sitter.Language(LANGUAGES[name].grammar()).node_kind_count > 0
    assert version(name)


def test_versions_tell_languages_apart() -> None:
    assert len({version(name) for name in LANGUAGES}) == len(LANGUAGES)


def test_a_language_is_imported_when_it_is_asked_for() -> None:
    code = """
import sys
from retrieval.languages.table import LANGUAGES
def imported(): return {name for name in LANGUAGES if f"retrieval.languages.{name}" in sys.modules}
assert "python" in LANGUAGES and "fortran" not in LANGUAGES and len(LANGUAGES) == len(list(LANGUAGES))
assert not imported(), imported()
assert LANGUAGES.get("fortran") is None
assert LANGUAGES["go"].name == "go"
assert imported() == {"go"}, imported()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_test_may_put_another_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    count, real, other = len(LANGUAGES), LANGUAGES["python"], Python()
    with monkeypatch.context() as patch:
        patch.setitem(LANGUAGES, "python", other)
        patch.setitem(LANGUAGES, "fortran", other)
        assert LANGUAGES["python"] is LANGUAGES["fortran"] is other
    assert LANGUAGES["python"] is real
    assert "fortran" not in LANGUAGES
    assert len(LANGUAGES) == count
