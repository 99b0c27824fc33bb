"""Run a program a model wrote: a child process with limits, no network, writing only to a scratch folder.

Two walls. The kernel's (Linux, where namespaces may be made): its own network, process and mount namespaces,
every file system read-only but a small tmpfs, user `nobody` when started as root. And Python's: an audit hook
that refuses sockets, other programs and writes outside the scratch folder - a fence against slips, not
against an attacker, and the only wall where the first cannot be had (`kernel_wall` says which). Limits
(setrlimit) hold in both cases.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from functools import cache
from pathlib import Path

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use. Bytes and seconds."""

    wall_seconds: float = 30.0
    cpu_seconds: int = 10
    memory_bytes: int = 1 << 30  # address space
    file_bytes: int = 1 << 20  # of any one file, its output included
    scratch_bytes: int = 16 << 20  # all files together, where the kernel's wall stands
    open_files: int = 64
    processes: int = 16
    kernel: bool = True  # both False in the tests of the other wall only
    fence: bool = True


class Verdict(Enum):
    PASSED = "passed"  # ran to its end without an exception
    FAILED = "failed"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    output: str  # stdout and stderr, their last characters


OUTPUT_CHARACTERS = 4000

# Runs in the child before the program. Names are kept in a closure, so that the program cannot rebind them.
_BOOT = r"""
import os, sys
def _fence(scratch):
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    never = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
             "pty.", "ctypes.", "os.kill", "signal.pthread_kill")
    changes = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link",
               "os.symlink", "os.truncate", "os.utime", "shutil.", "sqlite3.connect")
    inside, join, fspath, refused = scratch + "/", os.path.join, os.fspath, PermissionError
    isinstance_, str_, int_, decode, real = isinstance, str, int, os.fsdecode, os.path.realpath
    def outside(path):
        if isinstance_(path, int_):
            return False
        return not (real(join(scratch, decode(fspath(path)))) + "/").startswith(inside)
    def hook(event, args):
        if event.startswith(never):
            raise refused(f"the sandbox refuses {event}")
        if event == "open" and isinstance_(args[2], int_) and args[2] & writes and outside(args[0]):
            raise refused(f"the sandbox refuses to write {args[0]!r}")
        if event.startswith(changes) and any(outside(a) for a in args if isinstance_(a, (str_, bytes))):
            raise refused(f"the sandbox refuses {event} of {args[0]!r}")
    sys.addaudithook(hook)
def _main():
    fenced, nonce, program = sys.stdin.readline().strip(), sys.stdin.readline().strip(), sys.stdin.read()
    if fenced == "True":
        import encodings.idna, linecache, traceback  # what a traceback needs later
        _fence(os.path.realpath(os.getcwd()))
    exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    sys.stdout.write("\n" + nonce)
    sys.stdout.flush()
_main()
"""


def run(program: str, limits: Limits | None = None) -> Outcome:
    """Run Python source. It passed when its end was reached: leaving early by exit(0) is no pass."""
    limits = limits or Limits()
    nonce = secrets.token_hex(16)
    walls = {**asdict(limits), "kernel": limits.kernel and kernel_wall()}
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as output:
        Path(scratch).chmod(0o777)  # `nobody` writes here where there is no tmpfs over it
        child = subprocess.Popen(
            [sys.executable, "-I", __file__, json.dumps(walls)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=scratch,
            env={"PATH": os.defpath, "HOME": scratch, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        source = f"{limits.fence}\n{nonce}\n{program}".encode(errors="replace")
        try:
            child.communicate(source, timeout=limits.wall_seconds)
            timed_out = child.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end(child)
        output.seek(0)
        said = output.read().decode(errors="replace")
    reached_end = said.endswith("\n" + nonce)
    said = said.removesuffix("\n" + nonce)[-OUTPUT_CHARACTERS:]
    if timed_out:
        return Outcome(Verdict.TIMEOUT, said)
    passed = child.returncode == 0 and reached_end
    return Outcome(Verdict.PASSED if passed else Verdict.FAILED, said)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the whole session; in a process namespace what left the session dies with its first process."""
    if child.stdin:
        child.stdin.close()
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:  # as macOS answers when only a zombie is left
        child.kill()
    child.wait()


@cache
def kernel_wall() -> bool:
    """Whether this machine lets us make the namespaces. Tried once, in a child."""
    if not sys.platform.startswith("linux"):
        return False
    walls = json.dumps({**asdict(Limits()), "kernel": True})
    with tempfile.TemporaryDirectory() as scratch:
        trial = subprocess.run(
            [sys.executable, "-I", __file__, walls],
            input=b"False\nok\npass\n",
            capture_output=True,
            cwd=scratch,
            timeout=60,
            check=False,
        )
    return trial.returncode == 0 and trial.stdout.endswith(b"ok")


# --- From here on: inside the child, before the program starts. ---


def _enter(limits: Limits) -> None:
    """Put up the walls and become the program. Never returns."""
    if limits.kernel:
        _namespaces(limits)
    for name, value in (
        ("RLIMIT_CPU", limits.cpu_seconds),
        ("RLIMIT_AS", limits.memory_bytes),
        ("RLIMIT_FSIZE", limits.file_bytes),
        ("RLIMIT_NOFILE", limits.open_files),
        ("RLIMIT_NPROC", limits.processes),
        ("RLIMIT_CORE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (value, value))
    os.execv(sys.executable, [sys.executable, "-I", "-B", "-c", _BOOT])  # noqa: S606


_MS_RDONLY, _MS_NOSUID, _MS_NODEV = 1, 2, 4
_MS_REC, _MS_PRIVATE = 1 << 14, 1 << 18
_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
_MOUNT_SETATTR = 442  # the same number on every architecture
_AT_FDCWD, _AT_RECURSIVE, _ATTR_RDONLY = -100, 0x8000, 1
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS = 1, 8, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAPABILITY_VERSION_3, _CAP_DAC_READ_SEARCH = 0x20080522, 2


def _namespaces(limits: Limits) -> None:
    """Leave the host's network, processes and writable files behind. OSError where the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)

    def check(result: int, what: str) -> None:
        if result != 0:
            raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")

    user, group, root = os.getuid(), os.getgid(), os.getuid() == 0
    kinds = _NEWNS | _NEWIPC | _NEWPID | _NEWNET
    check(libc.unshare(kinds if root else kinds | _NEWUSER), "unshare")
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _in_first_process(libc)
    scratch = str(Path.cwd()).encode()
    check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount /")
    read_only = (ctypes.c_uint64 * 4)(
        _ATTR_RDONLY, 0, 0, 0
    )  # struct mount_attr: set, clear, propagation, userns
    setattr_arguments = (_AT_FDCWD, b"/", _AT_RECURSIVE, read_only, ctypes.c_size_t(32))
    check(libc.syscall(ctypes.c_long(_MOUNT_SETATTR), *setattr_arguments), "mount_setattr")
    size = f"size={limits.scratch_bytes},mode=777".encode()
    check(libc.mount(b"tmpfs", scratch, b"tmpfs", _MS_NOSUID | _MS_NODEV, size), "mount tmpfs")
    os.chdir(scratch)
    if root:
        # Neither file modes nor RLIMIT_NPROC hold for root.
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        check(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
        os.setresuid(NOBODY, NOBODY, NOBODY)
        _keep_reading(libc, check)
    check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    check(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")  # setuid has cleared it


def _keep_reading(libc: ctypes.CDLL, check: Callable[[int, str], None]) -> None:
    """Of root's capabilities keep one: to read. Root's Python may live in /root, closed to `nobody`."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << _CAP_DAC_READ_SEARCH
    sets = (ctypes.c_uint32 * 6)(
        bit, bit, bit, 0, 0, 0
    )  # effective, permitted, inheritable; then ids over 31
    check(libc.capset(header, sets), "capset")
    check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH, 0, 0), "prctl")


def _in_first_process(libc: ctypes.CDLL) -> None:
    """Fork into the new process namespace: returns in its first process; the parent passes its end on."""
    child = os.fork()
    if child == 0:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        return
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    _enter(Limits(**json.loads(sys.argv[1])))
