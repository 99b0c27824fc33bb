"""Signatures and their callers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.coder_cli.review.checked import LIBRARY, PROGRAM, checked, told


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("def load(path, limit):", "def load(path, limit, mode):", 1),
        ("def load(path, limit):", "def load(path):", 1),
        ("def load(path, limit):", "def load(path, most):", 1),  # one caller names it
        ("def load(path, limit):", "def load(limit, path):", 1),
        ("def load(path, limit):", "def load(path, *, limit):", 1),
        ("def load(path, limit):", "def load(path, limit, /):", 1),
        ("def __init__(self, root):", "def __init__(self, root, size):", 6),
        ("def read(self, name):", "def read(self, name, mode):", 9),
        ("def read(self, name):", "def read(self):", 9),
    ],
)
def test_a_python_call_that_does_not_fit_the_new_signature_is_found(
    tmp_path: Path, old: str, new: str, line: int
) -> None:
    found = checked(
        tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, {"library.py": LIBRARY.replace(old, new)}
    )
    assert told(found) == [f"changed-signature library.py:{line}"]
    assert found[0].quote.strip() == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def load(path, limit):", "def load(path, limit, mode=None):"),
        ("def load(path, limit):", "def load(path, limit=1):"),
        ("def load(path, limit):", "def load(path: str, limit: int) -> object:"),
        ("def load(path, limit):", "def load(path, *rest, **options):"),
        ("def __init__(self, root):", "def __init__(self, root, size=1):"),
        ("def read(self, name):", "def read(this, title):"),
    ],
)
def test_a_python_signature_that_its_callers_fit_is_none(tmp_path: Path, old: str, new: str) -> None:
    found = checked(
        tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, {"library.py": LIBRARY.replace(old, new)}
    )
    assert not found


def test_a_call_that_was_changed_too_or_passes_all_on_is_none(tmp_path: Path) -> None:
    passing = "from library import load\n\n\ndef each(*args):\n    return load(*args)\n"
    found = checked(
        tmp_path,
        {
            "library.py": LIBRARY,
            "program.py": "from library import load\n\nload(1, 2)\n",
            "passing.py": passing,
        },
        {
            "library.py": LIBRARY.replace("(path, limit)", "(path, limit, mode)", 1),
            "program.py": "from library import load\n\nload(1, 2, 3)\n",
        },
    )
    assert not found


def test_a_call_through_an_unknown_object_is_possible(tmp_path: Path) -> None:
    program = "def run(store):\n    return store.retrieve('a')\n"
    library = LIBRARY.replace("read", "retrieve").replace('self.retrieve("a")', "1")
    found = checked(
        tmp_path,
        {"library.py": library, "program.py": program},
        {"library.py": library.replace("(self, name)", "(self, name, mode)")},
    )
    assert told(found) == ["changed-signature library.py:9 possible"]


@pytest.mark.parametrize(
    ("files", "changed", "old", "new"),
    [
        (
            {
                "a.ts": "export function f(a: number) {\n  return a;\n}\n",
                "b.ts": "import { f } from './a';\nf(1);\n",
            },
            "a.ts",
            "f(a: number)",
            "f(a: number, b: string)",
        ),
        (
            {
                "a.js": "function f(a, b) {\n  return a + b;\n}\nmodule.exports = { f };\n",
                "b.js": "const { f } = require('./a');\nf(1, 2);\n",
            },
            "a.js",
            "f(a, b)",
            "f(a)",
        ),
        (
            {
                "go.mod": "module x\n",
                "a.go": "package x\n\nfunc F(a, b int) int { return a }\n",
                "b.go": "package x\n\nvar y = F(1, 2)\n",
            },
            "a.go",
            "F(a, b int)",
            "F(a, b int, c string)",
        ),
        (
            {"A.java": "class A {\n  static int f(int a) { return a; }\n  int g() { return f(1); }\n}\n"},
            "A.java",
            "f(int a)",
            "f(int a, Map<String, Integer> b)",
        ),
        (
            {"src/lib.rs": "pub fn f(a: u8) -> u8 {\n    a\n}\n\npub fn g() -> u8 {\n    f(1)\n}\n"},
            "src/lib.rs",
            "f(a: u8)",
            "f(a: u8, b: u8)",
        ),
        (
            {
                "a.h": "int f(int a);\n",
                "a.c": '#include "a.h"\nint f(int a)\n{\n  return a;\n}\n',
                "b.c": '#include "a.h"\nint g(void)\n{\n  return f(1);\n}\n',
            },
            "a.c",
            "f(int a)",
            "f(int a, int b)",
        ),
        (
            {"a.php": "<?php\nfunction f($a) {\n  return $a;\n}\nf(1);\n"},
            "a.php",
            "f($a)",
            "f($a, $b)",
        ),
        (
            {"a.rb": "def f(a)\n  a\nend\n\nf(1)\n"},
            "a.rb",
            "f(a)",
            "f(a, b)",
        ),
        (
            {"A.cs": "class A {\n  int F(int a) { return a; }\n  int G() { return F(1); }\n}\n"},
            "A.cs",
            "F(int a)",
            "F(int a, int b)",
        ),
        (
            {"a.kt": "fun f(a: Int): Int {\n  return a\n}\n\nfun g(): Int {\n  return f(1)\n}\n"},
            "a.kt",
            "f(a: Int)",
            "f(a: Int, b: Int)",
        ),
    ],
)
def test_other_languages_have_callers_too(
    tmp_path: Path, files: dict[str, str], changed: str, old: str, new: str
) -> None:
    found = checked(tmp_path, files, {changed: files[changed].replace(old, new)})
    assert [(each.check, each.path) for each in found] == [("changed-signature", changed)]
    optional = {"a.ts": "f(a: number, b?: string)", "a.js": "f(a, b, c = 1)", "a.php": "f($a, $b = 1)"}
    optional |= {"a.kt": "f(a: Int, b: Int = 1)", "A.cs": "F(int a, int b = 1)", "a.rb": "f(a, b = 1)"}
    if changed in optional:
        fits = {changed: files[changed].replace(old, optional[changed])}
        assert not checked(tmp_path / "fits", files, fits)


def test_a_javascript_function_may_get_less_than_it_takes(tmp_path: Path) -> None:
    files = {"a.js": "function f(a) {\n  return a;\n}\nf(1);\n"}
    after = {"a.js": "function f(a, options) {\n  options = options || {};\n  return a;\n}\nf(1);\n"}
    assert not checked(tmp_path, files, after)


def test_the_index_and_the_first_commit_are_looked_at_too(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        {"library.py": LIBRARY, "program.py": PROGRAM},
        {"library.py": LIBRARY.replace("(path, limit)", "(path)", 1)},
        staged=True,
    )
    assert told(found) == ["changed-signature library.py:1"]


def test_a_parameter_put_before_one_that_is_given_by_position_is_found(tmp_path: Path) -> None:
    library = "def load(path, limit=1, mode=None):\n    return path\n"
    changed = "def load(path, cache=None, limit=1, mode=None):\n    return path\n"
    program = "from library import load\n\nload('a', 2)\n"
    found = checked(tmp_path / "a", {"library.py": library, "program.py": program}, {"library.py": changed})
    assert told(found) == ["changed-signature library.py:1"]
    assert "its value for limit now means cache" in found[0].scenario
    for fits in ("load('a')", "load('a', limit=2)", "load(*every)"):
        files = {"library.py": library, "program.py": f"from library import load\n\nevery = ('a',)\n{fits}\n"}
        assert not checked(tmp_path / fits[5:9], files, {"library.py": changed})
    renamed: dict[str, str | None] = {"library.py": library.replace("limit", "most")}
    assert not checked(tmp_path / "d", {"library.py": library, "program.py": program}, renamed)


def test_a_javascript_function_that_asks_what_it_was_given_takes_several_calls(tmp_path: Path) -> None:
    files = {"a.js": "function f(path, done) {\n  done(path);\n}\nf('a', g);\n"}
    asks = "function f(path, options, done) {\n  if (typeof options === 'function') done = options;\n"
    assert not checked(tmp_path / "a", files, {"a.js": f"{asks}  done(path);\n}}\nf('a', g);\n"})
    own = "function f(path, done, id) {\n  id = next();\n  done(path, id);\n}\nf('a', g);\n"
    before = "function f(path, done) {\n  done(path);\n}\nf('a', g);\n"
    assert not checked(tmp_path / "c", {"a.js": before}, {"a.js": own})
    blind = (
        "function f(options, path, done) {\n  Base.apply(this, arguments);\n  options.go(path, done);\n}\n"
    )
    found = checked(tmp_path / "b", files, {"a.js": f"{blind}f('a', g);\n"})
    assert told(found) == ["changed-signature a.js:1"]


def test_types_with_types_in_them_hide_no_comma_between_parameters(tmp_path: Path) -> None:
    before = "class A {\n    static void Run<T>(Dummy sut, Outcome<T> outcome) { sut.Go(outcome); }\n"
    calls = "    void All() { Run(sut, new Outcome<int>(0)); }\n}\n"
    for sut in ("Event<Some> sut", "Event<Some, Map<Some, More>> sut"):
        after = before.replace("Dummy sut", sut)
        assert not checked(tmp_path / str(len(sut)), {"A.cs": before + calls}, {"A.cs": after + calls})
    found = checked(
        tmp_path / "b", {"A.cs": before + calls}, {"A.cs": before.replace("Dummy sut, ", "") + calls}
    )
    assert told(found) == ["changed-signature A.cs:2"]


def test_an_overload_that_a_base_may_have_is_left_alone(tmp_path: Path) -> None:
    base = 'class Node {\n    String html() { return ""; }\n    void html(StringBuilder to) { }\n}\n'
    calls = "    String all() { return html(); }\n}\n"
    before = 'class Text extends Node {\n    String html() { return "x"; }\n' + calls
    after = before.replace('String html() { return "x"; }', "void html(StringBuilder to) { }")
    assert not checked(tmp_path / "a", {"Node.java": base, "Text.java": before}, {"Text.java": after})
    alone = before.replace(" extends Node", "")
    changed = after.replace(" extends Node", "")
    found = checked(tmp_path / "b", {"Node.java": base, "Text.java": alone}, {"Text.java": changed})
    assert told(found) == ["changed-signature Text.java:2"]


def test_a_default_that_a_header_announces_counts(tmp_path: Path) -> None:
    files = {
        "a.h": "void load(int path, int most = 3);\n",
        "a.cpp": '#include "a.h"\n\nvoid load(int path)\n{\n}\n',
        "b.cpp": '#include "a.h"\n\nvoid go()\n{\n  load(1);\n}\n',
    }
    after = files["a.cpp"].replace("int path", "int path, int most")
    assert not checked(tmp_path, files, {"a.cpp": after})


def test_what_a_comment_of_javascript_calls_optional_may_be_left_out(tmp_path: Path) -> None:
    said = "/**\n * @param {{string}} name\n * @param {{Object}} {}\n */\n"
    said += "export function f(name{}) {{\n  return run(name{})\n}}\n"
    # Only what is taken for an object must be there.
    before = {"a.js": said.format("other", "", ""), "b.js": "import { f } from './a'\n\nf('a')\nf('b')\n"}
    for told_as, count in (("[options] - of the run", 0), ("options", 1)):
        after = said.format(told_as, ", options", ", options.depth")
        found = checked(tmp_path / str(count), before, {"a.js": after})
        assert [each.certain for each in found] == [False] * count


def test_a_hash_may_hold_the_named_arguments_of_ruby(tmp_path: Path) -> None:
    said = "def build_route(path, {}options)\n  [path, options]\nend\n\n"
    said += "def route(all)\n  build_route('/', all)\nend\n"
    assert not checked(tmp_path, {"a.rb": said.format("")}, {"a.rb": said.format("**")})


def test_a_conversion_of_go_is_one_value(tmp_path: Path) -> None:
    said = "package a\n\nfunc parse(data string{}) string {{ return data }}\n\nfunc run(b []byte) string {{\n"
    before = {"go.mod": "module example.org/a\n", "a.go": said.format("") + "\treturn parse({}(b))\n}\n"}
    after = said.format(", extra int") + "\treturn parse({}(b))\n}\n"
    for call, count in (("string", 1), ("both", 0)):
        files = {path: text.replace("{}", call) for path, text in before.items()}
        assert len(checked(tmp_path / call, files, {"a.go": after.replace("{}", call)})) == count
