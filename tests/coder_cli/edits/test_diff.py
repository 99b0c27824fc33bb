from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_cli import ui
from coder_cli.edits.diff import patch, shown
from coder_cli.edits.hunks import chosen, hunks
from coder_cli.edits.types import FileChange
from coder_cli.screen.rows import plain, styled


def changed(before: bytes | None, after: bytes | None, path: str = "a.py") -> FileChange:
    return FileChange(path, before, after)


def rows(change: FileChange) -> list[str]:
    return [plain(row) for row in shown([change])]


_TEN = b"".join(b"line %d\n" % n for n in range(10))


def test_a_change_is_shown_with_three_lines_around_it() -> None:
    change = changed(_TEN, _TEN.replace(b"line 5\n", b"line five\n"))
    assert patch([change]) == (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -3,7 +3,7 @@ line 1\n"
        " line 2\n line 3\n line 4\n-line 5\n+line five\n line 6\n line 7\n line 8\n"
    )
    assert rows(change)[:2] == ["a.py", "@@ -3,7 +3,7 @@ line 1"]


def test_changes_far_from_one_another_are_hunks_of_their_own() -> None:
    far = changed(_TEN, _TEN.replace(b"line 0\n", b"x\n").replace(b"line 9\n", b"y\n"))
    near = changed(_TEN, _TEN.replace(b"line 0\n", b"x\n").replace(b"line 6\n", b"y\n"))
    assert [(hunk.start, hunk.stop) for hunk in hunks(far)] == [(0, 4), (6, 10)]
    assert [(hunk.start, hunk.stop) for hunk in hunks(changed(_TEN, _TEN))] == []
    assert len(hunks(near)) == 1


def test_files_that_come_and_go() -> None:
    assert patch([changed(None, b"a\n")]) == (
        "diff --git a/a.py b/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+a\n"
    )
    assert patch([changed(b"a\n", None)]) == (
        "diff --git a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    )
    assert patch([changed(None, b"")]) == "diff --git a/a.py b/a.py\nnew file mode 100644\n"
    assert patch([changed(b"a\n", b"a\n")]) == ""
    assert rows(changed(None, b"a\n"))[0] == "a.py, new file"
    assert rows(changed(b"a\n", None))[0] == "a.py, deleted"


def test_a_missing_final_newline_is_told() -> None:
    assert patch([changed(b"a\nb", b"a\nb\n")]).endswith(
        "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"
    )
    assert rows(changed(b"a\nb", b"c\nb"))[-1] == "\\ No newline at end of file"


def test_binary_files_are_named_as_such() -> None:
    assert patch([changed(b"\0\1", b"\0\2", "a.bin")]) == (
        "diff --git a/a.bin b/a.bin\nBinary files a/a.bin and b/a.bin differ\n"
    )
    assert rows(changed(None, b"\0\2", "a.bin")) == [
        "a.bin, new file",
        "Binary files /dev/null and b/a.bin differ",
    ]


def test_line_ends_are_seen_where_they_are_not_the_usual_ones() -> None:
    assert rows(changed(b"a\r\nb\r\nc\r\n", b"a\r\nb\nc\r\n")) == [
        "a.py",
        "@@ -1,3 +1,3 @@",
        " a",
        "-b",
        "+b␊",
        " c",
    ]


def test_a_byte_order_mark_is_seen_where_it_comes_or_goes() -> None:
    assert rows(changed(b"\xef\xbb\xbfa\n", b"a\n"))[2:] == ["-<BOM>a", "+a"]
    assert rows(changed(b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n"))[2:] == ["-a", "+b"]


def test_texts_are_decoded() -> None:
    before = "first\r\né\r\n".encode("utf-16")
    assert rows(changed(before, before.replace("é".encode("utf-16-le"), "ü".encode("utf-16-le"))))[2:] == [
        " first",
        "-é",
        "+ü",
    ]
    # Without its only é a file is ASCII: that is a change of a line, not of a text into another.
    assert rows(changed("a\né\n".encode("cp1252"), b"a\ne\n"))[2:] == [" a", "-é", "+e"]


def test_what_differs_within_a_line_is_marked() -> None:
    [_, _, old, new] = shown([changed(b"call(first, 2)\n", b"call(second, 2)\n")])
    assert [run.text for run in old if "7" in run.style] == ["first"]
    assert [run.text for run in new if "7" in run.style] == ["second"]
    [_, _, old, _] = shown([changed(b"one\n", b"two\n")])
    assert [run.style for run in old] == ["31"]


def test_control_characters_reach_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui, "_at_terminal", lambda stream: True)
    change = changed(b"a\x1b[2J\n" + _TEN, b"b\x1b[2J\n" + _TEN, "x\x1b[2J\ny")
    ui.diff(shown([change]), patch([change]))
    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    assert "␛[2J" in out
    assert all(styled(row) in out for row in shown([change]))


def test_a_pipe_gets_the_patch(capsys: pytest.CaptureFixture[str]) -> None:
    change = changed(b"a\r\n", b"b\r\n")
    ui.diff(shown([change]), patch([change]))
    assert capsys.readouterr().out == patch([change])


@pytest.mark.parametrize("path", ["a b.py", 'q"uote.py', "tab\there", "ünder/é.py", "back\\slash"])
def test_git_applies_the_patch_whatever_the_name(path: str, tmp_path: Path) -> None:
    assert applied(changed(_TEN, _TEN[:-7], path), tmp_path) == _TEN[:-7]


def applied(change: FileChange, folder: Path) -> bytes | None:
    """What git makes of the patch."""
    file = folder / change.path
    file.parent.mkdir(parents=True, exist_ok=True)
    if change.before is not None:
        file.write_bytes(change.before)
    else:
        file.unlink(missing_ok=True)
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=patch([change]).encode(),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return file.read_bytes() if file.exists() else None


_FILES = st.lists(
    st.tuples(st.sampled_from(["a", "b", "", "é", "\tc"]), st.sampled_from(["\n", "\n", "\r\n"])), max_size=30
)


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    lines = draw(_FILES)
    text = "".join(line + end for line, end in lines) + draw(st.sampled_from(["", "last"]))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])))


@settings(max_examples=40, deadline=None)
@given(st.none() | contents(), st.none() | contents())
def test_git_makes_the_same_of_a_patch(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None, after: bytes | None
) -> None:
    if before != after:
        assert applied(changed(before, after), tmp_path_factory.mktemp("apply")) == after


_ANY = (
    st.none() | st.binary(max_size=30) | contents() | contents().map(lambda data: data.replace(b"\n", b"\r"))
)


@given(_ANY, _ANY, st.data())
def test_all_hunks_are_the_change_and_none_are_nothing(
    before: bytes | None, after: bytes | None, data: st.DataObject
) -> None:
    change = changed(before, after)
    found = hunks(change, context=data.draw(st.sampled_from([0, 3])))
    assert bool(found) == (before != after)
    if data.draw(st.booleans()):
        found = hunks(change)
        assert chosen([change], found) == ((change,) if found else ())
        assert chosen([change], []) == ()
        some = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
        for kept in chosen([change], some):
            # What is left to do leads from there to the change.
            rest = changed(kept.after, after)
            assert sum(len(each.changes) for each in hunks(rest)) <= sum(len(each.changes) for each in found)
