"""Tests that are gone by name, and live on in what came; and those that only look so."""

from __future__ import annotations

from pathlib import Path

from tests.coder_cli.review.checked import checked, told

INSTALL = """<?php
class InstallTest extends TestCase
{{
    {header}($lock, $installed)
    {{
        $installer = new Installer($lock);
        $installer->setInstalled($installed);
        $result = $installer->run();
        $this->assertSame($installed, $result->packages());
    }}
{more}}}
"""
CALLS = """
    public function testInstallWithPool($lock, $installed)
    {
        putenv('POOL=1');
        $this->doTestInstall($lock, $installed);
    }
"""


def test_lines_that_stay_in_a_function_which_new_tests_call_are_none(tmp_path: Path) -> None:
    before = {"tests/InstallTest.php": INSTALL.format(header="public function testInstall", more="")}
    helper = INSTALL.format(header="private function doTestInstall", more=CALLS)
    assert not checked(tmp_path / "a", before, {"tests/InstallTest.php": helper})
    alone = INSTALL.format(header="private function unused", more="")
    assert told(checked(tmp_path / "b", before, {"tests/InstallTest.php": alone}))


DAYS = """
describe('days', function () {{
{}
  it('has no negative zero', function () {{
    assert(!isNegativeZero(days(0, 0)))
  }})
}})
"""
IGNORED = """  it('ignores the hour that summer time takes', function () {
    const first = new Date('2019-10-05T15:00:00.000Z')
    const second = new Date('2019-10-06T14:00:00.000Z')
    assert(days(second, first) === 0)
  })
"""
WRAPPED = """  summerOnly(`works when summer begins: ${zone}`, function () {
    const hour = 3600 * 1000
    const first = new Date(summer.start)
    const second = new Date(first.getTime() + 23 * hour)
    assert(days(second, first) === 1)
    assert(days(first, second) === -1)
  })
"""


def test_what_came_in_its_place_and_says_the_same_may_be_no_known_call(tmp_path: Path) -> None:
    before = {"test/days.test.js": DAYS.format(IGNORED)}
    assert not checked(tmp_path / "a", before, {"test/days.test.js": DAYS.format(WRAPPED)})
    (finding,) = checked(tmp_path / "b", before, {"test/days.test.js": DAYS.format("")})
    assert "ignores the hour" in finding.title
    commented = "".join(f"  // {line.strip()}\n" for line in IGNORED.splitlines())
    assert told(checked(tmp_path / "c", before, {"test/days.test.js": DAYS.format(commented)}))


GROUPS = """
describe('throw(message)', function () {{
  it('has the properties', function () {{
    const error = caught(() => context.throw('no', {{ one: 1 }}))
    assert.equal(error.one, 1)
  }})
}})
describe('throw(status)', function () {{
{}}})
"""
IN_GROUP = """  it('has the properties', function () {
    const error = caught(() => context.throw(400, { two: 2 }))
    assert.equal(error.status, 400)
  })
"""
OTHER_GROUP = """
describe('throw(error)', function () {
  it('has the properties', function () {
    const given = new TypeError('given')
    given.expose = true
    expect(() => context.throw(given)).toThrow(TypeError)
    expect(context.app.emitted).toEqual([given])
  })
})
"""


def test_of_two_tests_of_one_title_each_has_its_group(tmp_path: Path) -> None:
    before = {"test/throw.test.js": GROUPS.format(IN_GROUP)}
    (finding,) = checked(tmp_path / "a", before, {"test/throw.test.js": GROUPS.format("")})
    assert "throw(400" in finding.deleted
    (finding,) = checked(tmp_path / "c", before, {"test/throw.test.js": GROUPS.format("") + OTHER_GROUP})
    assert "throw(400" in finding.deleted
    renamed = GROUPS.format(IN_GROUP).replace("throw(status)", "throw(status, properties)")
    assert not checked(tmp_path / "b", before, {"test/throw.test.js": renamed})


def test_a_mark_under_a_condition_is_a_mark(tmp_path: Path) -> None:
    before = "#[test]\nfn lines_are_counted() {\n    let log = Logger::new();\n    log.info();\n}\n"
    after = before.replace("#[test]", "#[cfg_attr(library, test)]").replace("lines_are_counted", "main")
    assert not checked(tmp_path, {"tests/lines.rs": before}, {"tests/lines.rs": after})


def test_a_copy_of_a_file_of_tests_is_no_loss(tmp_path: Path) -> None:
    tests = "".join(f"def test_{name}():\n    assert load({name!r}) == {name!r}\n\n\n" for name in "abc")
    before = {"tests/test_load.py": tests, "package/tests/test_load.py": tests}
    assert not checked(tmp_path / "a", before, {"tests/test_load.py": None})
    assert told(checked(tmp_path / "b", {"tests/test_load.py": tests}, {"tests/test_load.py": None}))


SPLIT = """
TEST_CASE("split_by_extension{number}", "[split]")
{{
    std::string base, ext;
    std::tie(base, ext) = helper::split_by_extension("{given}");
    REQUIRE(base == "{base}");
    REQUIRE(ext == "{ext}");
}}
"""
ONE = """
static void test_split(const char* given, const char* expected_base, const char* expected_ext)
{
    std::string base, ext;
    std::tie(base, ext) = helper::split_by_extension(given);
    REQUIRE(base == expected_base);
    REQUIRE(ext == expected_ext);
}

TEST_CASE("split_by_extension", "[split]")
{
    test_split("log.txt", "log", ".txt");
    test_split("a/log", "a/log", "");
    test_split("a/b.c/log.txt", "a/b.c/log", ".txt");
}
"""


def test_tests_that_became_lines_of_one_with_a_helper_are_none(tmp_path: Path) -> None:
    given = (("", "log.txt", "log", ".txt"), ("2", "log", "log", ""), ("3", "log.a.txt", "log.a", ".txt"))
    before = "".join(SPLIT.format(number=n, given=g, base=b, ext=e) for n, g, b, e in given)
    assert not checked(tmp_path / "a", {"tests/split.cpp": before}, {"tests/split.cpp": ONE})
    first = SPLIT.format(number="", given="log.txt", base="log", ext=".txt")
    assert told(checked(tmp_path / "b", {"tests/split.cpp": before}, {"tests/split.cpp": first}))


PLURAL = """
class Plural {{
    static String uses(int count) {{ return "uses"; }}
{}}}
"""
STUBS = '    static String stubs(int count) { return "stubs"; }\n'
TESTS = """
class PluralTest {{
    @Test
    public void uses() {{
        assertEquals("use", Plural.uses(1));
    }}
{}}}
"""
OF_STUBS = """
    @Test
    public void counted() {
        assertEquals("stub", Plural.stubs(1));
    }
"""
OF_REPORT = """
class ReportTest {{
    @Test
    public void stubs() {{
        assertEquals({}, new Report().stubs.size());
    }}
}}
"""
OTHER = """
class Report {
    String text() { return Other.stubs(2); }
}
class Other {
    static String stubs(int count) { return ""; }
}
"""


def test_a_test_goes_with_a_method_whose_name_others_have(tmp_path: Path) -> None:
    before = {
        "src/main/Plural.java": PLURAL.format(STUBS),
        "src/main/Report.java": OTHER,
        "src/test/PluralTest.java": TESTS.format(OF_STUBS),
        "src/test/ReportTest.java": OF_REPORT.format(1),
    }
    without: dict[str, str | None] = {
        "src/test/PluralTest.java": TESTS.format(""),
        "src/test/ReportTest.java": OF_REPORT.format(2),
    }
    assert told(checked(tmp_path / "a", before, without))
    said = OTHER.replace("stubs(2)", "stubs(3)")
    gone = {**without, "src/main/Plural.java": PLURAL.format(""), "src/main/Report.java": said}
    assert not checked(tmp_path / "b", before, gone)


def test_a_copy_made_of_it_elsewhere_in_the_file_hides_none(tmp_path: Path) -> None:
    def routed(name: str, path: str, more: str = "") -> str:
        return (
            f"func Test{name}(t *testing.T) {{\n\te := New()\n\tr := e.router\n\tr.Add(GET, {path!r}, ok)\n"
            f"\tc := e.NewContext(nil, nil)\n\tr.Find(GET, {path!r}, c)\n{more}}}\n\n"
        )

    first = routed("RouterMatchAny", "/users/*", "\tassert.Equal(t, '/users/*', c.path)\n")
    second = routed("RouterTwoParameters", "/:user/:file", "\tassert.Equal(t, 2, len(c.names))\n" * 5)
    put = "\tr.Add(PUT, '/v1', ok)\n\tassert.Panics(t, func() { r.Find(PUT, '/v2', c) })\n"
    come = routed("PanicWithoutRoot", "/v1", f"\tassert.Equal(t, '/v1', c.path)\n{put}")
    before = {"router_test.go": "package echo\n\n" + first + second}
    (finding,) = checked(tmp_path, before, {"router_test.go": "package echo\n\n" + second + come})
    assert "TestRouterMatchAny" in finding.title


def test_a_title_that_a_new_test_of_another_file_has_is_its_own(tmp_path: Path) -> None:
    throws = "  it('throws', () => {\n    expect(() => assert(0)).toThrow(E)\n  })\n"
    more = "".join(
        f"  it('takes {each}', () => {{\n    assert.{each}(one, one)\n  }})\n" for each in ("a", "b", "c")
    )
    kept = "describe('body', () => {\n  it('is empty', () => {\n    expect(body()).toBe('')\n  })\n"
    gone = "  it('throws', () => {\n    const bad = body(NaN)\n    expect(bad.status).toBe(500)\n  })\n"
    before = {
        "test/assert.test.js": f"describe('assert', () => {{\n{throws}}})\n",
        "test/body.test.js": kept + gone + "})\n",
    }
    after: dict[str, str | None] = {
        "test/assert.test.js": None,
        "test/assert/all.test.ts": f"import 'tap'\n\nsuite('all', () => {{\n{more}{throws}}})\n",
        "test/body.test.js": kept + "})\n",
    }
    (finding,) = checked(tmp_path, before, after)
    assert "throws" in finding.title and finding.path == "test/body.test.js"


def test_a_test_that_another_one_says_in_the_same_words_is_told_as_such(tmp_path: Path) -> None:
    kept = "def test_a_name_needs_its_password():\n    # it fails\n    connect(name='a', password=None)\n"
    gone = (
        "\n\ndef test_the_password_is_never_used():\n    connect(\n        name='a', password=None,\n    )\n"
    )
    other = gone.replace("password=None", "password='b'")
    for said, certain in ((gone, False), (other, True)):
        (finding,) = checked(tmp_path / str(certain), {"test_a.py": kept + said}, {"test_a.py": kept})
        assert finding.certain is certain
        assert ("very same code" in finding.scenario) is not certain


def test_tests_of_one_line_are_no_duplicates(tmp_path: Path) -> None:
    one, two = "    @Test fun one() = expect(1)\n", "    @Test fun two() = expect(2)\n"
    before = {"src/test/kotlin/ATest.kt": f"class ATest {{\n{one}{two}}}\n"}
    (finding,) = checked(tmp_path, before, {"src/test/kotlin/ATest.kt": f"class ATest {{\n{one}}}\n"})
    assert "two" in finding.title and finding.certain


def test_where_other_code_for_tests_came_a_removal_is_possible(tmp_path: Path) -> None:
    kept = "def test_one():\n    assert load('one').path == '/one'\n\n\n"
    gone = "def test_two():\n    with raises(KeyError):\n        load('missing', strict=True)\n\n\n"
    for came, certain in (("", True), ("def test_three():\n    assert save(3)\n", False)):
        (finding,) = checked(tmp_path / str(certain), {"test_a.py": kept + gone}, {"test_a.py": kept + came})
        assert finding.certain is certain
    program = "def load(name):\n    limit = 3\n    return name\n"
    before = {"test_a.py": kept + gone, "a.py": program}
    shorter = program.replace("    limit = 3\n", "")
    (finding,) = checked(tmp_path / "c", before, {"test_a.py": kept, "a.py": shorter})
    assert not finding.certain and finding.severity.label == "info"
