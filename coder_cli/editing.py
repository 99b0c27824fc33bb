"""The walk of an edit: what the model is shown, its answer along a guide, the files that come of it."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from coder_cli import prompts
from coder_cli.briefing import Briefing, Task, brief
from coder_cli.edits.checks import complaints, refusals, unparsed
from coder_cli.edits.format import LONGEST_UNIT, Editable, EditGuide, Marks, marks_for
from coder_cli.edits.splice import spliced
from coder_cli.edits.types import Edit, EditError, FileChange
from coder_cli.errors import RepositoryError
from coder_cli.model.guide import Lines
from coder_cli.model.types import (
    Completion,
    Finish,
    LanguageModel,
    Part,
    PrefillProgress,
    Prompt,
    Sampling,
    unheard,
)
from coder_cli.prompts import Message, Role
from coder_cli.workspace import Workspace
from retrieval.types import SourceFile, SymbolKind
from retrieval.window import Item, Level, Seed
from retrieval.working_tree import Content, read_content, stays_inside

_LIKELY = 2  # of those, where the first change is looked for
_FILES = 3  # that may change where none is named: those that the request points to
_PLACES = 4  # of a named file that are shown where it does not fit whole
_TYPES = {
    SymbolKind.CLASS,
    SymbolKind.INTERFACE,
    SymbolKind.STRUCT,
    SymbolKind.ENUM,
    SymbolKind.NAMESPACE,
    SymbolKind.MODULE,
}
_ANOTHER = 0.7  # the temperature where the likeliest answer was wrong twice
_LARGEST = 16 << 20  # bytes of a file that can be edited
_PATH = re.compile(r"(?<![\w./\\])[\w.@+-]+(?:/[\w.@+-]+)*\.\w+(?![\w/])")  # a file that a request may name


@dataclass(frozen=True, slots=True)
class Proposal:
    """What became of an answer. It can be applied where there are changes and no complaints."""

    edits: tuple[Edit, ...]
    changes: tuple[FileChange, ...]
    complaints: tuple[str, ...]  # why not, or what is wrong with it, as the model and the user read it
    answer: str
    plan: str = ""  # what the model says about it


class Editing:
    """One request for a change, and the tries at it. Files are those that were read when it began."""

    def __init__(
        self,
        model: LanguageModel,
        workspace: Workspace,
        request: str,
        *,
        named: Sequence[Seed] = (),
        found: Sequence[Seed] = (),
        attached: str = "",
        answer_tokens: int,
        budget: int | None,
    ) -> None:
        """`named`: files or lines of them that are to change; none: what the window shows.

        ContextError where the request does not fit.
        """
        self._model = model
        self._workspace = workspace
        self._answer_tokens = answer_tokens
        self.tries = 0
        new = _new_paths(request, workspace)
        seeds = tuple(dict.fromkeys((*_places(workspace, named, request), *found)))
        marks = Marks()
        while True:
            task = Task(
                "edit", request, seeds, attached=attached, words={"fence": marks.fence}, outlined=False
            )
            self.briefing: Briefing = brief(model, workspace, task, answer_tokens, budget)
            self.before = _read(workspace, self.briefing.window.items)
            pointed = [seed.path for seed in found if seed.path in self.before]
            allowed = {seed.path for seed in named} or set(list(dict.fromkeys(pointed))[:_FILES])
            files = {
                item.path: _editable(workspace, item, seeds)
                for item in self.briefing.window.items
                if item.path in allowed and item.path in self.before
            }
            needed = marks_for("\n".join(file.lines) for file in files.values())
            if needed == marks:
                break
            marks = needed
        if not files and not new:
            raise RepositoryError("There is no file to change in what the model is shown.", "Name one.")
        self.guide = EditGuide(files, self._is_fine, model.count_tokens, answer_tokens, new, marks)
        self._messages = list(self.briefing.messages)

    def walk(
        self, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion | Proposal]:
        """Answers as they come, each with its Completion and Proposal; the last one counts.

        An answer that cannot be applied, or is wrong by itself, is told so once; then another is drawn.
        Of one that has come to nothing there is nothing to tell.
        """
        proposal = yield from self._heard(self.propose(sampling, progress))
        if proposal.complaints and proposal.edits:
            said = "\n".join(proposal.complaints)
            proposal = yield from self._heard(self.repair(proposal, said, sampling, progress))
        if proposal.complaints:
            del self._messages[len(self.briefing.messages) :]
            drawn = replace(sampling, temperature=_ANOTHER, top_p=0.9, seed=sampling.seed or 1)
            yield from self.propose(drawn, progress)

    def _heard(
        self, pieces: Iterator[str | Completion | Proposal]
    ) -> Generator[str | Completion | Proposal, None, Proposal]:
        """The pieces, and what the answer comes to."""
        for piece in pieces:
            yield piece
            if isinstance(piece, Proposal):
                return piece
        raise RuntimeError("an answer ends with a proposal")

    def propose(
        self, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion | Proposal]:
        """The model's answer as it comes, its Completion, then what becomes of it."""
        parts = prompts.conversation(self._model.family, self._model.chat_template, self._messages)
        yield from self._answered(parts, sampling, progress)

    def repair(
        self, proposal: Proposal, complaint: str, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion | Proposal]:
        """Another answer, to the files as they were, after being told what is wrong with that one."""
        self._messages += [Message(Role.ASSISTANT, proposal.answer), Message(Role.USER, complaint)]
        yield from self.propose(sampling, progress)

    def _answered(
        self, parts: tuple[Part, ...], sampling: Sampling, progress: PrefillProgress
    ) -> Iterator[str | Completion | Proposal]:
        self.tries += 1
        prompt = Prompt(parts, max_new_tokens=self._answer_tokens, guide=self.guide)
        for piece in self._model.generate(prompt, sampling, progress):
            yield piece
            if isinstance(piece, Completion):
                yield self._proposal(piece)

    def _proposal(self, completion: Completion) -> Proposal:
        edits = tuple(self.guide.edits)
        if completion.finish is not Finish.STOP:
            broken = f"The answer broke off after {completion.new_tokens} tokens."
            return Proposal(edits, (), (broken,), completion.text)
        if not edits:
            return Proposal((), (), ("The answer changes nothing.",), completion.text)
        try:
            changes = self.changes_of(edits)
        except EditError as problem:
            return Proposal(edits, (), (problem.message,), completion.text)
        found = (*refusals(changes), *complaints(self._workspace, changes))
        return Proposal(edits, changes, found, completion.text, "\n".join(self.guide.said))

    def _is_fine(self, edits: Sequence[Edit]) -> bool:
        """It parses, and nothing is lost. What it needs may come with a later block."""
        try:
            changes = self.changes_of(edits)
        except EditError:
            return False
        return not (refusals(changes) or unparsed(changes))

    def changes_of(self, edits: Sequence[Edit]) -> tuple[FileChange, ...]:
        """The files with all edits applied. EditError where one of them cannot be."""
        paths = dict.fromkeys(edit.path for edit in edits)
        return tuple(
            FileChange(
                path,
                self.before.get(path),
                spliced(self.before.get(path), [edit for edit in edits if edit.path == path]),
            )
            for path in paths
        )


def _places(workspace: Workspace, named: Sequence[Seed], request: str) -> Iterator[Seed]:
    """What is named, and where in it the request may point to, should it not fit whole."""
    for seed in named:
        if seed.start_line is None:
            yield from (
                replace(place, tight=False) for place in workspace.seeds_within(seed.path, request, _PLACES)
            )
        yield seed


def _read(workspace: Workspace, items: Sequence[Item]) -> dict[str, bytes]:
    """The bytes behind what the model is shown; a file that has changed in between is not among them."""
    found: dict[str, bytes] = {}
    for item in items:
        content = read_content(workspace.root, item.path, _LARGEST)
        file = workspace.read(item.path)
        if isinstance(content, Content) and isinstance(file, SourceFile):
            found[item.path] = content.data
    return found


def _editable(workspace: Workspace, item: Item, found: Sequence[Seed]) -> Editable:
    file = workspace.read(item.path)
    text = file.text if isinstance(file, SourceFile) else ""
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    spans = ((1, len(lines)),) if item.level is Level.WHOLE else item.spans
    likely = tuple(
        (seed.start_line, seed.end_line or seed.start_line)
        for seed in found
        if seed.path == item.path and seed.start_line is not None
    )[:_LIKELY]
    return Editable(tuple(lines), spans, tuple(_symbols(workspace, item.path)), likely)


def _symbols(workspace: Workspace, path: str) -> Iterator[tuple[str, Lines]]:
    parsed = workspace.parsed(path)
    if parsed is None:
        return
    parents = {symbol.parent for symbol in parsed.symbols}
    for index, symbol in enumerate(parsed.symbols):
        # A short class is a place by itself, where a method may be added; of a long one its methods are.
        long = symbol.end_line - symbol.start_line >= LONGEST_UNIT
        if not symbol.forward and not (long and index in parents and symbol.kind in _TYPES):
            yield parsed.qualified_name(index), (symbol.start_line, symbol.end_line)


def _new_paths(request: str, workspace: Workspace) -> list[str]:
    """Files that the request names and that are not there: they may be made."""
    return [
        path
        for path in dict.fromkeys(_PATH.findall(request))
        if "/" in path and stays_inside(path) and not os.path.lexists(workspace.root / path)
    ]
