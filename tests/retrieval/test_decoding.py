from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.decoding import Decoded, decode

GERMAN = "# Grüße aus Köln: größer, schöner\nname = 'Müller'\n"


def text_of(data: bytes) -> str:
    decoded = decode(data)
    assert decoded is not None
    return decoded.text


def test_utf8_is_taken_as_it_is() -> None:
    assert decode(GERMAN.encode()) == Decoded(GERMAN, "utf-8")
    assert decode(b"") == Decoded("", "utf-8")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_tells_the_encoding_and_is_no_text(mark: bytes, encoding: str) -> None:
    assert decode(mark + GERMAN.encode(encoding)) == Decoded(GERMAN, encoding, marked=True)
    assert decode(mark) == Decoded("", encoding, marked=True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_shows_by_its_zero_bytes(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding)) == Decoded(GERMAN, encoding)


def test_a_truncated_utf16_file_still_gives_its_text() -> None:
    assert text_of(codecs.BOM_UTF16_LE + "ab".encode("utf-16-le") + b"c").startswith("ab")


def test_latin1_is_read_as_the_windows_superset() -> None:
    assert decode(GERMAN.encode("latin-1")) == Decoded(GERMAN, "cp1252")
    assert text_of(b"it\x92s \x93quoted\x94\n") == "it’s “quoted”\n"


def test_bytes_that_windows_lacks_are_latin1() -> None:
    assert decode(b"caf\xe9 \x81 and some more text here, enough of it to be no noise at all\n") == Decoded(
        "caf\xe9 \x81 and some more text here, enough of it to be no noise at all\n", "latin-1"
    )


@pytest.mark.parametrize(
    ("declaration", "encoding", "text"),
    [
        ("# -*- coding: shift_jis -*-\n", "shift_jis", "名前 = '日本語'\n"),
        ("# vim: set fileencoding=gbk :\n", "gbk", "名字 = '中文'\n"),
        ("# coding: koi8-r\n", "koi8-r", "имя = 'Анна'\n"),
        ("# -*- coding: iso-8859-15 -*-\n", "iso8859-15", "price = '5 €'\n"),
        ('<meta charset="euc-kr">\n', "euc_kr", "이름\n"),
    ],
)
def test_a_declared_encoding_is_believed(declaration: str, encoding: str, text: str) -> None:
    assert decode((declaration + text).encode(encoding)) == Decoded(declaration + text, encoding)


@pytest.mark.parametrize(
    "name", ["rot13", "zlib", "punycode", "utf-7", "unicode_escape", "undefined", "nonsense"]
)
def test_a_declared_codec_that_is_no_plain_encoding_is_not_used(name: str) -> None:
    decoded = decode(b"# coding: " + name.encode() + b"\nname = 'M\xfcller'\n")
    assert decoded is not None
    assert (decoded.encoding, decoded.text.split("\n")[1]) == ("cp1252", "name = 'Müller'")


def test_one_wrong_byte_does_not_spoil_the_other_letters() -> None:
    data = GERMAN.encode() + b"# caf\xe9\n"
    assert decode(data) == Decoded(GERMAN + "# caf\ufffd\n", "utf-8")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_become_lf(end: str) -> None:
    assert text_of(end.join(["a", "b", "", "c"]).encode()) == "a\nb\n\nc"


def test_mixed_line_ends_each_end_one_line() -> None:
    assert text_of(b"a\r\nb\rc\nd\r\r\n") == "a\nb\nc\nd\n\n"


def test_characters_that_only_python_takes_for_line_ends_stay() -> None:
    assert text_of("a\x0cb\x85c\u2028d\n".encode()) == "a\x0cb\x85c\u2028d\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\x7fELF\x02\x01\x01\0" + bytes(range(256)),
        b"PK\x03\x04\x14\0\0\0",
        b"text and then\0a zero",
        bytes(1000),
        b"\x01\x02\x03\x04\x05\x06\x07\x08" * 10,
        bytes(range(1, 32)) + bytes(range(128, 256)),
    ],
)
def test_what_is_no_text_is_none(data: bytes) -> None:
    assert decode(data) is None


def test_terminal_colours_and_form_feeds_are_text() -> None:
    assert text_of(b"\x1b[31mred\x1b[0m\n\x0cnext page\n").startswith("\x1b[31m")


@given(st.binary(max_size=300))
def test_any_bytes_give_clean_text_or_nothing(data: bytes) -> None:
    decoded = decode(data)
    if decoded is not None:
        assert "\r" not in decoded.text
        decoded.text.encode("utf-8")  # no lone surrogates: tokenizers and parsers take it


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_utf8_text_without_control_characters_comes_back_unchanged(text: str) -> None:
    decoded = decode(text.encode())
    assert decoded is not None
    assert decoded.text == text.removeprefix("\ufeff")
