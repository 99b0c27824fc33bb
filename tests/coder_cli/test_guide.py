from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest

from coder_cli.errors import ModelError
from coder_cli.model.constrain import Vocabulary
from coder_cli.model.engine import Engine
from coder_cli.model.freely import SECOND_THOUGHTS
from coder_cli.model.guide import Choice, Guide, Json, Pattern, Quote, Step, Text, Until
from coder_cli.model.guided import Steps
from coder_cli.model.quoting import PATIENCE
from coder_cli.model.steps import Back
from coder_cli.model.types import Completion, Finish, Prompt, Sampling
from tests.tiny_model import tiny_model

GREEDY = Sampling()
END = "=======\n"
FILE = [
    "def first(path):",
    "    with open(path) as file:",
    "        return file.read()",
    "",
    "",
    "def second(path):",
    "    with open(path) as file:",
    "        return file.read()",
    "",
    "",
    "=======",
    "<<<<<<< SEARCH",
    'if __name__ == "__main__":',
    '    print(first("a"))',
]
WHOLE = ((1, len(FILE)),)


@pytest.fixture(scope="module", params=["qwen2.5-coder-instruct", "deepseek-coder-base", "plain"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tiny_model(tmp_path_factory.mktemp("guide"), request.param)
    return Engine.open(folder, threads=1, notice=lambda _: None)


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tiny_model(tmp_path_factory.mktemp("wishes"))
    return Engine.open(folder, threads=1, notice=lambda _: None)


def ask(engine: Engine, guide: Guide, sampling: Sampling = GREEDY, tokens: int = 600) -> Completion:
    """A tiny model is random: what comes out right is right because of the guide."""
    prompt = Prompt(("def add(first, second):\n",), max_new_tokens=tokens, guide=guide)
    *pieces, last = engine.generate(prompt, sampling)
    assert isinstance(last, Completion)
    assert last.text == "".join(piece for piece in pieces if isinstance(piece, str))
    held = engine.cache.tokens
    assert len(held) == sum(engine.cache.runs)
    return last


class Wishes:
    """A guide driven by hand: what `wish` would say next behind a text is what the model wants most."""

    def __init__(self, engine: Engine, guide: Guide, wish: Callable[[str], str]) -> None:
        size = engine.manifest.vocab_size
        self.vocabulary = Vocabulary(engine.tokenizer, size, engine.tokenizer.banned_ids)
        self.steps = Steps(guide, self.vocabulary)
        self.ids: list[int] = []
        self.backs = 0
        self.choices = 0
        while self.steps.under_way:
            if forced := self.steps.forced():
                self.ids += forced
            elif self.steps.under_way:
                self._choose(np.random.default_rng(self.choices), wish)

    def _choose(self, random: np.random.Generator, wish: Callable[[str], str]) -> None:
        self.choices += 1
        assert self.choices < 2_000
        text = self.text
        wanted = self.vocabulary.ids(wish(text))
        logits = random.random(self.vocabulary.ordinary.size, np.float32)
        if wanted:
            logits[wanted[0]] = 10
        else:
            logits[self.vocabulary.stop_ids[0]] = 10
        came = self.steps.choose(logits, lambda row: int(row.argmax()))
        if isinstance(came, Back):
            self.backs += 1
            del self.ids[came.kept :]
        else:
            self.ids += came

    @property
    def text(self) -> str:
        return b"".join(map(self.vocabulary.bytes_of, self.ids)).decode("utf-8", "replace")


def saying(text: str) -> Callable[[str], str]:
    """The wish to say this, from wherever the text has got to; then nothing."""

    def wish(so_far: str) -> str:
        for size in range(min(len(so_far), len(text)), -1, -1):
            if so_far.endswith(text[:size]):
                return text[size:]
        return text

    return wish


def quoting(came: list[str], **options: object) -> Guide:
    def guide() -> Generator[Step, str, None]:
        came.append((yield Quote(FILE, **{"spans": WHOLE, "end": END, **options})))  # type: ignore[arg-type]

    return guide


def places(quote: str) -> list[int]:
    lines = quote.split("\n")[:-1]
    return [at for at in range(len(FILE)) if FILE[at : at + len(lines)] == lines]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_model_wants_a_quote_is_whole_lines_that_stand_at_one_place(
    engine: Engine, seed: int
) -> None:
    came: list[str] = []
    last = ask(engine, quoting(came), Sampling(temperature=1.0, seed=seed))
    assert last.finish is Finish.STOP
    assert len(places(came[0])) == 1
    assert last.text == came[0] + END


def test_a_line_that_stands_twice_is_not_enough(qwen: Engine) -> None:
    came: list[str] = []
    Wishes(qwen, quoting(came), saying(f"        return file.read()\n{END}"))
    assert len(places(came[0])) == 1
    assert "        return file.read()\n" in came[0]


def test_where_downwards_nothing_more_was_shown_the_quote_begins_further_up(qwen: Engine) -> None:
    came: list[str] = []
    spans = ((1, 3), (6, 8))
    wishes = Wishes(qwen, quoting(came, spans=spans), saying(f"        return file.read()\n{END}"))
    assert wishes.backs == 1
    assert came[0] in (
        "\n".join(FILE[0:3]) + "\n",
        "\n".join(FILE[5:8]) + "\n",
    )


def test_a_quote_that_goes_on_and_on_downwards_begins_further_up(qwen: Engine) -> None:
    body = [f"    step({number})" for number in range(PATIENCE + 2)]
    lines = ["def one():", "    start()", *body, "def two():", "    start()", *body, "end()"]
    came: list[str] = []

    def guide() -> Generator[Step, str, None]:
        came.append((yield Quote(lines, ((1, len(lines)),), END)))

    wishes = Wishes(qwen, guide, saying(f"    start()\n{END}"))
    assert wishes.backs == 1
    assert came[0] in ("def one():\n    start()\n", "def two():\n    start()\n")


def test_a_quote_begins_where_it_may_and_ends_in_time(engine: Engine) -> None:
    for seed in range(4):
        came: list[str] = []
        ask(engine, quoting(came, starts=(2, 7), longest=4), Sampling(temperature=1.0, seed=seed))
        # Both stand twice: a quote of them may begin one further up, to tell one from the other.
        assert places(came[0])[0] in (0, 1, 5, 6)
        assert came[0].count("\n") <= 5


def test_nothing_can_be_quoted_of_what_stands_there_twice(engine: Engine) -> None:
    lines = ["same", "same"]

    def guide() -> Generator[Step, str, None]:
        yield Quote(lines, ((1, 1),), END)

    with pytest.raises(ValueError, match="twice"):
        ask(engine, guide)


def test_marks_that_stand_in_the_file_can_be_quoted(qwen: Engine) -> None:
    came: list[str] = []
    wish = saying("<<<<<<< SEARCH\n|||||||\n")
    Wishes(qwen, quoting(came, end="|||||||\n"), wish)
    assert came == ["<<<<<<< SEARCH\n"]


def test_choices_patterns_and_json_come_as_they_must(engine: Engine) -> None:
    came: list[str] = []
    schema = {
        "type": "object",
        "properties": {"severity": {"enum": ["error", "warning"]}, "line": {"type": "integer", "maximum": 9}},
        "required": ["severity", "line"],
        "additionalProperties": False,
    }

    def guide() -> Generator[Step, str, None]:
        yield Text("é: ")
        came.append((yield Choice(("yes\n", "no\n", "ébauche\n"))))
        came.append((yield Pattern(r"[a-z]{3,12};")))
        came.append((yield Json(schema)))

    for seed in range(4):
        came.clear()
        last = ask(engine, guide, Sampling(temperature=1.0, seed=seed))
        assert last.finish is Finish.STOP
        choice, word, value = came
        assert last.text == f"é: {choice}{word}{value}"
        assert choice in ("yes\n", "no\n", "ébauche\n")
        assert word.endswith(";") and 3 <= len(word) - 1 <= 12
        assert json.loads(value)["severity"] in ("error", "warning")


def test_a_text_costs_one_run(engine: Engine) -> None:
    long = "for index in range(10):\n    print(index)\n" * 4

    def guide() -> Generator[Step, str, None]:
        yield Text(long)
        yield Choice(("a", "b"))

    ask(engine, guide)
    assert len(engine.tokenizer.encode_text(long)) in engine.cache.runs


def test_a_choice_may_be_left_to_the_program(engine: Engine) -> None:
    heard: dict[str, float] = {}

    def decide(weights: dict[str, float]) -> str:
        heard.update(weights)
        return min(weights, key=lambda option: weights[option])

    came: list[str] = []

    def guide() -> Generator[Step, str, None]:
        came.append((yield Choice(("yes", "no"), decide=decide)))  # type: ignore[arg-type]

    ask(engine, guide)
    assert set(heard) == {"yes", "no"}
    assert all(weight < 0 for weight in heard.values())
    assert came == [min(heard, key=lambda option: heard[option])]


def test_a_choice_that_may_end_ends_where_the_model_wants_something_else(qwen: Engine) -> None:
    came: list[str] = []

    def guide() -> Generator[Step, str, None]:
        while block := (yield Choice(("add\n",), may_end=True)):
            came.append(block)

    wishes = Wishes(qwen, guide, lambda text: "add\n" if text.count("\n") < 2 else "Done.")
    assert came == ["add\n", "add\n"]
    assert wishes.text == "add\nadd\n"


def until(came: list[str], **options: object) -> Guide:
    def guide() -> Generator[Step, str, None]:
        came.append((yield Until("```\n", **options)))  # type: ignore[arg-type]
        yield Text("after")

    return guide


@pytest.mark.parametrize(
    "text", ["    return 1\n```\n", "    return 1\n  ```\n", "    return 1```\n", "    return 1"]
)
def test_free_text_ends_at_its_mark_or_with_the_answer_and_comes_as_whole_lines(
    qwen: Engine, text: str
) -> None:
    came: list[str] = []
    wishes = Wishes(qwen, until(came), saying(text))
    assert came == ["    return 1\n"]
    assert wishes.text.endswith("```\nafter")


def test_a_mark_that_counts_alone_may_stand_behind_other_text(qwen: Engine) -> None:
    came: list[str] = []
    Wishes(qwen, until(came, alone=True), saying("/// ```\n/// x\n/// ```\nfn x();\n```\n"))
    assert came == ["/// ```\n/// x\n/// ```\nfn x();\n"]


def test_nothing_is_a_text_too_but_not_where_the_model_only_stops(qwen: Engine) -> None:
    came: list[str] = []
    Wishes(qwen, until(came), saying("```\n"))
    assert came == [""]
    Wishes(qwen, until(came), saying(""))
    assert came[1] != ""


def test_a_text_that_is_not_accepted_gives_way_to_a_second_thought(qwen: Engine) -> None:
    came: list[str] = []
    refused: list[str] = []

    def accept(text: str) -> bool:
        if text == "    return 1\n":
            refused.append(text)
        return text != "    return 1\n"

    wishes = Wishes(qwen, until(came, accept=accept), saying("    return 1\n```\n"))
    assert refused
    assert wishes.backs >= 1
    assert came[0] != "    return 1\n"
    assert wishes.text == came[0] + "```\nafter"


def test_after_some_second_thoughts_a_text_stands(qwen: Engine) -> None:
    came: list[str] = []
    wishes = Wishes(qwen, until(came, accept=lambda text: False), saying("x\n```\n"))
    assert wishes.backs == SECOND_THOUGHTS
    assert len(came) == 1


def test_free_text_ends_after_its_longest(qwen: Engine) -> None:
    came: list[str] = []
    last = ask(qwen, until(came, longest=3), Sampling(temperature=1.0, seed=3), tokens=900)
    assert last.finish is Finish.STOP
    assert came[0].count("\n") <= 5


def test_guesses_change_nothing_but_the_number_of_runs(qwen: Engine) -> None:
    plain, guessed = list[str](), list[str]()
    ask(qwen, until(plain, longest=2), Sampling(temperature=1.0, seed=5), tokens=900)
    ids = len(qwen.cache.tokens)
    ask(qwen, until(guessed, longest=2, like=plain[0]), Sampling(temperature=1.0, seed=5), tokens=900)
    assert guessed == plain
    assert len(qwen.cache.tokens) == ids
    assert len(qwen.cache.runs) < ids


def test_the_next_answer_is_as_from_a_cold_model(engine: Engine, tmp_path: Path) -> None:
    came: list[str] = []
    ask(engine, until(came, accept=lambda text: False, longest=4), tokens=80)
    prompt = Prompt(("import os\nimport sys\n",), max_new_tokens=12)
    *_, warm = engine.generate(prompt, GREEDY)
    engine.cache.roll_back(0)
    *_, cold = engine.generate(prompt, GREEDY)
    assert isinstance(warm, Completion)
    assert isinstance(cold, Completion)
    assert warm.text == cold.text


def test_an_answer_ends_at_its_length_with_what_will_stay(engine: Engine) -> None:
    came: list[str] = []
    last = ask(engine, quoting(came), tokens=2)
    assert last.finish is Finish.LENGTH
    assert came == []
    assert last.text == ""


def test_a_cancel_ends_a_guided_answer(engine: Engine) -> None:
    def guide() -> Generator[Step, str, None]:
        while True:
            yield Text("again\n")
            yield Choice(("a\n", "b\n"))

    pieces = engine.generate(Prompt(("import",), max_new_tokens=400, guide=guide), GREEDY)
    for number, piece in enumerate(pieces):
        if isinstance(piece, Completion):
            assert piece.finish is Finish.CANCELLED
            return
        if number == 3:
            engine.cancel()
    pytest.fail("it did not end")


def test_a_grammar_that_makes_no_sense_is_told(engine: Engine) -> None:
    def guide() -> Generator[Step, str, None]:
        yield Pattern("[")

    with pytest.raises(ModelError, match="grammar"):
        ask(engine, guide)
