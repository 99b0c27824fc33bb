"""Do edits apply, parse and touch the right lines? 60 small commits, their subjects as instructions.

    python -m tests.quality.edits FOLDER_OF_CLONES --out FILE.jsonl [--half tuning|heldout] [--free]
                                  [--few] [--limit N] [-m MODEL] [--work FOLDER]
    python -m tests.quality.edits FOLDER_OF_CLONES --out FILE.jsonl --real

FOLDER_OF_CLONES has a clone of each repository of edits.json, in a folder of its name. Each commit is tried
in the tree before it, with its file named: the walk of `coder edit`, its repair round included. --free is the
same prompt without the constraint, its blocks read as leniently as aider does; --real takes the commit's own
text instead of a model's; --few are the 20 commits of edits_aider.py. What counts is in edit_scores.py.

Rows are appended to --out as they come; a second start with the same file tries what is missing, and counts
all.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.quality import edit_set, edit_trees
from tests.quality.edit_set import Commit
from tests.quality.edit_trees import Trees, Tried


def real(root: Path, commit: Commit) -> Tried:
    return Tried(edit_set.git(root, "show", f"{commit.sha}:{commit.path}"), "", 0, 0, 0, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clones", type=Path, metavar="FOLDER_OF_CLONES")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--half", choices=[edit_set.TUNING, edit_set.HELD_OUT])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--few", action="store_true")
    parser.add_argument("-m", "--model", default="starter")
    parser.add_argument("--work", type=Path, help="where the trees are made; default: a temporary folder")
    options = parser.parse_args()
    chosen = edit_set.few(10) if options.few else edit_set.commits()
    commits = [commit for commit in chosen if options.half in (None, commit.half)]
    with work_folder(options.work) as work:
        trees = Trees(options.clones.resolve(), work)
        some = commits[: options.limit]
        if options.real:
            edit_trees.run(some, trees, "real", "", options.out, real)
            return


@contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="coder-edits-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
