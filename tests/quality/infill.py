"""Single-line infilling, exact match, through the product's own walk.

    python -m tests.quality.infill --model NAME_OR_FOLDER [--limit N] [--after-indentation] [--out FILE.jsonl]

Rows of HumanEval-SingleLineInfilling, every k-th so that a limit still covers all problems; greedy; one line;
a row counts when the line is the removed one, blanks at its edges aside (DeepSeek-Coder's Table 6 counts so).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from coder_cli import assistant, settings
from coder_cli.assistant import Length
from coder_cli.infill import Hole
from coder_cli.model.types import Completion, LanguageModel, Sampling

ROWS = Path(__file__).parents[3] / "shared" / "data" / "eval" / "HumanEval-SingleLineInfilling.jsonl.gz"
MAX_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Result:
    task_id: str
    wanted: str
    written: str
    seconds: float

    @property
    def exact(self) -> bool:
        return self.written.strip() == self.wanted.strip()


def rows(path: Path, limit: int | None) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        found = [json.loads(line) for line in stream]
    return found[:: max(1, len(found) // limit)][:limit] if limit else found


def hole(row: dict[str, str], after_indentation: bool) -> Hole:
    """Where the line was taken out: at the start of a line, or behind its indentation as a cursor stands."""
    if not after_indentation:
        return Hole(row["prompt"], row["suffix"])
    line = row["canonical_solution"]
    indentation = line[: len(line) - len(line.lstrip())]
    return Hole(row["prompt"] + indentation, "\n" + row["suffix"])


def results(model: LanguageModel, chosen: list[dict[str, str]], after_indentation: bool) -> Iterator[Result]:
    for row in chosen:
        pieces = assistant.infill(
            model, hole(row, after_indentation), Sampling(), Length(MAX_TOKENS), 1, lambda _: None
        )
        *_, last = pieces
        assert isinstance(last, Completion)
        seconds = last.prefill_seconds + last.decode_seconds
        yield Result(row["task_id"], row["canonical_solution"], last.text, seconds)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=Path, default=ROWS)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--after-indentation", action="store_true")
    parser.add_argument("--out", type=Path)
    words = parser.parse_args()
    chosen = settings.load().with_flags(model=words.model, context_tokens=2048)
    installed, model = assistant.open_model(chosen, lambda text: print(text, file=sys.stderr))
    started, done, exact = time.perf_counter(), 0, 0
    with (words.out or Path("/dev/null")).open("w", encoding="utf-8") as out:
        for result in results(model, rows(words.data, words.limit), words.after_indentation):
            done, exact = done + 1, exact + result.exact
            out.write(json.dumps({**asdict(result), "exact": result.exact}, ensure_ascii=False) + "\n")
    seconds = time.perf_counter() - started
    print(
        f"{installed.name}: {exact} of {done} lines exact ({exact / done:.1%}), {seconds / done:.2f} s a line"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
