"""The command that most likely runs a repository's tests, by the files at its root."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

_LARGEST = 1 << 20  # bytes of a file that is looked into
_NO_SCRIPT = "no test specified"  # what `npm init` writes
_MAKEFILES = ("GNUmakefile", "Makefile", "makefile")
_TARGET = re.compile(r"^test\s*:(?!=)", re.MULTILINE)
_OF_PYTEST = ("pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py")


def usual_tests(root: Path) -> str | None:
    """A line for the shell; None where nothing tells. The repository says it: show it before it runs."""
    if _has_python_tests(root):
        return f"{_python(root)} -m pytest"
    if (root / "Cargo.toml").is_file():
        return "cargo test"
    if (root / "go.mod").is_file():
        return "go test ./..."
    if _has_npm_tests(root):
        return "npm test"
    if any(_TARGET.search(_text(root / name)) for name in _MAKEFILES):
        return "make test"
    return None


def _has_python_tests(root: Path) -> bool:
    if any((root / name).is_file() for name in _OF_PYTEST):
        return True
    if "[tool.pytest" in _text(root / "pyproject.toml") or "[tool:pytest]" in _text(root / "setup.cfg"):
        return True
    return any(
        next((root / folder).glob(pattern), None)
        for folder in ("", "test", "tests")
        for pattern in ("test_*.py", "*_test.py")
    )


def _python(root: Path) -> str:
    """That of the repository's own environment, else the user's."""
    for name in (".venv", "venv"):
        if (root / name / "bin" / "python").is_file():
            return shlex.quote(f"{name}/bin/python")
    return next((name for name in ("python3", "python") if shutil.which(name)), sys.executable)


def _has_npm_tests(root: Path) -> bool:
    try:
        scripts = json.loads(_text(root / "package.json") or "{}").get("scripts")
        script = scripts.get("test") if isinstance(scripts, dict) else None
    except (ValueError, AttributeError, RecursionError):
        return False
    return isinstance(script, str) and bool(script.strip()) and _NO_SCRIPT not in script


def _text(file: Path) -> str:
    """Of a small regular file; "" for any other."""
    try:
        if file.is_file() and file.stat().st_size <= _LARGEST:
            return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        pass
    return ""
