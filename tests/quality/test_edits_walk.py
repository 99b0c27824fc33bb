"""The walk of the edit set, with a model that says its lines."""

from __future__ import annotations

from pathlib import Path

from coder_cli import settings
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository
from tests.quality.edit_set import Commit
from tests.quality.edits import Walk

COMMIT = Commit("https://github.com/a/shop", "0" * 40, "stock.py", "Raise the limit", "tuning")


def tried(
    folder: Path, answer: str, data: bytes = b"LIMIT = 17\r\nCOUNT = 3\r\n"
) -> tuple[bytes | None, str, int]:
    shop = GitRepository(folder / "shop")
    shop.write("stock.py", data)
    shop.commit()
    model = ScriptedModel([answer], context_length=30_000)
    found = Walk(settings.collect(), model, 10_000, free=True).attempt(shop.root, COMMIT)
    assert "<<<<<<< SEARCH" in str(model.prompts[0].parts) and "LIMIT = 17" in str(model.prompts[0].parts)
    assert model.prompts[0].guide is None
    return found.after, found.why, found.rounds


def test_a_free_answer_keeps_the_line_ends(tmp_path: Path) -> None:
    answer = "stock.py\n<<<<<<< SEARCH\nLIMIT = 17\n=======\nLIMIT = 18\n>>>>>>> REPLACE\n"
    assert tried(tmp_path, answer) == (b"LIMIT = 18\r\nCOUNT = 3\r\n", "", 1)


def test_a_free_answer_that_does_not_fit_is_asked_for_again(tmp_path: Path) -> None:
    answer = "stock.py\n<<<<<<< SEARCH\nLIMIT = 1\n=======\nLIMIT = 18\n>>>>>>> REPLACE\n"
    assert tried(tmp_path, answer) == (None, "blocks do not fit", 3)
