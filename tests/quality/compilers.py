"""C and C++ include edges against a compiler that is given the build's own commands.

    python -m tests.quality.compilers REPOSITORY --commands compile_commands.json

Every command is run as far as the preprocessor, `gcc -E -dI`, which tells each #include that it meets and the
file that it enters. Compared are the includes that the compiler met: those under a condition that no command
fulfils, and those of files that no command reads, are counted as not judged. Files that the build makes are
neither sources nor targets, those that the filters keep out are no sources. The commands are no part of what
is measured: keep them where the repository's listing does not have them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from retrieval.project import RepositoryProject
from retrieval.repo import Repo

Written = tuple[str, str]  # a file, and what stands in its directive with quotes or brackets
Edge = tuple[str, str]
SHOWN = 40  # edges of each kind that only one side has
_MARK = re.compile(r'#(?:line)? \d+ "((?:[^"\\]|\\.)*)"([ \d]*)')
_DIRECTIVE = re.compile(r'#(include|include_next|import) ([<"].*[>"])')
_WITH_VALUE = ("-o", "-MF", "-MT", "-MQ")
_NOT_FOR_US = ("-c", "-MD", "-MMD", "-MP", "-M", "-MM", "-S", "-g", "-Werror")
_SEARCHED = ("-iquote", "-I", "-isystem", "-idirafter")


def commands(path: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each command's folder and its arguments, to preprocess only."""
    for entry in json.loads(path.read_text(encoding="utf-8")):
        arguments = entry.get("arguments") or shlex.split(entry["command"])
        kept: list[str] = []
        following = iter(arguments)
        for argument in following:
            if argument in _WITH_VALUE:
                next(following, None)
            elif argument not in _NOT_FOR_US and not argument.startswith("-Wp,-M"):
                kept.append(argument)
        yield Path(entry["directory"]), [*kept, "-E", "-dI", "-w"]


def met(folder: Path, arguments: Sequence[str]) -> tuple[set[tuple[str, str, str]], set[str], str]:
    """(file, directive, target) of one command with full paths, the files read, and what went wrong."""
    ran = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    folders = _search_path(folder, arguments)
    found: set[tuple[str, str, str]] = set()
    entered: set[str] = set()
    here, directive = "", ""

    def full(name: str) -> str:
        return os.path.realpath(folder / name)

    def skipped() -> None:
        """A directive whose file is guarded and was read before: by the documented search."""
        if directive:
            name = directive[1:-1]
            beside = [Path(here).parent] if directive[0] == '"' else []
            for place in (*beside, *folders):
                target = os.path.realpath(place / name)
                if target in entered:
                    found.add((here, directive, target))
                    return
            found.add((here, directive, ""))

    for line in ran.stdout.splitlines():
        if mark := _MARK.match(line):
            path = full(mark[1]) if not mark[1].startswith("<") else mark[1]
            if "1" in mark[2].split():
                if directive:
                    found.add((here, directive, path))
                    directive = ""
                entered.add(path)
            elif path != here:
                skipped()
                directive = ""
            here = path
        elif written := _DIRECTIVE.match(line):
            skipped()
            directive = written[2]
        elif line.strip():
            skipped()
            directive = ""
    skipped()
    return found, entered, "" if ran.returncode == 0 else ran.stderr.strip().partition("\n")[0]


def _search_path(folder: Path, arguments: Sequence[str]) -> list[Path]:
    found: dict[str, list[Path]] = defaultdict(list)
    following = iter(arguments)
    for argument in following:
        for flag in _SEARCHED:
            if argument.startswith(flag):
                found[flag].append(folder / (argument.removeprefix(flag) or next(following, "")))
                break
    return [each for flag in _SEARCHED for each in found[flag]]


def theirs(root: Path, path: Path) -> tuple[dict[Written, set[str]], set[str]]:
    """What each directive means ("" for a file of the system), and the files read; paths below the root."""
    found: dict[Written, set[str]] = defaultdict(set)
    read: set[str] = set()
    listed = list(commands(path))
    failed: list[str] = []

    def below(name: str) -> str:
        return Path(name).relative_to(root).as_posix() if Path(name).is_relative_to(root) else ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for triples, entered, problem in pool.map(lambda command: met(*command), listed):
            failed += [problem] if problem else []
            read |= {inside for name in entered if (inside := below(name))}
            for source, directive, target in triples:
                if inside := below(source):
                    read.add(inside)
                    found[inside, directive].add(below(target))
    for problem in sorted(set(failed)):
        print(f"failed: {problem}")
    print(f"{len(listed)} commands, {len(failed)} failed, {len(read)} files of the repository read")
    return found, read


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--commands", type=Path, required=True)
    asked = parser.parse_args(arguments)
    root = asked.repository.resolve()
    reference, read = theirs(root, asked.commands)
    project = RepositoryProject.open(Repo.open(root), cache=None)
    paths = set(project.paths)
    sources = set(project.written_in("c", "cpp")) - set(project.skipped)
    ours: dict[Written, set[str]] = defaultdict(set)
    for each in project.graph().dependencies():
        if each.source in sources:
            ours[each.source, each.name.removeprefix("next ")].add(each.target)
    needed = {
        (source, target)
        for (source, _), targets in reference.items()
        for target in targets
        if source in sources and target in paths and source != target
    }
    judged = {
        (source, target)
        for (source, written), targets in ours.items()
        for target in targets
        if (source, written) in reference and source != target
    }
    others = {
        (source, target, source in read)
        for (source, written), targets in ours.items()
        for target in targets
        if (source, written) not in reference and source != target and (source, target) not in judged
    }
    for title, edges in (("only ours", judged - needed), ("only the compiler's", needed - judged)):
        for source, target in sorted(edges)[:SHOWN]:
            print(f"{title}: {source} -> {target}")
    both = len(judged & needed)
    unread = sum(not known for _, _, known in others)
    print(
        f"{len(judged)} edges judged against {len(needed)}: precision {both / max(1, len(judged)):.4f}, "
        f"recall {both / max(1, len(needed)):.4f}; not judged: {len(others) - unread} under conditions, "
        f"{unread} of files that no command reads"
    )


if __name__ == "__main__":
    main()
