"""HumanEval pass@1: our engine, and llama.cpp on the same weights, greedy, from the same prompt ids.

    python -m tests.quality.humaneval --model NAME_OR_FOLDER [--limit N] [--out FILE.jsonl]
                                      [--against llama.cpp --gguf FILE --peer-python PY]
    python -m tests.quality.humaneval --canonical

Prompt, extraction and imports follow DeepSeek-Coder's eval_instruct.py, with two differences that hold for
both sides: at most 512 new tokens, and an answer ends once its first fenced block is closed. Each side runs
in a process of its own, one after the other. Results are appended as they come; a second start with the same
file goes on where the first stopped. Exit code 1 when the canonical solutions do not all pass.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from coder_cli import bench, prompts, settings
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.model.types import ChatTemplate
from exporters.families import FAMILIES
from exporters.store import InstalledModel, ModelStore
from tests.quality import sandbox
from tests.quality.sandbox import Verdict

SHARED = Path(__file__).parents[3] / "shared" / "data"
PROBLEMS = "eval/humaneval/humaneval-python.jsonl"
INSTRUCTION = (
    "Please continue to complete the function. You are not allowed to modify the given code and do the"
    " completion only. Please return all completed function in a codeblock. Here is the given code to do"
    " completion:\n```python\n{code}\n```"
)
NEW_TOKENS = 512
CONTEXT_TOKENS = 2048
# The opening fence and the closing one.
ENOUGH = {"text": "```", "count": 2}
FENCED = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
TOP_LEVEL_DEF = re.compile(r"^def\s+(\w+)", re.MULTILINE)
# What DeepSeek-Coder's scorer imports before every program, but numpy.
IMPORTS = """\
import math, re, sys, copy, datetime, itertools, collections, heapq, statistics, functools, hashlib, string
from typing import *
from collections import *
"""


@dataclass(frozen=True, slots=True)
class Problem:
    task_id: str
    prompt: str
    canonical_solution: str
    test: str  # defines check() and calls it


@dataclass(frozen=True, slots=True)
class Result:
    """One answer and what became of it; a line of the results file."""

    side: str
    task_id: str
    verdict: str
    answer: str
    output: str
    prompt_tokens: int
    new_tokens: int
    seconds: float  # of generation


def read_problems(path: Path) -> list[Problem]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Problem(*(row[name] for name in Problem.__dataclass_fields__)) for row in rows]


def program(problem: Problem, answer: str) -> str:
    """What is run: imports, what the prompt has before the function, the answer's function, the test."""
    block = FENCED.search(answer)
    code = block.group(1) if block else answer
    *_, entry = TOP_LEVEL_DEF.finditer(problem.prompt)
    if not re.search(rf"^def\s+{entry.group(1)}\b", code, re.MULTILINE):
        before = problem.prompt  # only the body came back
    else:
        before = problem.prompt[: entry.start()]
    return f"{IMPORTS}\n{before}\n{code}\n{problem.test}\n"


def prompt_ids(model: InstalledModel, tokenizer: Tokenizer, problem: Problem) -> list[int]:
    """The one user turn, as the engine's own chat format has it."""
    family = FAMILIES[model.manifest.family]
    message = prompts.Message(prompts.Role.USER, INSTRUCTION.format(code=problem.prompt.strip()))
    template: ChatTemplate | None = tokenizer.chat_template
    return tokenizer.encode(prompts.chat(family, template, [message]))


def answer_all(
    side: bench.Side, label: str, work: Iterable[tuple[Problem, list[int]]], threads: int
) -> Iterator[Result]:
    """Generate and judge, one problem after the other."""
    with bench.Child(side) as child:
        child.ask("load", path=str(side.model), threads=threads, context=CONTEXT_TOKENS)
        for problem, ids in work:
            began = time.perf_counter()
            turn = child.ask("generate", ids=ids, new_tokens=NEW_TOKENS, enough=ENOUGH)
            seconds = time.perf_counter() - began
            outcome = sandbox.run(program(problem, turn["text"]))
            yield Result(
                side=label,
                task_id=problem.task_id,
                verdict=outcome.verdict.value,
                answer=turn["text"],
                output=outcome.output[-500:],
                prompt_tokens=len(ids),
                new_tokens=turn["new_tokens"],
                seconds=round(seconds, 3),
            )


def read_results(path: Path) -> list[Result]:
    """What an earlier start has written; a last line cut short by an interruption is dropped."""
    if not path.exists():
        return []
    results: list[Result] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            results.append(Result(**json.loads(line)))
    return results


def compare(results: list[Result], labels: list[str], count: int) -> list[str]:
    """Lines for the reader: passes a side, and the problems on which two sides differ."""
    passed = {
        label: {one.task_id for one in results if one.side == label and one.verdict == Verdict.PASSED.value}
        for label in labels
    }
    lines = []
    for label in labels:
        own = [one for one in results if one.side == label]
        speed = sum(one.new_tokens for one in own) / max(sum(one.seconds for one in own), 1e-9)
        score = f"{len(passed[label])}/{count} passed ({len(passed[label]) / count:.1%})"
        lines.append(f"{label}: {score}, {speed:.1f} tokens/s with prefill")
    if len(labels) == 2:
        mine, theirs = (passed[label] for label in labels)
        number = lambda name: int(name.split("/")[1])  # noqa: E731
        lines.append(f"only {labels[0]}: {', '.join(sorted(mine - theirs, key=number)) or 'none'}")
        lines.append(f"only {labels[1]}: {', '.join(sorted(theirs - mine, key=number)) or 'none'}")
    return lines


def check_canonical(problems: list[Problem]) -> int:
    """The data's own solutions must pass, else the sandbox or the program text is at fault."""
    failed = 0
    for problem in problems:
        outcome = sandbox.run(
            program(problem, f"```python\n{problem.prompt}{problem.canonical_solution}\n```")
        )
        if outcome.verdict is not Verdict.PASSED:
            failed += 1
            print(problem.task_id, outcome.verdict.value, outcome.output[-300:])
    print(f"canonical solutions: {len(problems) - failed}/{len(problems)} passed; {_wall()}")
    return 1 if failed else 0


def _wall() -> str:
    return f"sandbox: {'kernel namespaces and ' if sandbox.kernel_wall() else 'only '}Python's audit hook"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.humaneval")
    parser.add_argument("--model", help="installed name or model folder")
    parser.add_argument("--against", choices=["llama.cpp"])
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--problems", type=Path, default=SHARED / PROBLEMS)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("humaneval.jsonl"))
    parser.add_argument("--canonical", action="store_true", help="check the data and the sandbox only")
    options = parser.parse_args()
    if not options.canonical and not options.model:
        parser.error("--model is needed")
    if (options.against is None) != (options.gguf is None):
        parser.error("--against and --gguf belong together")
    return options


def main() -> int:
    options = _options()
    problems = read_problems(options.problems)[: options.limit]
    if options.canonical:
        return check_canonical(problems)
    chosen = settings.load()
    model = ModelStore(chosen.models_dir).resolve(options.model)
    tokenizer = Tokenizer.open(model.folder, model.manifest)
    ids = {problem.task_id: prompt_ids(model, tokenizer, problem) for problem in problems}
    stamp = model.manifest.created
    sides = {f"coder {model.name}@{model.target} {stamp}": bench.ours(model.folder, chosen.device)}
    if options.gguf:
        sides[f"llama.cpp {options.gguf.name}"] = bench.llama_cpp(options.peer_python, options.gguf)
    print(_wall(), file=sys.stderr)
    for label, side in sides.items():
        done = {one.task_id for one in read_results(options.out) if one.side == label}
        left = [problem for problem in problems if problem.task_id not in done]
        if not left:
            continue
        with options.out.open("a", encoding="utf-8") as stream:
            if stream.tell():
                stream.write("\n")  # the last line may have been cut short
            work = [(problem, ids[problem.task_id]) for problem in left]
            for result in answer_all(side, label, work, options.threads):
                stream.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
                stream.flush()
                print(
                    f"{side.name} {result.task_id} {result.verdict} {result.seconds:.1f} s", file=sys.stderr
                )
    wanted = {problem.task_id for problem in problems}
    results = [one for one in read_results(options.out) if one.task_id in wanted]
    print("\n".join(compare(results, list(sides), len(problems))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
