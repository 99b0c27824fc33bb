"""Versions: this program, Python, and the libraries, which are imported in a process of its own."""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from coder_cli.doctor.finding import Finding, note, ok, problem

PROGRAM = "coder-cli"
SECONDS = 30.0
_CHILD = Path(__file__).with_name("import_child.py")
_MENDS = {
    "onnxruntime": "pip install --force-reinstall 'coder-cli[cpu]'",
    "tokenizers": "pip install --force-reinstall tokenizers",
    "faiss": "pip install --force-reinstall faiss-cpu",
    "tree-sitter": "pip install --force-reinstall tree-sitter",
}
_BOTH = "pip uninstall -y onnxruntime onnxruntime-gpu && pip install 'coder-cli[gpu]'"
_GIT_SECONDS = 10.0


class Libraries:
    """The child at work; it takes 0.4 s, in which other things are looked at."""

    def __init__(self, child: Path = _CHILD) -> None:
        self._told: dict[str, dict[str, Any]] | None = None
        # -P: nothing in the current folder or beside the child is imported in place of a library.
        command = [sys.executable, "-P", str(child)]
        silence, pipe = subprocess.DEVNULL, subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=silence, stdout=pipe, stderr=silence)  # noqa: S603
        except OSError as error:
            refusal = f"no process can be started ({error.strerror})"
            self._told = {name: {"refused": refusal} for name in _MENDS}

    def told(self) -> Mapping[str, Mapping[str, Any]]:
        """What each library's import gave; with `begun` alone where it ended the process."""
        if self._told is None:
            try:
                output, _ = self._process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                output, _ = self._process.communicate()
            self._told = {}
            for line in output.splitlines():
                with contextlib.suppress(ValueError):  # cut off
                    told = json.loads(line)
                    self._told[told["name"]] = told
        return self._told

    @property
    def providers(self) -> tuple[str, ...]:
        """Of ONNX Runtime; none where it is not to be had."""
        return tuple(self.told().get("onnxruntime", {}).get("providers", ()))

    def close(self) -> None:
        if self._told is None:
            self._process.kill()
            self._process.communicate()


def program() -> Iterator[Finding]:
    """coder and Python."""
    try:
        mine = version(PROGRAM)
    except PackageNotFoundError:
        mine = "not installed, run from its folder"
    python = platform.python_version()
    system = f"{platform.system()} {platform.machine()}"
    yield ok(
        "coder",
        f"{mine}, Python {python} in {sys.prefix}, {system}",
        version=mine,
        python=python,
        system=system,
    )


def imported(libraries: Libraries) -> Iterator[Finding]:
    told = libraries.told()
    for name, mend in _MENDS.items():
        line = told.get(name)
        if line is None:
            yield problem(name, "It could not be looked at, since another library ended the process.", mend)
        elif "begun" in line:
            yield problem(name, "Its import ends Python, or never ends: another processor's build?", mend)
        elif "refused" in line:
            yield problem(name, f"It could not be looked at: {line['refused']}")
        elif "error" in line:
            yield problem(name, f"It cannot be imported: {line['error']}", mend)
        elif name == "onnxruntime":
            yield _runtime(line)
        elif name == "tree-sitter":
            yield _grammars(line)
        else:
            yield ok(name, str(line["version"]), version=line["version"])


def _runtime(line: Mapping[str, Any]) -> Finding:
    names = [name.removesuffix("ExecutionProvider") for name in line["providers"]]
    providers = [name for name in names if name != "Azure"]  # it runs elsewhere, and comes with every wheel
    text = f"{line['version']} for {', '.join(providers)}"
    facts = {"version": line["version"], "providers": line["providers"]}
    if _installed("onnxruntime") and _installed("onnxruntime-gpu"):
        both = "onnxruntime and onnxruntime-gpu are both installed, and hold the same module."
        return problem("onnxruntime", both, _BOTH, **facts)
    return ok("onnxruntime", text, **facts)


def _grammars(line: Mapping[str, Any]) -> Finding:
    broken = line["broken"]
    facts = {"version": line["version"], "grammars": line["grammars"]}
    text = f"{line['version']} with {len(line['grammars'])} grammars"
    if broken:
        wheels = " ".join(f"tree-sitter-{_wheel(name)}" for name in broken)
        why = "; ".join(f"{name}: {reason}" for name, reason in broken.items())
        again = f"pip install --force-reinstall {wheels}"
        return problem("tree-sitter", f"{text}. {why}", again, **facts, broken=broken)
    return ok("tree-sitter", text, **facts)


def _wheel(language: str) -> str:
    return {"csharp": "c-sharp", "tsx": "typescript"}.get(language, language)


def _installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


def git() -> Iterator[Finding]:
    found = shutil.which("git")
    if found is None:
        yield note(
            "git",
            "It is not installed, or not in PATH: repositories are not read; plain folders are.",
            "Install git with your system's packages.",
        )
        return
    done = subprocess.run(  # noqa: S603 - the user's own git, no shell
        [found, "--version"], capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
    )
    if done.returncode:
        first = (done.stderr.strip() or "it says nothing").splitlines()[0]
        yield problem("git", f"{found} does not work: {first}", "Install git anew.")
    else:
        yield ok("git", done.stdout.strip().removeprefix("git version "))
