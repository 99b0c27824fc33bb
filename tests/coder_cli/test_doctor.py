"""The doctor looks at a whole machine and at broken ones: everything broken is a line, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coder_cli import cli, pace, ui
from coder_cli import settings as all_settings
from coder_cli.doctor import libraries, machine, model, repository
from coder_cli.doctor.finding import Finding, Verdict, guarded
from coder_cli.doctor.libraries import Libraries
from coder_cli.model import device as devices
from coder_cli.model import memory
from coder_cli.pace import Pace
from exporters.store import ModelStore
from exporters.types import silent
from tests.exporters.test_store import install
from tests.git_repository import GitRepository
from tests.tiny_model import tiny_model

Capture = pytest.CaptureFixture[str]
WHOLE: dict[str, dict[str, Any]] = {
    "onnxruntime": {"version": "1", "providers": ["AzureExecutionProvider", "CPUExecutionProvider"]},
    "tokenizers": {"version": "1"},
    "faiss": {"version": "1"},
    "tree-sitter": {"version": "1", "grammars": ["python", "go"], "broken": {}},
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child that tells at once that all libraries are there."""
    lines = [json.dumps({"name": name, **told}) for name, told in WHOLE.items()]
    monkeypatch.setattr(libraries, "_CHILD", child(tmp_path / "child.py", *lines))
    monkeypatch.setattr(Libraries.__init__, "__defaults__", (tmp_path / "child.py",))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tiny_model(tmp_path)
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CODER_MODEL", "tiny-qwen2.5-coder-instruct")
    return folder


def child(file: Path, *lines: str, ending: str = "") -> Path:
    file.write_text("import os\n" + "".join(f"print({line!r}, flush=True)\n" for line in lines) + ending)
    return file


def told(capsys: Capture, *words: str, code: int) -> list[dict[str, Any]]:
    assert cli.main(["doctor", "--json", *words]) == code
    seen = capsys.readouterr()
    value = json.loads(seen.out)
    assert value["exit_code"] == code and "Traceback" not in seen.err
    checks: list[dict[str, Any]] = value["checks"]
    return checks


def named(checks: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [check for check in checks if check["name"] == name]


def verdicts(findings: Iterator[Finding]) -> list[tuple[Verdict, str]]:
    return [(finding.verdict, finding.text) for finding in findings]


def test_on_a_whole_machine_every_line_is_ok(
    tiny: Path, tmp_path: Path, isolated_home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = GitRepository(tmp_path / "repository")
    made.write("a.py")
    head = made.commit()
    monkeypatch.chdir(made.root)
    assert cli.main(["index", "build"]) == 0
    capsys.readouterr()
    checks = told(capsys, code=0)
    assert [check["verdict"] for check in checks if check["name"] != "pace"].count("problem") == 0
    (runtime,), (grammars,) = named(checks, "onnxruntime"), named(checks, "tree-sitter")
    assert "CPUExecutionProvider" in runtime["providers"] and "python" in grammars["grammars"]
    assert named(checks, "index")[0]["files"] == 1
    assert named(checks, "repository")[0]["head"] == head
    assert named(checks, "model")[0]["target"] == "cpu-int4"
    assert named(checks, "memory")[0]["context_tokens"] > 0
    assert [check["verdict"] for check in named(checks, "pace")] == ["note"]
    assert {check["role"] for check in named(checks, "folder")} >= {"models_dir", "cache_dir", "settings"}
    # ONNX Runtime writes an identifier there, and reports to its maker, unless that is forbidden.
    assert not list(isolated_home.rglob("*Microsoft*"))


@pytest.mark.usefixtures("quick")
def test_without_a_model_the_command_that_fetches_one_is_named(capsys: Capture) -> None:
    checks = told(capsys, code=1)
    (missing,) = named(checks, "model")
    assert (missing["verdict"], missing["mend"]) == ("problem", "coder pull starter")
    assert not named(checks, "pace")


@pytest.mark.usefixtures("quick")
def test_lines_are_shown_with_what_mends_them(capsys: Capture) -> None:
    assert cli.main(["doctor"]) == 1
    seen = capsys.readouterr()
    lines = seen.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("problem  model"))
    assert lines[at + 1].strip() == "-> coder pull starter"
    assert seen.err.startswith("1 problem, ")


@pytest.mark.usefixtures("quick")
def test_deep_hashes_loads_and_measures(tiny: Path, capsys: Capture) -> None:
    checks = told(capsys, "--deep", code=0)
    assert "every file hashed" in named(checks, "model")[0]["text"]
    (measured,) = named(checks, "pace")
    assert measured["tokens_per_second"] > 0 and measured["default_budget"] > 0
    assert named(told(capsys, code=0), "pace")[0]["measured_at"] == measured["measured_at"]


def test_a_pace_shows_its_budget(tiny: Path) -> None:
    here = all_settings.load()
    found = ModelStore(here.models_dir).resolve(here.model)
    pace._remember(here, pace._key(here, found, "cpu"), Pace(50.0, "2026-01-02T03:04:05+00:00"), [])
    ((verdict, text),) = verdicts(model.reads(here, found, devices.CPU))
    assert verdict is Verdict.OK
    assert "50 tokens a second" in text and "2026-01-02" in text


@pytest.mark.parametrize(
    ("name", "damage", "why"),
    [
        ("model.onnx.data", "cut", "bytes, and the graph looks for"),
        ("model.onnx", "changed", "another sha256"),
        ("tokenizer.json", "gone", "tokenizer.json is missing"),
    ],
)
def test_damage_is_found_without_hashing_the_weights(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, name: str, damage: str, why: str
) -> None:
    file = tiny / name
    if name.endswith(".data"):
        monkeypatch.setattr(model, "QUICKLY_HASHED", (tiny / "model.onnx").stat().st_size)
        assert file.stat().st_size > model.QUICKLY_HASHED
        os.truncate(file, file.stat().st_size - 1)
    elif damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes().replace(b"model", b"nodel", 1))
    ((verdict, text),) = verdicts(model.installed(all_settings.load(), False, silent))
    assert verdict is Verdict.PROBLEM and why in text


def test_another_model_that_is_damaged_is_told_too(tiny: Path, tmp_path: Path) -> None:
    (install(ModelStore(tmp_path / "models"), "other") / "coder.json").write_text("{")
    first, second = model.installed(all_settings.load(), False, silent)
    assert first.verdict is Verdict.OK
    assert (second.verdict, second.mend) == (Verdict.PROBLEM, "coder models rm other@cpu-int4")


def test_a_device_that_is_not_there_is_a_problem(tiny: Path) -> None:
    here = all_settings.load().with_flags(device="cuda:1")
    found = ModelStore(here.models_dir).resolve(here.model)
    chosen = model.device(here, found, ("CPUExecutionProvider",))
    assert isinstance(chosen, Finding) and chosen.verdict is Verdict.PROBLEM and chosen.mend


def test_memory_that_is_short_is_told(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = all_settings.load()
    found = ModelStore(here.models_dir).resolve(here.model)
    weights = memory.weights_bytes(found.folder)
    for free, verdict in ((1000, Verdict.PROBLEM), (weights * 2 + 310_000_000, Verdict.OK)):
        monkeypatch.setattr(memory, "free_bytes", lambda _, free=free: free)
        assert verdicts(model.fits(here, found, devices.CPU))[0][0] is verdict


def test_a_library_that_ends_the_process_is_named(tmp_path: Path) -> None:
    file = child(
        tmp_path / "child.py",
        json.dumps({"name": "onnxruntime", "error": "ImportError: no"}),
        json.dumps({"name": "tokenizers", "begun": True}),
        '{"name": "tok',
        ending="os.abort()\n",
    )
    found = {finding.name: finding for finding in libraries.imported(Libraries(file))}
    assert {finding.verdict for finding in found.values()} == {Verdict.PROBLEM}
    assert "ImportError" in found["onnxruntime"].text
    assert "ends Python" in found["tokenizers"].text
    assert "could not be looked at" in found["faiss"].text


def test_a_grammar_that_is_missing_names_its_wheel(tmp_path: Path) -> None:
    line = {"name": "tree-sitter", "version": "1", "grammars": [], "broken": {"csharp": "gone"}}
    found = list(libraries.imported(Libraries(child(tmp_path / "child.py", json.dumps(line)))))
    assert found[-1].mend == "pip install --force-reinstall tree-sitter-c-sharp"


def test_both_runtimes_at_once_are_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setattr(libraries, "_installed", lambda name: True)
    assert next(libraries.imported(Libraries())).verdict is Verdict.PROBLEM


def test_no_process_that_can_be_started_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")
    found = Libraries()
    assert all("no process can be started" in text for _, text in verdicts(libraries.imported(found)))
    assert found.providers == ()
    found.close()


def test_without_git_plain_folders_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ((verdict, _),) = verdicts(libraries.git())
    assert verdict is Verdict.NOTE


def test_a_git_that_does_not_work_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "git"
    broken.write_text("#!/bin/sh\necho 'git: cannot\n' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    ((verdict, text),) = verdicts(libraries.git())
    assert verdict is Verdict.PROBLEM and "git: cannot" in text


@pytest.mark.usefixtures("quick")
def test_broken_settings_are_lines(isolated_home: Path, capsys: Capture, monkeypatch: Any) -> None:  # noqa: ANN401
    file = isolated_home / ".config" / "coder" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("model = [\n")
    monkeypatch.setenv("CODER_THREADS", "many")
    monkeypatch.setenv("CODER_MODLE", "x")
    broken = named(told(capsys, code=1), "settings")
    assert [line["verdict"] for line in broken] == ["problem", "problem", "note"]
    assert str(file) in broken[0]["text"] and "CODER_THREADS" in broken[1]["text"]
    assert "CODER_MODEL" in broken[2]["text"]


def test_the_origin_of_settings_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_THREADS", "2")
    ((verdict, text),) = verdicts(machine.files(all_settings.load()))
    assert (verdict, text) == (Verdict.OK, "threads by CODER_THREADS")


def test_offline_is_told() -> None:
    ((_, text),) = verdicts(machine.network(all_settings.load().with_flags(offline=True)))
    assert text == "offline (by flag): nothing opens a connection"


def test_a_folder_that_cannot_be_made_is_a_problem(isolated_home: Path) -> None:
    (isolated_home / ".cache").write_text("no folder")
    found = {finding.text.split()[1]: finding.verdict for finding in machine.folders(all_settings.load())}
    assert found["(cache_dir)"] is Verdict.PROBLEM
    assert found["(state_dir),"] is Verdict.OK


def test_a_full_disk_and_one_that_cannot_be_written_are_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    assert {verdict for verdict, _ in verdicts(machine.folders(all_settings.load()))} == {Verdict.PROBLEM}
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    told = verdicts(machine.folders(all_settings.load()))
    assert all(verdict is Verdict.PROBLEM and "disk is full" in text for verdict, text in told)


def test_an_index_that_is_missing_or_damaged_is_a_note_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = GitRepository(tmp_path / "repository")
    monkeypatch.chdir(made.root)
    here = all_settings.load()
    (_, (verdict, text)) = verdicts(repository.around(here))
    assert verdict is Verdict.NOTE and "none yet" in text
    from coder_cli.project import find_repo
    from retrieval.search.index import index_file

    file = index_file(here.cache_dir, find_repo(here))
    assert file is not None
    file.parent.mkdir(parents=True)
    file.write_bytes(b"SQLite format 3\0 or not")
    (_, (verdict, text)) = verdicts(repository.around(here))
    assert verdict is Verdict.NOTE and "damaged" in text
    assert file.read_bytes() == b"SQLite format 3\0 or not"


def test_a_damaged_parse_cache_is_a_note(isolated_home: Path) -> None:
    here = all_settings.load()
    here.cache_dir.mkdir(parents=True)
    file = here.cache_dir / "parses.sqlite"
    sqlite3.connect(file).close()
    assert [verdict for verdict, _ in verdicts(repository.caches(here))] == [Verdict.OK]
    file.write_bytes(b"something else")
    assert [verdict for verdict, _ in verdicts(repository.caches(here))] == [Verdict.OK, Verdict.NOTE]


def test_a_plain_folder_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert verdicts(repository.around(all_settings.load()))[0][0] is Verdict.NOTE
    (tmp_path / ".git").write_text("not as git writes it")
    assert verdicts(repository.around(all_settings.load()))[0][0] is Verdict.PROBLEM


def test_a_current_folder_that_is_gone_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert verdicts(repository.around(all_settings.load())) == [
        (Verdict.PROBLEM, "The current folder is gone.")
    ]


def test_whatever_breaks_is_a_line() -> None:
    def broken() -> Iterator[Finding]:
        yield Finding("x", Verdict.OK, "first")
        raise ValueError("then this")

    assert verdicts(guarded("x", broken)) == [
        (Verdict.OK, "first"),
        (Verdict.PROBLEM, "ValueError: then this"),
    ]


def test_what_went_wrong_last_is_pointed_at() -> None:
    here = all_settings.load()
    assert list(machine.last_error(here)) == []
    here.state_dir.mkdir(parents=True)
    (here.state_dir / "last-error.txt").write_text("Traceback")
    (finding,) = machine.last_error(here)
    assert finding.mend == f"rm {here.state_dir / 'last-error.txt'}"


@pytest.mark.parametrize(
    ("environ", "verdict"),
    [
        ({"LANG": "en_GB.UTF-8"}, Verdict.OK),
        ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, Verdict.NOTE),
        ({"LANG": "C.UTF-8", "COLUMNS": "30"}, Verdict.NOTE),
    ],
)
def test_a_terminal_is_described(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], verdict: Verdict
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "TMUX", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ui, "is_read_by_a_person", lambda: True)
    assert verdicts(machine.terminal(all_settings.load()))[0][0] is verdict
