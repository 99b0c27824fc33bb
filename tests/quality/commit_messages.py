"""Does `coder commit` call commits as their repository does? 20 real commits, told from their diffs.

    python -m tests.quality.commit_messages FOLDER_OF_CLONES --out FILE.jsonl [-m MODEL] [--limit N]
                                            [--budget N] [--seed N]

From each of 10 repositories of edits.json two commits are drawn that a person made (no merge, release or
bump) and that change one to eight files. The model sees the subjects before it and the diff. Counted is, in
the subject it writes: whether it has a prefix (`fix: `, `parser: `) as the real one has, whether its own
words begin with a capital as there, whether it ends with a period as there, and whether it has at most 72
characters. Both subjects are printed, to be read. Rows are appended to --out; a second start goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from coder_cli import assistant, settings
from coder_cli.commit_message import Drafted, draft
from coder_cli.commit_style import LONGEST, has_prefix, is_by_a_person, style_of, words_of
from coder_cli.model.types import LanguageModel, Sampling
from retrieval.changes import find_changes
from retrieval.repo import Repo
from tests.quality.edit_set import REPOSITORIES, git

NAMES = ("click", "httpx", "rq", "axios", "unstorage", "cobra", "fzf", "ripgrep", "jq", "jsoup")
EACH, SPAN, MOST_FILES = 2, 400, 8


@dataclass(frozen=True, slots=True)
class Row:
    repository: str
    sha: str
    model: str
    real: str
    ours: str
    prefix: bool  # as the real one
    capital: bool
    period: bool
    short: bool
    prompt_tokens: int
    seconds: float


def drawn(folder: Path, newest: str, seed: int) -> list[tuple[str, str]]:
    told = git(
        folder, "log", "--no-merges", "--name-only", f"--max-count={SPAN}", "--format=%x01%H %s", newest, "--"
    ).decode("utf-8", "replace")
    fitting = []
    for commit in told.split("\x01")[1:]:
        head, *paths = [line for line in commit.split("\n") if line]
        sha, _, subject = head.partition(" ")
        if is_by_a_person(subject) and 1 <= len(paths) <= MOST_FILES:
            fitting.append((sha, subject))
    return sorted(fitting, key=lambda row: hashlib.sha256(f"{seed} {row[0]}".encode()).digest())[:EACH]


def written(
    model: LanguageModel, name: str, folder: Path, seed: int, budget: int, label: str, done: set[str]
) -> Iterator[Row]:
    newest = next(newest for url, newest in REPOSITORIES.items() if url.endswith(f"/{name}"))
    repo = Repo.open(folder)
    assert repo.git is not None
    for sha, real in drawn(folder, newest, seed):
        if sha in done:
            continue
        begun = time.monotonic()
        style = style_of(repo.git, repo.commit(f"{sha}^"))
        changes = find_changes(repo, commit=sha)
        made = [
            one for one in draft(model, name, changes, style, budget, Sampling()) if isinstance(one, Drafted)
        ]
        ours = made[-1].message.partition("\n")[0]
        yield Row(
            name,
            sha,
            label,
            real,
            made[-1].message,
            has_prefix(ours) == has_prefix(real),
            words_of(ours)[:1].isupper() == words_of(real)[:1].isupper(),
            ours.endswith(".") == real.endswith("."),
            len(ours) <= LONGEST,
            made[-1].prompt_tokens,
            round(time.monotonic() - begun, 1),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clones", type=Path, metavar="FOLDER_OF_CLONES")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("-m", "--model", default="starter")
    parser.add_argument("--budget", type=int, default=1_024)
    parser.add_argument("--limit", type=int, help="repositories")
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    installed, model = assistant.open_model(settings.collect().with_flags(model=options.model), print)
    lines = options.out.read_text(encoding="utf-8").splitlines() if options.out.exists() else []
    rows = [Row(**json.loads(line)) for line in lines]
    done = {row.sha for row in rows}
    for name in NAMES[: options.limit]:
        folder = (options.clones / name).resolve()
        for row in written(model, name, folder, options.seed, options.budget, installed.name, done):
            rows.append(row)
            print(f"{name} {row.sha[:8]} {row.seconds} s\n  real: {row.real}\n  ours: {row.ours}", flush=True)
            with options.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
    for name in ("prefix", "capital", "period", "short"):
        print(f"{name}: {sum(getattr(row, name) for row in rows)} of {len(rows)}")


if __name__ == "__main__":
    main()
