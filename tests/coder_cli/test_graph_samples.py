"""The samples in PHP and Ruby: what each file needs, as found by reading them, and the order that follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli import cli

SAMPLES = Path(__file__).parents[1] / "samples"
PHP = {
    "src/autoload.php": {"src/escape.php"},
    "src/Text/Inline.php": {"src/escape.php"},
    "src/Text/Paragraph.php": {"src/Block.php", "src/Text/Inline.php"},
    "src/Text/Heading.php": {"src/Text/Paragraph.php", "src/Text/Kind.php"},
    "src/Text/Items.php": {"src/Block.php", "src/Text/Inline.php", "src/Text/Kind.php"},
    "src/Note.php": {
        "src/Block.php",
        "src/Text/Heading.php",
        "src/Text/Items.php",
        "src/Text/Kind.php",
        "src/Text/Paragraph.php",
    },
    "bin/notes.php": {"src/autoload.php", "src/Note.php"},
    "tests/run.php": {"src/autoload.php", "src/Note.php"},
}
RUBY = {
    "trails.gemspec": {"lib/trails/version.rb"},
    "lib/trails.rb": {
        "lib/trails/version.rb",
        "lib/trails/errors.rb",
        "lib/trails/point.rb",
        "lib/trails/trail.rb",
        "lib/trails/report.rb",
        "lib/trails/sources.rb",
    },
    "lib/trails/sources.rb": {"lib/trails/sources/lines.rb", "lib/trails/sources/spreadsheet.rb"},
    "lib/trails/sources/lines.rb": {"lib/trails/errors.rb", "lib/trails/point.rb", "lib/trails/trail.rb"},
    "lib/trails/sources/spreadsheet.rb": {"lib/trails/sources/lines.rb"},
    "bin/trails": {"lib/trails.rb", "lib/trails/report.rb", "lib/trails/errors.rb"},
    "test/test_trails.rb": {
        "lib/trails.rb",
        "lib/trails/trail.rb",
        "lib/trails/point.rb",
        "lib/trails/errors.rb",
    },
}


def graph(sample: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The files of a sample in reading order, as `coder graph --json` tells them."""
    root = tmp_path / sample  # outside of this repository, whose files it would be else
    root.mkdir()
    for file in (SAMPLES / sample).rglob("*"):
        if file.is_file():
            copy = root / file.relative_to(SAMPLES / sample)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    assert cli.main(["graph", str(root), "--json"]) == 0
    files: list[dict[str, object]] = json.loads(capsys.readouterr().out)["files"]
    return files


@pytest.mark.parametrize(("sample", "expected"), [("php", PHP), ("ruby", RUBY)])
def test_a_sample_is_read_as_a_person_reads_it(
    sample: str, expected: dict[str, set[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = graph(sample, tmp_path, capsys)
    needs = {str(file["path"]): [need["path"] for need in file["needs"]] for file in files}  # type: ignore[attr-defined]
    assert {path: set(needed) for path, needed in needs.items() if needed} == expected
    order = list(needs)
    assert all(order.index(need) < order.index(path) for path in needs for need in needs[path])
