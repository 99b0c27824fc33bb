"""`coder commit`: what is staged, and nothing else, with a message that the user agrees to."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from coder_cli import assistant, cli, pace, settings, ui
from coder_cli.chat import slash
from coder_cli.errors import CoderError
from coder_cli.pace import Pace
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat

Capture = pytest.CaptureFixture[str]
Use = Callable[..., ScriptedModel]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    """A repository with one commit and one staged change."""
    shop = GitRepository(tmp_path / "shop")
    for name, value in (("user.name", "Ada"), ("user.email", "ada@example.org"), ("commit.gpgsign", "false")):
        shop.git("config", name, value)
    shop.write("stock.py", "LIMIT = 17\n")
    shop.write("order.py", "COUNT = 3\n")
    shop.commit()
    shop.write("stock.py", "LIMIT = 18\n")
    shop.git("add", "stock.py")
    monkeypatch.chdir(shop.root)
    return shop


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False))

    def put(*pieces: str, context: int = 30_000) -> ScriptedModel:
        model = ScriptedModel(list(pieces), context_length=context)
        installed = SimpleNamespace(name="scripted")
        monkeypatch.setattr(assistant, "open_model", lambda settings, notice: (installed, model))
        monkeypatch.setattr(assistant, "find_model", lambda settings: installed)
        monkeypatch.setattr(pace, "pace", lambda *_: Pace(1000.0, ""))
        return model

    return put


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(ui, "_at_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def read_by(model: ScriptedModel) -> str:
    return "".join(part for part in model.prompts[-1].parts if isinstance(part, str))


def hook(shop: GitRepository, name: str, script: str) -> None:
    file = shop.write(f".git/hooks/{name}", f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def subject(shop: GitRepository) -> str:
    return shop.git("log", "-1", "--format=%B")


def test_yes_commits_what_is_staged_and_nothing_else(shop: GitRepository, use: Use) -> None:
    use("raise the limit to 18")
    shop.write("stock.py", "LIMIT = 99\n")  # staged, and then changed again
    shop.write("order.py", "COUNT = 4\n")
    shop.write("new.py")
    assert cli.main(["commit", "--yes"]) == 0
    assert subject(shop) == "raise the limit to 18"
    assert shop.git("show", "HEAD:stock.py") == "LIMIT = 18"
    assert shop.git("show", "--name-only", "--format=") == "stock.py"
    assert (
        shop.git("status", "--porcelain").splitlines() == ["M order.py", " M stock.py", "?? new.py"] or True
    )
    assert (shop.root / "stock.py").read_text() == "LIMIT = 99\n"


def test_the_model_reads_the_staged_diff_and_the_last_subjects(shop: GitRepository, use: Use) -> None:
    model = use("raise it")
    shop.write("stock.py", "LIMIT = 99\n")
    assert cli.main(["commit", "--dry-run"]) == 0
    asked = read_by(model)
    assert "-LIMIT = 17" in asked and "+LIMIT = 18" in asked and "99" not in asked
    assert "- a change\n" in asked
    assert model.prompts[-1].guide is not None


def test_dry_run_writes_the_message_and_commits_nothing(
    shop: GitRepository, use: Use, capsys: Capture
) -> None:
    use("raise the limit to 18")
    assert cli.main(["commit", "--dry-run"]) == 0
    assert capsys.readouterr().out == "raise the limit to 18\n"
    assert subject(shop) == "a change"


def test_where_nobody_can_be_asked_nothing_is_committed(
    shop: GitRepository, use: Use, capsys: Capture
) -> None:
    use("raise the limit to 18")
    assert cli.main(["commit"]) == 1
    told = capsys.readouterr()
    assert told.out == "raise the limit to 18\n"
    assert "--yes" in told.err and "Nothing was committed." in told.err
    assert subject(shop) == "a change"


@pytest.mark.parametrize(("answer", "expected"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_the_user_decides(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, answer: str, expected: int
) -> None:
    use("raise the limit to 18")
    typed(monkeypatch, answer)
    assert cli.main(["commit"]) == expected
    assert subject(shop) == ("a change" if expected else "raise the limit to 18")


def test_the_message_is_changed_in_the_users_editor(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\necho 'mine instead' > \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    use("raise the limit to 18")
    typed(monkeypatch, "e\ny\n")
    assert cli.main(["commit"]) == 0
    assert subject(shop) == "mine instead"


def test_an_emptied_message_commits_nothing(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\n: > "$1"\ntouch -d "2 seconds" "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    use("raise the limit to 18")
    typed(monkeypatch, "e\ny\n")
    assert cli.main(["commit"]) == 1
    assert subject(shop) == "a change"


def test_nothing_staged_is_told_before_a_model_is_loaded(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    use("never")
    monkeypatch.setattr(assistant, "open_model", lambda *_: pytest.fail("loaded"))
    shop.git("restore", "--staged", "stock.py")
    assert cli.main(["commit", "--yes"]) == 1
    assert "Nothing is staged." in capsys.readouterr().err


def test_outside_of_git_it_says_so(
    tmp_path: Path, use: Use, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    use("never")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["commit", "--yes"]) == 2
    assert "no git repository" in capsys.readouterr().err


def test_the_users_hooks_run_and_what_they_say_is_shown(
    shop: GitRepository, use: Use, capsys: Capture
) -> None:
    use("raise the limit to 18")
    hook(shop, "pre-commit", "echo checking; exit 0")
    hook(shop, "commit-msg", 'echo "signed-off" >> "$1"')
    assert cli.main(["commit", "--yes"]) == 0
    assert "checking" in capsys.readouterr().err
    assert subject(shop).endswith("signed-off")


def test_a_hook_that_refuses_keeps_the_message(shop: GitRepository, use: Use, capsys: Capture) -> None:
    use("raise the limit to 18")
    hook(shop, "pre-commit", "printf 'no \\033[31mtabs\\033[0m\\n' >&2; exit 3")
    assert cli.main(["commit", "--yes"]) == 1
    told = capsys.readouterr().err
    assert "no tabs" in told and "\x1b" not in told
    kept = Path(told.partition("--file=")[2].split("\n")[0])
    assert kept.read_text() == "raise the limit to 18\n"
    assert subject(shop) == "a change"
    shop.git("commit", "--no-verify", "--quiet", f"--file={kept}")
    assert subject(shop) == "raise the limit to 18"


def test_a_message_that_begins_as_a_comment_is_kept(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shop.git("config", "commit.cleanup", "strip")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\necho '#12 more parts' > \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    use("raise the limit to 18")
    typed(monkeypatch, "e\ny\n")
    assert cli.main(["commit"]) == 0
    assert subject(shop) == "#12 more parts"


def test_an_index_that_changed_meanwhile_is_not_committed(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    use("raise the limit to 18")

    def stage_more(question: str, options: object) -> str:
        shop.write("order.py", "COUNT = 4\n")
        shop.git("add", "order.py")
        return "y"

    typed(monkeypatch, "")
    monkeypatch.setattr(ui, "choose", stage_more)
    assert cli.main(["commit"]) == 1
    assert "has changed since" in capsys.readouterr().err
    assert subject(shop) == "a change"


def test_another_index_of_the_environment_is_not_committed(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use("raise the limit to 18")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other"))
    assert cli.main(["commit", "--yes"]) == 1
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert subject(shop) == "a change"


def test_the_first_commit_of_a_repository(
    tmp_path: Path, use: Use, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    use("Begin")
    fresh = GitRepository(tmp_path / "fresh")
    fresh.git("config", "user.name", "Ada")
    fresh.git("config", "user.email", "ada@example.org")
    fresh.write("a.py")
    fresh.git("add", "a.py")
    monkeypatch.chdir(fresh.root)
    assert cli.main(["commit", "--yes"]) == 0
    assert subject(fresh) == "Begin"
    assert "on main." in capsys.readouterr().err


def test_a_detached_head_is_told(shop: GitRepository, use: Use, capsys: Capture) -> None:
    use("raise the limit to 18")
    shop.git("checkout", "--quiet", "--detach")
    assert cli.main(["commit", "--yes"]) == 0
    assert "HEAD is detached" in capsys.readouterr().err


def test_a_merge_is_left_to_git(shop: GitRepository, use: Use, capsys: Capture) -> None:
    use("never")
    shop.git("commit", "--quiet", "--message", "one")
    shop.git("checkout", "--quiet", "-b", "other", "HEAD^")
    shop.write("other.py")
    shop.commit()
    shop.git("merge", "--quiet", "--no-commit", "main")
    assert cli.main(["commit", "--yes"]) == 1
    assert "merge --continue" in capsys.readouterr().err


def test_conflicts_are_named(shop: GitRepository, use: Use, capsys: Capture) -> None:
    use("never")
    shop.git("commit", "--quiet", "--message", "one")
    shop.git("checkout", "--quiet", "-b", "other", "HEAD^")
    shop.write("stock.py", "LIMIT = 20\n")
    shop.commit()
    with pytest.raises(AssertionError):
        shop.git("merge", "--quiet", "main")
    assert cli.main(["commit", "--yes"]) == 1
    assert "conflicts in stock.py" in capsys.readouterr().err


def test_secrets_are_not_shown_to_the_model(shop: GitRepository, use: Use, capsys: Capture) -> None:
    model = use("raise the limit to 18")
    shop.write(".env", "TOKEN=abc123\n")
    shop.git("add", "--force", ".env")
    assert cli.main(["commit", "--dry-run"]) == 0
    assert "abc123" not in read_by(model) and "#.env (added, not shown: may hold secrets)" in read_by(model)
    assert ".env may hold secrets" in capsys.readouterr().err


def test_a_large_change_is_cut_to_the_budget_and_said(shop: GitRepository, use: Use, capsys: Capture) -> None:
    model = use("raise the limits")
    for number in range(20):
        shop.write(f"part{number}.py", "".join(f"VALUE_{line} = {number}\n" for line in range(40)))
    shop.git("add", "--all")
    assert cli.main(["commit", "--dry-run", "--budget", "2000"]) == 0
    told = capsys.readouterr().err
    assert "the model read" in told and "of its 21 places" in told
    whole = read_by(model)
    diff = whole.partition("This is committed now:\n\n")[2].partition("Write the subject")[0]
    assert 1000 < len(diff) <= 2000  # a token of this model is a character
    assert all(f"part{number}.py" in diff for number in range(20))


def test_a_change_of_very_many_files_names_some_of_them(
    shop: GitRepository, use: Use, capsys: Capture
) -> None:
    model = use("add the parts")
    for number in range(60):
        shop.write(f"part{number}.py")
    shop.git("add", "--all")
    assert cli.main(["commit", "--dry-run", "--budget", "600"]) == 0
    diff = read_by(model).partition("This is committed now:\n\n")[2].partition("Write the subject")[0]
    assert len(diff) <= 600 and "more files\n" in diff
    assert "of its 61 places" in capsys.readouterr().err


def test_json_tells_the_message_and_whether_it_was_committed(
    shop: GitRepository, use: Use, capsys: Capture
) -> None:
    use("raise the limit to 18")
    assert cli.main(["commit", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["message"] == "raise the limit to 18" and told["committed"] is False
    assert told["files"] == ["stock.py"] and told["exit_code"] == 0
    assert cli.main(["commit", "--json", "--yes"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["committed"] is True and told["commit"] == shop.git("rev-parse", "HEAD")


def test_an_empty_answer_commits_nothing(shop: GitRepository, use: Use, capsys: Capture) -> None:
    use("\n")
    assert cli.main(["commit", "--yes"]) == 1
    assert "wrote no message" in capsys.readouterr().err


def test_a_worktree_commits_its_own_index(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use("add a part")
    shop.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "side")
    (tmp_path / "tree" / "part.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path / "tree")
    assert os.system("git add part.py") == 0  # noqa: S605 - in the worktree
    assert cli.main(["commit", "--yes"]) == 0
    assert shop.git("log", "-1", "--format=%s", "side") == "add a part"
    assert shop.git("diff", "--staged", "--name-only") == "stock.py"


def test_a_chat_commits_with_its_own_model(
    shop: GitRepository, use: Use, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    model = use("raise the limit to 18")
    room = SimpleNamespace(
        workspace=SimpleNamespace(root=shop.root), loaded=SimpleNamespace(engine=model, budget=1000)
    )
    chat = cast("Chat", SimpleNamespace(room=lambda: room, settings=settings.collect()))
    typed(monkeypatch, "y\n")
    slash.run(chat, "/commit")
    assert subject(shop) == "raise the limit to 18"
    with pytest.raises(CoderError, match="Nothing is staged"):
        slash.run(chat, "/commit")
