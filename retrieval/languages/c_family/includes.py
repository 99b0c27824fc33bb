"""Which file of the repository an #include means: as its compiler would find it, never more than one."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from functools import cached_property

from retrieval.languages.base import Project
from retrieval.languages.c_family.compile_commands import SearchPath, search_paths
from retrieval.languages.c_family.standard import STANDARD_HEADERS
from retrieval.types import Dependency, Import, ParsedFile

# Folders that people put on the include path.
_INCLUDE_FOLDERS = frozenset({"include", "includes", "inc", "headers", "public", "src", "source", "lib"})
# A folder with as many headers named like the standard's own is a standard library.
_LIBRARY_HEADERS = 8
_MOST_SEARCH_PATHS = 16  # per header; what includes it decides, and most are included with one


class Includes:
    """Prepared once for a project's C and C++ files."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in project.paths:
            self._by_name[posixpath.basename(path)].append(path)
        self._chosen: dict[tuple[str, str], str | None] = {}

    def dependencies(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        for included in parsed.imports:
            target = self.target(path, included.module)
            if target is not None:
                yield Dependency(path, target, included.start_line, included.module)

    def target(self, path: str, module: str) -> str | None:
        """`module` is `"name"` or `<name>`, after `next ` where the directive is #include_next."""
        key = posixpath.dirname(path), module
        if key not in self._chosen or self._compiled:
            self._chosen[key] = self._target(path, module)
        return self._chosen[key]

    def _target(self, path: str, module: str) -> str | None:
        if module.startswith("import "):
            return self._cpp_modules.get(module.removeprefix("import "))
        written = module.removeprefix("next ")
        name = written[1:-1].strip().replace("\\", "/")
        if not name or name.startswith("/"):
            return None
        quoted, following = written.startswith('"'), module != written
        folder = posixpath.dirname(path)
        if quoted and not following and (beside := self._file(folder, name)):
            return beside
        for search in self._compiled.get(path, ()):
            for place in (*search.quoted, *search.angled) if quoted else search.angled:
                if (found := self._file(place, name)) and not (following and place == folder):
                    return found
        return self._inferred(path, name, following)

    @cached_property
    def _cpp_modules(self) -> dict[str, str]:
        """A module's name -> the file that exports it."""
        found: dict[str, str] = {}
        for path in self._project.written_in("cpp"):
            parsed = self._project.parsed(path)
            if parsed is not None and parsed.namespace:
                found.setdefault(parsed.namespace, path)
        return found

    def _file(self, folder: str, name: str) -> str | None:
        found = posixpath.normpath(posixpath.join(folder, name))
        return found if not found.startswith("../") and found in self._project else None

    # -- as the build says

    @cached_property
    def _compiled(self) -> dict[str, list[SearchPath]]:
        """A header is compiled with the include path of the files that include it."""
        found: dict[str, list[SearchPath]] = {}
        queue: deque[tuple[str, SearchPath]] = deque(sorted(search_paths(self._project).items(), key=_first))
        while queue:
            path, search = queue.popleft()
            known = found.setdefault(path, [])
            if search in known or len(known) >= _MOST_SEARCH_PATHS:
                continue
            known.append(search)
            parsed = self._project.parsed(path)
            for included in _includes(parsed):
                target = self._as_compiled(path, included, search)
                if target is not None:
                    queue.append((target, search))
        return found

    def _as_compiled(self, path: str, included: Import, search: SearchPath) -> str | None:
        written = included.module.removeprefix("next ")
        folders: Sequence[str] = search.angled
        if written.startswith('"'):
            folders = (posixpath.dirname(path), *search.quoted, *search.angled)
        return next((found for folder in folders if (found := self._file(folder, written[1:-1]))), None)

    # -- as the tree suggests

    def _inferred(self, path: str, name: str, following: bool) -> str | None:
        candidates = [
            folder
            for folder in self._folders(name)
            if not (following and posixpath.dirname(path) == folder) and self._may_hold(folder, name)
        ]
        if not candidates:
            return None
        folder = candidates[0] if len(candidates) == 1 else self._nearest(path, candidates)
        return self._file(folder, name)

    def _folders(self, name: str) -> list[str]:
        """Every folder that makes the written path exist, if it were on the include path."""
        name = posixpath.normpath(name)
        if name.startswith(".."):
            return []
        return [
            path[: -len(name)].rstrip("/")
            for path in self._by_name.get(posixpath.basename(name), ())
            if path == name or path.endswith(f"/{name}")
        ]

    def _may_hold(self, folder: str, name: str) -> bool:
        return name not in STANDARD_HEADERS or folder in self._standard_libraries

    @cached_property
    def _standard_libraries(self) -> frozenset[str]:
        counted = Counter(folder for name in STANDARD_HEADERS for folder in self._folders(name))
        return frozenset(folder for folder, count in counted.items() if count >= _LIBRARY_HEADERS)

    def _nearest(self, path: str, candidates: Sequence[str]) -> str:
        """What the files around it use without a doubt, or what is around it; the smallest circle decides."""
        for around in _upwards(posixpath.dirname(path)):
            used = self._used.get(around, Counter())
            most = max(used[folder] for folder in candidates)
            near = [
                folder for folder in candidates if used[folder] == most and (most or _within(folder, around))
            ]
            if near:
                return min(near, key=lambda folder: _distance(path, folder))
        return min(candidates, key=lambda folder: _distance(path, folder))

    @cached_property
    def _used(self) -> dict[str, Counter[str]]:
        """Folder -> the include folders that files in it and below use where there is but one."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for path in self._project.written_in("c", "cpp"):
            parsed = self._project.parsed(path)
            for included in _includes(parsed):
                folder = self._certain(path, included.module)
                for around in _upwards(posixpath.dirname(path)) if folder is not None else ():
                    found[around][folder or ""] += 1
        return found

    def _certain(self, path: str, module: str) -> str | None:
        written = module.removeprefix("next ")
        name = written[1:-1].replace("\\", "/")
        if written.startswith('"') and self._file(posixpath.dirname(path), name):
            return None
        folders = self._folders(name)
        return folders[0] if len(folders) == 1 and self._may_hold(folders[0], name) else None


def _includes(parsed: ParsedFile | None) -> Iterator[Import]:
    for imported in parsed.imports if parsed is not None else ():
        if not imported.module.startswith("import "):
            yield imported


def _first(item: tuple[str, SearchPath]) -> str:
    return item[0]


def _upwards(folder: str) -> Iterator[str]:
    """The folder and those around it, up to the root, which is ""."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _within(folder: str, around: str) -> bool:
    return not around or f"{folder}/".startswith(f"{around}/")


def _distance(path: str, folder: str) -> tuple[int, int, int, int, str]:
    """Smaller is nearer: shared folders, an ancestor, a name that stands for headers, depth, the name."""
    here, there = path.split("/")[:-1], folder.split("/") if folder else []
    shared = 0
    for ours, theirs in zip(here, there, strict=False):
        if ours != theirs:
            break
        shared += 1
    usual = bool(there) and there[-1] in _INCLUDE_FOLDERS
    return -shared, len(there) - shared, -usual, len(there), folder
