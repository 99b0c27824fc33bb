"""Changes are put together as git does it, or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder_cli.journal.merge import merged

BASE = b"a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (BASE, b"a\nB\nc\nd\ne\n", b"a\nB\nc\nd\ne\n"),
        (b"A\nb\nc\nd\ne\n", b"a\nb\nc\nd\nE\n", b"A\nb\nc\nd\nE\n"),
        (b"x\na\nb\nc\nd\ne\n", b"a\nb\nd\ne\n", b"x\na\nb\nd\ne\n"),
        (b"a\nb\nc\nd\ne\nf", b"a\nb\nc\nd\n", None),
        (b"a\nb\nc\nd\ne\nf", b"\xef\xbb\xbf" + BASE, None),
        (b"a\nb\nX\nd\ne\n", b"a\nb\nY\nd\ne\n", None),
        (b"a\nb\nX\nd\ne\n", b"a\nb\nc\nY\ne\n", None),  # lines that touch
        (b"a\nb\nX\nd\ne\n", b"a\nb\nX\nd\nE\n", b"a\nb\nX\nd\nE\n"),  # both did the one
        (b"a\r\nb\r\nc\r\nd\r\ne\r\n", b"a\nB\nc\nd\ne\n", None),
        (b"a\nb\nc\nd\ne", b"A\nb\nc\nd\ne\n", b"A\nb\nc\nd\ne"),
        (b"\0", b"a\nb\n", None),
        (b"", b"", b""),
    ],
)
def test_changes_apart_come_together(ours: bytes, theirs: bytes, expected: bytes | None) -> None:
    assert merged(BASE, ours, theirs) == expected
    assert merged(BASE, theirs, ours) == expected


def test_lines_of_two_bytes_a_letter() -> None:
    def wide(text: str) -> bytes:
        return text.encode("utf-16")

    base = "Ċ\nb\nc\nd\nĀ\n"  # letters with the byte of a newline in them
    ours, theirs = base.replace("b", "ours"), base.replace("d", "Ċ their")
    assert merged(wide(base), wide(ours), wide(theirs)) == wide(ours.replace("d", "Ċ their"))


LINES = st.lists(st.sampled_from([b"%d\n" % number for number in range(30)]), unique=True, max_size=12)


@given(base=LINES, ours=LINES, theirs=LINES)
def test_one_sided_changes_are_taken_whole(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> None:
    first, second = b"".join(base), b"".join(ours)
    assert merged(first, second, first) == merged(first, first, second) == second
    assert merged(first, second, second) == second
    result = merged(first, second, b"".join(theirs))
    assert result == merged(first, b"".join(theirs), second)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=LINES, data=st.data())
def test_git_says_the_same(base: list[bytes], data: st.DataObject, tmp_path: Path) -> None:
    """With lines that are all different there is one answer; where changes touch git may find one as well."""

    def changed(side: bytes) -> bytes:
        lines = list(base)
        for number in sorted(
            data.draw(st.sets(st.integers(0, max(len(base) - 1, 0)), max_size=3)), reverse=True
        ):
            put = data.draw(st.lists(st.just(side + b"%d\n" % number), max_size=1))
            lines[number : number + data.draw(st.integers(0, 1))] = put
        return b"".join(lines)

    sides = {"base": b"".join(base), "ours": changed(b"ours"), "theirs": changed(b"theirs")}
    for name, text in sides.items():
        (tmp_path / name).write_bytes(text)
    done = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True
    )
    result = merged(sides["base"], sides["ours"], sides["theirs"])
    if result is not None:
        assert done.returncode == 0 and done.stdout == result
