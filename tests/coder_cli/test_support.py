"""An answer's own words say which lines it stands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder_cli import settings
from coder_cli.project import open_workspace
from coder_cli.sessions import Source
from coder_cli.support import support

LONG = "".join(f"def part{n}():\n    return {n}\n\n\n" for n in range(20))


def test_the_lines_with_the_rare_words_of_an_answer_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "long.py").write_text(LONG + "def retry():\n    sleep(MAX_WAIT)\n" + LONG)
    (tmp_path / "other.py").write_text("def start():\n    return 1\n")
    monkeypatch.chdir(tmp_path)
    workspace = open_workspace(settings.load())
    sources = (Source("other.py", 1, 2), Source("long.py", 1, 162))
    stands_on = support(workspace, sources)
    (found,) = stands_on("It sleeps for `MAX_WAIT` and tries again.")
    assert found.path == "long.py" and found.start_line <= 82 <= found.end_line < found.start_line + 12
    assert stands_on("Nothing whatsoever.") == []
    workspace.close()
