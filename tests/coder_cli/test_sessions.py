"""Sessions outlive crashes, and give back exactly what was kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from coder_cli import sessions
from coder_cli.errors import UsageError
from coder_cli.model.types import Sampling
from coder_cli.sessions import Made, SessionStore, Source, Turn


def turn(request: str = "why?", ids: tuple[int, ...] = (1, 70_000, 3)) -> Turn:
    made = Made(
        model="tiny",
        artefact="ab",
        runtime="onnxruntime 1.32.0",
        device="cpu",
        threads=2,
        context_length=2048,
        sampling=Sampling(temperature=0.5, seed=7),
        stop=("\n\n",),
        max_new_tokens=64,
        prompt_ids=ids,
        runs=(2, 1),
    )
    return Turn("ask", request, "Because é \udc80.", "stop", made, (Source("a.py", 1, 9),), (), 1024, 1.5)


def test_a_turn_comes_back_as_it_was(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    session = store.begin("ask", "/repo", "tiny")
    session.append_turn(turn())
    kept = store.load("last").turns
    assert len(kept) == 1 and kept[0].at
    assert kept[0].made == turn().made and kept[0].sources == turn().sources
    assert (kept[0].request, kept[0].answer) == ("why?", "Because é \udc80.")
    assert store.load(session.name[:12]).name == session.name


def test_a_line_that_a_crash_cut_off_costs_only_itself(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    session = store.begin("chat", "/repo", "tiny")
    session.append_turn(turn("one"))
    session.append_turn(turn("two"))
    session.file.write_bytes(session.file.read_bytes()[:-20])
    again = store.load(session.name)
    assert [one.request for one in again.turns] == ["one"]
    again.append_turn(turn("three"))
    assert [one.request for one in store.load(session.name).turns] == ["one", "three"]


def test_other_records_stand_between_the_turns(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).begin("chat", "/repo", "tiny")
    session.append("added", path="a.py")
    session.append_turn(turn())
    kept = SessionStore(tmp_path).load(session.name)
    assert [record["kind"] for record in kept.records] == ["added", "turn"]
    assert kept.records[0]["path"] == "a.py" and len(kept.turns) == 1


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).begin("ask", "/repo", "tiny")
    session.append_turn(turn())
    assert stat.S_IMODE(session.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(session.file.parent.stat().st_mode) == 0o700


def test_a_name_of_none_or_of_several_is_refused(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    for name in ("last", "2026"):
        with pytest.raises(UsageError, match="no session"):
            store.load(name)
    for _ in range(2):
        store.begin("ask", "/repo", "tiny").append_turn(turn())
    with pytest.raises(UsageError, match="Several"):
        store.load("2")


def test_single_answers_go_before_chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    store = SessionStore(tmp_path)
    session = store.begin("chat", "/repo", "tiny")
    session.append_turn(turn())
    for _ in range(5):
        store.begin("ask", "/repo", "tiny").append_turn(turn())
    left = store.summaries()
    assert len(left) == 3 and session.name in {one.name for one in left}


def test_a_list_passes_over_what_is_damaged(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    session = store.begin("ask", "/repo", "tiny")
    session.append_turn(turn("how  is\nit?"))
    (store.folder / "20200101-000000-0000.jsonl").write_bytes(b"\xff\x00 nothing")
    (found,) = store.summaries()
    assert (found.title, found.turns, found.command) == ("how is it?", 1, "ask")


def test_the_hash_of_a_prompt_is_that_of_its_ids() -> None:
    assert turn().made.prompt_hash == sessions.hash_of([1, 70_000, 3]) != sessions.hash_of([1, 3, 70_000])


def test_a_session_without_a_record_leaves_nothing(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.begin("ask", "/repo", "tiny")
    assert store.summaries() == []
