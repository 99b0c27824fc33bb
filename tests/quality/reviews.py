"""Does `coder review` find a fault that a change brings in, and is it silent where there is none?

    python -m tests.quality.reviews FOLDER_OF_CLONES [--half tuning|held-out] [--clean] [-m MODEL] [--limit N]
                                    [--out FILE.jsonl] [--judged FILE.jsonl] [--show]

FOLDER_OF_CLONES has a clone of each repository of diffs/ with its history, bare or not, in a folder of its
name. Each commit with its fault is put on top of its parent in a repository of its own, and the real command
reviews it, in a process of its own: the checks alone, or with -m the model as well. --clean reviews the
commits without a fault. Rows are appended to --out as they come; a second start with the same file reviews
what is missing, and the tables count all rows of the file.

- place: of the faults of a category, those that a finding stands at (within 2 lines);
- named: those where a finding says what is wrong. A person says so, in --judged: a line for each finding of a
  model that stands at a fault, with `key`, `title` and `names` (true or false). What a check finds at a fault
  of its category is counted as named;
- precision: of the findings in faulty diffs, those that stand at the fault;
- a clean diff: findings for each diff without a fault; they are taken to be wrong;
- in the diff: findings at lines that a hunk of the diff shows.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.quality.review_faults import HELD_OUT, TUNING, Diff, chosen, clean, faulty, git, working_tree

CODER = (sys.executable, "-P", "-m", "coder_cli")
CHECK, MODEL = "check", "model"
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as the command reports it, and whether it stands at lines of the diff."""

    path: str
    start_line: int
    end_line: int
    source: str  # CHECK or MODEL
    check: str
    severity: str
    category: str
    title: str
    scenario: str
    in_the_diff: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One review; a line of the results file. Scores are counted from it, not kept in it."""

    key: str
    half: str
    category: str  # of the fault; empty where there is none
    model: str  # empty: checks alone
    exit_code: int
    findings: tuple[Found, ...]
    parts: int
    prompt_tokens: int | None
    new_tokens: int | None
    seconds: float
    error: str

    @property
    def name(self) -> tuple[str, str]:
        return self.key, self.model


def reviewed(diff: Diff, clones: Path, model: str) -> Row:
    with working_tree(diff, clones) as root:
        command = [*CODER, "review", "--commit", "HEAD", "--format", "json"]
        command += ["--model-findings", "--model", model] if model else ["--no-model-findings"]
        started = time.perf_counter()
        done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
        seconds = time.perf_counter() - started
        value = _json(done.stdout)
        shown = lines_of_the_diff(git(root, "diff", "--no-renames", "HEAD~1", "HEAD"))
    return Row(
        key=diff.key,
        half=diff.half,
        category=diff.fault.category if diff.fault else "",
        model=model,
        exit_code=done.returncode,
        findings=tuple(_found(one, shown) for one in _rows(value.get("findings"))),
        parts=len(_list(value.get("parts"))),
        prompt_tokens=_whole(value.get("prompt_tokens")),
        new_tokens=_whole(value.get("new_tokens")),
        seconds=round(seconds, 2),
        error="" if done.returncode in (0, 1) else done.stderr[-500:],
    )


def lines_of_the_diff(text: str) -> dict[str, set[int]]:
    """The lines of the new side that its hunks show, by path; of a pure deletion the lines on both sides."""
    shown: dict[str, set[int]] = {}
    for part in re.split(r"^diff --git .*\n", text, flags=re.MULTILINE)[1:]:
        header, _, _ = part.partition("\n@@")
        path = re.search(r"^\+\+\+ (?:b/)?(.*?)\t?$", header, re.MULTILINE)
        if path is None:
            continue
        if path[1] == "/dev/null":
            path = re.search(r"^--- (?:a/)?(.*?)\t?$", header, re.MULTILINE)
        lines = shown.setdefault(path[1] if path else "", set())
        for hunk in _HUNK.finditer(part):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            lines |= set(range(first, first + count)) if count else {first, first + 1}
    return shown


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _rows(value: object) -> list[dict[str, object]]:
    return [row for row in _list(value) if isinstance(row, dict)]


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _found(one: dict[str, object], shown: dict[str, set[int]]) -> Found:
    path, first, last = str(one["path"]), int(str(one["start_line"])), int(str(one["end_line"]))
    return Found(
        path,
        first,
        last,
        str(one["source"]),
        str(one.get("check", "")),
        str(one["severity"]),
        str(one["category"]),
        str(one["title"]),
        str(one["scenario"]),
        set(range(first, last + 1)) <= shown.get(path, set()),
    )


def read(path: Path) -> list[Row]:
    """What is there; the end of a line that was cut off is left out."""
    rows = []
    for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else []:
        if value := _json(line):
            findings = tuple(Found(**one) for one in value.pop("findings"))  # type: ignore[attr-defined]
            rows.append(Row(findings=findings, **value))  # type: ignore[arg-type]
    return rows


def append(path: Path, row: Row) -> None:
    """On a line of its own, also behind one that was cut off."""
    whole = not path.exists() or path.read_bytes()[-1:] in (b"", b"\n")
    with path.open("a", encoding="utf-8") as stream:
        stream.write(("" if whole else "\n") + json.dumps(asdict(row), ensure_ascii=False) + "\n")


@dataclass(frozen=True, slots=True)
class Judgements:
    """What a person said of findings: whether they name the fault that they stand at."""

    named: frozenset[tuple[str, str]]  # key and title
    judged: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, path: Path | None) -> Judgements:
        lines = path.read_text(encoding="utf-8").splitlines() if path else []
        values = [json.loads(line) for line in lines if line.strip()]
        return cls(
            frozenset((value["key"], value["title"]) for value in values if value["names"]),
            frozenset((value["key"], value["title"]) for value in values),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Over the faulty diffs of a category, by one source."""

    diffs: int
    placed: int
    named: int
    findings: int
    right: int  # findings at the fault

    @property
    def text(self) -> str:
        precision = f"{self.right / self.findings:.2f}" if self.findings else "-"
        return f"{self.placed:14}{self.named:7}{f'{self.right}/{self.findings}':>10}{precision:>6}"


def tally(rows: Sequence[Row], diffs: dict[str, Diff], source: str, judged: Judgements) -> Tally:
    placed = named = findings = right = 0
    for row in rows:
        fault = diffs[row.key].fault
        mine = [one for one in row.findings if one.source == source]
        at = [one for one in mine if fault and fault.met_by(one.path, one.start_line, one.end_line)]
        findings += len(mine)
        right += len(at)
        placed += bool(at)
        named += any(source == CHECK or (row.key, one.title) in judged.named for one in at)
    return Tally(len(rows), placed, named, findings, right)


def table(rows: Sequence[Row], judged: Judgements) -> None:
    diffs = {diff.key: diff for diff in faulty()}
    for model in sorted({row.model for row in rows}):
        those = [row for row in rows if row.model == model and not row.error]
        with_fault = [row for row in those if row.category]
        print(f"\n{model or 'checks alone'}")
        columns = "".join(
            f"{f'{name}: place':>14}{'named':>7}{'right':>10}{'prec.':>6}" for name in (MODEL, CHECK)
        )
        print(f"{'':26}{'diffs':>6}{columns}")
        for category in [*dict.fromkeys(diff.fault.category for diff in faulty() if diff.fault), "all"]:
            some = [row for row in with_fault if category in (row.category, "all")]
            if some:
                told = "".join(tally(some, diffs, source, judged).text for source in (MODEL, CHECK))
                print(f"{category:26}{len(some):6}{told}")
        _sums(those)
        failed = [row for row in rows if row.model == model and row.error]
        for row in failed:
            print(f"failed: {row.key} exit code {row.exit_code}: {row.error.strip().splitlines()[-1:]}")
        _unjudged(with_fault, diffs, judged)


def _sums(rows: Sequence[Row]) -> None:
    without = [row for row in rows if not row.category]
    if without:
        for source in (MODEL, CHECK):
            count = sum(one.source == source for row in without for one in row.findings)
            print(f"{source}: {count / len(without):.2f} findings a clean diff ({count} in {len(without)})")
    everything = [one for row in rows for one in row.findings]
    if everything:
        inside = sum(one.in_the_diff for one in everything)
        print(f"in the diff: {inside} of {len(everything)} findings")
    if rows:
        tokens = [row.prompt_tokens for row in rows if row.prompt_tokens is not None]
        told = f", {statistics.median(tokens):.0f} tokens of prompts" if tokens else ""
        print(
            f"a diff: {statistics.median(row.seconds for row in rows):.1f} s"
            f" ({max(row.seconds for row in rows):.0f} s at most){told}"
        )


def _unjudged(rows: Sequence[Row], diffs: dict[str, Diff], judged: Judgements) -> None:
    open_ones = [
        (row.key, one.title)
        for row in rows
        for one in row.findings
        if one.source == MODEL
        and (fault := diffs[row.key].fault)
        and fault.met_by(one.path, one.start_line, one.end_line)
        and (row.key, one.title) not in judged.judged
    ]
    for key, title in open_ones:
        print("not judged: " + json.dumps({"key": key, "title": title, "names": None}, ensure_ascii=False))


def show(rows: Iterable[Row]) -> None:
    diffs = {diff.key: diff for diff in (*faulty(), *clean())}
    for row in rows:
        fault = diffs[row.key].fault
        print(f"\n{row.key} {row.category or 'clean'} {row.model or 'checks'} {row.seconds} s {row.error}")
        if fault:
            print(f"  fault {fault.path}:{fault.place[0]}-{fault.place[1]} {fault.why}")
        for one in row.findings:
            at = "*" if fault and fault.met_by(one.path, one.start_line, one.end_line) else " "
            where = f"{one.path}:{one.start_line}-{one.end_line}"
            print(f" {at}{one.check or one.source} {where} {one.title} | {one.scenario}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER_OF_CLONES")
    parser.add_argument("--half", choices=(TUNING, HELD_OUT))
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--limit", type=int)
    parser.add_argument("-m", "--model", default="")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--judged", type=Path)
    parser.add_argument("--show", action="store_true", help="every finding, beside the fault")
    words = parser.parse_args()
    rows = read(words.out) if words.out else []
    there = {row.name for row in rows if not row.error}
    rows = [row for row in rows if not row.error]
    for diff in chosen(clean() if words.clean else faulty(), words.half)[: words.limit]:
        if (diff.key, words.model) in there:
            continue
        row = reviewed(diff, words.folder, words.model)
        rows.append(row)
        if words.out:
            append(words.out, row)
        print(f"{row.key} {row.seconds} s, {len(row.findings)} findings {row.error[-80:]}", file=sys.stderr)
    if words.show:
        show(rows)
    table(rows, Judgements.read(words.judged))
    return 0


if __name__ == "__main__":
    sys.exit(main())
