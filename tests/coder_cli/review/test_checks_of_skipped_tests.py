"""Tests that are switched off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.coder_cli.review.checked import checked, told


@pytest.mark.parametrize(
    ("path", "before", "after", "line"),
    [
        (
            "test_a.py",
            "def test_a():\n    assert load()\n",
            "@pytest.mark.skip\ndef test_a():\n    assert load()\n",
            1,
        ),
        (
            "test_a.py",
            "def test_a():\n    assert load()\n",
            "@pytest.mark.xfail(strict=True)\ndef test_a():\n    assert load()\n",
            1,
        ),
        (
            "test_a.py",
            "def test_a():\n    assert load()\n",
            "@pytest.mark.xfail(\n    reason='it is off',\n)\ndef test_a():\n    assert load()\n",
            1,
        ),
        ("a.test.js", "it('adds', () => {\n  add();\n});\n", "it.only('adds', () => {\n  add();\n});\n", 1),
        ("a.test.js", "it('adds', () => {\n  add();\n});\n", "xit('adds', () => {\n  add();\n});\n", 1),
        (
            "a_test.go",
            "func TestA(t *testing.T) {\n\tadd()\n}\n",
            'func TestA(t *testing.T) {\n\tt.Skip("flaky")\n\tadd()\n}\n',
            2,
        ),
        (
            "src/lib.rs",
            "#[test]\nfn adds() {\n    add();\n}\n",
            "#[test]\n#[ignore]\nfn adds() {\n    add();\n}\n",
            2,
        ),
        (
            "ATest.java",
            "class ATest {\n  @Test\n  void adds() {\n    add();\n  }\n}\n",
            "class ATest {\n  @Disabled\n  @Test\n  void adds() {\n    add();\n  }\n}\n",
            2,
        ),
    ],
)
def test_a_test_that_is_switched_off_is_found(
    tmp_path: Path, path: str, before: str, after: str, line: int
) -> None:
    assert told(checked(tmp_path, {path: before}, {path: after})) == [f"test-skipped {path}:{line}"]


@pytest.mark.parametrize(
    "after",
    [
        "@pytest.mark.skipif(WINDOWS, reason='no links')\ndef test_a():\n    assert load()\n",
        "def test_a():\n    assert load()\n\n\n@pytest.mark.xfail\ndef test_b():\n    assert drop()\n",
        "@pytest.mark.skip\ndef test_a():\n    assert load()\n\n\ndef test_a_too():\n    assert load() + 1\n",
        "@pytest.mark.xfail(\n    WINDOWS,\n    reason='no links',\n)\ndef test_a():\n    assert load()\n",
        "@pytest.mark.xfail(sys.version_info > (3, 9), strict=True)\ndef test_a():\n    assert load()\n",
        "@pytest.mark.skip\ndef test_b():\n    x = 1\n    assert load()\n",
        "def test_a():\n    @pytest.mark.skip\n    def inner():\n        pass\n\n    assert load()\n",
    ],
)
def test_a_test_that_runs_elsewhere_or_is_new_is_none(tmp_path: Path, after: str) -> None:
    assert not checked(tmp_path, {"test_a.py": "def test_a():\n    assert load()\n"}, {"test_a.py": after})


def test_a_test_that_is_off_in_one_build_only_is_none(tmp_path: Path) -> None:
    fact = "    [Fact]\n    public void It_formats() { Assert.Equal(1, Format()); }\n}\n"
    off = '    [Fact(Skip = "no such culture there")]\n'
    before = {"tests/FormatTests.cs": f"public class FormatTests {{\n{fact}"}
    built = f"public class FormatTests {{\n#if NETSTANDARD\n{off}#else\n{fact}".replace(
        "]\n    p", "]\n#endif\n    p"
    )
    assert not checked(tmp_path / "a", before, {"tests/FormatTests.cs": built})
    everywhere = before["tests/FormatTests.cs"].replace("    [Fact]\n", off)
    (finding,) = checked(tmp_path / "b", before, {"tests/FormatTests.cs": everywhere})
    assert finding.check == "test-skipped"


def test_a_test_that_was_off_and_is_only_formatted_anew_is_none(tmp_path: Path) -> None:
    said = "class A {{\n    @Test\n    @Ignore {}nice to have\n    public void waits() {{ verify(1); }}\n}}\n"
    before = {"src/test/java/ATest.java": said.format("//")}
    assert not checked(tmp_path, before, {"src/test/java/ATest.java": said.format("// ")})


PRECAUTION = """<?php
class DeleteTest extends TestCase
{
    public function testItDeletes()
    {
        BODY
        $this->assertTrue($this->delete('a.txt'));
        $this->assertFalse($this->exists('a.txt'));
    }
}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "",
            "if (getenv('DELETES') !== 'yes') {\n            $this->markTestSkipped('Not here.');\n        }",
        ),
        ("$this->markTestSkipped('Not as root.');", "$this->markTestSkipped('As a precaution.');"),
    ],
)
def test_a_test_that_is_off_in_some_cases_or_was_off_is_none(tmp_path: Path, before: str, after: str) -> None:
    files = {"tests/DeleteTest.php": PRECAUTION.replace("BODY", before)}
    assert not checked(tmp_path / "a", files, {"tests/DeleteTest.php": PRECAUTION.replace("BODY", after)})
    off = PRECAUTION.replace("BODY", "$this->markTestSkipped('Not here.');")
    files = {"tests/DeleteTest.php": PRECAUTION.replace("BODY", "")}
    assert told(checked(tmp_path / "b", files, {"tests/DeleteTest.php": off})) == [
        "test-skipped tests/DeleteTest.php:6"
    ]


def test_many_that_are_switched_off_in_one_file_are_one_finding(tmp_path: Path) -> None:
    tests = [f"#[test]\n{{}}fn serves_{name}() {{{{\n    assert_eq!(serve(), 1);\n}}}}\n" for name in "abcd"]
    before = {"tests/server.rs": "\n".join(tests).format("", "", "", "")}
    off = "#[ignore] // until it is served again\n"
    (found,) = checked(tmp_path / "a", before, {"tests/server.rs": "\n".join(tests).format(*[off] * 4)})
    assert found.title == "4 tests are switched off" and found.start_line == 2
    assert found.scenario.startswith("So are those at 8, 14, 20.")
    two = "\n".join(tests).format(off, off, "", "")
    assert len(checked(tmp_path / "b", before, {"tests/server.rs": two})) == 2
