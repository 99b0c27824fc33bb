from __future__ import annotations

import pytest

from coder_cli.edits.checks import refusals as of_changes
from coder_cli.edits.losses import refusals
from coder_cli.edits.types import FileChange

_BODY = "    b = 2\n    c = 3\n    return a + b + c + x\n"
_CODE = f"import os\n\n\ndef f(x):\n    a = 1\n{_BODY}\n\ndef g():\n    return f(2)\n"


def added(line: str, path: str = "a.py") -> tuple[str, ...]:
    return refusals(_CODE, _CODE.replace("    a = 1\n", f"    a = 1\n    {line}\n"), path)


def in_place(line: str, path: str = "a.py") -> tuple[str, ...]:
    return refusals(_CODE, _CODE.replace(_BODY, f"    {line}\n"), path)


@pytest.mark.parametrize(
    "line",
    [
        "# rest of the code unchanged",
        "# ... existing code ...",
        "# ... (unchanged)",
        "// ... rest of the file remains the same",
        "/* ... existing code ... */",
        "<!-- ... rest of page ... -->",
        "# The rest of your code here",
        "# ... rest of the function",
        "... existing code ...",
        "[... rest of the code ...]",
        "# Rest of the code...",
        "-- rest of the code stays the same",
        "# … other methods …",
        "# (rest of the code remains unchanged)",
        "# existing code here",
        "# Other functions remain unchanged",
        "# keep the rest of the file as is",
        "# remaining code omitted for brevity",
        "# The implementation stays the same",
        "// same code as before",
    ],
)
def test_a_line_that_stands_for_others_is_refused_wherever_it_comes(line: str) -> None:
    assert in_place(line)
    [told] = added(line)
    assert told.startswith(f"a.py, line 6: `{line}` stands in for lines of the file.")


@pytest.mark.parametrize(
    "line", ["# ...", "# unchanged", "# same as before", "...", "# rest of the code", "{/* existing code */}"]
)
def test_what_could_be_a_remark_is_refused_in_the_place_of_lines(line: str) -> None:
    assert in_place(line)
    assert not added(line)


@pytest.mark.parametrize(
    "line",
    [
        "# Keep the existing code path for old clients",
        "# Check the rest of the arguments before the call",
        "# TODO: the rest of the tests need a fixture",
        "# The same function is used by g",
        "# remaining lines are read in the next call",
        "# Unchanged rows are skipped.",
        "# the file is closed by the caller",
        "# ... and then the second pass over the rows",
        "# lines are sorted here first, then joined",
        "x = [...]",
        "call(*rest)",
    ],
)
def test_comments_of_code_are_none(line: str) -> None:
    assert not added(line)
    assert not in_place(line)


def test_a_line_that_was_there_before_may_stay() -> None:
    before = _CODE.replace("import os", "import os\n# rest of the code unchanged")
    assert not refusals(before, before.replace("a = 1", "a = 2"), "a.py")
    moved = before.replace("# rest of the code unchanged\n", "") + "# rest of the code unchanged\n"
    assert not refusals(before, moved, "a.py")


@pytest.mark.parametrize(
    "stub",
    [
        "@abstractmethod\ndef f(x):\n    ...\n",
        "class P(Protocol):\n    def f(x): ...\n",
        "class P(Protocol):\n    def f(x):\n        ...\n",
    ],
)
def test_dots_are_the_body_of_what_has_none(stub: str) -> None:
    assert not refusals(_CODE, _CODE.replace("def f(x):\n    a = 1\n" + _BODY, stub), "a.py")


def test_dots_in_the_place_of_a_body_are_refused() -> None:
    assert refusals(_CODE, _CODE.replace("    a = 1\n" + _BODY, "    ...\n"), "a.py")
    assert refusals(_CODE, _CODE.replace("def f(x):\n    a = 1\n" + _BODY, "def f(x): ...\n"), "a.py")
    assert not refusals(_CODE, _CODE.replace("    a = 1\n" + _BODY, "    ...\n"), "a.pyi")


def test_dots_of_other_meanings_stay() -> None:
    c = "int a(void) {\n  one();\n  two();\n  return 3;\n}\n"
    assert not refusals(c, c.replace("  one();\n  two();\n", "  log(\n  x,\n  ...\n  );\n"), "a.c")
    doctest = _CODE.replace(_BODY, '    """\n    >>> for x in y:\n    ...     x\n    ...\n    """\n')
    assert not refusals(_CODE, doctest, "a.py")
    assert not refusals("a: 1\nb: 2\nc: 3\n", "a: 1\n...\n", "a.yaml")
    assert not refusals("a\nb\nc\nd\n", "a\n...\nd\n", "notes.md")
    assert not refusals("a\nb\nc\nd\n", "a\n# rest of the document\nd\n", "notes.md")
    assert refusals("a\nb\nc\nd\n", "a\n... rest of the document ...\nd\n", "notes.md")


def test_more_than_half_of_a_file_does_not_go() -> None:
    before = "".join(f"line {n}\n" for n in range(20))
    kept = "".join(f"line {n}\n" for n in range(9))
    assert refusals(before, kept, "a.txt") == (
        "a.txt would lose more than half of its lines: 9 of 20 would be left.",
    )
    assert not refusals(before, kept, "a.txt", may_shrink=True)
    assert not refusals(before, kept + "one more\n", "a.txt")
    assert not refusals("1\n2\n3\n4\n5\n6\n", "1\n", "a.txt")
    assert refusals("1\n", "\n", "a.txt") == ("a.txt would be empty.",)
    assert not refusals("", "# rest of the code unchanged\n", "a.py")


def test_lines_that_move_to_another_file_are_not_lost() -> None:
    before = "".join(f"line {n}\n" for n in range(20)).encode()
    moving = before[:60]
    gone = FileChange("a.txt", before, before[60:])
    assert not of_changes(
        [FileChange("a.txt", before, before[-50:]), FileChange("b.txt", None, before[:-50])]
    )
    assert of_changes([FileChange("a.txt", before, before[-50:]), FileChange("b.txt", None, b"")])
    assert not of_changes([gone, FileChange("b.txt", None, moving)])


def test_files_that_come_and_go_as_a_whole_are_not_judged() -> None:
    assert not of_changes([FileChange("a.txt", b"1\n2\n", None), FileChange("b.bin", b"\0", b"\1\2\0")])
