"""From which folders Python imports: those the tree shows, and those that packaging files declare."""

from __future__ import annotations

import configparser
import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.languages.base import Project

PACKAGING = frozenset({"pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini"})
MOST_PACKAGING_FILES = 300
SETUP_ROOT = re.compile(
    r"""package_dir\s*=\s*(?:dict\()?\{?\s*["']{2}\s*[:=]\s*["']([^"']+)["']|where\s*=\s*\[?["']([^"']+)["']"""
)
# Where these keys of pyproject.toml name folders, or packages within them (those end in a slash here).
PYPROJECT_KEYS = (
    "tool.setuptools.package-dir.",
    "tool.setuptools.packages.find.where",
    "tool.poetry.packages.from",
    "tool.hatch.build.targets.wheel.packages/",
    "tool.pdm.build.package-dir",
    "tool.maturin.python-source",
    "tool.uv.build-backend.module-root",
    "tool.pytest.ini_options.pythonpath",
    "tool.mypy.mypy_path",
    "tool.pyright.extraPaths",
)
# Code outside of such a folder does not import from within it.
ASIDE = re.compile(
    r"(?:^|/)(_?tests?|testing|examples?|samples?|demos?|docs?|doc_src|benchmarks?|scripts?|tools?|fixtures"
    r"|templates?|vendor|_?vendored|third_party|testdata|test_data)(?=/|$)",
    re.IGNORECASE,
)


def inside(folder: str, written: str) -> str | None:
    """A folder that a packaging file in `folder` names; None where it is not in the repository."""
    path = posixpath.normpath(posixpath.join(folder, written.replace("\\", "/").strip()))
    if path.startswith(("..", "/")):
        return None
    return "" if path == "." else path


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.replace(",", " ").replace(":", " ").split() if "\n" not in value else value.split()
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _at(table: object, keys: list[str]) -> Iterator[object]:
    """The values under a dotted key; lists of tables are looked through."""
    if not keys:
        yield table
    elif isinstance(table, list):
        for each in table:
            yield from _at(each, keys)
    elif isinstance(table, Mapping) and keys[0] in table:
        yield from _at(table[keys[0]], keys[1:])


def _of_pyproject(text: str) -> Iterator[str]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for key in PYPROJECT_KEYS:
        for value in _at(table, key.rstrip("/").split(".")):
            for folder in _strings(value):
                yield posixpath.dirname(folder.rstrip("/")) if key.endswith("/") else folder


def _of_ini(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for line in parser.get("options", "package_dir", fallback="").splitlines():
        package, equals, folder = line.partition("=")
        if equals and not package.strip():
            yield folder
    for section, option in (
        ("options.packages.find", "where"),
        ("pytest", "pythonpath"),
        ("tool:pytest", "pythonpath"),
    ):
        yield from _strings(parser.get(section, option, fallback="") or "")


def _of_setup(text: str) -> Iterator[str]:
    for found in SETUP_ROOT.finditer(text):
        yield found[1] or found[2]


class Roots:
    """The folders of a repository that `sys.path` would hold."""

    def __init__(self, project: Project, files: frozenset[str]) -> None:
        self.files = files
        self.folders = frozenset(_with_parents(posixpath.dirname(path) for path in files))
        self.packages = frozenset(
            posixpath.dirname(path)
            for path in files
            if posixpath.basename(path) in ("__init__.py", "__init__.pyi")
        )
        self.declared = frozenset(root for root in self._declared(project) if root in self.folders)
        self._seen: dict[str, tuple[str, ...]] = {}

    @staticmethod
    def _declared(project: Project) -> Iterator[str]:
        names = [path for path in project.paths if posixpath.basename(path) in PACKAGING]
        for path in sorted(names, key=lambda path: (path.count("/"), path))[:MOST_PACKAGING_FILES]:
            folder, name = posixpath.split(path)
            if name in ("pyproject.toml", "setup.py", "setup.cfg"):
                yield folder
                yield posixpath.join(folder, "src")
            text = project.text(path)
            if text:
                read = {"pyproject.toml": _of_pyproject, "setup.py": _of_setup}.get(name, _of_ini)
                for written in read(text):
                    found = inside(folder, written)
                    if found is not None:
                        yield found

    @cached_property
    def inferred(self) -> frozenset[str]:
        """The parents of the topmost packages."""
        return frozenset(
            posixpath.dirname(package)
            for package in self.packages
            if package and posixpath.dirname(package) not in self.packages
        )

    def home(self, folder: str) -> str:
        """The root of the package that a folder is in, through folders without `__init__` too; or itself."""
        top, at = None, folder
        while at:
            if at in self.packages:
                top = at
            at = posixpath.dirname(at)
            if at in self.declared and top is not None:
                break
        return folder if top is None else posixpath.dirname(top)

    def seen_from(self, folder: str) -> tuple[str, ...]:
        """Where a file in this folder imports from, the first place first."""
        seen = self._seen.get(folder)
        if seen is None:
            seen = self._seen[folder] = tuple(dict.fromkeys(self._seen_from(folder)))
        return seen

    def _seen_from(self, folder: str) -> Iterator[str]:
        yield self.home(folder)
        above = list(_with_parents([folder]))
        known = self.declared | self.inferred | {""}
        yield from (root for root in above if root in known and root not in self.packages)

        def near(root: str) -> tuple[int, int, str]:
            shared = posixpath.commonpath([folder, root]) if folder and root else ""
            return -len(shared), len(root), root

        aside = set(_aside(folder))
        others = [root for root in known if aside.issuperset(_aside(root))]
        yield from sorted((root for root in others if root in self.declared), key=near)
        yield from sorted(others, key=near)
        yield from (root for root in above if root not in self.packages)

    def runs_as_script(self, folder: str) -> bool:
        """Are files here no part of a package? Then their folder is first on the path, before the library."""
        return self.home(folder) == folder


def _with_parents(folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        yield folder
        while folder:
            folder = posixpath.dirname(folder)
            yield folder


def _aside(folder: str) -> Iterator[str]:
    for found in ASIDE.finditer(folder):
        yield folder[: found.end()]
