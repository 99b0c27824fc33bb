"""Parsing on all cores: the same results, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import parse_pool
from retrieval.packed import PackedParse
from retrieval.parse import packed_parse
from retrieval.parse_pool import ParsePool, parse_all
from retrieval.types import SourceFile

ROOT = Path(__file__).parents[2]

# A worker that does what a file's text says before it parses.
SCRIPTED = """
import os, sys, time
sys.path.insert(0, {root!r})
from retrieval import parse
real = parse.packed_parse
def scripted(language, text):
    if text.startswith("# crash"): os.abort()
    if text.startswith("# sleep"): time.sleep(60)
    if text.startswith("# print"): print("noise"); sys.stdout.flush()
    return real(language, text)
parse.packed_parse = scripted
from retrieval import parse_worker
{more}
parse_worker.main()
"""


def files(*texts: str) -> list[SourceFile]:
    return [SourceFile(f"{number}.py", "python", text, "") for number, text in enumerate(texts)]


def worker(folder: Path, more: str = "") -> Path:
    script = folder / "worker.py"
    script.write_text(SCRIPTED.format(root=str(ROOT), more=more))
    return script


def parsed_by(pool: ParsePool, some: list[SourceFile]) -> dict[str, PackedParse]:
    """Each file once."""
    found = [(file.path, parse) for file, parse in pool.parse(some)]
    assert sorted(path for path, _ in found) == sorted(file.path for file in some)
    return dict(found)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_pool, "_BATCH_FILES", 4)


@pytest.fixture(autouse=True)
def _no_process_stays() -> Iterator[None]:
    before = children()
    yield
    assert children() == before


def children() -> set[str]:
    """Processes of ours, ended ones too; nothing where the system does not tell."""
    lists = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {child for listed in lists for child in listed.read_text().split()}


def test_a_pool_finds_what_one_process_finds() -> None:
    some = files(
        *(f"from a import b{number}\ndef f{number}(): return b{number}('é')\n" for number in range(50))
    )
    with ParsePool(3) as pool:
        found = parsed_by(pool, some)
    assert found == {file.path: packed_parse(file.language, file.text) for file in some}


def test_little_work_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_pool, "_Child", None)
    some = files("a = 1\n", "b = 2\n")
    assert [file.path for file, _ in parse_all(some, 12)] == ["0.py", "1.py"]
    assert len(list(parse_all(some, 1 << 30, workers=1))) == 2


def test_a_long_file_is_parsed_where_it_can_be_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parse_pool, "_HANGING_SECONDS", 2.0)
    monkeypatch.setattr(parse_pool, "_WORKER", worker(tmp_path))
    some = files("a = 1\n", "# sleep\n" * 5_000, "b = 2\n", "c = 3\n" * 6_000)
    found = {file.path: bool(parse.problem) for file, parse in parse_all(some, 1, workers=1)}
    assert found == {"0.py": False, "1.py": True, "2.py": False, "3.py": False}


def test_much_work_is_shared() -> None:
    found = dict(parse_all(files("a = 1\n", "b = 2\n"), 1 << 30, workers=2))
    assert [parse.unpack().symbols[0].name for parse in found.values()] == ["a", "b"]


def test_files_are_read_as_they_are_needed_and_not_all_held() -> None:
    read: list[str] = []

    def reading() -> Iterator[SourceFile]:
        for file in files(*["a = 1\n"] * 100):
            read.append(file.path)
            yield file

    with ParsePool(2) as pool:
        answers = pool.parse(reading())
        next(answers)
        assert len(read) <= 3 * 4  # a batch for each child, and the next one
        assert len(list(answers)) == 99


def test_a_file_that_crashes_the_parser_costs_itself_alone(tmp_path: Path) -> None:
    some = files(*["a = 1\n"] * 5, "# crash\n", *["b = 2\n"] * 5, "# crash\n# again\n", "c = 3\n")
    with ParsePool(2, worker(tmp_path)) as pool:
        found = parsed_by(pool, some)
    broken = {path for path, parse in found.items() if parse.problem}
    assert broken == {"5.py", "11.py"}
    assert not found["5.py"].unpack().complete
    assert {found[path].unpack().symbols[0].name for path in found.keys() - broken} == {"a", "b", "c"}


def test_a_file_that_keeps_the_parser_for_ever_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse_pool, "_HANGING_SECONDS", 2.0)
    some = files("a = 1\n", "# sleep\n", "b = 2\n")
    began = time.monotonic()
    with ParsePool(2, worker(tmp_path)) as pool:
        found = parsed_by(pool, some)
    assert [bool(parse.problem) for _, parse in sorted(found.items())] == [False, True, False]
    assert time.monotonic() - began < 30


def test_what_a_library_prints_is_no_answer(tmp_path: Path) -> None:
    with ParsePool(1, worker(tmp_path)) as pool:
        found = parsed_by(pool, files("# print\na = 1\n", "b = 2\n"))
    assert not any(parse.problem for parse in found.values())


@pytest.mark.parametrize("more", ["raise SystemExit(1)", "os.abort()", "os.close(1)"])
def test_where_children_cannot_start_this_process_parses(tmp_path: Path, more: str) -> None:
    some = files(*["a = 1\n"] * 20)
    with ParsePool(2, worker(tmp_path, more)) as pool:
        found = parsed_by(pool, some)
    assert not any(parse.problem for parse in found.values())


def test_where_there_is_no_python_to_start_this_process_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with ParsePool(2) as pool:
        assert len(parsed_by(pool, files("a = 1\n", "b = 2\n"))) == 2


def test_an_error_in_the_middle_ends_the_children() -> None:
    with pytest.raises(KeyboardInterrupt), ParsePool(2) as pool:
        for _ in pool.parse(files(*["a = 1\n"] * 100)):
            raise KeyboardInterrupt


def test_answers_that_nobody_waits_for_end_the_children() -> None:
    answers = parse_all(files(*["a = 1\n"] * 100), 1 << 30, workers=2)
    next(answers)
    del answers


def test_a_package_of_the_current_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("retrieval", "msgspec", "struct"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported what it should not')")
    monkeypatch.chdir(tmp_path)
    with ParsePool(1) as pool:
        assert len(parsed_by(pool, files("a = 1\n"))) == 1
        assert pool._children
        assert pool._children[0].started


def runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # ended, and nobody has asked yet


PARENT = """
import sys
sys.path.insert(0, {root!r})
from retrieval.parse_pool import ParsePool
from retrieval.types import SourceFile
files = (SourceFile(str(n), "python", "a = 1\\n" * 2000, "") for n in range(100_000))
with ParsePool(2) as pool:
    for number, _ in enumerate(pool.parse(files)):
        if number == 0:
            print(*[child._process.pid for child in pool._children], flush=True)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_children_end_with_their_parent_however_it_ends(how: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(root=str(ROOT))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Where tests run in the background SIGINT is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )
    assert parent.stdout is not None
    pids = parent.stdout.readline().split()
    assert len(pids) == 2
    if how == signal.SIGINT:
        os.killpg(parent.pid, how)  # as a terminal does: to the children as well
    else:
        os.kill(parent.pid, how)
    _, complaints = parent.communicate(timeout=30)
    assert complaints.count(b"Traceback") == (1 if how == signal.SIGINT else 0)
    end = time.monotonic() + 30
    while any(runs(int(pid)) for pid in pids):
        assert time.monotonic() < end, "a child stays"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_text_that_no_clock_stops_ends_its_child() -> None:
    """tree-sitter's recovery in this grammar takes the square of the text and asks nobody."""
    text = '"/** import ' * 20_000
    begun = time.monotonic()
    ((file, parsed),) = parse_all([SourceFile("a.js", "javascript", text, "")], len(text), 1)
    assert file.path == "a.js" and not parsed.unpack().complete
    assert time.monotonic() - begun < 120, "twelve seconds of computing, on a machine with much else to do"
