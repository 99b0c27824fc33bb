"""Do edits apply, parse and touch the right lines? 60 small commits, their subjects as instructions.

    python -m tests.quality.edits FOLDER_OF_CLONES --out FILE.jsonl [--half tuning|heldout] [--free]
                                  [--few] [--limit N] [-m MODEL] [--budget N] [--work FOLDER]
    python -m tests.quality.edits FOLDER_OF_CLONES --out FILE.jsonl --real

FOLDER_OF_CLONES has a clone of each repository of edits.json, in a folder of its name. Each commit is tried
in the tree before it, with its file named: the walk of `coder edit`, applied where no complaint is left.
--free is the same request without the constraint: it asks for SEARCH/REPLACE blocks, which are read as
leniently as aider reads them (edits_free.py), as often as the walk tries. --real takes the commit's own text
instead of a model's; --few are the 20 commits of edits_aider.py. What counts is in edit_scores.py.

Rows are appended to --out as they come; a second start with the same file tries what is missing, and counts
all.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coder_cli import assistant, pace, prompts, settings
from coder_cli.changing import ANSWER
from coder_cli.editing import Editing, Proposal
from coder_cli.model.types import Completion, Finish, LanguageModel, Prompt, Sampling
from coder_cli.named import Named
from coder_cli.project import open_workspace
from coder_cli.prompts import Message, Role
from coder_cli.settings import Settings
from tests.quality import edit_set, edit_trees
from tests.quality.edit_set import Commit
from tests.quality.edit_trees import Trees, Tried
from tests.quality.edits_free import BlockError, applied, blocks

_TRIES = 3
MARKS = ("<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE")
_BLOCKS = """

Give each place that changes as a block: the path, the lines that change exactly as they are now, and the
lines that take their place. A block looks like this:

src/example.py
<<<<<<< SEARCH
    timeout = 10
=======
    timeout = 30
>>>>>>> REPLACE"""


@dataclass(frozen=True, slots=True)
class Walk:
    """The edit walk with a model that is loaded once."""

    settings: Settings
    model: LanguageModel
    budget: int
    free: bool

    def attempt(self, root: Path, commit: Commit) -> Tried:
        begun = time.monotonic()
        with contextlib.closing(open_workspace(self.settings, root)) as workspace:
            editing = Editing(
                self.model,
                workspace,
                commit.instruction,
                named=[Named(commit.path).seed],
                found=workspace.seeds(commit.instruction),
                answer_tokens=ANSWER,
                budget=self.budget,
            )
            tries = list(self._freely(editing, commit) if self.free else self._guided(editing, commit))
        last = tries[-1]
        return Tried(
            after=last.after,
            why=last.why,
            rounds=len(tries),
            prompt_tokens=sum(each.completion.prompt_tokens for each in tries),
            new_tokens=sum(each.completion.new_tokens for each in tries),
            seconds=time.monotonic() - begun,
            complaints=tuple(each.why for each in tries if each.why),
            answer="\n\n".join(each.completion.text for each in tries),
        )

    def _guided(self, editing: Editing, commit: Commit) -> Iterator[_Try]:
        completion: Completion | None = None
        for piece in editing.walk(Sampling()):
            if isinstance(piece, Completion):
                completion = piece
            elif isinstance(piece, Proposal):
                assert completion is not None
                yield _proposed(completion, piece, commit)

    def _freely(self, editing: Editing, commit: Commit) -> Iterator[_Try]:
        """As often as the walk: greedily, told what was wrong, and then with some chance."""
        *before, request = editing.briefing.messages
        begun = [*before, Message(Role.USER, request.text + _BLOCKS)]
        messages, sampling = begun, Sampling()
        for number in range(_TRIES):
            parts = prompts.conversation(self.model.family, self.model.chat_template, messages)
            *_, completion = self.model.generate(Prompt(parts, max_new_tokens=ANSWER), sampling)
            assert isinstance(completion, Completion)
            found = _read(completion, editing.before[commit.path])
            yield found
            if not found.why:
                return
            if number == 0:
                told = Message(Role.USER, found.why)
                messages = [*begun, Message(Role.ASSISTANT, completion.text), told]
            else:
                messages, sampling = begun, Sampling(temperature=0.7, top_p=0.9, seed=1)


@dataclass(frozen=True, slots=True)
class _Try:
    completion: Completion
    after: bytes | None
    why: str


def _proposed(completion: Completion, proposal: Proposal, commit: Commit) -> _Try:
    after = next((change.after for change in proposal.changes if change.path == commit.path), None)
    why = " ".join(proposal.complaints) or ("" if after is not None else "no edit in the answer")
    return _Try(completion, None if why else after, why)


def _read(completion: Completion, before: bytes) -> _Try:
    if completion.finish is not Finish.STOP:
        return _Try(completion, None, "cut short")
    text = before.decode("utf-8")
    crlf = text.count("\r\n") * 2 > text.count("\n")
    text = text.replace("\r\n", "\n") if crlf else text
    try:
        after = applied(text, blocks(completion.text, MARKS))
    except BlockError as problem:
        return _Try(completion, None, str(problem))
    changed = (after.replace("\n", "\r\n") if crlf else after).encode("utf-8")
    return _Try(completion, changed, "" if changed != before else "nothing changed")


def real(root: Path, commit: Commit) -> Tried:
    return Tried(edit_set.git(root, "show", f"{commit.sha}:{commit.path}"), "", 0, 0, 0, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clones", type=Path, metavar="FOLDER_OF_CLONES")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--half", choices=[edit_set.TUNING, edit_set.HELD_OUT])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--few", action="store_true")
    parser.add_argument("-m", "--model", default="starter")
    parser.add_argument(
        "--budget", type=int, help="tokens of code; default: what this device reads in ten seconds"
    )
    parser.add_argument("--work", type=Path, help="where the trees are made; default: a temporary folder")
    options = parser.parse_args()
    chosen = edit_set.few(10) if options.few else edit_set.commits()
    commits = [commit for commit in chosen if options.half in (None, commit.half)][: options.limit]
    with work_folder(options.work) as work:
        trees = Trees(options.clones.resolve(), work)
        if options.real:
            edit_trees.run(commits, trees, "real", "", options.out, real)
            return
        own = settings.collect().with_flags(model=options.model, quiet=True)
        installed, model = assistant.open_model(own, print)
        budget = options.budget
        if budget is None:
            known = pace.pace(own, installed, model, print)
            budget = pace.default_budget(known, model.context_length, ANSWER)
        print(f"{installed.name}, {budget} tokens of code")
        walk = Walk(own, model, budget, options.free)
        mode = "free" if options.free else "guided"
        edit_trees.run(commits, trees, mode, installed.name, options.out, walk.attempt)


@contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="coder-edits-") as made:
        yield Path(made)


if __name__ == "__main__":
    main()
