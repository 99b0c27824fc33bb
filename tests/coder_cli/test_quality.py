"""The quality harness itself: what it runs, what it counts, how it goes on after an interruption."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from coder_cli.model.engine import Engine
from coder_cli.model.runs import run
from coder_cli.model.tokenizer import Tokenizer
from exporters.store import ModelStore
from tests.quality import humaneval, perplexity, sandbox
from tests.quality.humaneval import Problem, Result
from tests.quality.sandbox import Verdict
from tests.quality.text import code_pieces, code_text
from tests.tiny_model import tiny_model

DOUBLE = Problem(
    task_id="Python/0",
    prompt='import math\n\n\ndef twice(x):\n    return 2 * x\n\n\ndef four(x):\n    """4x"""\n',
    canonical_solution="    return twice(twice(x))\n",
    test="def check(candidate):\n    assert candidate(3) == 12\n\ncheck(four)",
)
RIGHT = "```python\ndef four(x):\n    return twice(twice(x))\n```"


def verdict(answer: str) -> Verdict:
    return sandbox.run(humaneval.program(DOUBLE, answer)).verdict


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        "Here it is:\n" + RIGHT + "\nIt doubles.\n```\nx = (\n```",
        RIGHT.removesuffix("```"),  # cut by the token limit
        RIGHT.replace("python", ""),
        "```python\nimport math\n\ndef four(x):\n    return math.prod([4, x])\n```",
        "```python\n    return twice(twice(x))\n```",  # the body alone
        "    return twice(twice(x))\n",
    ],
)
def test_a_right_answer_passes_in_any_wrapping(answer: str) -> None:
    assert verdict(answer) is Verdict.PASSED


@pytest.mark.parametrize("answer", ["", "I cannot.", RIGHT.replace("twice(x)", "x"), "```\nexit(0)\n```"])
def test_a_wrong_answer_fails(answer: str) -> None:
    assert verdict(answer) is Verdict.FAILED


def test_some_canonical_solutions_pass(shared_data: Path) -> None:
    problems = humaneval.read_problems(shared_data / humaneval.PROBLEMS)
    assert len(problems) == 164
    # One with a helper before the function, one that tests exceptions, two plain ones.
    assert humaneval.check_canonical([problems[number] for number in (0, 32, 38, 163)]) == 0


def test_a_prompt_is_one_user_turn_of_the_familys_format(tmp_path: Path) -> None:
    model = ModelStore(tmp_path).resolve(str(tiny_model(tmp_path)))
    tokenizer = Tokenizer.open(model.folder, model.manifest)
    ids = humaneval.prompt_ids(model, tokenizer, DOUBLE)
    opening = tokenizer.mark_id("<|im_start|>")
    assert ids[0] == opening
    assert ids.count(opening) == 3  # system, user, assistant
    said = tokenizer.decode(ids)
    assert "Please continue to complete the function." in said
    assert said.endswith("```python\n" + DOUBLE.prompt.strip() + "\n```\nassistant\n")


def result(side: str, task: str, passed: bool) -> Result:
    return Result(side, task, "passed" if passed else "failed", "", "", 10, 20, 1.0)


def test_finished_tasks_are_found_again_and_a_line_cut_short_is_not(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    assert humaneval.read_results(file) == []
    kept = [result("coder", "Python/0", True), result("coder", "Python/1", False)]
    whole = "\n".join(json.dumps(asdict(one)) for one in kept)
    file.write_text(whole + '\n{"side": "coder", "task_id": "Python/2", "verd')
    assert humaneval.read_results(file) == kept


def test_the_problems_on_which_sides_differ_are_named() -> None:
    results = [
        result("a", "Python/0", True),
        result("b", "Python/0", True),
        result("a", "Python/10", True),
        result("b", "Python/10", False),
        result("a", "Python/2", True),
        result("b", "Python/2", False),
    ]
    assert humaneval.compare(results, ["a", "b"], 3) == [
        "a: 3/3 passed (100.0%), 20.0 tokens/s with prefill",
        "b: 1/3 passed (33.3%), 20.0 tokens/s with prefill",
        "only a: Python/2, Python/10",
        "only b: none",
    ]


def test_answers_end_when_the_first_block_is_closed(tmp_path: Path) -> None:
    from coder_cli.bench_ours import Ours
    from coder_cli.bench_peers import Enough

    ours = Ours("cpu")
    ours.prepare()
    ours.load(str(tiny_model(tmp_path)), threads=1, context=256)
    ids = ours.encode("def add(first, second):\n")
    whole = ours.turn(ids, 40, None)
    assert whole.new_tokens == 40
    letter = next(one for one in whole.text if one.isprintable())
    ours.forget()
    cut = ours.turn(ids, 40, Enough(letter, 1))
    assert cut.text.count(letter) >= 1
    assert cut.new_tokens < 40
    assert whole.text.startswith(cut.text)


def test_the_text_is_the_same_for_ever(shared_data: Path) -> None:
    pieces = code_pieces(shared_data)
    assert len(pieces) == 5 * 158
    assert pieces[0].startswith("from typing import List")
    assert "\r" not in code_text(shared_data)


def test_a_windows_likelihoods_are_those_of_a_plain_softmax(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path, target="cpu-fp32")
    engine = Engine.open(folder, device="cpu", context_tokens=64, threads=1, notice=lambda _: None)
    cut = perplexity.windows(engine, "def add(first, second):\n    return first\n" * 20, 2, 40)
    assert [len(window) for window in cut] == [40, 40]
    found = perplexity.score(engine, cut)
    assert found.ids.shape == found.nll.shape == found.top.shape == (78,)

    engine.cache.roll_back(0)
    rows = [run(engine._session, engine.cache, [one], wanted=1).copy() for one in cut[1][:-1]]
    logits = np.concatenate(rows)
    exact = np.exp(logits.astype(np.float64))
    expected = -np.log(exact[np.arange(39), cut[1][1:]] / exact.sum(axis=1))
    np.testing.assert_allclose(found.nll[39:], expected, rtol=1e-3, atol=1e-3)
    assert found.perplexity == pytest.approx(np.exp(found.nll.mean()))


def test_a_model_agrees_with_itself_and_not_with_another_text(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path, "deepseek-coder-base")
    model = ModelStore(tmp_path).resolve(str(folder))
    engine = Engine.open(folder, device="cpu", context_tokens=64, threads=1, notice=lambda _: None)
    cut = perplexity.windows(engine, "import os\n" * 40, 1, 20)
    assert cut[0][0] == engine.tokenizer.bos_id
    found = perplexity.score(engine, cut)
    line = perplexity.describe(model, found, found)
    assert "+0.00% to the reference, top-1 agreement 100.00%" in line
    with pytest.raises(SystemExit, match="another text"):
        perplexity.describe(model, found, replace(found, ids=found.ids + 1))
    with pytest.raises(SystemExit, match="too few"):
        perplexity.windows(engine, "import os\n", 4, 60)
