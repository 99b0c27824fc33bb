"""The paper's rules, each at its very border."""

from __future__ import annotations

import pytest

from retrieval import filters
from retrieval.filters import filtered
from retrieval.types import Skip

_PAIRS = ("あい", "かき", "漢字", "名前", "日本", "東京")


def reason(text: str, path: str = "a.py", language: str = "python") -> Skip | None:
    skipped = filtered(path, language, text)
    assert skipped is None or skipped.path == path
    return skipped.reason if skipped else None


def detail(text: str, path: str = "a.py", language: str = "python") -> str:
    skipped = filtered(path, language, text)
    assert skipped is not None
    return skipped.detail


def test_ordinary_source_and_an_empty_file_are_read() -> None:
    assert reason("def add(a, b):\n    return a + b\n") is None
    assert reason("") is None


def test_a_line_of_data_may_have_a_thousand_characters() -> None:
    short = "x = 1 + y\n" * 20
    assert reason(short + "a" * 1000 + "\n", "a.txt", "text") is None
    assert reason(short + "a" * 1001 + "\n", "a.txt", "text") is Skip.LONG_LINES
    assert detail(short + "a" * 1001 + "\n") == "a line of 1,001 characters, at most 1,000"


def test_an_average_line_of_data_may_have_a_hundred_characters() -> None:
    assert reason(("a" * 100 + "\n") * 5, "a.txt", "text") is None
    assert reason(("a" * 100 + "\n") * 4 + "a" * 105 + "\n", "a.txt", "text") is Skip.LONG_LINES
    text = "a" * 140 + "\n" + "a" * 100
    assert detail(text, "a.txt", "text") == "120 characters in an average line, at most 100"


def test_minified_code_is_code_in_long_lines_without_white_space() -> None:
    licence = "/*! A licence of a few words. */\n"
    assert reason(licence + "function f(a){return a+1};" * 20, "a.js", "javascript") is Skip.LONG_LINES
    assert reason(licence + "function f(a){return a+1};" * 60, "a.js", "javascript") is Skip.LONG_LINES
    # The same as people write it, however long their lines are.
    spacious = "function f( a ) { return a + 1 } ; "
    assert reason(licence + spacious * 60 + "\n", "a.js", "javascript") is None


def test_code_with_one_long_line_stays() -> None:
    code = "def add(a, b):\n    return a + b\n\n\n"
    icon = f"ICON = '{'M1.5,2zl' * 400}'\n"
    assert reason(icon + code * 100) is None  # most of it is not in that line
    assert reason(icon + code * 60) is None  # more than a tenth is white space
    assert reason(icon + code * 10) is Skip.LONG_LINES
    assert detail(icon + code * 10) == "a line of 3,209 characters, at most 1,000"


def test_a_paragraph_of_prose_is_one_long_line() -> None:
    paragraph = "word " * 300
    assert reason(paragraph, "README.md", "markdown") is None
    assert reason(paragraph, "notes.txt", "text") is Skip.LONG_LINES


def test_a_quarter_of_the_characters_must_be_letters_and_a_tenth_of_codes() -> None:
    assert reason("a" * 20 + "1" * 60, "a.txt", "text") is None
    assert reason("a" * 20 + "1" * 61, "a.txt", "text") is Skip.FEW_LETTERS
    assert detail("a" * 10 + "1" * 90, "a.txt", "text") == "10% letters, at least 25%"
    assert reason("a" * 20 + "1" * 180) is None
    assert reason("a" * 20 + "1" * 181) is Skip.FEW_LETTERS
    assert detail("a" * 5 + "1" * 95) == "5% letters, at least 10%"


def test_white_space_is_not_counted() -> None:
    assert reason("x = [\n" + " " * 400 + "1, 2, 3,\n" + " " * 400 + "a, b, c]\n") is None


def test_a_very_short_file_is_not_judged_by_its_letters() -> None:
    assert reason("x = 1\n") is None
    assert reason("1" * 31) is None
    assert reason("1" * 32) is Skip.FEW_LETTERS


def test_letters_of_every_script_are_letters() -> None:
    assert reason("имя = 1\n名前\n") is None
    assert filters.share_of_letters("aé名1") == 0.75
    assert filters.share_of_letters("💡1-_") == 0.0
    assert filters.share_of_letters("हिन्दी") == 1.0  # three of its six characters are marks


def test_a_table_of_another_script_is_no_table_of_signs() -> None:
    table = "\n".join(f'    "{pair}": {number},' for number, pair in enumerate(_PAIRS * 9))
    assert reason(f"SCORES = {{\n{table}\n}}\n") is None


def test_xml_shows_in_the_first_hundred_characters() -> None:
    mark = "<?xml version="
    body = "<a>some letters in here</a>\n" * 5
    assert reason(mark + '"1.0"?>\n' + body, "a.config", "text") is Skip.XML
    assert reason(" " * (100 - len(mark)) + mark + body, "a.config", "text") is Skip.XML
    assert reason(" " * (101 - len(mark)) + mark + body, "a.config", "text") is None
    assert detail(mark + body, "a", "text") == "'<?xml version=' in the first 100 characters"


def test_xslt_is_xml_that_is_read() -> None:
    text = '<?xml version="1.0"?>\n<xsl:stylesheet>letters enough</xsl:stylesheet>\n'
    assert reason(text, "a.xsl", "xslt") is None


@pytest.mark.parametrize("language", ["json", "yaml"])
def test_data_has_between_fifty_and_five_thousand_characters(language: str) -> None:
    def of(length: int) -> str:
        return ("name: abcdefghi\n" * 400)[:length]

    assert reason(of(49), "a", language) is Skip.DATA
    assert reason(of(50), "a", language) is None
    assert reason(of(5000), "a", language) is None
    assert reason(of(5001), "a", language) is Skip.DATA
    assert detail(of(5001), "a", language) == "5,001 characters, at most 5,000"
    assert detail(of(49), "a", language) == "49 characters, at least 50"


def test_html_must_show_a_hundred_characters() -> None:
    page = "<html><body>\n<p>{}</p>\n</body></html>"
    assert reason(page.format("a" * 100), "a.html", "html") is None
    assert reason(page.format("a" * 99), "a.html", "html") is Skip.MARKUP
    assert detail(page.format("a" * 99), "a.html", "html") == "99 visible characters, at least 100"


def test_a_fifth_of_html_must_be_visible() -> None:
    def page(invisible: int) -> str:
        # 100 visible characters, and as many others as asked for, in short lines
        lines = "\n".join(["<br class='wide'>"] * (invisible // 18))
        return "a" * 50 + "\n" + "b" * 49 + "\n" + lines + " " * (invisible - 1 - len(lines))

    assert reason(page(380), "a.html", "html") is None
    assert reason(page(480), "a.html", "html") is Skip.MARKUP
    assert detail(page(480), "a.html", "html") == "17% of it is visible, at least 20%"


def test_scripts_styles_comments_and_tags_are_not_visible() -> None:
    page = "<style>a{b:c}</style><!-- a comment --><script>\nlet a = '<b>'\n</script><p class='x'>Text</p>\n"
    assert "4 visible characters" in detail(page, "a.html", "html")
    assert "0 visible characters" in detail("<script>never closed, all of it a program", "a.html", "html")


@pytest.mark.parametrize(
    "line",
    [
        "// Code generated by protoc-gen-go. DO NOT EDIT.",
        "# Generated by the protocol buffer compiler.  DO NOT EDIT!",
        "/* This file was automatically generated. */",
        "// <auto-generated />",
        "//     This code was generated by a tool. Do not modify.",
        " * @generated by relay",
        "-- AUTO-GENERATED FILE, DO NOT EDIT",
        "/* Do not edit: generated from grammar.y */",
        "% auto-generated by a script",
        ";;; machine generated",
        "<!-- autogenerated -->",
        "/* [Automatically generated -- do not edit.  2008.06.21]            */",
        "// == DO NOT MODIFY THIS FILE BY HAND - IT IS AUTO GENERATED BY CMAKE! ==",
        " * @fileoverview This file was generated by the template compiler. Do not edit.",
    ],
)
def test_a_notice_at_the_top_tells_that_a_program_wrote_it(line: str) -> None:
    text = f"\n{line}\nint answer(void);\n"
    assert reason(text) is Skip.GENERATED
    assert detail(text) == "line 2 says so"


@pytest.mark.parametrize(
    "line",
    [
        "# Checks code generated by the exporter.",
        "def generated_by_hand(): return 1",
        'NOTICE = "this file was automatically generated"',
        "// ids are generated in order; do edit them",
        "    text = '@generated'",
        "    # automatically generated comments are checked here",
        '"// Generated by us. Do not edit."',
        "/* The generated parser is in parser.c */",
        '        "Automatically generated list of changes": "",',
        "# Note that not all values are present in this\n# autogenerated file.",
        "# Automatically generated files are listed here, and removed.",
        "# auto-generated documentation goes to docs/",
        "# The names below are those of\n# automatically generated code, which has others.",
        "package main\n\nconst notice = `\n// Code generated by mocks. DO NOT EDIT.\n`",
        'import os\n\nTEMPLATE = """\\\n# This file was automatically generated.\n"""',
        "int first;\n/* @generated */",
    ],
)
def test_source_about_generated_files_is_none(line: str) -> None:
    assert reason(f"{line}\nint answer(void);\n") is None


@pytest.mark.parametrize(
    "above",
    [
        "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n",
        "/*\n   A licence\n   of several lines\n*/\n\n'use strict';\n",
        "<?php\n/* A licence */\n",
        '"""What it is.\n\nAnd more of it.\n"""\n',
        "#ifndef A_H\n#define A_H\n#include <b.h>\n",
        "// Copyright of somebody\n//go:build linux\n\npackage main\n\n",
        "<!-- A licence\n in HTML -->\n",
    ],
)
def test_a_notice_may_stand_below_a_licence(above: str) -> None:
    text = f"{above}// Code generated by a tool. DO NOT EDIT.\nint answer(void);\n"
    assert reason(text) is Skip.GENERATED
    assert detail(text) == f"line {above.count(chr(10)) + 1} says so"


def test_a_notice_far_below_is_not_about_the_file() -> None:
    assert reason("int answer(void);\n" * 200 + "// Code generated by hand. DO NOT EDIT.\n") is None


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json",
        "web/yarn.lock",
        "Cargo.lock",
        "go.sum",
        "lib/jquery.min.js",
        "style.min.css",
        "app.js.map",
        "uv.lock",
    ],
)
def test_lock_files_and_minified_files_are_known_by_name(path: str) -> None:
    assert reason("letters enough for every rule\n" * 4, path, "text") is Skip.GENERATED
    assert detail("letters", path, "text") == "by its name"


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<script", "<script>", "generated ", "do not edit ", "/*", "# generated\n", "'''"],
)
def test_a_hostile_file_is_judged_in_linear_time(piece: str) -> None:
    letters = "letters " * 12 + "\n"
    filtered("a.html", "html", letters * 10_000 + (piece * 12 + "\n") * (500_000 // len(piece) // 12))
