"""tsconfig.json and jsconfig.json: what they say about where a module's name leads."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from retrieval.languages.base import Project

LARGEST_CONFIG = 1_000_000  # characters; a configuration that is larger is none
DEEPEST_EXTENDS = 16

_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?(?:\*/|\Z)', re.S)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])', re.S)


@dataclass(frozen=True, slots=True)
class Alias:
    """An entry of `paths`: `@/*` -> folders of the repository, in which `*` stands for the same."""

    pattern: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompilerOptions:
    """Of compilerOptions, what resolution needs. Folders are paths of the repository; "" is its root."""

    base_url: str | None = None
    aliases: tuple[Alias, ...] = ()
    root_dirs: tuple[str, ...] = ()

    def leads_anywhere(self) -> bool:
        return self.base_url is not None or bool(self.aliases) or bool(self.root_dirs)


def read_json(project: Project, path: str) -> dict[str, object]:
    """An object with comments and trailing commas, as these files may have; empty where it is none."""
    text = project.text(path)
    if text is None or len(text) > LARGEST_CONFIG:
        return {}
    text = _COMMENT.sub(lambda found: found[1] or "", text)
    text = _TRAILING_COMMA.sub(lambda found: found[1] or "", text)
    try:
        value = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def within(folder: str, path: str) -> str | None:
    """`path` from `folder`, as a path of the repository; None where it leads out of it."""
    if path.startswith("/"):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == "." or joined.startswith("../") or joined == "..":
        return "" if joined == "." else None
    return joined


def strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def as_object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


class Configurations:
    """The configurations of a project, read when asked for. The nearest one above a file is its own."""

    def __init__(self, project: Project, package_folder: Callable[[str], str | None]) -> None:
        """`package_folder` tells where the repository keeps a package, for `extends` of a package."""
        self._project = project
        self._package_folder = package_folder
        self._in_folder: dict[str, list[str]] = {}
        self._of_folder: dict[str, CompilerOptions | None] = {}
        for path in project.paths:
            folder, _, name = path.rpartition("/")
            if name.endswith(".json") and name.startswith(("tsconfig", "jsconfig")):
                self._in_folder.setdefault(folder, []).append(path)

    def above(self, folder: str) -> Iterator[CompilerOptions]:
        """The configurations that may hold for a folder's files, the nearest first."""
        while True:
            if folder not in self._of_folder:
                self._of_folder[folder] = self._read_folder(folder)
            options = self._of_folder[folder]
            if options is not None:
                yield options
            if not folder:
                return
            folder = folder.rpartition("/")[0]

    def _read_folder(self, folder: str) -> CompilerOptions | None:
        """Of tsconfig.json; of a sibling such as tsconfig.app.json where it only names others."""
        names = self._in_folder.get(folder, ())
        order = {"tsconfig.json": 0, "jsconfig.json": 1}
        for path in sorted(names, key=lambda path: (order.get(path.rpartition("/")[2], 2), path)):
            options = self._read(path, folder, DEEPEST_EXTENDS)
            if options.leads_anywhere():
                return options
        return None

    def _read(self, path: str, config_folder: str, depth: int) -> CompilerOptions:
        config = read_json(self._project, path)
        folder = path.rpartition("/")[0]
        options = CompilerOptions()
        extended = config.get("extends")
        for base in [extended] if isinstance(extended, str) else strings(extended):
            found = self._extended(folder, base)
            if found is not None and depth:
                options = _over(self._read(found, config_folder, depth - 1), options)
        return _over(self._own(as_object(config.get("compilerOptions")), folder, config_folder), options)

    def _extended(self, folder: str, base: str) -> str | None:
        if base.startswith("."):
            found = within(folder, base)
        else:
            parts = base.split("/")
            name = "/".join(parts[:2]) if base.startswith("@") else parts[0]
            package = self._package_folder(name)
            rest = base[len(name) + 1 :] or "tsconfig.json"
            found = within(package, rest) if package is not None else None
        if found is None:
            return None
        candidates = (found, f"{found}.json", f"{found}/tsconfig.json")
        return next((candidate for candidate in candidates if candidate in self._project), None)

    def _own(self, options: dict[str, object], folder: str, config_folder: str) -> CompilerOptions:
        def path_of(written: str, start: str) -> str | None:
            if written.startswith("${configDir}"):
                return within(config_folder, written.removeprefix("${configDir}").lstrip("/"))
            return within(start, written)

        written = options.get("baseUrl")
        base_url = path_of(written, folder) if isinstance(written, str) else None
        start = folder if base_url is None else base_url
        aliases = []
        for pattern, targets in as_object(options.get("paths")).items():
            found = [path_of(target, start) for target in strings(targets)]
            aliases.append(Alias(pattern, tuple(target for target in found if target is not None)))
        # The longest part before the star wins, as for the compiler; without a star it must be equal.
        aliases.sort(key=lambda alias: ("*" in alias.pattern, -len(alias.pattern.partition("*")[0])))
        roots = [path_of(root, folder) for root in strings(options.get("rootDirs"))]
        return CompilerOptions(base_url, tuple(aliases), tuple(root for root in roots if root is not None))


def _over(own: CompilerOptions, base: CompilerOptions) -> CompilerOptions:
    return CompilerOptions(
        base.base_url if own.base_url is None else own.base_url,
        own.aliases or base.aliases,
        own.root_dirs or base.root_dirs,
    )


def substituted(pattern: str, targets: tuple[str, ...], name: str) -> list[str]:
    """What the targets of a pattern with at most one `*` make of a name; empty where it does not match."""
    before, star, after = pattern.partition("*")
    if not star:
        return list(targets) if name == pattern else []
    if len(name) < len(before) + len(after) or not (name.startswith(before) and name.endswith(after)):
        return []
    middle = name[len(before) : len(name) - len(after)]
    return [target.replace("*", middle) for target in targets]
