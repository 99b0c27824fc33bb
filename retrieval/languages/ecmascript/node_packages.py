"""The packages a repository holds, by their package.json: which names lead into it, and to which files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from retrieval.languages.base import Project
from retrieval.languages.ecmascript.tsconfig import as_object, read_json, strings, substituted, within

ENTRIES = ("source", "types", "typings", "module", "main", "browser")
TYPES = frozenset(
    {"types", "typings"}
)  # entries that only TypeScript reads; for others they are the last choice
# Folders of what is built, which repositories seldom hold; the sources are in one of SOURCES.
BUILT = re.compile(r"^(?:dist|lib|build|out|es|esm|cjs|umd|output|types|typings|_?compiled)$")
SOURCES = ("src", "", "source", "lib", "ts")
DEEPEST_CONDITIONS = 8


@dataclass(frozen=True, slots=True)
class Package:
    folder: str  # "" is the repository's root
    name: str
    manifest: dict[str, object] = field(repr=False)

    def targets(self, subpath: str, typed: bool) -> list[str]:
        """What a name with this subpath ("" for none) may mean, as written, the likeliest first."""
        exports = self.manifest.get("exports")
        if exports is not None:
            found = list(mapped(exports, f"./{subpath}" if subpath else ".", typed))
            if found:
                return found
        if subpath:
            return [subpath]
        keys = sorted(ENTRIES, key=lambda key: key in TYPES and not typed)
        return [entry for key in keys if isinstance(entry := self.manifest.get(key), str) and entry]


def mapped(table: object, name: str, typed: bool) -> Iterator[str]:
    """Targets of `exports` or `imports` for a name: exact before patterns, the longest pattern first."""
    entries = as_object(table)
    if not any(key.startswith((".", "#")) for key in entries):
        if name == ".":
            yield from leaves(table, typed)
        return
    for key in sorted(entries, key=lambda key: ("*" in key, -len(key))):
        for target in leaves(entries[key], typed):
            yield from substituted(key, (target,), name)
            if key.endswith("/") and name.startswith(key):  # "./features/": "./src/features/", of old
                yield target + name[len(key) :]


def leaves(value: object, typed: bool, depth: int = DEEPEST_CONDITIONS) -> Iterator[str]:
    """The strings under conditions such as `import`, `types`, `default`, in their order."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict):
        for key in sorted(value, key=lambda key: key in TYPES and not typed):
            yield from leaves(value[key], typed, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from leaves(inner, typed, depth - 1)


def sources_of(built: str) -> Iterator[str]:
    """`src/a` for `dist/a.js`: where the source of a built file may be, without its extension."""
    parts = built.removeprefix("./").split("/")
    stem = re.sub(r"(\.d)?\.[cm]?[jt]sx?$", "", parts.pop())
    while parts and BUILT.match(parts[0]):
        parts.pop(0)
    stems = [stem]
    bare = re.sub(r"\.(?:min|prod|cjs|esm|umd|global|browser|bundler|development|production)\b.*$", "", stem)
    if bare != stem:
        stems.append(bare)
    for folder in SOURCES:
        for each in stems:
            yield "/".join(part for part in (folder, *parts, each) if part)


class Packages:
    """The package.json files of a project; which of them others can import is up to the workspaces."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.by_folder: dict[str, Package] = {}
        self._by_name: dict[str, Package] = {}
        for path in project.paths:
            folder, _, file = path.rpartition("/")
            if file == "package.json" and "node_modules" not in folder:
                self.by_folder[folder] = self._read(folder)
        members = self._members()
        for folder in sorted(members, key=lambda folder: (folder.count("/"), folder)):
            package = self.by_folder[folder]
            if package.name:
                self._by_name.setdefault(package.name, package)

    def at(self, folder: str) -> Package | None:
        """The package of that very folder, which may be one that is installed in a node_modules."""
        if folder not in self.by_folder and "node_modules" in folder:
            return self._read(folder) if f"{folder}/package.json" in self._project else None
        return self.by_folder.get(folder)

    def _read(self, folder: str) -> Package:
        manifest = read_json(self._project, f"{folder}/package.json" if folder else "package.json")
        name = manifest.get("name")
        return Package(folder, name if isinstance(name, str) else "", manifest)

    def around(self, folder: str) -> Package | None:
        """The package a folder is part of."""
        while folder not in self.by_folder:
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        return self.by_folder[folder]

    def named(self, name: str, folder: str) -> Package | None:
        """The package of that name which a file in `folder` can import."""
        own = self.around(folder)
        while own is not None:
            if own.name == name:
                return own
            linked = self._linked(own, name)
            if linked is not None:
                return linked
            own = self.around(own.folder.rpartition("/")[0]) if own.folder else None
        return self._by_name.get(name)

    def _linked(self, package: Package, name: str) -> Package | None:
        """A dependency on a folder: "a": "file:../a"."""
        for kind in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
            version = as_object(package.manifest.get(kind)).get(name)
            if isinstance(version, str) and version.startswith(("file:", "link:", "portal:")):
                folder = within(package.folder, version.partition(":")[2])
                return self.by_folder.get(folder) if folder is not None else None
        return None

    def _members(self) -> set[str]:
        """Folders of packages that a workspace lists."""
        members: set[str] = set()
        for folder, package in self.by_folder.items():
            workspaces = package.manifest.get("workspaces")
            globs = strings(workspaces) or strings(as_object(workspaces).get("packages"))
            lerna, pnpm = (
                f"{folder}/{name}" if folder else name for name in ("lerna.json", "pnpm-workspace.yaml")
            )
            if lerna in self._project:
                globs += strings(read_json(self._project, lerna).get("packages"))
            if pnpm in self._project:
                globs += listed_packages(self._project.text(pnpm) or "")
            if globs:
                members |= self._matching(folder, globs)
        return members

    def _matching(self, root: str, globs: list[str]) -> set[str]:
        wanted = [compiled(root, glob) for glob in globs if not glob.startswith("!")]
        unwanted = [compiled(root, glob[1:]) for glob in globs if glob.startswith("!")]
        return {root} | {
            folder
            for folder in self.by_folder
            if any(glob.fullmatch(folder) for glob in wanted)
            and not any(glob.fullmatch(folder) for glob in unwanted)
        }


def compiled(root: str, glob: str) -> re.Pattern[str]:
    """A workspace's glob: `packages/*`, `packages/**`, `{apps,libs}/*`, from the folder that declares it."""
    path = within(root, glob.rstrip("/")) or ""
    text = ""
    for part in re.split(r"(\*\*/?|\*|\{[^{}]*\})", path):
        if part.startswith("**"):
            text += r"(?:.*/)?" if part.endswith("/") else r".*"
        elif part == "*":
            text += r"[^/]*"
        elif part.startswith("{"):
            text += "(?:" + "|".join(map(re.escape, part[1:-1].split(","))) + ")"
        else:
            text += re.escape(part)
    return re.compile(text)


def listed_packages(yaml: str) -> list[str]:
    """The list under `packages:` of a pnpm-workspace.yaml, which is all of it that matters here."""
    found: list[str] = []
    inside = False
    for line in yaml.splitlines():
        bare = line.split(" #")[0].strip()
        if not bare or bare.startswith("#"):
            continue
        if bare.startswith("packages:"):
            inside = True
            found += re.findall(r"""["']([^"']+)["']""", bare)  # packages: ["a", "b"]
        elif inside and bare.startswith("-"):
            found.append(bare[1:].strip().strip("\"'"))
        elif not line[0].isspace():
            inside = False
    return found
