"""`coder context`: what is printed, what is told, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coder_cli import cli
from coder_cli.model.tokenizer import Tokenizer
from exporters import manifest as manifests
from exporters.families import FAMILIES
from exporters.store import ModelStore
from tests.exporters.test_store import MANIFEST, install
from tests.tiny_model import tiny_tokenizer

Capture = pytest.CaptureFixture[str]
SHOP = Path(__file__).parent.parent / "cases" / "context" / "shop" / "repository"
ORDERS = (SHOP / "shop" / "orders.py").read_text(encoding="utf-8")


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Tokenizer]:
    """Install a model of a family with a tiny tokenizer, and make it the default."""
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path / "models"))

    def put(family: str = "qwen2.5-coder-instruct", context_length: int = 8192) -> Tokenizer:
        folder = install(ModelStore(tmp_path / "models"), "tiny")
        text = tiny_tokenizer(family)
        ids = {row["content"]: row["id"] for row in json.loads(text)["added_tokens"]}
        row = FAMILIES[family]
        manifest = replace(
            MANIFEST,
            name="tiny",
            family=family,
            context_length=context_length,
            stop_ids=tuple(ids[mark] for mark in row.stop_tokens),
            bos_id=ids[row.control_tokens[0]] if row.adds_bos else None,
        )
        manifests.write(manifest, folder)
        (folder / "tokenizer.json").write_text(text, encoding="utf-8")
        monkeypatch.setenv("CODER_MODEL", "tiny")
        return Tokenizer.open(folder, manifest)

    return put


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample repository as a plain folder, and the current one."""
    shutil.copytree(SHOP, tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


Use = Callable[..., Tokenizer]


def test_the_window_is_printed_and_its_size_told(use: Use, shop: Path, capsys: Capture) -> None:
    tokenizer = use()
    assert cli.main(["context", "split an order", "--for", "shop/orders.py", "--budget", "4000"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("#shop/money.py\n")  # what it needs comes before it
    assert out.endswith("#shop/orders.py\n" + ORDERS)
    files = sum(map(out.count, ("#shop/", "#tests/", "#README")))
    assert f"{files} files, {tokenizer.count(out[:-1])} of 4000 tokens of tiny" in err


def test_a_place_without_a_task_is_shown_with_the_marks_of_the_family(
    use: Use, shop: Path, capsys: Capture
) -> None:
    use()
    assert cli.main(["context", "--for", "shop/orders.py:26", "--budget", "3000"]) == 0
    out = capsys.readouterr().out
    assert "\n\n#shop/orders.py\n<|fim_prefix|>" + ORDERS[:80] in out
    assert "for part, count in self.lines:<|fim_suffix|>\n            total = " in out
    assert out.endswith("self.lines.clear()\n<|fim_middle|>\n")


def test_a_family_without_fim_has_a_placeholder_in_the_hole(use: Use, shop: Path, capsys: Capture) -> None:
    use("deepseek-coder-instruct")
    assert cli.main(["context", "--for", "shop/orders.py:26:5", "--budget", "3000"]) == 0
    assert "\n    <FILL>    for part, count in self.lines:\n" in capsys.readouterr().out


def test_explain_is_a_table_with_those_left_out(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    assert cli.main(["context", "--for", "shop/orders.py", "--budget", "900", "--explain"]) == 0
    rows = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert any(row[1] == "left" for row in rows)
    assert ["shop/orders.py", "whole"] in [row[:2] for row in rows]
    assert all("no room" in row[2] for row in rows if row[1] == "left")


def test_json_holds_the_text_and_every_reason(use: Use, shop: Path, capsys: Capture) -> None:
    tokenizer = use()
    words = ["context", "split an order", "--for", "shop/orders.py", "--budget", "900", "--json"]
    assert cli.main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 0 and told["model"] == "tiny" and told["budget"] == 900
    assert told["target"] == {"path": "shop/orders.py", "fill": False}
    assert told["tokens"] == tokenizer.count(told["text"]) <= 900
    assert told["items"][-1]["path"] == "shop/orders.py"
    assert all(row["reason"] for row in told["items"] + told["left_out"])


def test_json_of_a_hole_has_its_parts(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    assert cli.main(["context", "--for", "shop/orders.py:26", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["prefix"] + told["suffix"] == ORDERS
    assert told["context"].endswith("#shop/orders.py\n")
    assert told["target"] == {"path": "shop/orders.py", "line": 26, "fill": True}


def test_stat_counts(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    assert cli.main(["context", "--for", "shop/orders.py", "--stat"]) == 0
    rows = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert rows["model"] == "tiny" and rows["whole"].startswith("4 files")


def test_the_default_budget_leaves_room_for_the_task_and_an_answer(
    use: Use, shop: Path, capsys: Capture
) -> None:
    use(context_length=4096)
    budgets = []
    for task in ("short", "a task of many more words " * 20):
        assert cli.main(["context", task, "--for", "shop/orders.py", "--json"]) == 0
        budgets.append(json.loads(capsys.readouterr().out)["budget"])
    assert 2500 < budgets[1] < budgets[0] < 4096 - 1024
    assert cli.main(["context", "short", "--context-tokens", "2048", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["budget"] < 2048 - 512


def test_the_order_is_as_asked(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    words = ["context", "--for", "shop/orders.py", "--order", "alphabetical", "--json"]
    assert cli.main(words) == 0
    paths = [item["path"] for item in json.loads(capsys.readouterr().out)["items"]]
    assert paths[:-1] == sorted(paths[:-1]) and paths[-1] == "shop/orders.py"


def test_a_task_alone_finds_what_it_names(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    assert cli.main(["context", "why does Stock.take raise?", "--explain"]) == 0
    assert "the task names Stock.take" in capsys.readouterr().out


def test_a_named_secret_is_read_and_no_other(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    (shop / ".env").write_text("TOKEN=abc\nOTHER=def\n")
    assert cli.main(["context", "what is in .env and orders.py?"]) == 0
    assert "TOKEN" not in capsys.readouterr().out
    assert cli.main(["context", "what is this?", "--for", ".env"]) == 0
    assert "#.env\nTOKEN=abc" in capsys.readouterr().out


def test_a_file_in_another_repository_is_seen_in_that_one(
    use: Use, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    use()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert cli.main(["context", "--for", str(shop / "shop" / "money.py")]) == 0
    assert capsys.readouterr().out.startswith("#money.py\n"), "a plain folder's root is the file's own"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["context"], 2, "What is it about?"),
        (["context", "  "], 2, "What is it about?"),
        (["context", "--for", "shop/nothing.py"], 2, "is no file"),
        (["context", "--for", "shop"], 2, "is no file"),
        (["context", "--for", "shop/orders.py:999"], 2, "There is no line 999"),
        (["context", "--for", "shop/orders.py:26:99"], 2, "has no column 99"),
        (["context", "--for", "shop/orders.py", "--explain", "--stat"], 2, "do not go together"),
        (["context", "--for", "shop/orders.py:26", "--budget", "8"], 4, "does not fit into 8 tokens"),
        (["context", "--for", "shop/orders.py", "--order", "any"], 2, "Invalid value for '--order'"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str], code: int, said: str, use: Use, shop: Path, capsys: Capture
) -> None:
    use()
    assert cli.main(words) == code
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""


def test_a_binary_target_is_refused_with_the_reason(use: Use, shop: Path, capsys: Capture) -> None:
    use()
    (shop / "picture.png").write_bytes(b"\x89PNG\0\0\0\0" * 50)
    assert cli.main(["context", "--for", "picture.png"]) == 5
    assert "picture.png cannot be read: binary" in capsys.readouterr().err


def test_without_a_model_it_says_which_to_pull(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path / "none"))
    assert cli.main(["context", "--for", "shop/orders.py"]) == 3
    assert "coder pull" in capsys.readouterr().err
