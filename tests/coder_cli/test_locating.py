"""Where a failure points to: files of a small repository, by outputs of programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder_cli import settings
from coder_cli.locating import located
from coder_cli.output import Output
from coder_cli.project import open_workspace

FILES = {
    "shop/discounts.py": "def rate_for(cents):\n    return 5 if cents > 10_000 else 0\n",
    "shop/cart.py": "from shop.discounts import rate_for\n\n\nclass Cart:\n    total = 0\n",
    "tests/test_shop.py": "from shop.discounts import rate_for\n\n\ndef test_rate():\n"
    "    assert rate_for(10_000) == 5\n",
    "src/stack.c": "int stack_pop(void)\n{\n    return nothing;\n}\n",
}
PYTEST = """    def test_rate():
>       assert rate_for(10_000) == 5
E       assert 0 == 5
E        +  where 0 = rate_for(10000)

tests/test_shop.py:5: AssertionError
1 failed in 0.01s"""
COLLECTING = """tests/test_shop.py:1: in <module>
    from shop.discounts import rate_for
E   ImportError: cannot import name
!!!! Interrupted: 1 error during collection !!!!
1 error in 0.1s"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


def output(text: str, line: str = "make") -> Output:
    found = Output(line, 1)
    for each in text.split("\n"):
        found.add(each)
    return found


def test_a_failing_test_points_to_the_code_that_it_tests(repository: Path) -> None:
    where = located(open_workspace(settings.load(), repository), output(PYTEST, "pytest -q"))
    assert [seed.path for seed in where.files()] == ["shop/discounts.py"]
    assert (
        "tests/test_shop.py" in {seed.path for seed in where.seeds}
        and "tests/test_shop.py" not in where.paths
    )
    assert where.said.startswith("$ pytest -q\n") and where.said.endswith("(exit code 1)")
    assert len(where.files(more=1)) == 2
    assert where.spans["shop/discounts.py"] == ((1, 2),)


def test_a_test_that_is_only_named_points_to_what_it_uses(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/words\n")
    (tmp_path / "words.go").write_text(
        "package words\n\nfunc Other() int {\n\treturn 1\n}\n\nfunc Count() int {\n\treturn 2\n}\n"
    )
    (tmp_path / "words_test.go").write_text(
        'package words\n\nimport "testing"\n\nfunc TestAll(t *testing.T) {\n\tif Count() != 3 {\n'
        '\t\tt.Error("no")\n\t}\n}\n'
    )
    said = "--- FAIL: TestAll (0.00s)\n    words_test.go:7: no\nFAIL\nFAIL\texample.com/words\t0.089s"
    where = located(open_workspace(settings.load(), tmp_path), output(said, "go test"))
    assert where.paths[0] == "words.go" and where.spans["words.go"] == ((1, 2), (7, 9))


def test_an_error_of_a_compiler_points_to_its_place(repository: Path) -> None:
    said = "src/stack.c: In function 'stack_pop':\nsrc/stack.c:3:12: error: 'nothing' undeclared"
    where = located(open_workspace(settings.load(), repository), output(said))
    assert where.paths[0] == "src/stack.c" and where.seeds[0].start_line == 3
    assert where.spans["src/stack.c"] == ((0, 6),)


def test_a_test_that_does_not_load_may_be_mended_too(repository: Path) -> None:
    where = located(open_workspace(settings.load(), repository), output(COLLECTING))
    assert where.paths[0] == "tests/test_shop.py" and "shop/discounts.py" in where.paths


def test_much_output_is_cut(repository: Path) -> None:
    where = located(open_workspace(settings.load(), repository), output("x" * 300 + "\n" + "y\n" * 4000))
    assert len(where.said) < 2600 and "lines left out" in where.said


def test_the_definition_and_the_files_beginning_can_be_changed(tmp_path: Path) -> None:
    lines = ["import re", "", "", *(f"def f{n}():\n    return {n}\n\n" for n in range(9))]
    (tmp_path / "a.py").write_text("\n".join(lines))
    said = "Traceback (most recent call last):\n  File \"a.py\", line 17, in f3\nNameError: name 'os' is not"
    where = located(open_workspace(settings.load(), tmp_path), output(said, "python a.py"))
    assert where.spans == {"a.py": ((1, 3), (16, 17))}


def test_of_a_compilers_errors_the_first_is_told(repository: Path) -> None:
    told = [
        "s.c: In function 'pop':",
        "src/stack.c:3:12: error: 'nothing'",
        "    3 |     return nothing;",
        "   ^",
    ]
    said = "\n".join(
        ["gcc -c src/stack.c", *told, "src/stack.c:4:1: error: expected ';'", "make: *** Error 1"]
    )
    where = located(open_workspace(settings.load(), repository), output(said))
    assert where.said.split("\n")[1:] == [*told, "... and 1 more"]
