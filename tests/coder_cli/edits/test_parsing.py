from __future__ import annotations

import pytest

from coder_cli.edits.parsing import complaint

_SOUND = {
    "a.py": ("python", "def f(x):\n    return (x)\n\n\ndef g():\n    return f(2)\n"),
    "a.js": ("javascript", "function f(x) {\n  return (x);\n}\n\nfunction g() {\n  f(1);\n}\n"),
    "a.ts": ("typescript", "function f(x: number) {\n  return (x);\n}\n\nfunction g() {\n  f(1);\n}\n"),
    "a.tsx": ("tsx", "function f(x: number) {\n  return (<b>{x}</b>);\n}\n"),
    "a.go": ("go", "package a\n\nfunc f(x int) int {\n\treturn (x)\n}\n\nfunc g() {\n\tf(1)\n}\n"),
    "a.rs": ("rust", "fn f(x: i32) -> i32 {\n    (x)\n}\n\nfn g() {\n    f(1);\n}\n"),
    "a.java": (
        "java",
        "class A {\n  int f(int x) {\n    return (x);\n  }\n\n  int g() {\n    return 1;\n  }\n}\n",
    ),
    "a.c": ("c", "int f(int x) {\n  return (x);\n}\n\nint g() {\n  return 1;\n}\n"),
    "a.cpp": ("cpp", "int f(int x) {\n  return (x);\n}\n\nint g() {\n  return 1;\n}\n"),
    "a.cs": ("csharp", "class A {\n  int F(int x) {\n    return (x);\n  }\n}\n"),
    "a.kt": ("kotlin", "fun f(x: Int): Int {\n    return (x)\n}\n"),
    "a.php": ("php", "<?php\nfunction f($x) {\n    return ($x);\n}\n"),
    "a.rb": ("ruby", "def f(x)\n  return (x)\nend\n"),
}


@pytest.mark.parametrize("path", _SOUND)
def test_a_bracket_too_few_is_told_with_its_line(path: str) -> None:
    language, text = _SOUND[path]
    assert complaint(path, language, text, text) == ""
    closing = text.rindex(")", 0, text.index("\n", text.index("(", text.index("(") + 1)))
    broken = text[:closing] + text[closing + 1 :]
    told = complaint(path, language, text, broken)
    number = broken.count("\n", 0, closing) + 1
    assert told.startswith(f"{path}, line {number} does not parse: ")
    assert f"`{broken.split(chr(10))[number - 1].strip()}`" in told
    assert complaint(path, language, None, broken) == told, "a new file is to parse as well"


@pytest.mark.parametrize("path", [path for path, (_, text) in _SOUND.items() if "}\n\n" in text])
def test_a_block_that_is_not_closed_is_found_by_its_indentation(path: str) -> None:
    language, text = _SOUND[path]
    opening = next(n for n, line in enumerate(text.split("\n"), 1) if line.endswith("{") and " f(" in line)
    told = complaint(path, language, text, text.replace("}\n\n", "\n\n", 1))
    assert told.startswith(f"{path}, line {opening} does not parse: `{{` has no partner: ")


def test_python_is_read_by_its_own_parser() -> None:
    before = "def f():\n    return 1\n"
    assert complaint("a.py", "python", before, "def f():\nreturn 1\n") == (
        "a.py, line 2 does not parse: "
        "expected an indented block after function definition on line 1: `return 1`"
    )
    assert "unexpected indent" in complaint(
        "a.py", "python", before, "def f():\n    x = 1\n        return x\n"
    )


def test_what_did_not_parse_before_is_not_asked_to() -> None:
    before = "print 'old python'\n\ndef f():\n    return 1\n"
    assert complaint("a.py", "python", before, before.replace("1", "2")) == ""
    assert complaint("a.py", "python", before, before.replace("return 1", "return (1")) != ""
    broken = "function f( {\n  a();\n}\n"
    assert complaint("a.js", "javascript", broken, broken.replace("a()", "b()")) == ""
    told = complaint("a.js", "javascript", broken, broken + "\nfunction g() {\n  let = = 3;\n}\n")
    assert told.startswith("a.js, line 6 does not parse")


def test_python_newer_than_ours_is_left_to_the_grammar() -> None:
    before = "x = 1\n"
    assert complaint("a.py", "python", before, "type A = int\n") == ""
    assert complaint("a.py", "python", before, "def f[T](x: T) -> T:\n    return x\n") == ""


def test_data_is_read_as_data() -> None:
    assert complaint("a.json", "json", "{}", '{"a": 1,\n"b" 2}') == (
        "a.json, line 2 does not parse: Expecting ':' delimiter: `\"b\" 2}`"
    )
    assert complaint("a.json", "json", "// with comments\n{}", '// with comments\n{"a": 1}') == ""
    assert complaint("a.toml", "toml", "a = 1\n", "a = 1\nb =\n").startswith("a.toml, line 2 does not parse")


def test_languages_without_a_grammar_are_not_judged() -> None:
    assert complaint("a.txt", "text", "x", "((") == ""


def test_macros_of_c_are_no_faults() -> None:
    before = "int a;\n"
    assert complaint("a.cpp", "cpp", before, before + 'TEST_CASE("a", "[b]") {\n  int b = 1;\n}\n') == ""
    assert (
        complaint("a.cpp", "cpp", before, before + "API_EXPORT std::vector<int> f(int a) {\n  g();\n}\n")
        == ""
    )
    assert "`{` has no partner" in complaint(
        "a.cpp", "cpp", before, before + 'TEST_CASE("a", "[b]") {\n  if (b) {\n    c();\n}\n'
    )
    assert "`;` is missing" in complaint("a.c", "c", before, "int a = LIMIT\nint b;\n")
