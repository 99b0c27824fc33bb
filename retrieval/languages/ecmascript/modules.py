"""Where an import of JavaScript or TypeScript leads: the rules of Node, of the compiler, and of bundlers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from retrieval.languages.base import Project, Resolver
from retrieval.languages.ecmascript.node_packages import Package, Packages, mapped, sources_of
from retrieval.languages.ecmascript.tsconfig import CompilerOptions, Configurations, substituted, within
from retrieval.types import Dependency, ParsedFile

TYPESCRIPT_FIRST = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".d.mts", ".cts", ".d.cts", ".mjs", ".cjs")
JAVASCRIPT_FIRST = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".d.ts", ".mts", ".d.mts", ".cts", ".d.cts")
# An import names what will be built; this is what it may be built from.
SOURCES_OF = {
    ".js": (".ts", ".tsx", ".d.ts", ".jsx"),
    ".jsx": (".tsx", ".d.ts", ".jsx"),
    ".mjs": (".mts", ".d.mts"),
    ".cjs": (".cts", ".d.cts"),
}
PLATFORMS = (".native", ".web", ".ios", ".android")  # of React Native, which takes one of them
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]+:", re.I)  # node:fs, https://..., data:...
TYPESCRIPT_FILES = (".ts", ".tsx", ".mts", ".cts", ".vue")


def module_resolver(project: Project) -> Resolver:
    modules = Modules(project)

    def resolve(path: str, parsed: ParsedFile) -> Iterable[Dependency]:
        for found in parsed.imports:
            target = modules.resolve(path, found.module, types=found.type_only)
            if target is not None:
                yield Dependency(path, target, found.start_line, found.module)

    return resolve


class Modules:
    """Answers for one project; prepared once, then each answer costs some look-ups in a set."""

    def __init__(self, project: Project) -> None:
        self._files = frozenset(project.paths)
        self._folders = {folder for path in project.paths for folder in _above(path)} | {""}
        self._packages = Packages(project)
        self._configurations = Configurations(project, self._package_folder)
        self._known: dict[tuple[str, str, bool], str | None] = {}

    def resolve(self, path: str, module: str, *, types: bool = False) -> str | None:
        """The file that `module` means in the file `path`; None where it is not of the repository.

        `types`: only its types are named, which declarations beside a JavaScript file hold.
        """
        folder = path.rpartition("/")[0]
        typed = types or path.endswith(TYPESCRIPT_FILES)
        key = (folder, module, typed)
        if key not in self._known:
            self._known[key] = self._resolve(folder, module, typed)
        return self._known[key]

    def _resolve(self, folder: str, module: str, typed: bool) -> str | None:
        module = module.rpartition("!")[2]  # loader!./a, of webpack
        plain = module.partition("?")[0]  # ./a?raw, of bundlers
        if not plain or SCHEME.match(plain) or "\x00" in plain:
            return None
        if plain.startswith("#"):
            return self._imported(folder, plain, typed) or self._aliased(folder, plain, typed)
        if plain in (".", "..") or plain.startswith(("./", "../")):
            return self._relative(folder, plain, typed)
        if plain.startswith("/"):
            return self._from_package(folder, plain.lstrip("/"), typed)
        return (
            self._aliased(folder, plain, typed)
            or self._installed(folder, plain, typed)
            or self._package(folder, plain, typed)
            or self._conventional(folder, plain, typed)
        )

    # Paths

    def _relative(self, folder: str, module: str, typed: bool) -> str | None:
        path = within(folder, module)
        if path is None:
            return None
        only_folder = module.endswith(("/", "/.", "/..")) or module in (".", "..")
        found = self._folder(path, typed) if only_folder else self._file_or_folder(path, typed)
        return found or self._in_root_dirs(folder, path, typed)

    def _in_root_dirs(self, folder: str, path: str, typed: bool) -> str | None:
        for options in self._configurations.above(folder):
            for root in options.root_dirs:
                if path == root or path.startswith(f"{root}/"):
                    rest = path[len(root) :].lstrip("/")
                    for other in options.root_dirs:
                        found = self._file_or_folder(_joined(other, rest), typed)
                        if found:
                            return found
        return None

    def _file_or_folder(self, path: str, typed: bool) -> str | None:
        return self._file(path, typed) or self._folder(path, typed)

    def _file(self, path: str, typed: bool) -> str | None:
        for candidate in candidates(path, typed):
            if candidate in self._files:
                return candidate
        return None

    def _folder(self, path: str, typed: bool) -> str | None:
        if path not in self._folders:
            return None
        package = self._packages.at(path)
        if package is not None:
            for entry in package.targets("", typed):
                inside = within(path, entry)
                found = self._file_or_index(inside, typed) if inside is not None else None
                if found:
                    return found
        return self._file(_joined(path, "index"), typed)

    def _file_or_index(self, path: str, typed: bool) -> str | None:
        return self._file(path, typed) or self._file(_joined(path, "index"), typed)

    # Names

    def _aliased(self, folder: str, module: str, typed: bool) -> str | None:
        for options in self._configurations.above(folder):
            for target, is_file in _aliases(options, module):
                if is_file and target in self._files:
                    return target
                found = self._file_or_folder(target, typed)
                if found:
                    return found
        return None

    def _installed(self, folder: str, module: str, typed: bool) -> str | None:
        """In a node_modules that the repository holds itself, as fixtures do."""
        for above in (*_above(f"{folder}/x"), ""):
            modules = _joined(above, "node_modules")
            if modules in self._folders:
                found = self._file_or_folder(_joined(modules, module), typed)
                if found:
                    return found
        return None

    def _package(self, folder: str, module: str, typed: bool) -> str | None:
        name, subpath = _split(module)
        package = self._packages.named(name, folder)
        return self._entry(package, subpath, typed) if package is not None else None

    def _imported(self, folder: str, name: str, typed: bool) -> str | None:
        """`#name`: of the package's own `imports`."""
        package = self._packages.around(folder)
        if package is None:
            return None
        for target in mapped(package.manifest.get("imports"), name, typed):
            if not target.startswith("."):
                found = self._package(folder, target, typed)
            else:
                found = self._built(package, target, typed)
            if found:
                return found
        return None

    def _entry(self, package: Package, subpath: str, typed: bool) -> str | None:
        targets = package.targets(subpath, typed)
        for target in targets:
            path = within(package.folder, target)
            found = self._file_or_folder(path, typed) if path is not None else None
            if found:
                return found
        for target in targets:
            found = self._built(package, target, typed)
            if found:
                return found
        guesses = [subpath, f"src/{subpath}"] if subpath else ["index", "src/index", "lib/index", "src/main"]
        for guess in guesses:
            found = self._file_or_folder(_joined(package.folder, guess), typed)
            if found:
                return found
        return None

    def _built(self, package: Package, target: str, typed: bool) -> str | None:
        """The target, or the source it will be built from."""
        path = within(package.folder, target)
        found = self._file_or_folder(path, typed) if path is not None else None
        if found:
            return found
        for source in sources_of(target):
            path = within(package.folder, source)
            found = self._file_or_index(path, typed) if path is not None else None
            if found:
                return found
        return None

    def _from_package(self, folder: str, path: str, typed: bool) -> str | None:
        """`/src/a`, which development servers take from the package's folder."""
        package = self._packages.around(folder)
        start = package.folder if package is not None else ""
        inside = within(start, path)
        return self._file(inside, typed) if inside is not None else None

    def _conventional(self, folder: str, module: str, typed: bool) -> str | None:
        """`@/a` and `~/a`, as the configurations of bundlers, which are programs, nearly always map them."""
        if not module.startswith(("@/", "~/")):
            return None
        package = self._packages.around(folder)
        start = package.folder if package is not None else ""
        for place in ("src", "", "app"):
            inside = within(_joined(start, place), module[2:])
            found = self._file_or_folder(inside, typed) if inside is not None else None
            if found:
                return found
        return None

    def _package_folder(self, name: str) -> str | None:
        package = self._packages.named(name, "")
        return package.folder if package is not None else None


def candidates(path: str, typed: bool) -> Iterator[str]:
    """The files a path may mean, the likeliest first."""
    stem, dot, extension = path.rpartition(".")
    sources = SOURCES_OF.get(dot + extension, ())
    if not typed:
        yield path
    for source in sources:
        yield stem + source
    if typed:
        yield path
    if dot and not sources:
        yield f"{stem}.d.{extension}.ts"  # ./a.css, which TypeScript describes so
    extensions = TYPESCRIPT_FIRST if typed else JAVASCRIPT_FIRST
    for each in (*extensions, ".json"):
        yield path + each
    for platform in PLATFORMS:
        for each in extensions:
            yield path + platform + each


def _aliases(options: CompilerOptions, module: str) -> Iterator[tuple[str, bool]]:
    """(path, whether it means a file as it is): `paths` may give the extension, which imports leave open."""
    for alias in options.aliases:
        paths = substituted(alias.pattern, alias.targets, module)
        for path, target in zip(paths, alias.targets, strict=False):
            yield path, not target.endswith("*")
    if options.base_url is not None:
        yield _joined(options.base_url, module), False


def _split(module: str) -> tuple[str, str]:
    """`@scope/name/a/b` -> (`@scope/name`, `a/b`)"""
    parts = module.split("/")
    length = 2 if module.startswith("@") else 1
    return "/".join(parts[:length]), "/".join(parts[length:])


def _joined(folder: str, rest: str) -> str:
    return f"{folder}/{rest}" if folder and rest else folder or rest


def _above(path: str) -> Iterator[str]:
    """The folders a path is in, the innermost first; without the root."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
