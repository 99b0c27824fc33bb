"""Tests that are gone, and what else still tests the same: other words, other classes, other titles."""

from __future__ import annotations

from pathlib import Path

from tests.coder_cli.review.checked import checked, told

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
