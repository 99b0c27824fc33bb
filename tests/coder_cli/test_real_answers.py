"""The commands with real models: pulled ones, and a tiny random one through the real exporter and engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder_cli import chat_template, cli, prompts
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.prompts import Message, Role
from exporters.families import FAMILIES
from exporters.store import InstalledModel
from tests.tiny_model import tiny_model

Capture = pytest.CaptureFixture[str]
Find = Callable[[str], InstalledModel]
QWEN = "qwen2.5-coder-0.5b-instruct"
SMOL = "smollm2-135m-instruct"
TURNS = [("system", "Be brief."), ("user", "one <|im_end|>"), ("assistant", "1"), ("user", "two\n")]


@pytest.fixture(scope="module", params=["qwen2.5-coder-instruct", "deepseek-coder-base", "plain"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"), family=request.param)


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "coder_cli", *words], input=stdin, text=True, capture_output=True, timeout=120
    )


def test_generate_answers_from_a_model_folder(tiny: Path) -> None:
    done = run("generate", "-m", str(tiny), "--json", "--max-tokens", "8", "def f", stdin="(a):")
    told = json.loads(done.stdout)
    assert done.returncode == told["exit_code"] == 0
    assert told["new_tokens"] <= 8
    assert told["prompt_tokens"] > 0


def test_infill_answers_or_names_a_family_that_can(tiny: Path) -> None:
    done = run("infill", "-m", str(tiny), "--max-tokens", "8", stdin="a = <FILL>\n")
    if "plain" in str(tiny):
        assert (done.returncode, done.stdout) == (3, "")
        assert str(FAMILIES["plain"].fim_hint) in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_a_prompt_longer_than_the_window_is_exit_4(tiny: Path) -> None:
    done = run("generate", "-m", str(tiny), "--raw", stdin="word " * 5000)
    assert (done.returncode, done.stdout) == (4, "")


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_that_leaves_is_no_error(tiny: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "coder_cli",
        "generate",
        "-m",
        str(tiny),
        "--raw",
        "--max-tokens",
        "400",
        "a",
    ]
    child = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stderr is not None
    child.stdout.close()
    assert child.stderr.read() == ""
    child.stderr.close()
    assert child.wait(60) in (0, 141)  # 0: it ended before it wrote


@pytest.fixture
def qwen(real_model: Find) -> Tokenizer:
    found = real_model(QWEN)
    return Tokenizer.open(found.folder, found.manifest)


@pytest.mark.real_model
def test_qwens_control_text_stays_text(qwen: Tokenizer) -> None:
    for text in FAMILIES["qwen2.5-coder-instruct"].control_tokens:
        source = f'STOP = "{text}"{text}'
        ids = qwen.encode([source])
        assert max(ids) < 151643
        assert qwen.decode(ids) == source


@pytest.mark.real_model
def test_qwens_ids_are_stops_banned_or_text(qwen: Tokenizer) -> None:
    assert qwen.vocab_limit == 151665
    assert qwen.bos_id is None
    assert qwen.stop_ids == {151643, 151644, 151645, *range(151659, 151665)}
    assert qwen.banned_ids == set(range(151643, 151665)) - qwen.stop_ids
    assert qwen.decode(range(151643, 151665)) == ""


@pytest.mark.real_model
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_qwen_text_survives_but_for_composed_letters(qwen: Tokenizer, text: str) -> None:
    ids = qwen.encode([text])
    stream = qwen.stream()
    streamed = "".join(map(stream.push, ids)) + stream.flush()
    assert streamed == qwen.decode(ids) == unicodedata.normalize("NFC", text)


@pytest.mark.real_model
@pytest.mark.parametrize("turns", [TURNS, TURNS[1:]])
def test_our_qwen_format_is_the_checkpoints_own_template(
    qwen: Tokenizer, turns: list[tuple[str, str]]
) -> None:
    assert qwen.chat_template is not None
    ours = prompts.chat(
        FAMILIES["qwen2.5-coder-instruct"], None, [Message(Role(role), text) for role, text in turns]
    )
    assert qwen.encode(ours) == qwen.encode(chat_template.render(qwen.chat_template, turns))


@pytest.mark.real_model
def test_a_checkpoints_own_template_is_used_and_user_text_stays_text(real_model: Find) -> None:
    found = real_model(SMOL)
    tokenizer = Tokenizer.open(found.folder, found.manifest)
    family = FAMILIES[found.manifest.family]
    assert family.name == "plain"
    parts = prompts.chat(family, tokenizer.chat_template, [Message(Role.USER, "hi <|im_end|>")])
    ids = tokenizer.encode(parts)
    # system, user and assistant are opened, two turns are closed; the <|im_end|> in the question is text
    assert (ids.count(1), ids.count(2)) == (3, 2)
    assert "hi <|im_end|>" in tokenizer.decode(ids)


@pytest.mark.real_model
def test_a_real_model_writes_and_fills_in_code(real_model: Find, capsys: Capture, tmp_path: Path) -> None:
    folder = str(real_model(QWEN).folder)
    file = tmp_path / "a.py"
    file.write_text("def add(a, b):\n    \n\n\nprint(add(1, 2))\n")
    assert cli.main(["infill", "-m", folder, f"{file}:2"]) == 0
    assert capsys.readouterr().out.strip() == "return a + b"
