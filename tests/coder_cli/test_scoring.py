"""What a model expects at places of a text: as if the text had been run one id at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from coder_cli.errors import ContextError
from coder_cli.model.engine import Engine
from coder_cli.model.runs import run
from coder_cli.model.scoring import score
from coder_cli.model.session import Interrupted
from coder_cli.model.types import Completion, Prompt, Sampling
from tests.tiny_model import tiny_model

CODE = "".join(f"def add{number}(first, second):\n    return first + second\n\n\n" for number in range(16))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("scored"))


@pytest.fixture
def engine(folder: Path) -> Engine:
    return Engine.open(folder, threads=1, notice=pytest.fail)


def one_by_one(engine: Engine, ids: list[int]) -> list[list[float]]:
    """The log-probability of every id behind each of the first, second, ... of `ids`."""
    rows = []
    for number in ids:
        logits = run(engine._session, engine.cache, [number], wanted=1)[0].astype(np.float64)
        rows.append(list(logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())))
    return rows


@pytest.mark.parametrize("first", [1, 2, 63, 64, 65, 130])
def test_scores_are_those_of_single_steps(engine: Engine, folder: Path, first: int) -> None:
    ids = engine.encode((CODE,))
    assert len(ids) > 140
    rows = one_by_one(Engine.open(folder, threads=1, notice=pytest.fail), ids)
    wanted = {place: {5, 70, 200} for place in range(first, len(ids) + 1, 3)}
    scores = engine.score(ids, wanted)
    assert scores is not None and scores.keys() == wanted.keys()
    for place, values in scores.items():
        assert values == pytest.approx({number: rows[place - 1][number] for number in (5, 70, 200)}, abs=0.05)


def test_the_cache_says_truly_what_is_there(engine: Engine, folder: Path) -> None:
    """What is scored or answered afterwards is as with a cold model."""
    ids = engine.encode((CODE,))
    other = [*ids[:100], *reversed(ids[100:])]
    wanted = {place: {7} for place in range(90, len(ids))}
    engine.score(ids, wanted)
    assert engine.cache.tokens == ids[: len(engine.cache.tokens)]
    again, cold = engine.score(other, wanted), Engine.open(folder, threads=1, notice=pytest.fail)
    assert again == cold.score(other, wanted)
    assert sum(engine.cache.runs) == len(engine.cache.tokens)
    prompt = Prompt((CODE,), max_new_tokens=8, ignore_stop_ids=True)
    *_, warm = engine.generate(prompt, Sampling())
    *_, fresh = cold.generate(prompt, Sampling())
    assert isinstance(warm, Completion) and isinstance(fresh, Completion) and warm.text == fresh.text


def test_what_is_asked_for_must_be_there(engine: Engine) -> None:
    ids = engine.encode((CODE,))
    assert engine.score(ids, {}) == {}
    for place in (0, len(ids) + 1):
        with pytest.raises(ValueError, match="places"):
            engine.score(ids, {place: {1}})
    with pytest.raises(ContextError):
        engine.score(ids * 50, {len(ids) * 50: {1}})


def test_a_cancel_ends_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = engine.encode((CODE,))
    wanted = {place: {1} for place in range(1, len(ids))}
    told = threading.Event()
    told.set()
    assert score(engine._session, engine.cache, ids, wanted, told) is None
    assert not engine.cache.tokens

    def broken_off(*given: object) -> None:
        raise Interrupted

    monkeypatch.setattr(engine._session, "run", broken_off)
    assert engine.score(ids, wanted) is None
    monkeypatch.undo()
    assert engine.score(ids, wanted)


def test_it_stops_between_two_runs(engine: Engine) -> None:
    ids = engine.encode((CODE,))
    heard = list[int]()

    def progress(done: int, total: int) -> None:
        heard.append(done)
        engine.cancel()

    assert engine.score(ids, {place: {1} for place in range(1, len(ids))}, progress) is None
    assert heard == [64]
