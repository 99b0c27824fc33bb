"""`coder infill`: where the hole is, what the model sees, what is printed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, cli
from coder_cli.model.types import Mark
from exporters.families import FAMILIES
from tests.fakes import ScriptedModel

Capture = pytest.CaptureFixture[str]
Use = Callable[[ScriptedModel], ScriptedModel]
PRE, SUF, MID = Mark("<|fim_prefix|>"), Mark("<|fim_suffix|>"), Mark("<|fim_middle|>")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))

    def put(model: ScriptedModel) -> ScriptedModel:
        opened = (SimpleNamespace(name="scripted"), model)
        monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
        return model

    return put


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False, buffer=io.BytesIO(data)))


def test_a_place_in_a_file_splits_it(use: Use, capsys: Capture, tmp_path: Path) -> None:
    model = use(ScriptedModel(["1"]))
    file = tmp_path / "a.py"
    file.write_bytes(b"\xef\xbb\xbfa = \r\nb = 2\r\n")
    assert cli.main(["infill", f"{file}:1"]) == 0
    assert model.prompts[-1].parts == (PRE, "a = ", SUF, "\nb = 2\n", MID)
    assert capsys.readouterr() == ("1", "")  # exactly the middle, for a program to splice in
    assert cli.main(["infill", f"{file}:2:3"]) == 0
    assert model.prompts[-1].parts == (PRE, "a = \nb ", SUF, "= 2\n", MID)


def test_two_files_or_one_are_before_and_after(use: Use, tmp_path: Path) -> None:
    model = use(ScriptedModel(["1"]))
    (tmp_path / "p").write_text("a")
    (tmp_path / "s").write_text("b")
    assert (
        cli.main(["infill", "--prefix-file", str(tmp_path / "p"), "--suffix-file", str(tmp_path / "s")]) == 0
    )
    assert model.prompts[-1].parts == (PRE, "a", SUF, "b", MID)
    assert cli.main(["infill", "--prefix-file", str(tmp_path / "p")]) == 0
    assert model.prompts[-1].parts == (PRE, "a", SUF, "", MID)


def test_a_fill_mark_on_stdin_is_the_hole(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    model = use(ScriptedModel(["1"]))
    for words in ([], ["-"]):
        pipe(monkeypatch, b"a<FILL>b")
        assert cli.main(["infill", *words]) == 0
        assert model.prompts[-1].parts == (PRE, "a", SUF, "b", MID)
    for text in (b"ab", b"<FILL><FILL>"):
        pipe(monkeypatch, text)
        assert cli.main(["infill"]) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["a.py"], 2),
        (["missing.py:1"], 5),
        (["{}:99"], 2),
        (["{}:1:99"], 2),
        (["{}:1", "--prefix-file", "{}"], 2),
        (["{}:1", "--lines", "0"], 2),
    ],
)
def test_a_place_that_is_none_is_refused_before_the_model_is_loaded(
    use: Use, tmp_path: Path, words: list[str], code: int
) -> None:
    model = use(ScriptedModel(["1"]))
    file = tmp_path / "a.py"
    file.write_text("a\n")
    assert cli.main(["infill", *(word.format(file) for word in words)]) == code
    assert model.prompts == []


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b"])
def test_a_file_that_is_no_text_is_exit_5(use: Use, tmp_path: Path, data: bytes) -> None:
    use(ScriptedModel(["1"]))
    (tmp_path / "a").write_bytes(data)
    assert cli.main(["infill", f"{tmp_path / 'a'}:1"]) == 5


def test_the_middle_ends_with_its_block_and_the_model_is_stopped(
    use: Use, capsys: Capture, tmp_path: Path
) -> None:
    model = use(ScriptedModel(["a = 1\n", "    return a\n", "\n\ndef g():\n", "    pass\n"]))
    (tmp_path / "a.py").write_text("def f():\n    \n")
    assert cli.main(["infill", f"{tmp_path / 'a.py'}:2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["text"], told["finish"], told["exit_code"]) == ("a = 1\n    return a", "stop", 0)
    assert model.said == 3
    assert cli.main(["infill", f"{tmp_path / 'a.py'}:2", "--lines", "1"]) == 0
    assert capsys.readouterr().out == "a = 1"


def test_a_family_without_fim_is_exit_3_and_names_one_that_has_it(
    use: Use, capsys: Capture, tmp_path: Path
) -> None:
    use(ScriptedModel(["1"], FAMILIES["deepseek-coder-instruct"]))
    (tmp_path / "a.py").write_text("a\n")
    assert cli.main(["infill", f"{tmp_path / 'a.py'}:1"]) == 3
    assert "deepseek-coder-1.3b-base" in capsys.readouterr().err


def test_text_far_from_the_hole_is_left_out_aloud(use: Use, capsys: Capture, tmp_path: Path) -> None:
    model = use(ScriptedModel(["1"], context_length=400))
    (tmp_path / "a.py").write_text("".join(f"a{n:03}\n" for n in range(200)))
    assert cli.main(["infill", f"{tmp_path / 'a.py'}:100"]) == 0
    parts = [part for part in model.prompts[-1].parts if isinstance(part, str)]
    assert parts[0].endswith("a098\na099") and parts[1].startswith("\na100\n")
    assert 290 <= len("".join(parts)) <= 297  # a quarter of 400 is kept for the answer, three for the marks
    assert len(parts[0]) > 2.5 * len(parts[1])
    assert model.prompts[-1].max_new_tokens == 100
    assert "left out" in capsys.readouterr().err
