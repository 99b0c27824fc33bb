"""`coder bench --repository`: honest rounds, and nothing of the user's touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli import bench_repository, cli
from coder_cli.bench_repository import Rounds
from coder_cli.bench_repository_child import EditedRepo
from coder_cli.errors import RepositoryError
from exporters.types import Progress, silent
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.types import SourceFile


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.py").write_text("import b\nb.run()\n")
    (folder / "b.py").write_text("import a\n\ndef run() -> None:\n    pass\n")
    (folder / "c.py").write_text("def broken(:\n")
    (folder / "notes.md").write_text("# Notes\n")
    (folder / ".env").write_text("SECRET=1\n")
    return folder


def test_a_round_is_a_cold_process_and_a_warm_one(root: Path) -> None:
    seen: list[Progress] = []
    rounds = bench_repository.measure(root, 2, seen.append)
    assert [(one.done, one.total) for one in seen] == [(0, 2), (1, 2), (2, 2)]
    assert len(rounds.cold) == len(rounds.warm) == 2
    for told in (*rounds.cold, *rounds.warm):
        assert (told["files"], told["read"], told["parsed"], told["skipped"], told["edges"]) == (
            5,
            4,
            3,
            1,
            2,
        )
        assert all(told[key] > 0 for key in told if key.endswith(("_seconds", "_bytes")) or key == "seconds")
        assert told["languages"] == [
            {
                "name": "python",
                "files": 3,
                "incomplete": 1,
                "symbols": told["languages"][0]["symbols"],
                "references": told["languages"][0]["references"],
                "imports": 2,
                "edges": 2,
            }
        ]
        assert told["problems"] == []


def test_the_users_files_and_cache_stay_as_they_are(root: Path, isolated_home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    bench_repository.measure(root, 1, silent)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert not list(isolated_home.rglob("*.sqlite"))


def test_an_edit_is_one_file_that_differs(root: Path) -> None:
    repo = EditedRepo(Repo.open(root), "b.py")
    before = RepositoryProject.open(repo, cache=None)
    repo.edits = 2
    after = before.refreshed()
    file, same = after.file("b.py"), after.file("a.py")
    assert isinstance(file, SourceFile)
    assert isinstance(same, SourceFile)
    assert file.text == (root / "b.py").read_text() + "\n\n"
    assert same.text == (root / "a.py").read_text()
    assert after.parsed("a.py") is before.parsed("a.py") or after.parsed("a.py") == before.parsed("a.py")
    assert file.digest != after.repo.entries()[0].digest


def test_a_folder_with_nothing_to_parse_has_numbers_too(tmp_path: Path) -> None:
    told = bench_repository.as_json(bench_repository.measure(tmp_path, 1, silent))
    assert told["files"] == told["parsed"] == 0
    assert told["languages"] == []
    assert told["changed_seconds"]["median"] > 0


def test_a_repository_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    with pytest.raises(RepositoryError, match="nowhere"):
        bench_repository.measure(tmp_path, 1, silent)


def test_json_has_medians_and_a_table_has_a_row_each() -> None:
    def told(seconds: float) -> dict[str, object]:
        keys = ("seconds", "list_seconds", "graph_seconds", "order_seconds", "changed_seconds")
        counts = dict.fromkeys(("files", "read", "parsed", "skipped", "edges"), 1234)
        amounts = dict.fromkeys(("peak_resident_bytes", "cache_bytes", "text_bytes"), 5000000)
        return {**dict.fromkeys(keys, seconds), **counts, **amounts, "languages": [], "problems": ["a.py: x"]}

    rounds = Rounds([told(9.0), told(7.0), told(8.0)], [told(0.1), told(0.3), told(0.2)])
    found = bench_repository.as_json(rounds)
    assert found["cold_seconds"] == {"median": 8.0, "low": 7.0, "high": 9.0}
    assert found["warm_seconds"]["median"] == 0.2
    assert found["problems"] == ["a.py: x"]
    rows = dict(bench_repository.as_table(rounds))
    assert rows["cold, s"] == "8.000 (7.000-9.000)"
    assert rows["files"] == "1,234"
    assert rows["cache on disk"] == "5 MB"


def test_the_command_prints_a_table_or_an_object(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--repository", str(root), "--runs", "1"]) == 0
    table = capsys.readouterr().out
    assert "one file changed, s" in table
    assert "python" in table
    assert cli.main(["bench", "--repository", str(root), "--runs", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 0
    assert told["edges"] == 2
    assert set(told["cold_seconds"]) == {"median", "low", "high"}


def test_a_model_and_a_repository_are_two_benches(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--repository", str(root), "--context", "512"]) == 2
    assert "--repository" in capsys.readouterr().err
