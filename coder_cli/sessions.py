"""What was asked and answered, kept on this machine: a file a session, a line a record, so that a crash loses
nothing but the line it was in."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from coder_cli.errors import RepositoryError, UsageError
from coder_cli.model.types import Sampling

FOLDER = "sessions"
MOST_SESSIONS = 500  # files; of those with a single answer the oldest go first
_ENDING = ".jsonl"
_FORM = 1  # of the records
_TITLE = 72  # characters


@dataclass(frozen=True, slots=True)
class Source:
    """Lines of a file that the model had before it."""

    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Made:
    """How an answer was made: the same again gives the same text."""

    model: str
    artefact: str  # SHA-256 over the model's files, as its manifest has them
    runtime: str
    device: str
    threads: int
    context_length: int
    sampling: Sampling
    stop: tuple[str, ...]
    max_new_tokens: int
    prompt_ids: tuple[int, ...]
    runs: tuple[int, ...]  # of the prompt, from its first token: how many tokens each took

    @property
    def prompt_hash(self) -> str:
        return hash_of(self.prompt_ids)


@dataclass(frozen=True, slots=True)
class Turn:
    """A request and its answer."""

    command: str
    request: str
    answer: str
    finish: str
    made: Made
    sources: tuple[Source, ...] = ()  # what the model was given
    cited: tuple[Source, ...] = ()  # what of it the answer names
    budget: int | None = None  # tokens of repository text that were allowed
    seconds: float | None = None
    at: str = ""  # local time, ISO 8601; filled in when it is kept


@dataclass(slots=True)
class Session:
    """`records` are all that was appended: `{"kind": ..., ...}`. Turns are those of kind "turn"."""

    name: str
    file: Path
    head: Mapping[str, Any]
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def turns(self) -> list[Turn]:
        return [_turn(record) for record in self.records if record["kind"] == "turn"]

    def append_turn(self, turn: Turn) -> None:
        told = asdict(turn)
        self.append("turn", **{**told, "at": turn.at or _now()})

    def append(self, kind: str, **record: object) -> None:
        """On disk when it returns. The first record brings the head along: no session is empty."""
        begins = b"" if self.file.exists() else _line(self.head)
        line = _line({"kind": kind, **record})
        handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            whole = not size or os.pread(handle, 1, size - 1) == b"\n"
            os.write(handle, begins + (line if whole else b"\n" + line))  # after a line that a crash cut off
            os.fsync(handle)
        finally:
            os.close(handle)
        self.records.append(json.loads(line))


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of a list of sessions."""

    name: str
    command: str
    repository: str
    model: str
    turns: int
    title: str  # how the first request begins
    seconds: float  # of the last change, since the epoch


class SessionStore:
    """The sessions of one user. Their texts are code: nobody else may read them."""

    def __init__(self, state_dir: Path) -> None:
        self.folder = state_dir / FOLDER

    def begin(self, command: str, repository: str, model: str) -> Session:
        """A new one. Its file is there once something is appended."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tidy()
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        head = {
            "kind": "session",
            "form": _FORM,
            "command": command,
            "repository": repository,
            "model": model,
            "at": _now(),
        }
        return Session(name, self.folder / f"{name}{_ENDING}", head)

    def load(self, name: str) -> Session:
        """By its name, the beginning of it, or "last". UsageError where it is none's or several's."""
        files = self._files()
        if name == "last":
            found = files[-1:]
        else:
            exact = [file for file in files if file.stem == name]
            found = exact or [file for file in files if file.stem.startswith(name)]
        if len(found) != 1:
            what = "Several sessions begin" if found else "There is no session that begins"
            raise UsageError(f"{what} with {name!r}.", "coder sessions")
        return _read(found[0])

    def summaries(self) -> list[Summary]:
        """The latest first. Damaged files are passed over."""
        found = []
        for file in reversed(self._files()):
            try:
                session = _read(file)
            except RepositoryError:
                continue
            turns = [record for record in session.records if record["kind"] == "turn"]
            first = " ".join(str(turns[0].get("request", "")).split()) if turns else ""
            words = {name: str(session.head.get(name, "")) for name in ("command", "repository", "model")}
            found.append(
                Summary(
                    session.name,
                    **words,
                    turns=len(turns),
                    title=first[:_TITLE],
                    seconds=file.stat().st_mtime,
                )
            )
        return found

    def _files(self) -> list[Path]:
        """By time; names begin with it."""
        try:
            return sorted(file for file in self.folder.iterdir() if file.suffix == _ENDING)
        except FileNotFoundError:
            return []

    def _tidy(self) -> None:
        """Chats are kept longer than single answers."""
        files = self._files()
        extra = len(files) - MOST_SESSIONS + 1
        if extra > 0:
            ranked = sorted(files, key=lambda file: (_first_line(file).get("command") == "chat", file.name))
            for file in ranked[:extra]:
                file.unlink(missing_ok=True)


def hash_of(ids: Sequence[int]) -> str:
    """SHA-256 of ids as 32-bit little-endian numbers: known without the tokenizer."""
    seen = hashlib.sha256()
    for number in ids:
        seen.update(number.to_bytes(4, "little"))
    return seen.hexdigest()


def _line(told: Mapping[str, object]) -> bytes:
    return (json.dumps(told, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def _read(file: Path) -> Session:
    """What is whole of it: a line that a crash cut off at the end is passed over."""
    records = list(_records(file))
    if not records or records[0].get("kind") != "session" or records[0].get("form") != _FORM:
        raise RepositoryError(f"{file} is no session that this version can read.", f"rm {file}")
    return Session(file.stem, file, records[0], records[1:])


def _records(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise RepositoryError(f"{file} cannot be read: {error.strerror}.") from error
    for line in lines:
        try:
            record = json.loads(line.decode("utf-8", "surrogatepass"))
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("kind"), str):
            yield record


def _first_line(file: Path) -> dict[str, Any]:
    try:
        return next(_records(file), {})
    except RepositoryError:
        return {}


def _turn(record: Mapping[str, Any]) -> Turn:
    """RepositoryError where it is not what `append_turn` wrote."""
    try:
        made = dict(record["made"])
        made["sampling"] = Sampling(**made["sampling"])
        made |= {name: tuple(made[name]) for name in ("stop", "prompt_ids", "runs")}
        told = {name: value for name, value in record.items() if name != "kind"}
        places = {name: tuple(Source(**each) for each in record[name]) for name in ("sources", "cited")}
        return Turn(**{**told, **places, "made": Made(**made)})
    except (KeyError, TypeError, ValueError) as error:
        raise RepositoryError(f"A record of the session is damaged: {error}.") from error


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
