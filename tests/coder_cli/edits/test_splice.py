from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli.edits.lines import text_file
from coder_cli.edits.splice import spliced
from coder_cli.edits.types import Edit, EditError
from coder_cli.errors import ExitCode


def edited(before: bytes | None, *pairs: tuple[str, str], path: str = "a.py") -> bytes:
    return spliced(before, [Edit(path, search, replace) for search, replace in pairs])


def complaint(before: bytes | None, *pairs: tuple[str, str], path: str = "a.py") -> str:
    with pytest.raises(EditError) as caught:
        edited(before, *pairs, path=path)
    assert caught.value.exit_code is ExitCode.NEGATIVE
    assert path in caught.value.message
    return caught.value.reason


def test_lines_are_replaced_where_they_stand() -> None:
    assert edited(b"a\nb\nc\n", ("b\n", "x\ny\n")) == b"a\nx\ny\nc\n"
    assert edited(b"a\nb\nc\n", ("b\n", "")) == b"a\nc\n"
    assert edited(b"a\nb\nc\n", ("b", "x")) == b"a\nx\nc\n"
    assert edited(b"a\nb\nc\n", ("b\n", "\n")) == b"a\n\nc\n"


def test_all_edits_match_the_file_as_it_was() -> None:
    assert edited(b"a\nb\nc\n", ("c\n", "b\n"), ("b\n", "c\n")) == b"a\nc\nb\n"


def test_edits_that_touch_are_no_overlap() -> None:
    assert edited(b"a\nb\nc\n", ("b\n", "y\n"), ("a\n", "x\n")) == b"x\ny\nc\n"
    assert complaint(b"a\nb\nc\n", ("b\nc\n", "y\n"), ("a\nb\n", "x\n")).startswith(
        "Two edits replace line 2"
    )


def test_what_is_searched_stands_there_once() -> None:
    assert complaint(b"a\nb\na\n", ("a\n", "x\n")).startswith(
        "What is to be replaced stands 2 times, in line 1, line 3:"
    )
    many = complaint(b"a\nb\n" * 9, ("a\nb\n", "x\n"))
    assert "stands 9 times, in lines 1-2, lines 3-4, lines 5-6 and 6 more:" in many
    assert complaint(b"a\nb\n", ("c\n", "x\n")) == "No line of the file reads `c`."
    assert complaint(b"    a\nb\n", ("a\n", "x\n")) == "No line of the file reads `a`. White space counts."
    assert complaint(b"a\nb\nc\n", ("a\nc\n", "x\n")) == (
        "The 2 lines to be replaced do not follow one another in the file."
    )


def test_part_of_a_line_is_no_match() -> None:
    assert complaint(b"abc\n", ("ab\n", "x\n"))


def test_an_edit_that_changes_nothing_is_a_failure() -> None:
    assert complaint(b"a\nb\n", ("b\n", "b\n")) == "The edit of line 2 changes nothing."


def test_two_edits_that_undo_one_another_are_a_failure() -> None:
    assert complaint(b"a\na\nb\n", ("a\na\n", "a\n"), ("b\n", "a\nb\n")) == "The edits change nothing."


def test_an_empty_line_behind_the_last_one_may_be_quoted() -> None:
    assert edited(b"a\nb\n", ("b\n\n", "c\n\n")) == b"a\nc\n"
    assert edited(b"a\nb\n", ("b\n\n", "c\n")) == b"a\nc\n"
    assert edited(b"a\n\nb\n\n", ("b\n\n", "c\n\n")) == b"a\n\nc\n\n"


def test_a_new_file_is_written_with_a_final_newline() -> None:
    assert edited(None, ("", "a\nb")) == b"a\nb\n"
    assert edited(b"", ("", "a\n")) == b"a\n"
    assert edited(b"\xef\xbb\xbf", ("", "a\n")) == b"\xef\xbb\xbfa\n"
    assert complaint(b"a\n", ("", "b\n")).startswith("The file is there already")
    assert complaint(None, ("a\n", "b\n")) == "There is no such file."
    assert complaint(b"", ("a\n", "b\n")) == "The file is empty."
    assert complaint(None, ("", "a\n"), ("", "b\n")) == "A new file is written in one edit."
    assert complaint(None, ("", "")) == "The edit changes nothing."
    assert complaint(None, ("", "\ud800\n")).startswith("utf-8 has no")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_new_lines_end_as_the_file_does(end: str) -> None:
    before = f"a{end}b{end}".encode()
    assert edited(before, ("b\n", "x\ny\n")) == f"a{end}x{end}y{end}".encode()


def test_in_a_mixed_file_new_lines_end_as_their_neighbours() -> None:
    before = b"a\r\nb\r\nc\nd\n"
    assert edited(before, ("b\n", "x\ny\n")) == b"a\r\nx\r\ny\r\nc\nd\n"
    assert edited(before, ("c\n", "x\ny\n")) == b"a\r\nb\r\nx\ny\nd\n"
    assert edited(before, ("b\nc\n", "b\nx\nc\n")) == b"a\r\nb\r\nx\r\nc\nd\n"
    assert edited(before, ("a\n", "x\na\n")) == b"x\r\na\r\nb\r\nc\nd\n"


def test_two_line_ends_do_not_become_one() -> None:
    assert edited(b"a\rb\n\nc\n", ("b\n", "")) == b"a\r\n\nc\n"
    assert edited(b"a\rb\nc\n", ("b\n", "\n")) == b"a\r\n\nc\n"


def test_a_missing_final_newline_stays_missing() -> None:
    assert edited(b"a\nb", ("b\n", "c\nd\n")) == b"a\nc\nd"
    assert edited(b"a\r\nb", ("b\n", "b\nc\n")) == b"a\r\nb\r\nc"
    assert edited(b"a\nb", ("b\n", "")) == b"a"
    assert edited(b"a", ("a\n", "b\nc\n")) == b"b\nc"
    assert edited(b"a\nb\n", ("b", "c")) == b"a\nc\n"


def test_a_byte_order_mark_stays() -> None:
    assert edited(b"\xef\xbb\xbfa\nb\n", ("a\n", "x\n")) == b"\xef\xbb\xbfx\nb\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_kept(encoding: str) -> None:
    text = "first = 'ਊ'\r\nsecond = 'é'\r\nthird\r\n"  # its letter has a byte that looks like a newline
    after = edited(text.encode(encoding), ("second = 'é'\n", "2 = '漢'\n"))
    assert after.decode(encoding) == text.replace("second = 'é'", "2 = '漢'")


def test_a_letter_that_the_encoding_lacks_is_refused() -> None:
    before = "x = 'é'\ny = 1\n".encode("cp1252")
    assert edited(before, ("y = 1\n", "y = 'ü'\n")) == "x = 'é'\ny = 'ü'\n".encode("cp1252")
    assert complaint(before, ("y = 1\n", "y = '≤'\n")) == (
        "Its encoding, cp1252, has no '≤', as in `y = '≤'`."
    )


def test_an_ascii_file_is_written_in_the_encoding_it_declares() -> None:
    assert edited(b"# coding: latin-1\nx\n", ("x\n", "é\n")) == b"# coding: latin-1\n\xe9\n"
    assert edited(b"# coding: utf-8-sig\nx\n", ("x\n", "é\n")) == b"# coding: utf-8-sig\n\xc3\xa9\n"
    assert edited(b"# coding: none-such\nx\n", ("x\n", "é\n")) == b"# coding: none-such\n\xc3\xa9\n"


def test_bytes_that_could_not_be_read_stay_what_they_are() -> None:
    before = b"x = '\xe9'\ny = 1\n# caf\xc3\xa9 \xc3\xa9\n"
    assert edited(before, ("x = '\ufffd'\ny = 1\n", "x = '\ufffd'\ny = 2\n")) == before.replace(b"1", b"2")
    assert complaint(before, ("x = '\ufffd'\n", "x = '\ufffd!'\n")) == (
        "`x = '\ufffd!'` holds a character that could not be read."
    )
    assert (
        edited("x = '\ufffd'\n".encode(), ("x = '\ufffd'\n", "y = '\ufffd'\n")) == "y = '\ufffd'\n".encode()
    )


def test_binary_files_are_refused() -> None:
    assert complaint(b"\0\1\2\3", ("a\n", "b\n")) == "It is no text that can be edited line by line."
    assert complaint(b"a\n", ("a\n", "\0\n")) == "No line of a text holds a zero."
    assert complaint(b"a\n", ("a\n", "\1\n")) == "After the edit it would not read as the same text."


_TABS = b"def f():\n\treturn 1\n\ndef g():\n\tif x:\n\t\treturn 2\n"
_SPACES = b"def f():\n    return 1\n\ndef g():\n    if x:\n        return 2\n"


def test_spaces_become_tabs_in_a_file_with_tabs() -> None:
    assert edited(_TABS, ("\tif x:\n\t\treturn 2\n", "    if y:\n        return 3\n")) == (
        b"def f():\n\treturn 1\n\ndef g():\n\tif y:\n\t\treturn 3\n"
    )
    assert edited(_TABS, ("\treturn 1\n", "  if y:\n    return 3\n")) == _TABS.replace(
        b"\treturn 1\n", b"\tif y:\n\t\treturn 3\n"
    )


def test_tabs_become_spaces_in_a_file_with_spaces() -> None:
    assert edited(
        _SPACES, ("def g():\n", "def h():\n\tif y:\n\t\treturn 3\n\ndef g():\n")
    ) == _SPACES.replace(b"def g", b"def h():\n    if y:\n        return 3\n\ndef g")


@pytest.mark.parametrize(
    ("before", "search", "replace"),
    [
        # Two widths of a tab would do.
        (_TABS, "\treturn 1\n", "\tx = 1\n        y\n"),
        # Some new lines have tabs: the others are meant so.
        (_TABS, "\treturn 1\n", "\tx = '''\n    y\n'''\n"),
        # The file has both.
        (_TABS + b"    # x\n", "\t\treturn 2\n", "        return 3\n"),
        # It would not stand where the old lines do.
        (_TABS, "\t\treturn 2\n", "   return 3\n"),
        # Aligned, not indented.
        (_TABS, "\treturn 1\n", "    call(a,\n         b)\n"),
    ],
)
def test_indentation_that_could_mean_two_things_stays(before: bytes, search: str, replace: str) -> None:
    assert edited(before, (search, replace)) == before.replace(search.encode(), replace.encode())


def test_makefiles_and_prose_keep_the_indentation_that_came() -> None:
    before = b"all:\n    echo\n"
    assert (
        edited(before, ("all:\n", "all:\n\tls\nnow:\n"), path="Makefile") == b"all:\n\tls\nnow:\n    echo\n"
    )


def test_an_edit_that_only_changes_the_indentation_style_changes_nothing() -> None:
    assert "changes nothing" in complaint(_TABS, ("\tif x:\n\t\treturn 2\n", "    if x:\n        return 2\n"))


_LINES = st.lists(
    st.tuples(st.text("ab é\t", max_size=4), st.sampled_from(["\n", "\r\n", "\r"])), max_size=12
)


@st.composite
def files_and_edits(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """A file with any line ends, and edits of lines that stand there once."""
    lines = draw(_LINES)
    raw = "".join(text + end for text, end in lines)
    ended = draw(st.booleans())
    if lines and not ended:
        raw = raw[: -len(lines[-1][1])]
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    before = raw.encode(encoding)
    file = text_file(before)
    texts = file.texts if file else []
    edits = []
    at = 0
    while at < len(texts):
        stop = draw(st.integers(at + 1, len(texts)))
        search = texts[at:stop]
        places = [n for n in range(len(texts)) if texts[n : n + len(search)] == search]
        if len(places) == 1 and draw(st.booleans()):
            new = draw(st.lists(st.text("abü", min_size=1, max_size=3), max_size=4))
            edits.append(Edit("a.txt", "".join(f"{x}\n" for x in search), "".join(f"{x}\n" for x in new)))
        at = stop
    return before, edits


@given(files_and_edits())
def test_only_the_lines_of_an_edit_change(case: tuple[bytes, list[Edit]]) -> None:
    before, edits = case
    file = text_file(before)
    if file is None or not edits:
        return
    try:
        after = spliced(before, edits)
    except EditError as refused:
        assert "chang" in refused.reason or "encoding" in refused.reason
        return
    read = text_file(after)
    assert after.startswith(file.mark)
    if read is None:
        return
    places = sorted((expected_start(file.texts, edit.search), edit) for edit in edits)
    texts: list[str] = []
    at = 0
    for start, edit in places:
        texts += [*file.texts[at:start], *edit.replace.splitlines()]
        at = start + edit.search.count("\n")
    texts += file.texts[at:]
    assert after.decode(file.encoding).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip(
        "\n"
    ) == "\n".join(texts).rstrip("\n")
    if file.lines[-1].end and texts:
        assert read.lines[-1].end
    untouched = file.lines[: places[0][0]]
    assert after.startswith(file.mark + b"".join(line.raw for line in untouched[:-1]))


def expected_start(texts: list[str], search: str) -> int:
    lines = search.split("\n")[:-1]
    return next(at for at in range(len(texts)) if texts[at : at + len(lines)] == lines)


@given(
    _LINES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"]), st.booleans()
)
def test_the_lines_of_a_file_are_its_bytes(lines: list[tuple[str, str]], encoding: str, ended: bool) -> None:
    data = ("".join(text + end for text, end in lines) + ("" if ended else "x")).encode(encoding)
    file = text_file(data)
    if file is not None:
        assert file.mark + b"".join(line.raw for line in file.lines) == data


@given(st.binary(max_size=60))
def test_any_bytes_are_their_lines_or_no_text(data: bytes) -> None:
    file = text_file(data)
    assert file is None or file.mark + b"".join(line.raw for line in file.lines) == data
