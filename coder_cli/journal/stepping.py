"""One step of files from old to new: all of them, or none, whenever it is cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coder_cli.errors import CoderError
from coder_cli.journal.store import Store
from coder_cli.journal.tree import Tree
from coder_cli.journal.types import Move, Recovery, StaleFile, Step, Version


def go(tree: Tree, step: Step, contents: Mapping[str, bytes]) -> None:
    """Change the files. `contents` are the new ones by digest. What fails half way is for `settle`."""
    for folder in step.makes:
        tree.make_folder(folder)
    for move in step.moves:
        if move.new is not None:
            tree.stage(move.path, move.temporary, contents[move.new.digest], move.new.mode)
    for move in step.moves:  # once more: staging may have taken its time
        if not _is(tree, move.path, move.old):
            raise StaleFile(f"{move.path} has changed meanwhile: nothing is changed.")
    for move in step.moves:
        if move.new is not None:
            tree.put(move.path, move.temporary)
        else:
            tree.remove(move.path)
    _finish(tree, step.moves, step.removes)


def settle(tree: Tree, store: Store) -> Recovery | None:
    """End a step that was cut off: done where all files are new already, otherwise as if it had not begun.

    A file that is neither as before nor as after is someone's work, and left alone.
    """
    step = store.pending()
    if step is None:
        return None
    finished = all(_is(tree, move.path, move.new) for move in step.moves)
    left = []
    for move in step.moves:
        tree.discard(move.path, move.temporary)
    if finished:
        _finish(tree, step.moves, step.removes)
        store.end()
    else:
        left = [move.path for move in step.moves if not _taken_back(tree, store, move)]
        _finish(tree, step.moves, step.makes)
        store.abandon()
    return Recovery(step.kind, step.title, finished, tuple(left))


def _finish(tree: Tree, moves: Sequence[Move], removes: Sequence[str]) -> None:
    """The files have their names: now on the disk as well, and without folders that are of no more use."""
    for path in {move.path.rpartition("/")[0]: move.path for move in moves}.values():  # one a folder
        tree.sync_above(path)
    for folder in reversed(removes):
        tree.remove_folder(folder)


def _taken_back(tree: Tree, store: Store, move: Move) -> bool:
    """False where the file is neither old nor new."""
    if _is(tree, move.path, move.old):
        return True
    if not _is(tree, move.path, move.new):
        return False
    if move.old is None:
        tree.remove(move.path)
        return True
    for folder in tree.missing_folders(move.path):
        tree.make_folder(folder)
    tree.stage(move.path, move.temporary, store.content(move.old.digest), move.old.mode)
    tree.put(move.path, move.temporary)
    return True


def _is(tree: Tree, path: str, version: Version | None) -> bool:
    try:
        content = tree.read(path)
    except CoderError:  # a link by now, or a folder: not of ours
        return False
    if content is None or version is None:
        return content is None and version is None
    return content.version.digest == version.digest
