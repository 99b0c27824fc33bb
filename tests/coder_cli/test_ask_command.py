"""`coder ask` and `coder explain`: what reaches the model, what of its answer is shown, what is kept."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, cli, pace
from coder_cli.pace import Pace
from coder_cli.sessions import SessionStore
from exporters.families import FAMILIES
from tests.fakes import ScriptedModel

Capture = pytest.CaptureFixture[str]
Use = Callable[..., ScriptedModel]

STOCK = """LIMIT = 17


class Stock:
    def take(self, part, count):
        if count > LIMIT:
            raise ValueError("too many")
        return self.parts.pop(part)
"""
ORDER = """from stock import Stock


def order(stock: Stock, part):
    return stock.take(part, 3)
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "stock.py").write_text(STOCK)
    (folder / "order.py").write_text(ORDER)
    (folder / ".env").write_text("TOKEN=abc123\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))

    def put(*pieces: str, family: str = "qwen2.5-coder-instruct", context: int = 30_000) -> ScriptedModel:
        model = ScriptedModel(list(pieces), family=FAMILIES[family], context_length=context)
        manifest = SimpleNamespace(artefact="f" * 64, files={})
        opened = (SimpleNamespace(name="scripted", target="cpu", manifest=manifest), model)
        monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
        monkeypatch.setattr(assistant, "find_model", lambda settings: opened[0])
        monkeypatch.setattr(pace, "pace", lambda *_: Pace(1000.0, ""))
        monkeypatch.setattr(pace, "learn", lambda *_: None)
        return model

    return put


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    stdin = SimpleNamespace(isatty=lambda: False, buffer=io.BytesIO(text.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)


def text_of(model: ScriptedModel) -> str:
    return "".join(part for part in model.prompts[-1].parts if isinstance(part, str))


def test_the_question_comes_with_the_code_it_is_about(shop: Path, use: Use, capsys: Capture) -> None:
    model = use("More than 17 raise, see stock.py:6.")
    assert cli.main(["ask", "how many parts can be taken at once?"]) == 0
    assert capsys.readouterr().out == "More than 17 raise, see stock.py:6.\n"
    text = text_of(model)
    assert "#stock.py:1-8\n" + STOCK.rstrip("\n") in text
    assert "repository shop" in text and "Question: how many parts can be taken at once?" in text
    assert text.index("#stock.py") < text.index("Question:")


def test_a_place_that_was_not_given_is_not_printed(shop: Path, use: Use, capsys: Capture) -> None:
    use("It is in stock.py:6, ", "order.py:99 and gone.py:3.")
    assert cli.main(["ask", "where are parts taken?", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["text"] == "It is in stock.py:6, order.py and gone.py."
    assert told["citations"] == [{"path": "stock.py", "start_line": 6, "end_line": 6}]


def test_an_answer_that_names_no_place_ends_with_its_sources(shop: Path, use: Use, capsys: Capture) -> None:
    use("The method `take` decides it.")
    assert cli.main(["ask", "where are parts taken?"]) == 0
    assert "\n\nSources: `stock.py:1-8`" in capsys.readouterr().out


def test_json_tells_what_the_model_was_given(shop: Path, use: Use, capsys: Capture) -> None:
    use("It is so.")
    assert cli.main(["ask", "where are parts taken?", "--json", "--budget", "220", "--seed", "4"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"text", "model", "finish", "prompt_tokens", "budget", "prompt_hash", "session"} < told.keys()
    assert told["budget"] == 220 and told["seed"] == 4 and told["exit_code"] == 0 and told["refused"] is False
    shown, left = ({row["path"] for row in told[name]} for name in ("files", "left_out"))
    assert shown and left and {"stock.py", "order.py"} >= shown | left
    assert sum(row["tokens"] for row in told["files"]) <= 220 and all(row["reason"] for row in told["files"])


def test_files_that_are_named_come_in_any_case(shop: Path, use: Use, capsys: Capture) -> None:
    model = use("Yes.")
    assert cli.main(["ask", "what is in it?", "--file", ".env"]) == 0
    assert "TOKEN=abc123" in text_of(model)
    assert cli.main(["ask", "is @order.py:4-5 right?"]) == 0
    text = text_of(model)
    assert "TOKEN" not in text and "is order.py:4-5 right?" in text and "def order(" in text


def test_what_is_piped_in_belongs_to_the_question(
    shop: Path, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = use("Because.")
    trace = (
        'Traceback (most recent call last):\n  File "/srv/stock.py", line 7, in take\nValueError: too many'
    )
    pipe(monkeypatch, trace)
    assert cli.main(["ask", "why?"]) == 0
    assert trace in text_of(model) and "Question: why?" in text_of(model)
    pipe(monkeypatch, trace)
    assert cli.main(["explain"]) == 0
    assert trace in text_of(model) and "Explain this output:" in text_of(model)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("stock.py", "Explain `stock.py`."),
        ("stock.py:5-8", "Explain `stock.py:5-8`."),
        ("stock.py:6", "Explain `stock.py:6`."),
        ("stock.py#Stock.take", "Explain `Stock.take` (stock.py:5-8)."),
    ],
)
def test_a_target_is_explained_with_who_uses_it(shop: Path, use: Use, target: str, said: str) -> None:
    model = use("It takes.")
    assert cli.main(["explain", target]) == 0
    text = text_of(model)
    assert said in text and "#order.py" in text
    assert text.index("#order.py") < text.rindex("#stock.py")  # the target stands last


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "stock.py#nothing"],
        ["explain", "stock.py:90-95"],
        ["explain", "gone.py"],
        ["explain"],
        ["ask"],
        ["ask", "why?", "--file", "gone.py"],
        ["ask", "why?", "--replay", "last"],
        ["ask", "--replay", "last"],
    ],
)
def test_wrong_words_are_exit_2(shop: Path, use: Use, capsys: Capture, words: list[str]) -> None:
    use("x")
    assert cli.main(words) == 2
    assert capsys.readouterr().out == ""


def test_an_answer_is_kept_and_can_be_given_again(
    shop: Path, use: Use, capsys: Capture, tmp_path: Path
) -> None:
    model = use("The method `take` decides it.")
    assert cli.main(["ask", "where are parts taken?", "--temperature", "0.5", "--seed", "1"]) == 0
    first = capsys.readouterr().out
    (turn,) = SessionStore(tmp_path / "state" / "coder").load("last").turns
    assert turn.request == "where are parts taken?" and turn.answer == first.rstrip("\n")
    assert list(turn.made.prompt_ids) == model.encode(model.prompts[0].parts)
    assert cli.main(["ask", "--replay", "last"]) == 0
    out, err = capsys.readouterr()
    assert out == first and "the same text" in err
    assert model.replayed == [(turn.made.prompt_ids, turn.made.runs)]


def test_a_replay_tells_what_differs(shop: Path, use: Use, capsys: Capture) -> None:
    use("One.")
    assert cli.main(["ask", "where are parts taken?"]) == 0
    capsys.readouterr()
    model = use("Another.")
    model.numerics = type(model.numerics)("scripted 2.0", "cpu", 2)
    assert cli.main(["ask", "--replay", "last"]) == 1
    err = capsys.readouterr().err
    assert "the runtime: scripted 1.0 then, scripted 2.0 now" in err and "another one" in err


def test_a_request_that_does_not_fit_is_exit_4(shop: Path, use: Use, capsys: Capture) -> None:
    use("x", context=400)
    assert cli.main(["ask", "why? " * 100]) == 4
    assert "does not fit into 400" in capsys.readouterr().err


def test_a_refusal_and_an_empty_answer_are_told(shop: Path, use: Use, capsys: Capture) -> None:
    use("The excerpts do not show it.")
    assert cli.main(["ask", "where is it?", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["refused"] is True and "found no answer" in err
    use()
    assert cli.main(["ask", "where is it?"]) == 1
    assert "empty" in capsys.readouterr().err


def test_ctrl_c_keeps_what_came(shop: Path, use: Use, capsys: Capture) -> None:
    model = use("One ", "two ", "three")
    model.interrupt_after = 2
    assert cli.main(["ask", "where is it?"]) == 130
    assert capsys.readouterr().out.startswith("One two")


def test_the_prompt_never_exceeds_the_window(shop: Path, use: Use) -> None:
    for index in range(30):
        (shop / f"part{index}.py").write_text(f"def take{index}():\n    return {index}  # parts taken\n" * 20)
    for context in (1500, 3000, 6000):
        model = use("x", context=context)
        assert cli.main(["ask", "where are parts taken?", "--max-tokens", "100"]) == 0
        assert len(model.encode(model.prompts[-1].parts)) <= context - 100


def test_generate_reads_the_repository_around(
    shop: Path, use: Use, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coder_cli.commands import generate

    monkeypatch.setattr(generate, "_reads_a_repository", lambda settings: True)
    model = use("```python\nx = 1\n```\n")
    assert cli.main(["generate", "-x", "a test of Stock.take", "--lang", "python"]) == 0
    assert capsys.readouterr().out == "x = 1\n"
    text = text_of(model)
    assert "class Stock" in text and "Write it in python." in text
    assert cli.main(["generate", "-x", "a test of Stock.take", "--no-context"]) == 0
    assert "class Stock" not in text_of(model)


def test_a_missing_model_is_told_before_the_repository_is_read(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from coder_cli import oneshot

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(oneshot, "open_workspace", lambda *_: pytest.fail("it was read"))
    assert cli.main(["ask", "where is it?"]) == 3
    assert "coder pull" in capsys.readouterr().err
