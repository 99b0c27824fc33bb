"""Programs run for their output: what is kept, how they end, what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from coder_cli import running
from coder_cli.errors import UsageError
from coder_cli.output import HEAD, TAIL, Output
from coder_cli.running import Program, run


def python(code: str) -> Program:
    return Program.of_words([sys.executable, "-c", code])


def quiet(line: str) -> None:
    pass


def gone(pid: int) -> bool:
    """Ended; perhaps not yet collected by whoever is its parent now."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while not gone(pid):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_both_streams_come_in_order_without_colours(tmp_path: Path) -> None:
    seen: list[str] = []
    line = r"printf 'one\n'; printf '\033[31mtwo\033[0m\r\n' >&2; printf '9%%\r100%%'"
    output = run(Program(line), tmp_path, seen.append)
    assert seen == output.head == ["one", "two", "100%"]
    assert output.passed and output.status == 0 and not output.ending


def test_it_runs_in_the_folder_with_the_words_as_they_are(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print(sys.argv[1:]); print(sys.stdin.read() == '')"
    output = run(Program.of_words([sys.executable, "-c", code, "a b", "$HOME;*"]), tmp_path, quiet)
    assert output.head == [str(tmp_path), "['a b', '$HOME;*']", "True"]


def test_a_line_is_parted_as_a_shell_would_but_is_given_to_none(tmp_path: Path) -> None:
    assert Program.of_line("echo 'a b' $HOME").words == ("echo", "a b", "$HOME")
    assert run(Program.of_line("echo 'a b' $HOME"), tmp_path, quiet).head == ["a b $HOME"]
    assert run(Program.of_line("echo a && echo $((1+1))", in_shell=True), tmp_path, quiet).head == ["a", "2"]
    assert run(Program.of_words(["echo", "a;", "exit 3"], in_shell=True), tmp_path, quiet).status == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "What is to be run"),
        (" ", "What is"),
        ("echo 'a", "quote is not closed"),
        ("a && b", "Only a shell"),
    ],
)
def test_a_line_that_is_no_command_is_refused(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Program.of_line(line)


def test_what_cannot_be_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no program 'no-such-thing'"):
        run(Program.of_line("no-such-thing -x"), tmp_path, quiet)
    with pytest.raises(UsageError) as caught:
        run(Program.of_words(["make test"]), tmp_path, quiet)
    assert "apart" in str(caught.value.help_line)
    (tmp_path / "plain.sh").write_text("echo hi\n")
    with pytest.raises(UsageError, match=r"plain\.sh cannot be executed"):
        run(Program.of_line("./plain.sh"), tmp_path, quiet)
    (tmp_path / "plain.sh").chmod(0o755)
    with pytest.raises(UsageError, match=r"plain\.sh cannot be run: Exec format error"):
        run(Program.of_line("./plain.sh"), tmp_path, quiet)
    with pytest.raises(UsageError) as caught:
        run(Program.of_line("ls"), tmp_path / "away", quiet)
    assert "is gone" in str(caught.value.help_line)
    with pytest.raises(UsageError):
        run(Program.of_words(["a\0b"]), tmp_path, quiet)


def test_of_much_output_the_ends_are_kept(tmp_path: Path) -> None:
    code = "import sys\nfor n in range(50_000): print('line', n)\nprint('x' * 1_000_000); sys.exit(4)"
    output = run(python(code), tmp_path, quiet)
    assert output.head[0] == "line 0" and len(output.head) == HEAD and len(output.tail) == TAIL
    assert output.tail[0].startswith("line ") and all(len(line) < 500 for line in output.tail)
    assert output.lines > 50_000 and output.status == 4
    assert "lines left out" in output.text and "(exit code 4)" in output.text


def test_one_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    line = "(trap '' TERM; sleep 99) & echo $!; sleep 99"
    output = run(Program(line), tmp_path, quiet, seconds=1.5)
    assert output.timed_out and not output.passed and "took too long" in output.ending
    wait_until_gone(int(output.head[0]))


def test_children_that_outlive_it_keep_nobody_waiting(tmp_path: Path) -> None:
    output = run(Program("sleep 99 & echo $!"), tmp_path, quiet, seconds=60)
    assert output.passed and output.seconds < 50
    wait_until_gone(int(output.head[0]))


def test_one_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    code = "import os,time,sys; os.close(1); os.close(2); time.sleep(0.3); sys.exit(7)"
    assert run(python(code), tmp_path, quiet).status == 7
    slow = "import os,time; os.close(1); os.close(2); time.sleep(99)"
    assert run(python(slow), tmp_path, quiet, seconds=0.5).timed_out


def test_ctrl_c_ends_it_and_keeps_what_came(tmp_path: Path) -> None:
    def heard(line: str) -> None:
        if line == "begun":
            raise KeyboardInterrupt

    code = (
        "import time\n"
        "try: print('begun', flush=True); time.sleep(99)\n"
        "except KeyboardInterrupt: print('summary')"
    )
    output = run(python(code), tmp_path, heard)
    assert output.interrupted and output.head == ["begun", "summary"] and not output.passed


def test_an_error_while_it_is_shown_leaves_nothing_running(tmp_path: Path) -> None:
    pids: list[int] = []

    def broken(line: str) -> None:
        pids.append(int(line))
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run(python("import os,time; print(os.getpid(), flush=True); time.sleep(99)"), tmp_path, broken)
    wait_until_gone(pids[0])


def test_it_cannot_ask_at_the_terminal(tmp_path: Path) -> None:
    code = "import os; print(os.getsid(0) == os.getpid())"
    assert run(python(code), tmp_path, quiet).head == ["True"]
    assert run(python(code), tmp_path, quiet, apart=False).head == ["False"]


def test_who_ends_us_ends_it_too(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from coder_cli.running import *\n"
        "run(Program('echo $$; exec sleep 99'), Path.cwd(), lambda line: print(line, flush=True))"
    )
    ours = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert ours.stdout is not None
    pid = int(ours.stdout.readline())
    ours.send_signal(signal.SIGTERM)
    assert ours.wait() == 128 + signal.SIGTERM
    ours.stdout.close()
    wait_until_gone(pid)


def test_signals_are_as_before_and_threads_may_run_programs_too(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    found: list[Output] = []
    thread = threading.Thread(target=lambda: found.append(run(Program("kill -9 $$"), tmp_path, quiet)))
    thread.start()
    thread.join()
    assert found[0].ending == "ended by SIGKILL" and signal.getsignal(signal.SIGTERM) is before
    run(Program("true"), tmp_path, quiet)
    assert signal.getsignal(signal.SIGTERM) is before
    assert not hasattr(running, "os.environ") and "PATH" in os.environ


def output_of(lines: int, status: int = 1) -> Output:
    output = Output("make", status)
    for number in range(lines):
        output.add(f"line {number:04}")
    return output


def test_an_excerpt_has_more_of_the_end() -> None:
    assert output_of(5).excerpt(1_000) in output_of(5).text
    lines = output_of(100).excerpt(300).split("\n")
    assert lines[:2] == ["line 0000", "line 0001"]
    assert lines[-1] == "(exit code 1)"
    assert "lines left out" in "".join(lines)
    told = [line for line in lines if line.startswith("line ")]
    assert len(told) == 30 and told[-1] == "line 0099" and told.index("line 0080") == 10
    long = output_of(1_000).excerpt(10_000)
    assert f"... {1_000 - HEAD - TAIL} lines left out ..." in long
    assert "... 1000 lines left out ..." in output_of(1_000).excerpt(3)


def test_an_output_cannot_end_its_own_block() -> None:
    output = Output("cat", 0)
    output.add("```")
    assert output.text == "Output of `cat`:\n````\n```\n````\n"
