"""What is staged becomes a commit: its message is drafted, shown, changed as the user likes, given to git.

The commit itself is git's own, as if the user had typed it: with the hooks, the signing and the identity that
are configured, because one that goes around them is not the commit that was asked for. All before it only
reads, and runs nothing that a repository names.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import assistant, files, pace, running, ui
from coder_cli.commit_message import ANSWER, Drafted, draft
from coder_cli.commit_style import LONGEST, style_of
from coder_cli.errors import CoderError, ExitCode, UsageError
from coder_cli.model.types import Completion, LanguageModel, Sampling
from coder_cli.project import find_repo
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from retrieval.changes import Changes
    from retrieval.git_commands import GitCommands
    from retrieval.repo import Repo

_OPTIONS = {"y": "commit with this message", "e": "change the message in your editor", "n": "commit nothing"}
# Files in git's folder that stand for something begun, with what concludes it.
_BEGUN = {
    "MERGE_HEAD": ("A merge", "git merge --continue"),
    "CHERRY_PICK_HEAD": ("A cherry-pick", "git cherry-pick --continue"),
    "REVERT_HEAD": ("A revert", "git revert --continue"),
}


@dataclass(frozen=True, slots=True)
class Staged:
    """What the next commit would hold. `stamp` tells whether the index is still the same."""

    repo: Repo
    commands: GitCommands
    changes: Changes
    stamp: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is to be done."""

    sure: bool = False  # commit without asking
    only_shown: bool = False  # write the message and commit nothing
    as_json: bool = False
    budget: int | None = None  # tokens of the diff; None: what this device reads in ten seconds


def commit(settings: Settings, manner: Manner) -> ExitCode:
    """Open what is needed; then as `conclude`."""
    installed = assistant.find_model(settings)
    staged = find_staged(find_repo(settings))
    _, model = assistant.open_model(settings, ui.say)
    if manner.budget is None:
        known = pace.pace(settings, installed, model, ui.say)
        budget = pace.default_budget(known, model.context_length, ANSWER)
    else:
        budget = manner.budget
    return conclude(settings, staged, model, budget, manner)


def conclude(
    settings: Settings, staged: Staged, model: LanguageModel, budget: int, manner: Manner
) -> ExitCode:
    """Draft the message, show it, and commit where the user agrees."""
    drafted = drafted_message(staged, model, budget)
    _tell(drafted)
    if not drafted.message:
        raise CoderError("The model wrote no message.", "git commit")
    message: str | None = drafted.message
    if not manner.as_json:
        ui.answer(drafted.message, end="\n")
    if manner.only_shown or (manner.as_json and not manner.sure):
        message = None
    elif not manner.sure:
        message = _agreed(drafted.message)
    done = message is not None and _committed(settings, staged, message)
    code = ExitCode.DONE if done or manner.only_shown else ExitCode.NEGATIVE
    if manner.as_json:
        code = ExitCode.DONE
        ui.json(_as_json(staged, drafted, done, code))
    elif message is None and not manner.only_shown:
        ui.say("Nothing was committed.")
    return code


def find_staged(repo: Repo) -> Staged:
    """CoderError where nothing is staged, or where git has something begun that it concludes itself."""
    from retrieval.changes import find_changes

    commands = repo.git
    if commands is None or not repo.has_working_tree:
        raise UsageError("There is no git repository with a working tree here.")
    _check_state(commands)
    stamp = _stamp(commands)
    changes = find_changes(repo, staged=True)
    if not changes and changes.left_out:
        raise CoderError("All that is staged is kept from the model by .coderignore.", "git commit")
    if not changes:
        raise CoderError("Nothing is staged.", "git add FILE, then coder commit")
    return Staged(repo, commands, changes, stamp)


def drafted_message(staged: Staged, model: LanguageModel, budget: int) -> Drafted:
    style = style_of(staged.commands, staged.repo.head)
    with ui.prefilling() as progress:
        for one in draft(model, staged.repo.root.name, staged.changes, style, budget, Sampling(), progress):
            if isinstance(one, Completion):
                ui.detail(f"{one.prompt_tokens} tokens read, {one.new_tokens} written")
            else:
                return one
    raise AssertionError("a draft ends with a message")


def _check_state(commands: GitCommands) -> None:
    unmerged = commands.output("ls-files", "--unmerged", "-z")
    if unmerged:
        paths = sorted(
            {row.partition(b"\t")[2].decode("utf-8", "replace") for row in unmerged.split(b"\0") if row}
        )
        raise CoderError(f"There are conflicts in {_named(paths)}.", "Resolve them, then git add them.")
    folder = Path(os.fsdecode(commands.output("rev-parse", "--absolute-git-dir").rstrip(b"\n")))
    for name, (what, how) in _BEGUN.items():
        if (folder / name).exists():
            raise CoderError(f"{what} is in progress: git has a message for it already.", how)


def _stamp(commands: GitCommands) -> str:
    """Of all that is staged, and of what it is staged on."""
    _, head, _ = commands.attempt("rev-parse", "--verify", "--quiet", "HEAD")
    return sha256(head + commands.output("ls-files", "--stage", "-z")).hexdigest()


def _tell(drafted: Drafted) -> None:
    """What of the change the model has not read."""
    seen = drafted.shown
    if seen.hidden:
        ui.warn(f"{_named(seen.hidden)} may hold secrets, and is staged. The model was not shown it.")
    if not seen.is_whole:
        cut = ", some in part" if seen.cut else ""
        ui.say(f"The change is large: the model read {seen.hunks} of its {seen.of_hunks} places{cut}.")


def _agreed(message: str) -> str | None:
    """The message as the user wants it; None: no commit."""
    if not ui.is_a_terminal():
        ui.say("Nobody can be asked here: --yes commits, --dry-run only shows.")
        return None
    while True:
        taken = ui.choose("Commit this?", _OPTIONS)
        if taken == "y":
            return message
        if taken != "e":
            return None
        message = _edited(message)
        if not message:
            ui.say("The message is empty.")
            return None
        ui.answer(message, end="\n")
        if len(message.partition("\n")[0]) > LONGEST:
            ui.say(f"The subject has more than {LONGEST} characters.")


def _edited(message: str) -> str:
    """In $VISUAL or $EDITOR; as it was where the user leaves without saving."""
    import click

    try:
        text = click.edit(f"{message}\n", extension=".txt")
    except click.ClickException as problem:
        raise CoderError(problem.format_message(), "Set EDITOR to an editor that there is.") from None
    return message if text is None else text.strip()


def _committed(settings: Settings, staged: Staged, message: str) -> bool:
    """By git itself; what it and its hooks say is shown. The message is kept where it fails."""
    kept = settings.state_dir / "commit-message.txt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    files.write_whole(kept, f"{message}\n")
    root = staged.repo.root
    if _stamp(staged.commands) != staged.stamp or not _is_its_own(root, staged.commands):
        raise CoderError(
            "What is staged has changed since it was read: nothing was committed.", "coder commit, once more"
        )
    words = ("git", "commit", "--quiet", "--cleanup=whitespace", f"--file={kept}")
    output = running.run(running.Program.of_words(words), root, ui.say, apart=False)
    if output.interrupted:
        ui.say(f"The message is kept: git commit --file={kept}")
        raise KeyboardInterrupt
    if output.status:
        raise CoderError(
            f"git commit failed (exit code {output.status}): nothing was committed.",
            f"The message is kept: git commit --file={kept}",
        )
    kept.unlink(missing_ok=True)
    branch = _told(staged.commands, "symbolic-ref", "--quiet", "--short", "HEAD")
    done = _told(staged.commands, "rev-parse", "--short", "HEAD")
    ui.say(f"{done} is committed" + (f" on {branch}." if branch else ". HEAD is detached: no branch has it."))
    return True


def _told(commands: GitCommands, *arguments: str) -> str:
    return commands.attempt(*arguments)[1].decode("utf-8", "replace").strip()


def _is_its_own(root: Path, commands: GitCommands) -> bool:
    """Whether git, as the user's environment leads it, means the index that was read."""
    asked = ("git", "rev-parse", "--git-path", "index")
    heard = running.run(running.Program.of_words(asked), root, lambda _: None)
    paths = "".join(heard.head), _told(commands, "rev-parse", "--git-path", "index")
    theirs, ours = (os.path.realpath(root / path) for path in paths)
    return heard.status == 0 and theirs == ours


def _named(paths: tuple[str, ...] | list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


def _as_json(staged: Staged, drafted: Drafted, done: bool, code: ExitCode) -> dict[str, object]:
    told: dict[str, object] = {
        "message": drafted.message,
        "committed": done,
        "files": [file.path for file in staged.changes.files],
        "hidden": list(drafted.shown.hidden),
        "hunks": drafted.shown.of_hunks,
        "hunks_read": drafted.shown.hunks,
        "exit_code": int(code),
    }
    if done:
        told["commit"] = staged.commands.output("rev-parse", "HEAD").decode().strip()
    return told
