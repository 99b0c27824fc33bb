"""Comments and the code they are about, taken apart."""

from __future__ import annotations

import pytest

from retrieval.search.documented import documented, prose

PYTHON = b'''
class Store:
    """Keeps values by name, for a while.

    Args:
        size: how many
    """

    @property
    def size(self):
        "How many values there are."
        values = self.values
        return len(values)

    def said_little(self):
        """Short."""
        a = 1
        return a
'''
GO = b"""package a

// Open opens the store at a path, and
// makes it where there is none.
func Open(path string) *Store {
\tstore := load(path)
\tif store == nil {
\t\treturn fresh(path)
\t}
\treturn store
}
"""
JAVA = b"""class A {
  /**
   * Closes the <b>store</b>, see {@link Store#close}.
   * @param now at once
   */
  @Override
  void close(boolean now) {
    first();
    second();
  }
}
"""


def test_a_docstring_and_its_function() -> None:
    found = dict(documented("a.py", PYTHON))
    assert list(found) == ["Keeps values by name, for a while.", "How many values there are."]
    lines = found["How many values there are."].split("\n")
    assert [line.strip() for line in lines] == [
        "@property",
        "def size(self):",
        "values = self.values",
        "return len(values)",
    ]


def test_a_comment_above_a_definition() -> None:
    ((said, code),) = documented("a.go", GO)
    assert said == "Open opens the store at a path, and makes it where there is none."
    assert code.startswith("func Open(path string)")
    ((said, code),) = documented("A.java", JAVA)
    assert said == "Closes the store, see Store#close."
    assert code.strip().startswith("@Override")


@pytest.mark.parametrize("path", ["a.txt", "a.py", "a.go"])
def test_what_is_no_code_has_none(path: str) -> None:
    for data in (b"", b"\0\1\2", b"def broken(:\n", b"words only, nothing else"):
        assert list(documented(path, data)) == []


def test_licences_say_nothing() -> None:
    assert prose("// Copyright (c) someone, all rights reserved", "go") == ""
