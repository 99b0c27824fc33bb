"""Programs a model wrote do no harm: each wall of tests/quality/sandbox.py on its own, and the limits."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.quality import sandbox
from tests.quality.sandbox import Limits, Verdict

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="setrlimit is POSIX")

SHORT = Limits(wall_seconds=120, cpu_seconds=5)  # a busy machine must not look like a wall
FENCE = replace(SHORT, kernel=False)
KERNEL = replace(SHORT, fence=False)


@pytest.fixture(params=[FENCE, KERNEL], ids=["fence", "kernel"])
def wall(request: pytest.FixtureRequest) -> Limits:
    """One wall at a time, so that neither hides a hole in the other."""
    limits: Limits = request.param
    if limits.kernel and not sandbox.kernel_wall():
        pytest.skip("this machine does not let us make namespaces")
    return limits


@pytest.fixture
def server() -> Iterator[tuple[list[str], int]]:
    """A listener on loopback, and who came."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    peer, address = listener.accept()
                except TimeoutError:
                    continue
                came.append(str(address))
                peer.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield came, listener.getsockname()[1]
        done.set()
        thread.join()


def test_a_program_that_ends_well_passes(wall: Limits) -> None:
    outcome = sandbox.run("import math\nprint('pi', math.floor(math.pi))", wall)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.output.strip() == "pi 3"


def test_a_failed_assertion_fails_with_its_traceback(wall: Limits) -> None:
    outcome = sandbox.run("assert 1 == 2, 'no'", wall)
    assert outcome.verdict is Verdict.FAILED
    assert "AssertionError: no" in outcome.output


@pytest.mark.parametrize(
    "program",
    ["raise SystemExit(0)", "import os; os._exit(0)", "import sys; sys.stdout.close()", "def broken(:"],
)
def test_leaving_before_the_end_is_no_pass(program: str, wall: Limits) -> None:
    assert sandbox.run(program + "\nassert False", wall).verdict is Verdict.FAILED


def test_an_endless_loop_is_ended_by_its_cpu_time(wall: Limits) -> None:
    outcome = sandbox.run("while True: pass", replace(wall, cpu_seconds=1))
    assert outcome.verdict is Verdict.TIMEOUT


def test_an_endless_wait_is_ended_by_the_clock(wall: Limits) -> None:
    began = time.monotonic()
    assert (
        sandbox.run("import time; time.sleep(100)", replace(wall, wall_seconds=2)).verdict is Verdict.TIMEOUT
    )
    assert time.monotonic() - began < 60


def test_a_memory_hog_gets_no_more_than_its_share(wall: Limits) -> None:
    hog = "held = []\nwhile True: held.append(bytearray(1 << 20))"
    outcome = sandbox.run(hog, replace(wall, memory_bytes=256 << 20))
    assert outcome.verdict is Verdict.FAILED
    assert "MemoryError" in outcome.output


def test_a_fork_bomb_is_bounded_and_leaves_nothing_behind(wall: Limits, tmp_path: Path) -> None:
    bomb = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        os.setsid()
        time.sleep(300)
print("forked them all")
"""
    outcome = sandbox.run(bomb, replace(wall, wall_seconds=5))
    assert "forked them all" not in outcome.output
    if Path("/proc").is_dir():
        time.sleep(0.2)
        commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _alive(path)]
        assert not any(b"def _fence" in command for command in commands)


def _alive(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_files_outside_the_scratch_folder_stay_as_they_are(wall: Limits, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    mine.chmod(0o666)
    for change in (
        f"open({str(mine)!r}, 'w')",
        f"open({str(mine)!r}, 'r+b')",
        f"import os; os.open({str(mine)!r}, os.O_WRONLY | os.O_TRUNC)",
        f"import os; os.remove({str(mine)!r})",
        f"import os; os.rename({str(mine)!r}, 'yours')",
        f"import os; os.truncate({str(mine)!r}, 0)",
        f"import os; os.symlink({str(mine)!r}, 'link'); open('link', 'w')",
        f"import pathlib; pathlib.Path({str(tmp_path)!r}, 'new').mkdir()",
        f"import shutil; shutil.rmtree({str(tmp_path)!r})",
        f"import sqlite3; sqlite3.connect({str(tmp_path / 'new')!r}).execute('create table t(a)')",
    ):
        assert sandbox.run(change, wall).verdict is Verdict.FAILED, change
    assert mine.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_scratch_folder_can_be_used(wall: Limits) -> None:
    program = "open('a.txt', 'w').write('x')\nassert open('a.txt').read() == 'x'\nimport os; os.mkdir('b')"
    outcome = sandbox.run(program, wall)
    assert outcome.verdict is Verdict.PASSED, outcome.output


def test_a_file_grows_to_its_limit_only(wall: Limits) -> None:
    program = "stream = open('big', 'wb')\nfor _ in range(64): stream.write(bytes(1 << 20))"
    outcome = sandbox.run(program, wall)
    assert outcome.verdict is Verdict.FAILED
    assert "File too large" in outcome.output


def test_all_files_together_grow_to_their_limit_only() -> None:
    if not sandbox.kernel_wall():
        pytest.skip("this machine does not let us make namespaces")
    program = "for number in range(64): open(str(number), 'wb').write(bytes(1_000_000))"
    outcome = sandbox.run(program, SHORT)
    assert "No space left on device" in outcome.output


def test_endless_output_is_cut(wall: Limits) -> None:
    outcome = sandbox.run("while True: print('x' * 1000)", wall)
    assert outcome.verdict is not Verdict.PASSED
    assert len(outcome.output) <= sandbox.OUTPUT_CHARACTERS


def test_no_connection_comes_out(wall: Limits, server: tuple[list[str], int]) -> None:
    came, port = server
    for program in (
        f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)",
        f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}/', timeout=5)",
        f"import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', {port}))",
    ):
        assert sandbox.run(program, wall).verdict is Verdict.FAILED, program
    assert came == []


def test_the_fence_starts_no_other_program() -> None:
    for program in (
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import ctypes; ctypes.CDLL(None)",
        "import os; os.kill(os.getpid(), 9)",
    ):
        outcome = sandbox.run(program, FENCE)
        assert outcome.verdict is Verdict.FAILED
        assert "the sandbox refuses" in outcome.output, program


def test_the_child_sees_no_environment_of_ours(monkeypatch: pytest.MonkeyPatch, wall: Limits) -> None:
    monkeypatch.setenv("CODER_SECRET", "hunter2")
    assert sandbox.run("import os; assert 'CODER_SECRET' not in os.environ", wall).verdict is Verdict.PASSED
