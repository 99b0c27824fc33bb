"""The command that a repository's files suggest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli.usual_tests import usual_tests


def write(root: Path, name: str, text: str = "") -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"Cargo.toml": "", "Makefile": "test:\n"}, "cargo test"),
        ({"go.mod": ""}, "go test ./..."),
        ({"package.json": json.dumps({"scripts": {"test": "vitest run"}})}, "npm test"),
        (
            {"package.json": json.dumps({"scripts": {"test": 'echo "Error: no test specified" && exit 1'}})},
            None,
        ),
        ({"package.json": "[1]"}, None),
        ({"package.json": '{"scripts": [], '}, None),
        ({"package.json": json.dumps({"scripts": {"test": 3}})}, None),
        ({"Makefile": "all:\n\techo\ntest: all\n\t./t\n"}, "make test"),
        ({"Makefile": "test := 1\nlatest:\n"}, None),
        ({"main.c": ""}, None),
        ({"pyproject.toml": "[project]\n"}, None),
    ],
)
def test_the_files_at_the_root_say_it(tmp_path: Path, files: dict[str, str], command: str | None) -> None:
    for name, text in files.items():
        write(tmp_path, name, text)
    assert usual_tests(tmp_path) == command


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\n"),
        ("setup.cfg", "[tool:pytest]\n"),
        ("pytest.ini", ""),
        ("tests/test_a.py", ""),
        ("test_a.py", ""),
    ],
)
def test_python_is_known_by_its_tests(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, name, text)
    write(tmp_path, "Makefile", "test:\n")
    assert str(usual_tests(tmp_path)).endswith(" -m pytest")
    write(tmp_path, ".venv/bin/python")
    assert usual_tests(tmp_path) == ".venv/bin/python -m pytest"


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "Makefile").symlink_to("/dev/zero")
    (tmp_path / "package.json").mkdir()
    write(tmp_path, "pyproject.toml", "[tool.pytest]" + " " * (1 << 20))
    assert usual_tests(tmp_path) is None
