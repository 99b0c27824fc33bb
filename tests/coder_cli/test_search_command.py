"""`coder search` and `coder index`, as they are called."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from coder_cli import cli
from tests.git_repository import GitRepository

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop/orders.py", "def place_order(stock):\n    stock.take('bolt')\n")
    made.write("shop/money.py", "def parse_amount(text):\n    return int(text)\n")
    made.write("README.md", "# A shop\n\nIt sells bolts.\n")
    made.commit()
    monkeypatch.chdir(made.root)
    return made


def test_a_hit_is_a_line_with_place_and_title(shop: GitRepository, capsys: Capture) -> None:
    assert cli.main(["search", "how are amounts of money parsed"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["shop/money.py:1-2", "parse_amount"]


def test_files_are_paths_alone(shop: GitRepository, capsys: Capture) -> None:
    assert cli.main(["search", "place_order", "--files", "-n", "1"]) == 0
    assert capsys.readouterr().out == "shop/orders.py\n"


def test_explain_tells_why(shop: GitRepository, capsys: Capture) -> None:
    assert cli.main(["search", "place_order", "--explain"]) == 0
    assert "defines what is named" in capsys.readouterr().out.splitlines()[0]


def test_json_holds_the_hits(shop: GitRepository, capsys: Capture) -> None:
    assert cli.main(["search", "place_order", "--json", "-n", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    first = told["hits"][0]
    assert told["exit_code"] == 0 and len(told["hits"]) <= 2
    assert (first["path"], first["start_line"], first["end_line"]) == ("shop/orders.py", 1, 2)
    assert first["title"] == "place_order" and first["score"] > 0 and first["reasons"]


def test_a_stack_trace_comes_through_a_pipe(
    shop: GitRepository, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = (
        'Traceback (most recent call last):\n  File "/x/shop/money.py", line 2, in parse_amount\nValueError\n'
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(trace.encode())))
    assert cli.main(["search", "-", "--files"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "shop/money.py"


def test_a_revision_is_searched(shop: GitRepository, capsys: Capture) -> None:
    shop.git("rm", "--quiet", "shop/money.py")
    shop.commit()
    assert cli.main(["search", "parse_amount", "--files", "--rev", "HEAD~1"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "shop/money.py"
    cli.main(["search", "parse_amount", "--files"])
    assert "money" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["search"], 2, "What is to be found?"),
        (["search", "  "], 2, "What is to be found?"),
        (["search", "x", "--rev", "nowhere"], 5, "nowhere"),
        (["search", "x", "-n", "0"], 2, "-n"),
        (["search", "x", "--in", "gone"], 2, "gone"),
        (["search", "qwxyz"], 1, "Nothing is found."),
        (["index", "status", "gone"], 2, "gone"),
    ],
)
def test_what_is_wrong_is_told(
    shop: GitRepository, capsys: Capture, words: list[str], code: int, said: str
) -> None:
    assert cli.main(words) == code
    assert said in capsys.readouterr().err


def test_an_index_is_made_shown_and_cleared(shop: GitRepository, capsys: Capture) -> None:
    assert cli.main(["index"]) == 1
    assert cli.main(["index", "build"]) == 0
    assert "3 files, 3 chunks." in capsys.readouterr().err
    assert cli.main(["index", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["files"], told["chunks"]) == (3, 3) and Path(told["file"]).is_file() and told["bytes"] > 0
    assert cli.main(["index", "clear"]) == 0
    assert not Path(told["file"]).exists()
    assert cli.main(["index", "clear"]) == 0
    assert cli.main(["index", "status", "--json"]) == 1


def test_a_damaged_index_costs_a_line_and_no_answer(shop: GitRepository, capsys: Capture) -> None:
    cli.main(["search", "place_order", "--files"])
    expected = capsys.readouterr().out
    cli.main(["index", "status", "--json"])
    file = Path(json.loads(capsys.readouterr().out)["file"])
    file.write_bytes(b"not a database" * 1000)
    assert cli.main(["search", "place_order", "--files"]) == 0
    out, err = capsys.readouterr()
    assert out == expected and "built anew" in err


def test_an_encoder_that_is_not_there_is_told(
    shop: GitRepository, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_ENCODER", "minilm")
    assert cli.main(["search", "money"]) == 3
    assert "coder export --encoder minilm" in capsys.readouterr().err


def test_looking_at_an_index_that_another_encoder_made_leaves_it(
    shop: GitRepository, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.main(["index", "build"])
    with monkeypatch.context() as other:
        other.setattr("retrieval.search.index._marks", lambda _: "another")
        assert cli.main(["index", "status"]) == 1
    assert cli.main(["index", "status"]) == 0
