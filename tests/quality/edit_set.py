"""The commits of `edits.py`, and the rules by which they were drawn.

    python -m tests.quality.edit_set FOLDER_OF_CLONES

draws them again and writes edits.json: short facts, no code. FOLDER_OF_CLONES has a clone of each repository
of `REPOSITORIES`, in a folder of its name, at the commit named there or later. Of the newest 4,000 commits
before it that are no merges, those fit that change one file, which exists before and after, is written in
a language with a grammar here, is no test, example, benchmark or copy of another project, and has at most
1,500 lines; that change fewer than 30 lines, and more than white space; and whose subject tells a reader what
to do: four words or more, the first a verb in the imperative, no release, revert or version bump. Of these
four a repository are drawn, those whose seeded hash comes first, in turn for tuning and held out.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.search.paths import is_test

FILE = Path(__file__).with_name("edits.json")
TUNING, HELD_OUT = "tuning", "heldout"
SEED, EACH, SPAN = 6, 4, 4_000
MOST_CHANGED, MOST_LINES, FEWEST_WORDS = 29, 1_500, 4
REPOSITORIES = {  # and the newest commit that is looked at
    "https://github.com/pallets/click": "2c8cd3ac958a7eb316d67f2d316c27086c4c0369",
    "https://github.com/encode/httpx": "ae1b9f66238f75ced3ced5e4485408435de10768",
    "https://github.com/marshmallow-code/marshmallow": "341b927f219205704728c05cd61f04d7e9727523",
    "https://github.com/rq/rq": "aa666a8a60dbc5e8bb43f166cda869c67426a11a",
    "https://github.com/axios/axios": "23a25af0688d1db2c396deb09229d2271cc24f6c",
    "https://github.com/preactjs/preact": "f6c6cda581e1123095c56f9fc232b82fc518e426",
    "https://github.com/unjs/unstorage": "afbb66ec266e0cec613cb087b49f75bf4deaaa41",
    "https://github.com/spf13/cobra": "adbc8813901bba65827259daa8e22ff94ec1f30e",
    "https://github.com/junegunn/fzf": "956562daaa82ddf55ea8f7aeab56883377b742c6",
    "https://github.com/BurntSushi/ripgrep": "3fce3b5bb0236da2df6d99672afb8a719642eca7",
    "https://github.com/jqlang/jq": "579e6f76cffd7643ba4002a2c3618a5ea710589a",
    "https://github.com/fmtlib/fmt": "60ccad511fd680cb91d8b60a315759f71c67bef9",
    "https://github.com/jhy/jsoup": "46b620860af930eedc193a705eaf7cea5aec89a6",
    "https://github.com/rack/rack": "8bf4eb078498edc9105fb04add80d89c5340e60b",
    "https://github.com/Seldaek/monolog": "57eb1028342134e701e77c617565d51b6e5a2a53",
}
_WORDS = """
accept add adjust allow always apply assert avoid bail cache call change check clarify clean clear
close convert copy correct count create default defer define delete deprecate detect disable display
do document don't drop emit enable encode ensure escape exclude expand expose extend extract fail
fix flush force forbid format forward generate get give guard handle hide ignore implement import
improve include increase initialise initialize inline insert invalidate keep limit link load lock
log lower make mark match merge move normalise normalize omit only optimise optimize parse pass
permit pin preserve prevent print propagate protect provide put quote raise read recognise recognize
reduce refactor register reject release rely remove rename render reorder replace report require
reset resolve respect restore restrict retry return reuse reverse round run sanitise sanitize send
separate set show silence simplify skip sort speed split stop store strip support suppress switch
tell throw treat trim truncate try turn undo unify update use validate verify wait warn wrap write
"""
_VERBS = frozenset(_WORDS.split())
_PREFIX = re.compile(r"^(?:\w+(?:\([^)]*\))?!?|[\w./-]+(?: [\w./-]+)?): +")  # `fix(core): `, `src/json: `
_NUMBER = re.compile(r"(?:\s*\(#\d+\))+$")
_NO_INSTRUCTION = re.compile(
    r"\b(?:merge|revert|bump|release|version|changelog|copyright|year|lint\w*|whitespace|readme"
    r"|dependenc\w+|ci skip|reformat|typos?|doc fixes)\b|^\W*fix(?:es)? #\d+",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:^|/)(?:docs?|examples?|bench\w*|vendor|third_party|contrib|compat|demo|dist|bundled|fixtures?|sandbox)/"
    r"|\.min\.|\.d\.ts$"
)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of one file, its subject as an instruction."""

    repository: str  # its URL
    sha: str
    path: str
    subject: str
    half: str  # TUNING or HELD_OUT

    @property
    def name(self) -> str:
        """The folder of the repository's clone."""
        return self.repository.rpartition("/")[2]

    @property
    def instruction(self) -> str:
        """The subject without the number of its pull request."""
        return _NUMBER.sub("", self.subject)


def commits() -> list[Commit]:
    return [Commit(**row) for row in json.loads(FILE.read_text(encoding="utf-8"))]


def few(count: int) -> list[Commit]:
    """So many of each half, those whose seeded hash comes first."""
    found = sorted(commits(), key=lambda commit: _drawn_by(commit.sha))
    return [
        commit
        for half in (TUNING, HELD_OUT)
        for commit in [each for each in found if each.half == half][:count]
    ]


def git(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True)
    return done.stdout


def is_instruction(subject: str) -> bool:
    words = _PREFIX.sub("", _NUMBER.sub("", subject)).split()
    return (
        len(words) >= FEWEST_WORDS and words[0].lower() in _VERBS and _NO_INSTRUCTION.search(subject) is None
    )


def is_source(path: str) -> bool:
    return language_of(path) in LANGUAGES and not is_test(path) and _ELSEWHERE.search(path) is None


def drawn(repository: str, newest: str, folder: Path) -> list[Commit]:
    found: list[Commit] = []
    fitting = sorted(_candidates(folder, newest), key=lambda row: _drawn_by(row[0]))
    for sha, path, subject in fitting:
        if len(found) < EACH and _fits(folder, sha, path):
            found.append(Commit(repository, sha, path, subject, (TUNING, HELD_OUT)[len(found) % 2]))
    return found


def _drawn_by(sha: str) -> bytes:
    """An order in which a commit's place hangs on nothing but itself."""
    return hashlib.sha256(f"{SEED} {sha}".encode()).digest()


def _candidates(folder: Path, newest: str) -> Iterator[tuple[str, str, str]]:
    told = git(
        folder, "log", "--no-merges", "--no-renames", "--numstat", f"--max-count={SPAN}",
        "--format=%x01%H %s", newest, "--",
    )  # fmt: skip
    for commit in told.decode("utf-8", "replace").split("\x01")[1:]:
        head, _, rest = commit.partition("\n")
        sha, _, subject = head.partition(" ")
        files = [line.split("\t") for line in rest.split("\n") if line]
        if len(files) != 1 or not is_instruction(subject):
            continue
        added, removed, path = files[0]
        changed = int(added) + int(removed) if added.isdigit() else 0  # "-" of a binary file
        if 0 < changed <= MOST_CHANGED and is_source(path):
            yield sha, path, subject


def _fits(folder: Path, sha: str, path: str) -> bool:
    """What costs a process to know: the file before and after."""
    told = git(
        folder, "diff-tree", "-r", "-w", "--diff-filter=M", "--numstat", "--no-renames", f"{sha}^", sha
    )
    if not re.match(rb"(?:[1-9]\d*\t\d+|\d+\t[1-9]\d*)\t", told):
        return False
    before = git(folder, "show", f"{sha}^:{path}")
    try:
        return before.decode("utf-8").count("\n") <= MOST_LINES
    except UnicodeDecodeError:
        return False


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0])
    found = [
        commit
        for repository, newest in REPOSITORIES.items()
        for commit in drawn(repository, newest, folder / repository.rpartition("/")[2])
    ]
    rows = ",\n".join(f" {json.dumps(asdict(commit), ensure_ascii=False)}" for commit in found)
    FILE.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
