"""`coder infill` and `coder complete` in a repository: what the model reads, what is put into the file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, cli, files, pace
from coder_cli.errors import RepositoryError
from coder_cli.model.types import Finish, Mark
from coder_cli.pace import Pace
from exporters.families import FAMILIES
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

Capture = pytest.CaptureFixture[str]
Use = Callable[..., ScriptedModel]
STOCK = "def take(part, count):\n    return count\n"
ORDER = "from stock import take\n\n\ndef order(part):\n    return \n\n\ndef cancel(part):\n    pass\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    GitRepository(folder)
    (folder / "stock.py").write_text(STOCK)
    (folder / "order.py").write_text(ORDER)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))

    def put(
        *pieces: str, family: str = "qwen2.5-coder-instruct", finish: Finish = Finish.STOP
    ) -> ScriptedModel:
        model = ScriptedModel(list(pieces), family=FAMILIES[family], context_length=30_000, finish=finish)
        opened = (SimpleNamespace(name="scripted"), model)
        monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
        monkeypatch.setattr(assistant, "find_model", lambda settings: opened[0])
        monkeypatch.setattr(pace, "pace", lambda *_: Pace(1000.0, ""))
        return model

    return put


def spelled(model: ScriptedModel) -> str:
    return "".join(part.text if isinstance(part, Mark) else str(part) for part in model.prompts[-1].parts)


def test_qwen_reads_the_files_that_the_place_needs_between_its_marks(shop: Path, use: Use) -> None:
    model = use("take(part, 1)")
    assert cli.main(["infill", "order.py:5"]) == 0
    text = spelled(model)
    assert text.startswith("<|repo_name|>shop\n<|file_sep|>stock.py\ndef take(part, count):")
    assert text.endswith(
        "<|file_sep|>order.py\n<|fim_prefix|>"
        + ORDER.replace("return ", "return <|fim_suffix|>", 1)
        + "<|fim_middle|>"
    )


def test_deepseek_reads_them_below_their_paths(shop: Path, use: Use) -> None:
    model = use("take(part, 1)", family="deepseek-coder-base")
    assert cli.main(["infill", "order.py:5"]) == 0
    text = spelled(model)
    assert text.startswith("#stock.py\ndef take(part, count):")
    assert "\n\n#order.py\n<｜fim▁begin｜>from stock" in text and text.endswith("pass\n<｜fim▁end｜>")


def test_without_context_there_is_the_file_alone(shop: Path, use: Use) -> None:
    model = use("take(part, 1)")
    assert cli.main(["infill", "order.py:5", "--no-context"]) == 0
    assert spelled(model).startswith("<|fim_prefix|>from stock") and "def take" not in spelled(model)


def test_write_puts_it_into_the_file(shop: Path, use: Use, capsys: Capture) -> None:
    use("take(part, 1)")
    assert cli.main(["infill", "order.py:5", "--write"]) == 0
    assert (shop / "order.py").read_text() == ORDER.replace("return ", "return take(part, 1)", 1)
    assert capsys.readouterr().out == "take(part, 1)"


def test_an_answer_that_was_broken_off_is_not_put_in(shop: Path, use: Use) -> None:
    model = use("take(", "part")
    model.interrupt_after = 1
    assert cli.main(["infill", "order.py:5", "--write"]) == 130
    assert (shop / "order.py").read_text() == ORDER


def test_complete_does_not_look_behind_the_place(shop: Path, use: Use, capsys: Capture) -> None:
    model = use("take(part, 1)\n\n\n", "def more():")
    assert cli.main(["complete", "order.py:5"]) == 0
    text = spelled(model)
    assert text.endswith("<|file_sep|>order.py\nfrom stock import take\n\n\ndef order(part):\n    return ")
    assert "def take" in text and "cancel" not in text
    assert capsys.readouterr().out.rstrip() == "take(part, 1)"


def test_json_tells_what_was_read(shop: Path, use: Use, capsys: Capture) -> None:
    use("take(part, 1)")
    assert cli.main(["infill", "order.py:5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["text"] == "take(part, 1)" and told["budget"] > 1000
    assert [row["path"] for row in told["files"]] == ["stock.py", "order.py"]


@pytest.mark.parametrize(
    ("line", "said", "shown"),
    [
        ("    call(<>)", "a, b)", "a, b"),
        ("    call(<>)", "f(a)", "f(a)"),
        ("    x = [<>] + offset_of(part)", "1, 2] + offset_of(part)", "1, 2"),
        ("    if <>:", "part is None:", "part is None:"),  # `:` alone may be the middle's own
    ],
)
def test_what_follows_on_the_line_is_not_written_again(
    shop: Path, use: Use, capsys: Capture, line: str, said: str, shown: str
) -> None:
    before, after = line.split("<>")
    (shop / "new.py").write_text(f"def new(part):\n{before}{after}\n")
    use(said)
    assert cli.main(["infill", f"new.py:2:{len(before) + 1}"]) == 0
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    "words", [["complete", "order.py"], ["complete", "order.py:99"], ["infill", "--write"], ["complete"]]
)
def test_wrong_words_are_exit_2(shop: Path, use: Use, words: list[str]) -> None:
    use("x")
    assert cli.main(words) == 2


@pytest.mark.parametrize(
    ("data", "line", "column", "expected"),
    [
        (b"a\nb\n", 1, None, b"aX\nY\nb\n"),
        (b"a\r\nb\r\n", 1, None, b"aX\r\nY\r\nb\r\n"),
        (b"\xef\xbb\xbfab\n", 1, 2, b"\xef\xbb\xbfaX\nYb\n"),
        ("é\nü".encode(), 2, 2, "é\nüX\nY".encode()),
        (b"", 1, None, b"X\nY"),
    ],
)
def test_a_text_is_put_between_the_bytes_that_are_there(
    tmp_path: Path, data: bytes, line: int, column: int | None, expected: bytes
) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(data)
    file.chmod(0o755)
    files.insert(file, line, column, "X\nY", files.read_source(file))
    assert file.read_bytes() == expected and file.stat().st_mode & 0o777 == 0o755


def test_a_file_that_has_changed_since_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("new")
    with pytest.raises(RepositoryError, match="changed since"):
        files.insert(file, 1, None, "X", "old")
    assert file.read_text() == "new"
