"""Where Ruby looks for files: the load path for what is required, autoload roots for constants."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from retrieval.languages.base import Project
from retrieval.languages.ruby.paths import added_load_path

_PACKAGE_FILES = frozenset(("Gemfile", "Rakefile", "config.ru", "gems.rb", "rakefile"))
_REQUIRE_PATHS = re.compile(r"\.require_paths?\s*=\s*(\[[^\]]*\]|%w\S[^\])}>]*|['\"][^'\"]*['\"])")
_GEM = re.compile(r"""^\s*(?:gem|\w+\.add_(?:\w+_)?dependency)\s*\(?\s*['"]([\w-]+)['"]""", re.M)
_WORD = re.compile(r"[\w./-]+")
# These hold no constants by the convention, even in `app`.
_NOT_RUBY = frozenset(("assets", "javascript", "views", "packs", "frontend"))
_AUTOLOADS_LIB = re.compile(
    r"autoload_lib|(?:autoload_paths|eager_load_paths)\b[^\n]*\blib\b|(?:autoload_paths|eager_load_paths)[^\n]*['\"]lib"
)
_ZEITWERK = "for_gem"  # of Zeitwerk::Loader


class LoadPath:
    """The folders that `require` looks in, for every package of the repository."""

    def __init__(self, project: Project) -> None:
        self.packages: set[str] = {""}
        folders: set[str] = set()
        for path in project.paths:
            folder, _, name = path.rpartition("/")
            if name.endswith(".gemspec"):
                self.packages.add(folder)
                for each in _require_paths(project.text(path) or ""):
                    folders.add(_joined(folder, each))
            elif name in _PACKAGE_FILES:
                self.packages.add(folder)
        for package in sorted(self.packages):
            for usual in ("lib", "test", "spec"):
                folders.add(_joined(package, usual))
        for path in project.written_in("ruby"):
            parsed = project.parsed(path)
            for found in parsed.imports if parsed is not None else ():
                added = added_load_path(found.module)
                if added is not None:
                    folders.add(_joined(posixpath.dirname(path), added))
        self._found: dict[str, list[tuple[str, str]]] = {}  # what is required -> load folder, file
        for path in project.paths:
            folder = posixpath.dirname(path)
            while True:
                if folder in folders:
                    inner = path[len(folder) + 1 :] if folder else path
                    self._found.setdefault(inner, []).append((folder, path))
                if not folder:
                    break
                folder = posixpath.dirname(folder)

    def find(self, path: str, module: str) -> str | None:
        """The file that `require "module"` in this file reads: of several, in the nearest folder."""
        name = posixpath.normpath(module if module.endswith(".rb") else f"{module}.rb")
        ours = posixpath.dirname(path).split("/")
        package = self.package_of(posixpath.dirname(path))
        best: tuple[int, str] | None = None
        for folder, target in self._found.get(name, ()):
            if posixpath.basename(folder) in ("test", "spec") and self.package_of(folder) != package:
                continue  # tests of another package
            shared = len(posixpath.commonprefix([ours, folder.split("/")]))
            best = min(best, (-shared, target)) if best else (-shared, target)
        return best[1] if best else None

    def package_of(self, folder: str) -> str:
        """The innermost package around a folder, or the folder itself; "" is the repository."""
        while folder and folder not in self.packages:
            folder = posixpath.dirname(folder)
        return folder


def foreign_names(project: Project) -> set[str]:
    """What the packages that the repository uses may define, in lower case: "rspec-rails" brings RSpec.

    One that it is itself is used, too, by its applications and examples.
    """
    names: set[str] = set()
    own = {
        re.sub(r"[-_]", "", posixpath.basename(path).removesuffix(".gemspec").lower())
        for path in project.paths
        if path.endswith(".gemspec")
    }
    for path in project.paths:
        name = path.rpartition("/")[2]
        if name in ("Gemfile", "gems.rb") or name.endswith(".gemspec"):
            for found in _GEM.findall(project.text(path) or ""):
                words = found.lower().split("-")
                names |= {"".join(words).replace("_", ""), *(word.replace("_", "") for word in words)}
    return names - own


class AutoloadRoots:
    """Constants by the convention of Rails and Zeitwerk: `Billing::Invoice` is in `billing/invoice.rb`.

    Names are compared without underscores and case, so that acronyms need no rules: `HTMLPage`, `html_page`.
    """

    def __init__(self, project: Project, packages: set[str]) -> None:
        self._files: dict[str, list[str]] = {}
        self._spaces: set[str] = set()  # folders make modules
        lib_roots = set(_lib_roots(project))
        applications = {
            posixpath.dirname(posixpath.dirname(path))
            for path in project.paths
            if path.endswith("config/application.rb")
        }
        for path in project.written_in("ruby"):
            if path.endswith(".rb"):
                for root in _roots_of(path, applications, packages, lib_roots):
                    self._add(path, path[len(root) + 1 if root else 0 :])

    def find(self, constant: str) -> Sequence[str]:
        return self._files.get(_key(constant), ())

    def is_space(self, constant: str) -> bool:
        return _key(constant) in self._spaces

    def _add(self, path: str, inner: str) -> None:
        key = inner.removesuffix(".rb").replace("_", "").lower()
        self._files.setdefault(key, []).append(path)
        while "/" in key:
            key = key.rpartition("/")[0]
            self._spaces.add(key)


def _key(constant: str) -> str:
    return constant.replace("::", "/").replace("_", "").lower()


def _roots_of(path: str, applications: set[str], packages: set[str], lib_roots: set[str]) -> Iterator[str]:
    """`app/models` and the like, `app/models/concerns` too, and `lib` where it is loaded so."""
    folders = path.split("/")[:-1]
    for at, folder in enumerate(folders):
        above = "/".join(folders[:at])
        if folder == "lib" and "/".join(folders[: at + 1]) in lib_roots:
            yield "/".join(folders[: at + 1])
        if folder != "app" or len(folders) < at + 2 or folders[at + 1] in _NOT_RUBY:
            continue
        if applications and (above in applications or above in packages or any_above(above, applications)):
            concerns = len(folders) > at + 2 and folders[at + 2] == "concerns"
            yield "/".join(folders[: at + 3 if concerns else at + 2])
            return


def any_above(folder: str, applications: set[str]) -> bool:
    """Whether it is inside of an application: a pack or an engine of it."""
    return any(not each or folder.startswith(each + "/") for each in applications)


def _lib_roots(project: Project) -> Iterator[str]:
    for path in project.written_in("ruby"):
        if path.endswith("config/application.rb"):
            if _AUTOLOADS_LIB.search(project.text(path) or ""):
                yield _joined(posixpath.dirname(posixpath.dirname(path)), "lib")
        elif posixpath.basename(posixpath.dirname(path)) == "lib":
            parsed = project.parsed(path)
            if parsed is not None and any(each.name == _ZEITWERK for each in parsed.references):
                yield posixpath.dirname(path)


def _require_paths(gemspec: str) -> Iterator[str]:
    for found in _REQUIRE_PATHS.finditer(gemspec):
        yield from _WORD.findall(found.group(1).removeprefix("%w"))


def _joined(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined
