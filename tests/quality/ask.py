"""Does `coder ask` find the place, say the fact and cite it? 40 questions about three repositories.

    python -m tests.quality.ask --repositories FOLDER [--model starter] [--set tuning|held-out] [--budget N]
                                [--without-context] [--jobs 1] [--out FILE.jsonl]
    python -m tests.quality.ask --repositories FOLDER --retrieval

FOLDER has a clone of each repository of questions/, at its commit, in a folder of its name. Each question is
asked of the real command, in a process of its own, in the clone; with --without-context it goes to
`coder generate` outside of any repository, with the repository's name. Scored is:

- lines: what the model read has lines that hold the answer; file: it has the file at all;
- fact: the answer says the fact;
- cites: of the answers, those that cite a place; right: those that cite a file that holds the answer;
- valid: of the places printed, those that exist and were in what the model read.

Rows are appended to --out as they come; a second start with the same file asks what is missing, and counts
all.
--retrieval asks no model: it says at which place of `coder search` the right file and the right lines come.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.quality.ask_questions import (
    HELD_OUT,
    TUNING,
    Question,
    Repository,
    Span,
    exists,
    printed,
    repositories,
)

CODER = (sys.executable, "-P", "-m", "coder_cli")
NEW_TOKENS = 200  # without context; with it, what `coder ask` takes
HITS = 50
SOURCES = "\n\nSources: "  # what follows was not said by the model
WITH, WITHOUT = "with context", "without"


@dataclass(frozen=True, slots=True)
class Row:
    """One answer as it came; a line of the results file. Scores are counted from it, not kept in it."""

    identifier: str
    repository: str
    mode: str  # WITH or WITHOUT
    model: str
    budget: int | None
    exit_code: int
    text: str
    citations: list[list[str | int]]  # path, first and last line, as the command reports them
    files: list[list[str | int]]  # the same, of what the model read
    prompt_tokens: int
    cached_tokens: int
    seconds: float
    error: str

    @property
    def key(self) -> tuple[str, str, str, int | None]:
        return self.identifier, self.mode, self.model, self.budget


@dataclass(frozen=True, slots=True)
class Score:
    lines: bool
    file: bool
    fact: bool
    cites: bool
    right: bool
    printed: int
    valid: int


def ask(question: Question, repository: Repository, options: argparse.Namespace) -> Row:
    with tempfile.TemporaryDirectory(prefix="coder-ask-") as empty:
        if options.without_context:
            name = repository.url.removeprefix("https://github.com/")
            text = f"A question about the repository {name}: {question.text}"
            command = [*CODER, "generate", text, "--max-tokens", str(NEW_TOKENS)]
            place = Path(empty)
        else:
            command = [*CODER, "ask", question.text]
            command += [] if options.budget is None else ["--budget", str(options.budget)]
            place = options.repositories / repository.name
        command += ["--json", "--model", options.model]
        done = subprocess.run(command, cwd=place, capture_output=True, encoding="utf-8", check=False)
    value = _json(done.stdout)
    return Row(
        identifier=question.identifier,
        repository=repository.name,
        mode=WITHOUT if options.without_context else WITH,
        model=options.model,
        budget=options.budget,
        exit_code=done.returncode,
        text=str(value.get("text", "")),
        citations=_places(value.get("citations")),
        files=_places(value.get("files")),
        prompt_tokens=_whole(value.get("prompt_tokens")),
        cached_tokens=_whole(value.get("cached_tokens")),
        seconds=float(str(value.get("seconds", 0))),
        error="" if done.returncode == 0 else done.stderr[-500:],
    )


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _places(value: object) -> list[list[str | int]]:
    """A place a range: what is passed over between the first and the last line of a file was not read."""
    rows = value if isinstance(value, list) else []
    return [
        [row["path"], first, last]
        for row in rows
        for first, last in row.get("lines", [(row["start_line"], row["end_line"])])
    ]


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def spans(rows: Sequence[Sequence[str | int]]) -> list[Span]:
    return [Span(str(path), int(first), int(last)) for path, first, last in rows]


def score(row: Row, question: Question, root: Path) -> Score:
    read, cited, shown = spans(row.files), spans(row.citations), printed(row.text)
    return Score(
        lines=question.place_of(read) is not None,
        file=question.file_of([span.path for span in read]) is not None,
        fact=question.answered_by(row.text.partition(SOURCES)[0]),
        cites=bool(cited),
        right=question.file_of([span.path for span in cited]) is not None,
        printed=len(shown),
        valid=sum(exists(span, root) and any(span.meets(other) for other in read) for span in shown),
    )


def table(rows: Sequence[Row], questions: dict[str, Question], folder: Path) -> None:
    """One line a repository and mode, then all of a mode."""
    print(
        f"{'':22}{'':14}{'asked':>6}{'lines':>7}{'file':>6}{'fact':>6}{'cites':>6}{'right':>6}"
        f"{'valid':>9}{'tokens':>8}{'cached':>8}{'seconds':>9}"
    )
    facts: dict[str, float] = {}
    for mode in (WITH, WITHOUT):
        some = [row for row in rows if row.mode == mode]
        for name in [*sorted({row.repository for row in some}), "all"]:
            those = [row for row in some if name in (row.repository, "all")]
            if not those:
                continue
            scores = [score(row, questions[row.identifier], folder / row.repository) for row in those]
            _line(name, mode, those, scores)
            if name == "all":
                facts[mode] = 100 * sum(each.fact for each in scores) / len(scores)
    if len(facts) == 2:
        print(f"fact said with context less without: {facts[WITH] - facts[WITHOUT]:+.0f} points")


def _line(name: str, mode: str, rows: Sequence[Row], scores: Sequence[Score]) -> None:
    valid, all_printed = sum(each.valid for each in scores), sum(each.printed for each in scores)
    print(
        f"{name:22}{mode:14}{len(rows):6}{sum(each.lines for each in scores):7}"
        f"{sum(each.file for each in scores):6}{sum(each.fact for each in scores):6}"
        f"{sum(each.cites for each in scores):6}{sum(each.right for each in scores):6}"
        f"{f'{valid}/{all_printed}':>9}{statistics.median(row.prompt_tokens for row in rows):8.0f}"
        f"{statistics.median(row.cached_tokens for row in rows):8.0f}"
        f"{statistics.median(row.seconds for row in rows):9.1f}"
    )


def explain(row: Row, question: Question, root: Path) -> str:
    """One line an answer: a letter for what was scored, a dot where it was not so."""
    each = score(row, question, root)
    marks = "".join(
        letter if there else "."
        for letter, there in zip(
            "LFSCR", (each.lines, each.file, each.fact, each.cites, each.right), strict=True
        )
    )
    wrong = "" if each.valid == each.printed else f" {each.printed - each.valid} cited places are not there"
    failed = "" if row.exit_code == 0 else f" exit code {row.exit_code}"
    return f"{row.identifier:14} {marks} {row.seconds:6.1f} s  {question.text}{wrong}{failed}"


def retrieval(asked: Sequence[tuple[Question, Repository]], folder: Path) -> None:
    files: list[float] = []
    lines: list[float] = []
    for question, repository in asked:
        command = [*CODER, "search", question.text, "--json", "-n", str(HITS)]
        done = subprocess.run(
            command, cwd=folder / repository.name, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode > 1:
            sys.exit(done.stderr)
        found = spans(_places(_json(done.stdout).get("hits")))
        paths = list(dict.fromkeys(span.path for span in found))
        file, place = question.file_of(paths), question.place_of(found)
        files.append(1 / file if file else 0.0)
        lines.append(1 / place if place else 0.0)
        print(
            f"{question.identifier:14} file {file or '-':>3}  lines {place or '-':>3}  {question.text}",
            flush=True,
        )
    for name, found_at in (("file", files), ("lines", lines)):
        first = [sum(value >= 1 / place for value in found_at) for place in (1, 3, 5, 10)]
        print(
            f"{name:6} MRR {statistics.mean(found_at):.3f}; of {len(found_at)}: first {first[0]},"
            f" in the first three {first[1]}, five {first[2]}, ten {first[3]}"
        )


def read_rows(path: Path | None) -> list[Row]:
    if path is None or not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def at_their_commits(some: Sequence[Repository], folder: Path) -> None:
    for repository in some:
        root = folder / repository.name
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, encoding="utf-8", check=False
        )
        if done.stdout.strip() != repository.commit:
            sys.exit(
                f"{root} is not {repository.name} at its commit:\n"
                f"git clone {repository.url} {root} && git -C {root} checkout {repository.commit}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--model", default="starter")
    parser.add_argument("--set", dest="kind", choices=[TUNING, HELD_OUT], default=TUNING)
    parser.add_argument("--without-context", action="store_true")
    parser.add_argument("--retrieval", action="store_true")
    parser.add_argument("--budget", type=int, help="tokens of context")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    folder = options.repositories
    some = repositories()
    at_their_commits(some, folder)
    asked = [
        (question, repository)
        for repository in some
        for question in repository.questions
        if question.kind == options.kind
    ]
    if options.retrieval:
        retrieval(asked, folder)
        return
    questions = {question.identifier: question for question, _ in asked}
    rows = [row for row in read_rows(options.out) if row.identifier in questions]
    for row in answers(asked, rows, options):
        rows.append(row)
        print(explain(row, questions[row.identifier], folder / row.repository), flush=True)
        if options.out is not None:
            with options.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
    table(rows, questions, folder)


def answers(
    asked: Sequence[tuple[Question, Repository]], rows: Sequence[Row], options: argparse.Namespace
) -> Iterator[Row]:
    """Those that are not among the rows yet."""
    have = {row.key for row in rows}
    mode = WITHOUT if options.without_context else WITH
    missing = [
        (question, repository)
        for question, repository in asked
        if (question.identifier, mode, options.model, options.budget) not in have
    ]
    with ThreadPoolExecutor(options.jobs) as pool:
        yield from pool.map(lambda pair: ask(pair[0], pair[1], options), missing)


if __name__ == "__main__":
    main()
