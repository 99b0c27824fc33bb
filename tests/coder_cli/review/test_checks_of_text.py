"""Conflict markers, debug prints and secrets: what the added lines alone tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.coder_cli.review.checked import checked, told

OURS, MIDDLE, THEIRS = "<" * 7 + " HEAD", "=" * 7, ">" * 7 + " topic"
# Put together here, so that no scanner takes this file for a leak.
GITHUB = "ghp_" + "R7kQ2mZx9LwTn4VbJ6sYdPf3HcGa8EuWqXr1"
AWS = "AKIA" + "Q7ZP4XKJ2RVWN6TB"
LETTERS = "LvsD557" + "TRKALUbVdVYCpkEMHPBqwJBcu"
KEY = "-----BEGIN RSA PRIVATE " + "KEY-----"
KEY_BODY = "MIIEpAIBAAKCAQEAvZ7kT9qLw2sXcR4nYpQmJhUe8fGdKbVaZxWtNiOyPrLsEuMj"


def test_a_conflict_that_was_committed_is_found_once_in_any_file(tmp_path: Path) -> None:
    conflict = f"a = 1\n{OURS}\nb = 2\n{MIDDLE}\nb = 3\n{THEIRS}\n"
    found = checked(tmp_path, {"a.py": "a = 1\n", "b.json": "{}\n"}, {"a.py": conflict, "b.json": conflict})
    assert told(found) == ["conflict-marker a.py:2", "conflict-marker b.json:2"]
    assert found[0].quote == OURS


def test_half_of_a_conflict_is_one_too(tmp_path: Path) -> None:
    found = checked(tmp_path, {"a.go": "package a\n"}, {"a.go": f"package a\n{MIDDLE}\n{THEIRS}\n"})
    assert told(found) == ["conflict-marker a.go:3"]


def test_underlines_and_conflicts_that_were_there_are_none(tmp_path: Path) -> None:
    told_of = f"Merging\n{MIDDLE}\n\n```\n{OURS}\n{MIDDLE}\n{THEIRS}\n```\n"
    found = checked(
        tmp_path,
        {"a.rst": "Old\n===\n", "b.txt": f"{OURS}\n{MIDDLE}\n{THEIRS}\n"},
        {
            "a.rst": f"Merging\n{MIDDLE}\n\n{MIDDLE}\nAgain\n{MIDDLE}\n",
            "b.txt": f"{OURS}\n{MIDDLE}\n{THEIRS}\nmore\n",
            "c.md": told_of,
        },
    )
    assert not found


@pytest.mark.parametrize(
    ("path", "before", "line"),
    [
        ("lib/a.py", "def f(x):\n    return x\n", "    print(x)\n"),
        ("lib/config/a.py", "def f(x):\n    return x\n", "    print(x)\n"),
        ("src/main/java/A.java", "class A {\n", "    System.out.println(x);\n"),
        ("lib/a.cc", "void f(int usage) {\n  g();\n", '  std::cout << "DEBUG " << usage << std::endl;\n'),
        ("lib/a.py", "def f(x):\n    if x.exc_traceback:\n        g()\n", "    print(x)\n"),
        ("lib/a.py", "def f(x):\n    print('loaded')\n    return x\n", "    print('DEBUG', x)\n"),
        ("lib/a.py", "def f(x):\n    return x\n", "    breakpoint()\n"),
        ("lib/a.py", "def f(x):\n    return x\n", "    import pdb; pdb.set_trace()\n"),
        ("tests/test_a.py", "def test_f():\n    assert f\n", "    pdb.set_trace()\n"),
        ("src/a.js", "function f(x) {\n  return x;\n}\n", "  console.log(x);\n"),
        ("src/a.ts", "function f(x: number) {\n  return x;\n}\n", "  console.log('x is', x);\n"),
        ("src/a.js", "function f(x) {\n  return x;\n}\n", "  debugger;\n"),
        ("a/a.go", "package a\n\nfunc F() {\n}\n", '\tfmt.Println("here")\n'),
        ("src/a.rs", "fn f(x: u8) -> u8 {\n    x\n}\n", "    dbg!(x);\n"),
        ("src/A.java", "class A {\n  void f() {\n  }\n}\n", "    System.out.println(this);\n"),
        ("src/A.kt", "class A {\n  fun f() {\n  }\n}\n", "    println(this)\n"),
        ("src/A.cs", "class A {\n  void F() {\n  }\n}\n", "    Console.WriteLine(1);\n"),
        ("src/a.c", "int f(int x)\n{\n  return x;\n}\n", '  printf("x=%d\\n", x);\n'),
        ("src/a.php", "<?php\nfunction f($x) {\n}\n", "  var_dump($x);\n"),
        ("lib/a.rb", "def f(x)\n  x\nend\n", "  binding.pry\n"),
        ("lib/a.rb", "def f(x)\n  x\nend\n", "  puts x.inspect\n"),
    ],
)
def test_what_prints_while_somebody_looks_for_a_fault_is_found(
    tmp_path: Path, path: str, before: str, line: str
) -> None:
    lines = before.splitlines(keepends=True)
    number = next(at for at, each in enumerate(lines, start=1) if each.rstrip().endswith(("{", ":", ")")))
    after = "".join([*lines[:number], line, *lines[number:]])
    assert told(checked(tmp_path, {path: before}, {path: after})) == [f"debug-print {path}:{number + 1}"]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("scripts/a.py", "x = 1\n", "x = 1\nprint(f'{x} files')\n"),
        ("lib/a.py", "def f():\n    pass\n", "def f():\n    pass  # print(f)\n\n\nD = 'print(f)'\n"),
        (
            "lib/a.py",
            "def f():\n    print('a')\n",
            "def f():\n    print('a')\n    print('loaded', 2, 'files')\n",
        ),
        (
            "lib/a.py",
            "def show_all(x):\n    return x\n",
            "def show_all(x):\n    print(x)\n    return x\n",
        ),
        ("lib/a.py", "import argparse\n", "import argparse\n\nprint('2 files')\n"),
        ("lib/a.py", "x = 1\n", "import sys\n\nx = 1\nprint('x', file=sys.stderr)\n"),
        (
            "lib/a.py",
            "def f(v):\n    pass\n",
            "def f(verbose):\n    if verbose:\n        print('two files')\n",
        ),
        ("test/a.js", "f();\n", "f();\nconsole.log(1);\n"),
        ("scripts/learn.py", "x = 1\n", 'x = 1\nprint("x =", x)\n'),
        ("docs/a.py", "x = 1\n", "x = 1\nprint(x)\n"),
        (
            "src/App.cs",
            "class App {\n  void F() {\n  }\n}\n",
            "    if (Debugger.IsAttached) {\n      Debugger.Break();\n    }\n",
        ),
        ("src/a.rs", "fn main() {}\n", 'fn main() { println!("usage: a FILE"); }\n'),
        ("src/a.js", "class A {}\n", "class A {\n  print(x) { return x; }\n}\n"),
        ("lib/a.rb", "x = 1\n", "x = 1\np = 2\nputs = p + x\n"),
    ],
)
def test_what_is_meant_to_print_is_none(tmp_path: Path, path: str, before: str, after: str) -> None:
    assert not checked(tmp_path, {path: before}, {path: after})


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        ("src/a.py", f'TOKEN = "{GITHUB}"', 'TOKEN = "ghp_…"'),
        ("config/a.yml", f"aws_access_key_id: {AWS}", "aws_access_key_id: AKIA…"),
        ("src/a.py", f"{KEY}\n{KEY_BODY}", KEY),
        ("src/a.js", "const password = 'tR7" + "x!kQ29zLmW4p';", "const password = 'tR7x…';"),
        ("src/a.go", f'client_secret = "{LETTERS}"', 'client_secret = "LvsD…"'),
        ("a.env.js", "url = 'postgres://ada:" + "kR7xQ29zLmW4@db.company.com/x'", "…@db.company.com"),
    ],
)
def test_a_secret_is_found_and_never_shown_whole(tmp_path: Path, path: str, line: str, shown: str) -> None:
    found = checked(tmp_path, {path: "# 1\n"}, {path: f"# 1\n{line}\n"})
    assert told(found) == [f"secret {path}:2"]
    assert shown in found[0].quote
    secrets = GITHUB, AWS, KEY_BODY, LETTERS, "tR7" + "x!kQ29zLmW4p", "kR7xQ29zLmW4"
    secret = next(each for each in secrets if each in line)
    assert secret not in repr(found)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/a.py", 'password = "your-password-here"'),
        ("src/a.py", 'password = os.environ["DATABASE_PASSWORD_2"]'),
        ("src/a.py", "SECRET_KEY = get_random_secret_key(50)"),
        ("src/a.py", 'token_url = "https://accounts.example.org/o/oauth2/token"'),
        ("src/a.py", 'sha_token = "d41d8cd98f00b204e9800998ecf8427e"'),
        ("tests/test_a.py", 'password = "tR7xkQ29zLmW4p"'),
        ("docs/a.md", f"{KEY}\n{KEY_BODY}"),
        ("src/a.py", f'if text.startswith("{KEY}"):'),
        ("package.json", '"integrity": "sha512-9Jk2RrT7wQxZ8sLmN4pVbY6cHdGaEuWqXr1tOiPzKfJhUeMy=="'),
        ("src/a.js", "const accessToken = await readAccessToken2(request);"),
        ("src/a.py", 'KEY = "AKIAIOSFODNN7EXAMPLE"'),
    ],
)
def test_what_only_sounds_like_a_secret_is_none(tmp_path: Path, path: str, line: str) -> None:
    assert not checked(tmp_path, {path: "# 1\n"}, {path: f"# 1\n{line}\n"})
