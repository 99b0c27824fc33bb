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


ERRORS = """package a

func TestFieldValueError(t *testing.T) {
	logger := New(new(JSONFormatter))
	logger.WithField("func", func() {}).Info("test")
	data := parse(t, logger)
	require.Contains(t, data, FieldKeyLogrusError)
}
"""
LEVELS = """
func TestLevels(t *testing.T) {
	logger := New(nil)
	logger.SetLevel(DebugLevel)
	require.Equal(t, DebugLevel, logger.Level)
}
"""
ELSEWHERE = """package a

func TestJSON(t *testing.T) {
	out := capture(func() { New(&JSONFormatter{}).WithField("func", func() {}).Info("test") })
	if data, found := out[FieldKeyLogrusError]; !found || data == "" {
		t.Errorf("no error: %v", out)
	}
}
"""


def test_what_only_a_test_said_and_new_ones_say_now_is_tested_still(tmp_path: Path) -> None:
    before = {"a_test.go": ERRORS + LEVELS}
    after: dict[str, str | None] = {"a_test.go": "package a\n" + LEVELS, "b_test.go": ELSEWHERE}
    assert not checked(tmp_path / "a", before, after)
    other = ELSEWHERE.replace("FieldKeyLogrusError", "FieldKeyTime").replace("JSONFormatter", "Text")
    after["b_test.go"] = other.replace("WithField", "WithTime").replace('"func"', '"time"')
    assert told(checked(tmp_path / "b", before, after)) == ["test-removed a_test.go:3 possible"]


SHARED = """<?php
namespace Box;

abstract class AdapterCase extends TestCase
{
    /** @test */
    public function get_checksum(): void
    {
        $this->assertSame('1', $this->adapter()->checksum('a'));
    }
}
"""
OWN = """<?php
namespace Box;

use Box\\AdapterCase as Base;

class AzureTest extends Base
{{
    /** @test */
    public function lists(): void
    {{
        $this->assertSame([], $this->adapter()->list());
    }}
{}}}
"""
CHECKSUM = """
    /** @test */
    public function get_checksum(): void
    {
        $this->assertSame('OFj2IjCsPJFfMAxmQxLGPw==', $this->adapter()->checksum('path'));
    }
"""


def test_a_test_that_its_class_has_from_another_still_runs(tmp_path: Path) -> None:
    before = {"tests/AdapterCase.php": SHARED, "tests/AzureTest.php": OWN.format(CHECKSUM)}
    assert not checked(tmp_path / "a", before, {"tests/AzureTest.php": OWN.format("")})
    before["tests/AdapterCase.php"] = SHARED.replace("get_checksum", "get_size")
    assert told(checked(tmp_path / "b", before, {"tests/AzureTest.php": OWN.format("")}))


def test_a_text_that_is_not_indented_ends_no_test(tmp_path: Path) -> None:
    first = "  it 'says it as text' do\n    expect(body).to eq ''\n  end\n"
    second = "  it 'says it as xml' do\n    expect(xml).to eq <<-XML\n<?xml version='1.0'?>\n"
    second += "<error/>\nXML\n  end\n"
    third = (
        "  context 'with a header' do\n    it 'has it' do\n      expect(header).to eq 'a'\n    end\n  end\n"
    )
    before = {"spec/a_spec.rb": f"describe 'errors' do\n{first}{third}end\n"}
    assert not checked(
        tmp_path, before, {"spec/a_spec.rb": f"describe 'errors' do\n{first}{second}{third}end\n"}
    )


def test_a_group_that_names_what_is_gone_goes_with_it(tmp_path: Path) -> None:
    program = "class Options\n  def usage\n    1\n  end\n{}end\n"
    lost = "\n  def formatted_usage\n    usage.to_s\n  end\n"
    spec = "describe Options do\n  it 'has a usage' do\n    expect(options.usage).to eq 1\n  end\n{}end\n"
    group = "\n  describe '#formatted_usage' do\n    it 'says required ones first' do\n"
    group += "      expect(create('--repo' => :required).to_s).to eq '--repo=REPO'\n    end\n  end\n"
    before = {"lib/options.rb": program.format(lost), "spec/options_spec.rb": spec.format(group)}
    after: dict[str, str | None] = {"spec/options_spec.rb": spec.format("")}
    assert told(checked(tmp_path / "b", before, after))
    after["lib/options.rb"] = program.format("")
    assert not checked(tmp_path / "a", before, after)


def test_a_text_in_backticks_ends_no_group(tmp_path: Path) -> None:
    text = '---\n"box": minor\n---\n\nA simple line\n'
    folder = f"    const cwd = await folder({{\n      'a.md': `{text}`,\n    }});\n"
    first = f"  it('reads one', async () => {{\n{folder}    expect(await read(cwd)).toEqual(one);\n  }});\n"
    other = "  it('reads none', async () => {\n    expect(await read('.')).toEqual([]);\n  });\n"
    files = {
        "a.test.ts": f"describe('files', () => {{\n{first.replace(folder, '    const cwd = 1;')}{other}}});\n"
    }
    assert not checked(tmp_path, files, {"a.test.ts": f"describe('files', () => {{\n{first}{other}}});\n"})


FACT = """    [Fact]
    public void {}() {{
        string email = {};
        var result = validator.Validate(new Person {{ Email = email }});
        result.IsValid.{}();
    }}
"""
ROWS = """    [Theory]
    [InlineData("")]
    public void Invalid_addresses(string email) {
        var validator = Make(Mode.Regex);
        var result = validator.Validate(new Person { Email = email });
        result.IsValid.ShouldBeFalse();
    }
"""


def test_a_row_of_a_table_that_came_is_none_though_nothing_has_its_own_words(tmp_path: Path) -> None:
    gone = FACT.format("Fails_when_the_text_is_empty", "String.Empty", "ShouldBeFalse")
    kept = FACT.format("Passes", '"a@b.c"', "ShouldBeTrue") + FACT.format("Fails", '"a"', "ShouldBeFalse")
    before = {"tests/EmailTests.cs": f"public class EmailTests {{\n{gone}{kept}}}\n"}
    after = {"tests/EmailTests.cs": f"public class EmailTests {{\n{ROWS}{kept}}}\n"}
    assert not checked(tmp_path, before, after)


def test_a_group_that_got_another_title_keeps_its_tests_though_one_took_its_title(tmp_path: Path) -> None:
    said = "describe('{}', function () {{\n  it('{}', function () {{\n    {}\n  }})\n}})\n"
    one = "request(app).head('/tobi').expect(200, done)", "defaults to GET"
    other = "assert(called(app.head, 'override'))", "overrides it"
    before = {"test/head.js": said.format("app.head()", one[1], one[0])}
    after = said.format("HEAD", one[1], one[0]) + "\n" + said.format("app.head()", other[1], other[0])
    assert not checked(tmp_path, before, {"test/head.js": after})


def test_a_plain_word_in_the_code_that_came_names_no_test(tmp_path: Path) -> None:
    program = "pub fn insert(x: u32) -> u32 {\n    x\n}\n{}\n#[cfg(test)]\nmod tests {\n    use super::*;\n"
    test = "\n    #[test]\n    fn insert() {\n        assert_eq!(super::insert(3), 3);\n    }\n"
    other = "\n    #[test]\n    fn keeps_all() {\n        assert_eq!(2, 1 + 1);\n    }\n}\n"
    before = {"src/lib.rs": program.replace("{}", "") + test + other}
    more = "\npub fn twice(x: u32) -> u32 {\n    insert(insert(x))\n}\n"
    found = checked(tmp_path, before, {"src/lib.rs": program.replace("{}", more) + other})
    assert [each.check for each in found] == ["test-removed"]
