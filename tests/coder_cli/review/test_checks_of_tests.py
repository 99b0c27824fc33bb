"""Tests that are gone or switched off."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.coder_cli.review.checked import checked, told

PYTHON = """
    import library


    def test_it_loads_what_was_stored():
        assert library.load("a") == 1


    def test_it_says_what_is_missing():
        with raises(KeyError) as caught:
            library.load("missing")
        assert "missing" in str(caught.value)
    """
SECOND = """
    def test_it_says_what_is_missing():
        with raises(KeyError) as caught:
            library.load("missing")
        assert "missing" in str(caught.value)
    """


def test_a_test_that_is_gone_is_found_with_what_it_said(tmp_path: Path) -> None:
    found = checked(tmp_path, {"tests/test_a.py": PYTHON}, {"tests/test_a.py": PYTHON.replace(SECOND, "")})
    assert told(found) == ["test-removed tests/test_a.py:5"]
    assert "test_it_says_what_is_missing" in found[0].title
    assert found[0].deleted.startswith("def test_it_says_what_is_missing")


def test_a_file_of_tests_that_is_gone_is_found(tmp_path: Path) -> None:
    found = checked(tmp_path, {"tests/test_a.py": PYTHON, "a.py": "x = 1\n"}, {"tests/test_a.py": None})
    assert told(found) == ["test-removed tests/test_a.py:1"]


def test_a_test_that_moved_or_got_another_name_is_none(tmp_path: Path) -> None:
    renamed = PYTHON.replace("test_it_says_what_is_missing", "test_missing_names_are_told")
    assert not checked(tmp_path / "a", {"tests/test_a.py": PYTHON}, {"tests/test_a.py": renamed})
    moved: dict[str, str | None] = {"tests/test_a.py": PYTHON.replace(SECOND, ""), "tests/test_b.py": SECOND}
    assert not checked(tmp_path / "b", {"tests/test_a.py": PYTHON}, moved)


def test_a_test_that_goes_with_what_it_tests_is_none(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        {
            "library.py": "def drop():\n    pass\n",
            "tests/test_a.py": "def test_drop():\n    drop()\n\n\nx = 1\n",
        },
        {"library.py": "", "tests/test_a.py": "x = 1\n"},
    )
    assert not found


def test_a_test_whose_decorators_stayed_for_the_next_one_is_found(tmp_path: Path) -> None:
    table = "".join(f'    pytest.param({n}, id="of {n}"),\n' for n in range(9))
    head = f"import pytest\n\n\n@pytest.mark.parametrize('each', [\n{table}])\n"
    gone = "def test_rows(each):\n    assert library.row(each) == each\n    assert library.last\n\n\n"
    kept = "def test_columns(each):\n    assert library.column(each)\n"
    found = checked(tmp_path, {"tests/test_a.py": head + gone + kept}, {"tests/test_a.py": head + kept})
    assert [each.title for each in found] == ["A test is removed: test_rows"]


def test_a_name_that_is_gone_takes_no_test_with_it_that_says_a_part_of_it_alone(tmp_path: Path) -> None:
    library = "def schema():\n    pass\n\n\ndef core_schema():\n    pass\n"
    kept = "def test_core():\n    assert core_schema()\n"
    gone = "\n\ndef test_dates():\n    with raises(KeyError):\n        core_schema(dates=2**64)\n"
    files = {"library.py": library, "tests/test_a.py": kept + gone}
    without = library.removeprefix("def schema():\n    pass\n\n\n")
    found = checked(tmp_path, files, {"library.py": without, "tests/test_a.py": kept})
    assert [each.title for each in found] == ["A test is removed: test_dates"]


KOTLIN = "class AsyncTest {{\n{}    @Test\n    fun binds() {{\n        {}\n    }}\n}}\n"
OTHER = "def test_it_stores():\n    library.store('a')\n{}    assert library.all() == ['a']\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Its lines stand in another test.
        (
            {"tests/test_a.py": PYTHON, "tests/test_b.py": OTHER.format("")},
            {
                "tests/test_a.py": PYTHON.replace(SECOND, ""),
                "tests/test_b.py": OTHER.format("".join(textwrap.dedent(SECOND).splitlines(True)[2:])),
            },
        ),
        # Another file has the same test of the same class already.
        (
            {
                "js/AsyncTest.kt": KOTLIN.format("", "run(bind(1))"),
                "jvm/AsyncTest.kt": KOTLIN.format("", "all(bind(2))"),
            },
            {
                "js/AsyncTest.kt": None,
                "jvm/AsyncTest.kt": KOTLIN.format("\n", "all(bind(2))"),
            },
        ),
        # It only held the place of one.
        (
            {"tests/test_a.py": PYTHON + "\n\n    def test_more():\n        assert False\n"},
            {"tests/test_a.py": PYTHON},
        ),
        # The same case is expected to go the other way.
        (
            {
                "tests/test_a.py": PYTHON + "\n\n    def test_a_chain_of_signs_is_an_offense():\n"
                "        found = parse('a.nil or a.foo * 42')\n        assert found == [1]\n"
                "        assert told(found)\n"
            },
            {
                "tests/test_a.py": "def test_a_chain_of_signs_is_allowed():\n"
                "    refuse(nothing)\n    found = parse('a.nil or a.foo * 42')\n\n\n"
                + textwrap.dedent(PYTHON)
            },
        ),
        # It goes with what it is called after.
        (
            {
                "a.py": "def rgb_to_hex(x):\n    return x\n\n\ndef load():\n    pass\n",
                "tests/test_a.py": "def test_bad_rgb():\n    with bad(E):\n        Color('x')\n\n\nx = 1\n",
            },
            {"a.py": "def load():\n    pass\n", "tests/test_a.py": "x = 1\n"},
        ),
        # It is run under a condition, which another call makes.
        (
            {"a.test.js": "describe('a', () => {\n  it('gets keys', () => {\n    get(1)\n  })\n})\n"},
            {"a.test.js": "describe('a', () => {\n  it.when(x)('gets keys', () => {\n    get(1)\n  })\n})\n"},
        ),
        # Another file got it under a title like it.
        (
            {"tests/test_a.py": PYTHON, "tests/test_b.py": "def test_it_stores():\n    assert store('a')\n"},
            {
                "tests/test_a.py": PYTHON.replace(SECOND, ""),
                "tests/test_b.py": "def test_it_stores():\n    assert store('a')\n\n\n"
                "def test_it_says_what_is_missing_here():\n    shelf = library\n    found = names(shelf)\n"
                "    with raises(KeyError) as caught:\n        library.load(name='missing')\n"
                "    check(str(caught.value), 'missing')\n    assert found\n",
            },
        ),
        # What only it says is deleted from the program.
        (
            {
                "a.py": "def render(x):\n    if not x.renderer:\n        refuse(x)\n    return x\n",
                "tests/test_a.py": "def test_it():\n    assert render(1)\n\n\n"
                "def test_wrong():\n    with bad(E):\n        render(Mock(renderer=2))\n",
            },
            {
                "a.py": "def render(x):\n    return x\n",
                "tests/test_a.py": "def test_it():\n    assert render(1)\n",
            },
        ),
        # One of several definitions of that name is gone.
        (
            {
                "old.py": "def factorplot(x):\n    return x\n",
                "new.py": "def factorplot(x):\n    return [x]\n",
                "tests/test_old.py": "def test_it():\n    g = old.factorplot(1)\n    assert g\n\n\nx = 1\n",
            },
            {
                "old.py": "x = 1\n",
                "new.py": "def factorplot(x):\n    return (x,)\n",
                "tests/test_old.py": "x = 1\n",
            },
        ),
    ],
)
def test_a_test_that_lives_on_or_had_no_more_to_test_is_none(
    tmp_path: Path, before: dict[str, str], after: dict[str, str | None]
) -> None:
    assert not checked(tmp_path, before, after)


def test_tests_that_became_rows_of_a_table_are_none(tmp_path: Path) -> None:
    one = "def test_{0}():\n    found = library.load({1})\n    assert not found.is_valid\n\n\n"
    stays = "def test_it_loads():\n    assert library.load('a') == 1\n\n\n"
    before = stays + one.format("empty", "''") + one.format("short", "'x'") + one.format("long", "'xyz' * 9")
    rows = "@pytest.mark.parametrize('name', ['', 'x', 'xyz' * 9])\n"
    body = "    found = library.load(name)\n    assert not found.is_valid\n"
    for at, parameters in enumerate(("name", "name, other, more")):
        after = (
            f"{rows}def test_what_is_refused({parameters}):\n    for each in range(9):\n    {body}\n\n{stays}"
        )
        assert not checked(tmp_path / str(at), {"tests/test_a.py": before}, {"tests/test_a.py": after})


def test_a_test_whose_decorator_stayed_above_another_is_replaced(tmp_path: Path) -> None:
    before = "@requires.returning\ndef test_no_fetch():\n    with raises(KeyError):\n        fetch(1, 2, 3)\n"
    after = "@requires.returning\n@rows(1, 2)\ndef test_fetch(kind):\n    assert find(kind) == [kind]\n"
    found = checked(tmp_path, {"tests/test_a.py": before}, {"tests/test_a.py": after})
    assert [each.title for each in found] == ["A test gave way to another: test_no_fetch"]


def test_of_a_file_whose_tests_are_written_anew_none_is_told(tmp_path: Path) -> None:
    old = "".join(f"def test_a{at}():\n    assert old_{at}({at}) == {at}\n\n\n" for at in range(6))
    new = "".join(f"def test_b{at}():\n    with new_{at}() as n:\n        n.go()\n\n\n" for at in range(5))
    kept = "def test_kept():\n    assert kept()\n"
    files = {"tests/test_a.py": f"{old}{kept}"}
    assert not checked(tmp_path / "a", files, {"tests/test_a.py": f"{kept}\n\n{new}"})
    assert checked(tmp_path / "b", files, {"tests/test_a.py": kept})


@pytest.mark.parametrize(
    ("path", "kept", "gone"),
    [
        (
            "test/a.test.js",
            "it('adds', () => {\n  expect(add(1)).toBe(2);\n});\n",
            "it('takes away', () => {\n  drop('x');\n});\n",
        ),
        (
            "a_test.go",
            "package a\n\nfunc TestAdd(t *testing.T) {\n\tadd(t, 1)\n}\n",
            "\nfunc TestDrop(t *testing.T) {\n\tcheck(drop)\n}\n",
        ),
        ("src/lib.rs", "fn add() {}\n", "\n#[test]\nfn drops_it() {\n    assert!(drop());\n}\n"),
        ("spec/a_spec.rb", "it 'adds' do\n  add\nend\n", "\nit 'takes away' do\n  drop :x\nend\n"),
        ("test/a.cpp", "TEST(A, Adds) {\n  add();\n}\n", "\nTEST(A, Drops) {\n  drop(1);\n}\n"),
    ],
)
def test_other_languages_have_tests_too(tmp_path: Path, path: str, kept: str, gone: str) -> None:
    assert [each.check for each in checked(tmp_path, {path: kept + gone}, {path: kept})] == ["test-removed"]


def test_a_java_test_is_known_by_its_mark(tmp_path: Path) -> None:
    adds = "class ATest {\n  @Test\n  void adds() {\n    add(1);\n  }\n"
    java = f"{adds}\n  @Test\n  void drops() {{\n    check(drop());\n  }}\n}}\n"
    after = f"{adds}}}\n"
    found = checked(tmp_path, {"src/test/ATest.java": java}, {"src/test/ATest.java": after})
    assert [each.check for each in found] == ["test-removed"]


def test_a_test_is_found_that_has_a_copy_of_the_same_name_and_one_that_rust_has_beside_its_code(
    tmp_path: Path,
) -> None:
    copy = "describe('{0}', () => {{\n  test('filters', () => {{\n{1}  }})\n}})\n"
    body = "".join(f"    expect(cache.find({at})).toBe({at})\n" for at in range(6))
    both = copy.format("find", body) + copy.format("findAll", body + "    expect(all).toBe(1)\n")
    left = both.replace(f"  test('filters', () => {{\n{body}  }})\n", "", 1)
    found = checked(tmp_path / "a", {"a.test.ts": both}, {"a.test.ts": left})
    assert [each.title for each in found] == ["A test is removed: filters"]
    code = "pub fn parse() {}\n"
    test = '\n#[test]\nfn parses_dcs() {\n    check(parse(), "\\x1b[1;2;3;4;5;6;7;8;9 of a terminal");\n}\n'
    kept = "\n#[test]\nfn parses() {\n    check(parse(), 1);\n}\n"
    found = checked(tmp_path / "b", {"src/lib.rs": code + test + kept}, {"src/lib.rs": code + kept})
    assert [each.title for each in found] == ["A test is removed: parses_dcs"]


def test_of_two_tests_of_one_name_the_one_that_changed_is_gone(tmp_path: Path) -> None:
    one = (
        "  it('takes the first', () => {\n    expect(render(1)).toBe(1)\n    expect(more(1)).toBe(1)\n  })\n"
    )
    two = "  it('takes the first', () => {\n    const { x } = y\n    expect(x).to.have('name', 'b')\n  })\n"
    before = {"a.test.js": f"describe('a', () => {{\n{one}{two}}})\n"}
    renamed = before["a.test.js"].replace("takes the first", "takes the last", 1)
    assert not checked(tmp_path, before, {"a.test.js": renamed})


def test_a_test_that_only_got_another_name_holds_none_that_is_gone(tmp_path: Path) -> None:
    said = "".join(
        f"    assert errors[{at}] == names[{at}] and errors[{at}] in messages\n" for at in range(9)
    )
    gone = f"def test_many_are_told():\n    errors = load(1)\n{said}"
    stays = f"def test_load_fails():\n    errors = fail(2)\n    other()\n{said}    assert last(errors)\n"
    renamed = stays.replace("test_load_fails", "test_all_fails")
    for between in ("x = 1\ny = 2\nz = 3\n\n\n", ""):
        before, after = f"{gone}\n\n{between}{stays}", f"{between}{renamed}"
        found = checked(tmp_path / str(len(between)), {"test_a.py": before}, {"test_a.py": after})
        assert [each.title for each in found] == ["A test is removed: test_many_are_told"]


BESIDE = """  it('accepts other letters', function () {
    respond('/basic', { name: 'Aladdin', password: 'sésame' });
    expect(last().headers.Authorization).toEqual('Basic QWxhZGRpbjpz');
  });

"""
OLD = """  it('accepts a name with its password', function () {
    respond('/basic', { name: 'Aladdin', password: 'open sesame' });
    expect(last().headers.Authorization).toEqual('Basic QWxhZGRpbjpvcGVu');
  });

"""
COME = """  it('accepts a name alone', function () {
    respond('/basic', { name: 'Aladdin' });
    expect(last().headers.Authorization).toEqual('Basic QWxhZGRpbjo=');
  });

"""


def test_a_near_copy_that_takes_its_place_is_told_as_possible(tmp_path: Path) -> None:
    around = "describe('names', function () {{\n{}}});\n"
    before = {"test/names.spec.js": around.format(BESIDE + OLD)}
    (finding,) = checked(tmp_path, before, {"test/names.spec.js": around.format(BESIDE + COME)})
    assert finding.check == "test-removed" and not finding.certain
    assert "accepts a name with its password" in finding.title
    renamed = OLD.replace("a name with its password", "what was given")
    assert not checked(tmp_path / "a", before, {"test/names.spec.js": around.format(BESIDE + renamed)})
    many = "".join(COME.replace("a name alone", f"a name of {each}") for each in range(9))
    assert not checked(tmp_path / "c", before, {"test/names.spec.js": around.format(BESIDE + COME + many)})
    both = around.format(BESIDE + OLD + COME)
    assert not checked(tmp_path / "b", before, {"test/names.spec.js": both})


IDLE = """
    import library


    def test_a():
        assert library.load("a") == 1


    @pytest.mark.skip(reason="no longer so")
    def test_it_says_what_is_missing():
        with pytest.raises(KeyError, match="no such key"):
            library.find("b")
    """


def test_a_test_that_was_switched_off_is_not_missed(tmp_path: Path) -> None:
    kept = IDLE[: IDLE.index("    @pytest")].rstrip() + "\n"
    assert not checked(tmp_path / "a", {"tests/test_a.py": IDLE}, {"tests/test_a.py": kept})
    runs = IDLE.replace('    @pytest.mark.skip(reason="no longer so")\n', "")
    assert told(checked(tmp_path / "b", {"tests/test_a.py": runs}, {"tests/test_a.py": kept}))


def test_removals_from_many_files_are_one_finding(tmp_path: Path) -> None:
    runs = IDLE.replace('    @pytest.mark.skip(reason="no longer so")\n', "")
    kept = IDLE[: IDLE.index("    @pytest")].rstrip() + "\n"
    paths = [f"tests/test_{name}.py" for name in "abcde"]
    before = {path: runs.replace('"b"', f'"{path}"') for path in paths}
    (found,) = checked(tmp_path, before, dict.fromkeys(paths, kept))
    assert found.title.startswith("5 tests of 5 files are removed: tests/test_a.py: test_it_says")
    assert found.certain and found.path == "tests/test_a.py"
