"""An engine with state on disk: the answers of one that has none, to the bit, with less to compute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coder_cli.errors import UsageError
from coder_cli.model.engine import Engine
from coder_cli.model.kv_store import BLOCK, KvStore, State
from coder_cli.model.runs import prefill
from coder_cli.model.types import Completion, Finish, Prompt, Sampling
from exporters.store import InstalledModel
from tests.tiny_model import tiny_model

GREEDY = Sampling()
LIMIT = 1 << 30
IDS = [int(number) for number in np.random.default_rng(5).integers(0, 256, 700)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="module")
def deepseek(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("deepseek"), "deepseek-coder-base")


def opened(folder: Path, prefixes: Path | None = None, limit: int = LIMIT) -> Engine:
    return Engine.open(folder, threads=1, notice=pytest.fail, prefixes=prefixes, prefix_bytes=limit)


def ask(engine: Engine, ids: Sequence[int], tokens: int = 20) -> Completion:
    prompt = Prompt((), max_new_tokens=tokens, ignore_stop_ids=True)
    *_, last = engine.generate_ids(ids, prompt, GREEDY)
    assert isinstance(last, Completion)
    return last


def logits(engine: Engine, ids: Sequence[int]) -> NDArray[np.float32]:
    """Of the last of `ids`, with whatever is cached or on disk."""
    engine.cache.roll_back(min(engine.cache.common_prefix(ids), len(ids) - 1))
    engine._restore(ids[:-1])
    found = prefill(engine._session, engine.cache, ids, threading.Event())
    assert found is not None
    return found.copy()


def past(engine: Engine) -> State:
    return engine._session.past(0, len(engine.cache.tokens))


def said(completion: Completion) -> tuple[str, tuple[int, ...]]:
    return completion.text, completion.runs


def test_from_the_disk_the_logits_and_the_state_are_those_of_a_cold_model(
    folder: Path, tmp_path: Path
) -> None:
    cold = opened(folder)
    expected = logits(cold, IDS)
    ask(opened(folder, tmp_path), IDS)
    stored = opened(folder, tmp_path)
    np.testing.assert_array_equal(logits(stored, IDS), expected)
    np.testing.assert_array_equal(past(stored), past(cold))


def test_asked_again_by_a_new_engine_only_what_fills_no_block_is_computed(
    folder: Path, tmp_path: Path
) -> None:
    first = ask(opened(folder, tmp_path), IDS)
    assert first.cached_tokens == 0
    second = ask(opened(folder, tmp_path), IDS)
    assert second.prompt_tokens - second.cached_tokens == len(IDS) % BLOCK
    assert said(second) == said(first)


@pytest.mark.parametrize("shared", [1, BLOCK - 1, BLOCK, 3 * BLOCK + 10, 8 * BLOCK])
def test_another_prompt_computes_what_follows_the_shared_beginning_and_less_than_a_block(
    folder: Path, tmp_path: Path, shared: int
) -> None:
    ask(opened(folder, tmp_path), IDS)
    other = [*IDS[:shared], *[number + 1 for number in IDS[shared:]]]
    answer = ask(opened(folder, tmp_path), other)
    assert 0 <= answer.prompt_tokens - answer.cached_tokens - (len(other) - shared) < BLOCK
    assert said(answer) == said(ask(opened(folder), other))


def test_in_a_chat_only_what_is_new_is_computed(folder: Path, tmp_path: Path) -> None:
    engine = opened(folder, tmp_path)
    ask(engine, IDS[:300], tokens=50)
    history = list(engine.cache.tokens)  # all but the last token, which had not been run
    assert len(history) == 349
    answer = ask(engine, [*history, *IDS[:90]])
    assert answer.prompt_tokens - answer.cached_tokens == 90
    assert answer.runs[:5] == (64, 64, 64, 64, 44)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.integers(0, 2), st.integers(0, 70), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_was_asked_before_an_answer_is_what_its_runs_make(
    folder: Path, tmp_path: Path, asked: list[tuple[int, int, int, bool]]
) -> None:
    engine, oracle = opened(folder, tmp_path), opened(folder)
    for length, variant, tokens, again in asked:
        if again:
            engine = opened(folder, tmp_path)
        ids = [*IDS[: length // 2], *[number + variant for number in IDS[length // 2 : length]]]
        answer = ask(engine, ids, tokens)
        prompt = Prompt((), max_new_tokens=tokens, ignore_stop_ids=True)
        *_, expected = oracle.replay(ids, answer.runs, prompt, GREEDY)
        assert isinstance(expected, Completion)
        assert said(answer) == said(expected)
        np.testing.assert_array_equal(past(engine), past(oracle))


def test_rolled_back_in_memory_the_rest_comes_from_the_disk(folder: Path, tmp_path: Path) -> None:
    ask(opened(folder, tmp_path), IDS)
    engine = opened(folder, tmp_path)
    ask(engine, [*IDS[:200], 7, 7, 7])
    answer = ask(engine, IDS)
    assert answer.cached_tokens == len(IDS) // BLOCK * BLOCK
    assert said(answer) == said(ask(opened(folder), IDS))


def test_a_damaged_block_is_computed_again_and_kept_again(folder: Path, tmp_path: Path) -> None:
    first = ask(opened(folder, tmp_path), IDS)
    third = sorted(tmp_path.iterdir(), key=lambda path: -path.stat().st_mtime_ns)[2]
    whole = third.read_bytes()
    third.write_bytes(whole[:5000] + b"\0\0\0\0" + whole[5004:])
    answer = ask(opened(folder, tmp_path), IDS)
    assert answer.cached_tokens == 2 * BLOCK
    assert said(answer) == said(first)
    assert third.read_bytes() == whole


def test_another_model_shares_the_folder_and_nothing_else(
    folder: Path, deepseek: Path, tmp_path: Path
) -> None:
    ask(opened(folder, tmp_path), IDS)
    answer = ask(opened(deepseek, tmp_path), IDS)
    assert answer.cached_tokens == 0
    assert said(answer) == said(ask(opened(deepseek), IDS))


def test_with_other_threads_nothing_is_taken(folder: Path, tmp_path: Path) -> None:
    ask(opened(folder, tmp_path), IDS)
    engine = Engine.open(folder, threads=2, notice=pytest.fail, prefixes=tmp_path, prefix_bytes=LIMIT)
    assert ask(engine, IDS).cached_tokens == 0
    assert (engine.numerics.threads, engine.numerics.device) == (2, "cpu")


def test_the_folder_stays_below_its_limit_and_what_is_left_of_a_prompt_is_used(
    folder: Path, tmp_path: Path
) -> None:
    block = BLOCK * 2 * 2 * 2 * 16 * 4 + 44
    ask(opened(folder, tmp_path, 6 * block), IDS[:350])
    ask(opened(folder, tmp_path, 6 * block), IDS[350:500])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 6 * block
    assert ask(opened(folder, tmp_path, 6 * block), IDS[:350]).cached_tokens == 4 * BLOCK


def test_state_in_half_precision_is_kept_as_it_is(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, target="cuda-fp16")  # its kernels exist on the CPU as well

    def engine(prefixes: Path | None) -> Engine:
        return Engine.open(
            model, device="cpu", threads=1, notice=pytest.fail, prefixes=prefixes, prefix_bytes=LIMIT
        )

    ask(engine(tmp_path / "kept"), IDS)
    answer = ask(engine(tmp_path / "kept"), IDS)
    assert answer.cached_tokens == len(IDS) // BLOCK * BLOCK
    assert said(answer) == said(ask(engine(None), IDS))


def test_ctrl_c_while_saving_ends_the_saving_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = KvStore._write

    def interrupted(self: KvStore, key: bytes, state: State) -> None:
        if len(list(tmp_path.iterdir())) == 3:
            raise KeyboardInterrupt
        real(self, key, state)

    monkeypatch.setattr(KvStore, "_write", interrupted)
    engine = opened(folder, tmp_path)
    assert ask(engine, IDS).finish is Finish.LENGTH
    monkeypatch.undo()
    assert ask(opened(folder, tmp_path), IDS).cached_tokens == 3 * BLOCK
    assert said(ask(engine, IDS)) == said(ask(opened(folder), IDS))


def test_an_answer_that_is_closed_early_leaves_its_prompt_on_the_disk(folder: Path, tmp_path: Path) -> None:
    pieces = opened(folder, tmp_path).generate_ids(IDS, Prompt((), ignore_stop_ids=True), GREEDY)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert ask(opened(folder, tmp_path), IDS).cached_tokens == len(IDS) // BLOCK * BLOCK


# Replay


def test_replayed_with_its_runs_a_chat_s_answer_is_the_same_to_the_bit(folder: Path) -> None:
    engine, other = opened(folder), opened(folder)
    ask(engine, IDS[:300], tokens=51)
    ids = [*engine.cache.tokens, *IDS[:90]]
    answer = ask(engine, ids)
    ask(other, IDS[100:300])  # is forgotten
    prompt = Prompt((), max_new_tokens=20, ignore_stop_ids=True)
    *_, again = other.replay(ids, answer.runs, prompt, GREEDY)
    assert isinstance(again, Completion)
    assert said(again) == said(answer)
    assert again.cached_tokens == 0
    np.testing.assert_array_equal(past(other), past(engine))


@pytest.mark.parametrize("runs", [[], [5], [400], [350, -50], [300, 0]])
def test_runs_that_are_not_the_prompt_s_are_an_error(folder: Path, runs: list[int]) -> None:
    with pytest.raises(UsageError):
        list(opened(folder).replay(IDS[:300], runs, Prompt(()), GREEDY))


# Warming


def text(tokens: int) -> str:
    return "".join(chr(ord("a") + number % 26) for number in IDS[:tokens])


def test_what_was_warmed_is_not_computed_again_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    engine = opened(folder, tmp_path)
    ids = engine.encode([text(400) + " and a question"])
    ready = engine.warm([text(400)])
    assert ready == engine.count_tokens(text(400)) // BLOCK * BLOCK
    answer = ask(engine, ids)
    assert answer.cached_tokens >= ready - BLOCK
    assert said(answer) == said(ask(opened(folder), ids))
    assert opened(folder, tmp_path).warm([text(400)]) == ready


def test_warming_what_is_there_runs_nothing(folder: Path, tmp_path: Path) -> None:
    engine = opened(folder, tmp_path)
    ask(engine, IDS)
    tokens = list(engine.cache.tokens)
    assert engine.warm([engine.decode(IDS[:5])]) == 0
    assert engine.cache.tokens == tokens


def test_an_answer_goes_before_warming_which_keeps_what_it_had(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(folder)
    ids = engine.encode([text(600)])
    real, running, runs = engine._session.run, threading.Event(), list[int]()

    def slow(own: NDArray[np.int64], past: int, wanted: int) -> NDArray[np.float32]:
        runs.append(past)
        if len(runs) == 3:
            running.set()
            time.sleep(0.1)
        return real(own, past, wanted)

    monkeypatch.setattr(engine._session, "run", slow)
    warmed: list[int] = []
    thread = threading.Thread(target=lambda: warmed.append(engine.warm([text(600)])))
    thread.start()
    running.wait()
    answer = ask(engine, ids, tokens=3)
    thread.join()
    assert answer.cached_tokens == warmed[0] in (2 * BLOCK, 3 * BLOCK)
    assert said(answer) == said(ask(opened(folder), ids, tokens=3))


def test_warming_is_ended_by_cancel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = opened(folder)
    real = engine._session.run

    def cancelling(own: NDArray[np.int64], past: int, wanted: int) -> NDArray[np.float32]:
        if past == BLOCK:
            engine.cancel()
        return real(own, past, wanted)

    monkeypatch.setattr(engine._session, "run", cancelling)
    assert engine.warm([text(600)]) in (BLOCK, 2 * BLOCK)


def test_while_an_answer_is_on_nothing_is_warmed(folder: Path) -> None:
    engine = opened(folder)
    answer = engine.generate_ids(IDS, Prompt((), ignore_stop_ids=True), GREEDY)
    next(answer)
    assert engine.warm([text(300)]) == 0
    answer.close()  # type: ignore[attr-defined]
    assert engine.warm([text(300)]) > 0


# Real weights

REAL = ["qwen2.5-coder-0.5b-instruct"]


@pytest.mark.real_model
@pytest.mark.parametrize("name", REAL)
def test_a_real_model_gives_the_cold_answer_from_the_disk_and_from_its_runs(
    name: str, real_model: Callable[[str], InstalledModel], tmp_path: Path
) -> None:
    model = real_model(name).folder

    def engine(prefixes: Path | None) -> Engine:
        return Engine.open(
            model, context_tokens=2048, notice=pytest.fail, prefixes=prefixes, prefix_bytes=LIMIT
        )

    first = engine(tmp_path)
    ids = first.encode([Path(__file__).read_text(encoding="utf-8")])[:500]
    cold = ask(first, ids, tokens=30)
    stored = engine(tmp_path)
    answer = ask(stored, ids, tokens=30)
    assert said(answer) == said(cold)
    assert answer.cached_tokens == len(ids) // BLOCK * BLOCK
    longer = [*stored.cache.tokens, *ids[:33]]
    second = ask(stored, longer, tokens=10)
    assert second.prompt_tokens - second.cached_tokens == 33
    prompt = Prompt((), max_new_tokens=10, ignore_stop_ids=True)
    *_, again = engine(None).replay(longer, second.runs, prompt, GREEDY)
    assert isinstance(again, Completion)
    assert said(again) == said(second)
