"""Packages and crates as Cargo.toml tells: which files are roots, and which crate a name means."""

from __future__ import annotations

import posixpath
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from retrieval.languages.base import Project

MANIFEST = "Cargo.toml"
_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")
# Folders whose files, and whose folders with a main.rs, are crates of their own.
_FOLDERS = {"bin": "src/bin", "example": "examples", "test": "tests", "bench": "benches"}


@dataclass(slots=True)
class Package:
    folder: str
    name: str = ""
    edition: int = 2015
    library: str | None = None  # the root file
    library_name: str = ""
    roots: list[str] = field(default_factory=list)  # of all crates, the library first
    dependencies: dict[str, str] = field(default_factory=dict)  # the name in code -> that library's root file


def packages(project: Project) -> dict[str, Package]:
    """By folder."""
    manifests = {
        posixpath.dirname(path): manifest
        for path in project.paths
        if posixpath.basename(path) == MANIFEST
        if (manifest := _manifest(project.text(path))) is not None
    }
    found = {
        folder: _package(project, folder, manifest, _workspace(folder, manifests)[1])
        for folder, manifest in manifests.items()
        if isinstance(manifest.get("package"), dict)
    }
    named: dict[str, Package] = {}
    for package in found.values():
        named.setdefault(package.name, package)
    for folder, package in found.items():
        for name, target in _depended(manifests[folder], folder, _workspace(folder, manifests)):
            other = found.get(target) if target in found else named.get(target)
            if other is not None and other.library is not None:
                package.dependencies[name or other.library_name] = other.library
    return found


def _manifest(text: str | None) -> Mapping[str, object] | None:
    try:
        return None if text is None else tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _table(table: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """A table in a table, empty where there is none."""
    for name in names:
        inner = table.get(name)
        if not isinstance(inner, dict):
            return {}
        table = inner
    return table


def _tables(table: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    inner = table.get(name)
    for one in inner if isinstance(inner, list) else ():
        if isinstance(one, dict):
            yield one


def _workspace(
    folder: str, manifests: Mapping[str, Mapping[str, object]]
) -> tuple[str, Mapping[str, object]]:
    """The folder and the table of the workspace that a package is in."""
    while True:
        workspace = _table(manifests.get(folder, {}), "workspace")
        if workspace:
            return folder, workspace
        if not folder:
            return "", {}
        folder = posixpath.dirname(folder)


def _package(
    project: Project, folder: str, manifest: Mapping[str, object], workspace: Mapping[str, object]
) -> Package:
    told = _table(manifest, "package")
    name, edition = told.get("name"), told.get("edition")
    if isinstance(edition, dict):
        edition = _table(workspace, "package").get("edition")
    package = Package(folder, name if isinstance(name, str) else "")
    if isinstance(edition, str) and edition.isdigit():
        package.edition = int(edition)
    library = _table(manifest, "lib")
    package.library = _file(project, folder, library.get("path", "src/lib.rs"))
    called = library.get("name", package.name)
    package.library_name = called.replace("-", "_") if isinstance(called, str) else ""
    roots = [package.library, _file(project, folder, "src/main.rs")]
    for kind, place in _FOLDERS.items():
        for one in _tables(manifest, kind):
            roots.append(_file(project, folder, one.get("path", f"{place}/{one.get('name')}.rs")))
        roots.extend(_crates_in(project, posixpath.join(folder, place)))
    build = told.get("build", "build.rs")
    roots.append(_file(project, folder, build))
    package.roots = list(dict.fromkeys(root for root in roots if root is not None))
    return package


def _crates_in(project: Project, folder: str) -> Iterator[str]:
    paths, start = project.written_in("rust"), f"{folder}/"
    for index in range(bisect_left(paths, start), len(paths)):
        path = paths[index]
        if not path.startswith(start):
            return
        below = path[len(start) :].split("/")
        if len(below) == 1 or below[1:] == ["main.rs"]:
            yield path


def _file(project: Project, folder: str, path: object) -> str | None:
    if not isinstance(path, str):
        return None
    found = posixpath.normpath(posixpath.join(folder, path))
    return found if found in project else None


def _depended(
    manifest: Mapping[str, object], folder: str, around: tuple[str, Mapping[str, object]]
) -> Iterator[tuple[str, str]]:
    """The name in code, "" for the library's own, and a package's folder or name."""
    holders = [manifest, *(one for one in _table(manifest, "target").values() if isinstance(one, dict))]
    for holder in holders:
        for table in _TABLES:
            for key, told in _table(holder, table).items():
                base = folder
                if isinstance(told, dict) and told.get("workspace") is True:
                    base, told = around[0], _table(around[1], "dependencies").get(key)
                yield _dependency(key, told, base)


def _dependency(key: str, told: object, base: str) -> tuple[str, str]:
    if not isinstance(told, dict):
        return "", key
    package, path = told.get("package"), told.get("path")
    name = key.replace("-", "_") if isinstance(package, str) else ""
    if isinstance(path, str):
        found = posixpath.normpath(posixpath.join(base, path))
        return name, "" if found == "." else found
    return name, package if isinstance(package, str) else key
