"""Python import edges against grimp, an independent implementation.

    python -m tests.quality.imports REPOSITORY --source src --package flask

`--source` is the folder that packages are imported from, in the repository; `--package` may be repeated.
Compared are edges between files of these packages. A literal `import_module("...")` counts here and not with
grimp: such edges are listed, and precision counts them as wrong. Files that the filters keep out (generated
ones) are no sources of edges here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import grimp

from retrieval.project import RepositoryProject
from retrieval.repo import Repo

Edge = tuple[str, str]
SHOWN = 40  # edges of each kind that only one side has


def theirs(root: Path, source: str, packages: Sequence[str]) -> tuple[set[str], set[Edge]]:
    """The files of the packages, and the edges that grimp finds among them."""
    sys.path.insert(0, str(root / source))
    graph = grimp.build_graph(packages[0], *packages[1:], cache_dir=None)
    files = {module: path for module in graph.modules if (path := _file(root, source, module))}
    edges = {
        (files[module], files[needed])
        for module in files
        for needed in graph.find_modules_directly_imported_by(module)
        if needed in files and needed != module
    }
    return set(files.values()), edges


def _file(root: Path, source: str, module: str) -> str | None:
    base = root / source / module.replace(".", "/")
    for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
        if path.is_file():
            return path.relative_to(root).as_posix()
    return None


def ours(root: Path, files: Iterable[str]) -> set[Edge]:
    graph = RepositoryProject.open(Repo.open(root), cache=None).graph()
    known = set(files)
    return {
        (each.source, each.target)
        for each in graph.dependencies()
        if each.source in known and each.target in known and each.source != each.target
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--source", default="")
    parser.add_argument("--package", action="append", required=True)
    asked = parser.parse_args(arguments)
    root = asked.repository.resolve()
    files, reference = theirs(root, asked.source, asked.package)
    found = ours(root, files)
    both = len(found & reference)
    for title, edges in (("only ours", found - reference), ("only grimp's", reference - found)):
        for source, target in sorted(edges)[:SHOWN]:
            print(f"{title}: {source} -> {target}")
    print(
        f"{len(files)} files, {len(found)} edges against {len(reference)}: "
        f"precision {both / max(1, len(found)):.4f}, recall {both / max(1, len(reference)):.4f}"
    )


if __name__ == "__main__":
    main()
