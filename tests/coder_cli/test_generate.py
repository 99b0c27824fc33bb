from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from coder_cli.errors import ContextError
from coder_cli.model.device import CPU
from coder_cli.model.generate import Request, StopText, TextStream, generate
from coder_cli.model.kv_cache import KvCache
from coder_cli.model.sampling import Sampler
from coder_cli.model.session import Interrupted
from coder_cli.model.types import Completion, Finish, Numerics, PrefillProgress, Sampling, unheard

VOCAB = 50
POISON = -1


class CountingSession:
    """A Session whose next id is a hash of every id it holds: one wrong position changes the whole answer."""

    device = CPU
    numerics = Numerics("numpy", "cpu", 1)
    chunk = 4
    movable = False

    def __init__(self) -> None:
        self.memory = np.array([], np.int64)
        self.runs: list[tuple[int, int]] = []  # (past, new)
        self.fail_at: int | None = None
        self.failure: BaseException = KeyboardInterrupt()
        self.on_failure: Callable[[], None] = lambda: None

    def resize(self, capacity: int, keep: int) -> None:
        grown = np.full(capacity, POISON, np.int64)
        grown[:keep] = self.memory[:keep]
        self.memory = grown

    def interrupt(self) -> None: ...

    def past(self, start: int, count: int) -> NDArray[np.generic]:
        return self.memory[start : start + count]

    def restore(self, start: int, state: NDArray[np.generic]) -> None:
        self.memory[start : start + len(state)] = state

    def run(self, ids: NDArray[np.int64], past: int, wanted: int) -> NDArray[np.float32]:
        self.memory[past : past + len(ids)] = ids
        if len(self.runs) == self.fail_at:
            self.on_failure()
            raise self.failure
        self.runs.append((past, len(ids)))
        logits = np.zeros((wanted, VOCAB), np.float32)
        for row in range(wanted):
            logits[row, following(self.memory[: past + len(ids) - wanted + row + 1].tolist())] = 1
        return logits


def following(ids: Sequence[int]) -> int:
    value = 7
    for number in ids:
        assert number != POISON
        value = (value * 31 + number) % 1009
    return value % VOCAB


def expected(prompt: list[int], count: int) -> list[int]:
    ids = list(prompt)
    for _ in range(count):
        ids.append(following(ids))
    return ids[len(prompt) :]


class Words:
    """A TextStream: id 5 is `5 `; the text of an id may be given."""

    def __init__(self, texts: dict[int, str] | None = None, end: str = "") -> None:
        self.texts = texts or {}
        self.end = end

    def push(self, number: int) -> str:
        return self.texts.get(number, f"{number} ")

    def flush(self) -> str:
        return self.end


class Bed:
    """A session and its cache, asked again and again."""

    def __init__(self, context: int = 1000) -> None:
        self.session = CountingSession()
        self.cache = KvCache(context, self.session.resize)
        self.cancel = threading.Event()

    def start(
        self,
        prompt: list[int],
        count: int = 10,
        stop_ids: Sequence[int] = (),
        stops: Sequence[str] = (),
        stream: TextStream | None = None,
        progress: PrefillProgress = unheard,
        runs: Sequence[int] | None = None,
    ) -> Iterator[str | Completion]:
        sampler = Sampler(Sampling(), np.array([], np.int64), prompt)
        request = Request(prompt, stop_ids, stops, count, runs)
        return generate(self.session, self.cache, sampler, stream or Words(), request, self.cancel, progress)

    def ask(
        self,
        prompt: list[int],
        count: int = 10,
        stop_ids: Sequence[int] = (),
        stops: Sequence[str] = (),
        stream: TextStream | None = None,
    ) -> Completion:
        *pieces, last = self.start(prompt, count, stop_ids, stops, stream)
        assert isinstance(last, Completion)
        assert last.text == "".join(piece for piece in pieces if isinstance(piece, str))
        return last

    def ids(self, prompt: list[int], count: int = 10) -> list[int]:
        return [int(word) for word in self.ask(prompt, count).text.split()]


def test_the_answer_is_what_a_model_without_a_cache_would_say() -> None:
    assert Bed().ids([1, 2, 3, 4, 5, 6, 7, 8, 9]) == expected([1, 2, 3, 4, 5, 6, 7, 8, 9], 10)


def test_a_prompt_is_run_in_chunks_and_every_new_id_once() -> None:
    bed = Bed()
    answer = bed.ask(list(range(10)), count=3)
    assert bed.session.runs == [(0, 4), (4, 4), (8, 2), (10, 1), (11, 1)]
    assert (answer.prompt_tokens, answer.cached_tokens, answer.new_tokens) == (10, 0, 3)
    assert answer.finish is Finish.LENGTH


def test_a_second_request_runs_only_what_differs_from_the_first() -> None:
    bed = Bed()
    bed.ask([1, 2, 3, 4, 5, 6])
    bed.session.runs.clear()
    answer = bed.ask([1, 2, 3, 4, 9, 8], count=1)
    assert bed.session.runs == [(4, 2)]
    assert answer.cached_tokens == 4


def test_a_run_that_is_cut_through_is_run_again() -> None:
    bed = Bed()
    first = bed.ids([1, 2, 3, 4, 5, 6])
    bed.session.runs.clear()
    second = bed.ask([1, 2, 3, 4, 5, 6], count=1)
    assert bed.session.runs == [(4, 2)]
    assert second.cached_tokens == 4
    assert second.text == f"{first[0]} "


def test_runs_end_at_multiples_of_the_chunk_wherever_they_begin() -> None:
    bed = Bed()
    bed.ids([1, 2, 3], 3)
    bed.session.runs.clear()
    answer = bed.ask([1, 2, 3, *expected([1, 2, 3], 2), *range(8)], count=0)
    assert bed.session.runs == [(5, 3), (8, 4), (12, 1)]
    assert answer.runs == (3, 1, 1, 3, 4, 1)


def test_progress_is_told_from_what_is_cached_to_the_end() -> None:
    bed, told = Bed(), list[tuple[int, int]]()
    list(bed.start(list(range(10)), 1, progress=lambda done, total: told.append((done, total))))
    assert told == [(0, 10), (4, 10), (8, 10), (10, 10)]
    told.clear()
    list(bed.start(list(range(11)), 1, progress=lambda done, total: told.append((done, total))))
    assert told == [(10, 11), (11, 11)]


def test_given_runs_are_run_as_they_are_from_the_first_id() -> None:
    bed = Bed()
    bed.ids([1, 2, 3, 4])
    bed.session.runs.clear()
    *_, last = bed.start([1, 2, 3, 4, 5, 6], 1, runs=[1, 3, 2])
    assert bed.session.runs == [(0, 1), (1, 3), (4, 2)]
    assert isinstance(last, Completion)
    assert (last.runs, last.cached_tokens) == ((1, 3, 2), 0)


@given(st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=20), min_size=1, max_size=6))
def test_the_runs_of_a_completion_are_those_that_made_its_prompt_s_state(prompts: list[list[int]]) -> None:
    bed = Bed()
    for prompt in prompts:
        answer = bed.ask(prompt, 3)
        assert sum(answer.runs) == len(prompt)
        past = [0, *np.cumsum(answer.runs).tolist()]
        for start, size in zip(past, answer.runs, strict=False):
            latest = next(run for run in reversed(bed.session.runs) if run[0] <= start < sum(run))
            assert latest == (start, size)


def test_an_answer_that_becomes_part_of_the_next_prompt_is_not_run_again() -> None:
    bed = Bed()
    prompt = [1, 2, 3]
    said = bed.ids(prompt, 5)
    bed.session.runs.clear()
    bed.ask([*prompt, *said, 4, 4], count=1)
    assert bed.session.runs == [(7, 1), (8, 2)]  # the last id said had not been run yet


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=20), min_size=1, max_size=6))
def test_any_row_of_prompts_gives_the_answers_of_a_cold_model(prompts: list[list[int]]) -> None:
    bed = Bed()
    for prompt in prompts:
        assert bed.ids(prompt, 4) == expected(prompt, 4)
        assert bed.cache.tokens == bed.session.memory[: len(bed.cache.tokens)].tolist()


def test_a_stop_id_ends_the_answer_and_is_not_part_of_it() -> None:
    prompt = [1, 2]
    stop = expected(prompt, 4)[3]
    answer = Bed().ask(prompt, stop_ids=[stop])
    assert answer.finish is Finish.STOP
    assert answer.text.split() == [str(number) for number in expected(prompt, 3)]
    assert answer.new_tokens == 3


def test_a_stop_string_is_found_across_token_borders_and_nothing_of_it_is_shown() -> None:
    prompt = [1, 2]
    ids = expected(prompt, 10)
    texts = {ids[2]: "one \n#", ids[3]: "# tw", ids[4]: "o three"}
    answer = Bed().ask(prompt, stops=["nothing", "\n## two"], stream=Words(texts))
    assert answer.text == f"{ids[0]} {ids[1]} one "
    assert answer.finish is Finish.STOP
    assert answer.new_tokens == 5


def test_what_only_looked_like_a_stop_is_shown_at_the_end() -> None:
    prompt = [1, 2]
    ids = expected(prompt, 2)
    answer = Bed().ask(prompt, count=2, stops=["<end>"], stream=Words({ids[1]: "x<en"}))
    assert answer.text == f"{ids[0]} x<en"
    assert answer.finish is Finish.LENGTH


def test_text_the_stream_held_back_is_shown_at_the_end() -> None:
    answer = Bed().ask([1], count=1, stream=Words({}, end="\ufffd"))
    assert answer.text.endswith("\ufffd")


@given(
    st.text("ab", max_size=14), st.lists(st.integers(1, 4), max_size=14), st.lists(st.text("ab", max_size=4))
)
def test_stops_cut_pieces_where_they_cut_the_whole(text: str, cuts: list[int], stops: list[str]) -> None:
    watch, shown, rest = StopText(stops), "", text
    for cut in [*cuts, len(text)]:
        if not watch.found and rest:
            shown += watch.push(rest[:cut])
            rest = rest[cut:]
    shown += watch.flush()
    places = [(text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop and stop in text]
    assert watch.found == bool(places)
    assert shown == (text[: min(places)[1]] if places else text)


def test_the_context_when_full_ends_the_answer() -> None:
    bed = Bed(context=12)
    answer = bed.ask([1, 2, 3], count=100)
    assert (answer.finish, answer.new_tokens) == (Finish.LENGTH, 9)
    assert answer.text.split() == [str(number) for number in expected([1, 2, 3], 9)]


@pytest.mark.parametrize("length", [12, 13, 500])
def test_a_prompt_that_leaves_no_room_is_an_error_with_the_numbers(length: int) -> None:
    with pytest.raises(ContextError, match=f"{length} tokens and the context holds 12"):
        Bed(context=12).ask([1] * length)


def test_no_new_tokens_asked_is_none_given_and_the_prompt_is_cached() -> None:
    bed = Bed()
    assert bed.ask([1, 2, 3], count=0).new_tokens == 0
    assert bed.cache.tokens == [1, 2, 3]


def test_cancelled_while_decoding_the_answer_so_far_is_kept_and_the_next_is_right() -> None:
    bed = Bed()
    parts = []
    for part in bed.start([1, 2, 3], count=10):
        parts.append(part)
        if len(parts) == 3:
            bed.cancel.set()
    assert isinstance(parts[-1], Completion)
    assert parts[-1].finish is Finish.CANCELLED
    bed.cancel.clear()
    assert bed.ids([1, 2, 3, 4]) == expected([1, 2, 3, 4], 10)


def test_cancelled_while_prefilling_no_more_chunks_run_and_the_next_answer_is_right() -> None:
    bed = Bed()
    bed.cancel.set()
    answer = bed.ask(list(range(20)))
    assert (answer.finish, answer.text, bed.session.runs) == (Finish.CANCELLED, "", [])
    bed.cancel.clear()
    assert bed.ids(list(range(20))) == expected(list(range(20)), 10)


def test_a_closed_iterator_leaves_a_usable_state() -> None:
    bed = Bed()
    answer = bed.start([1, 2, 3])
    next(answer)
    next(answer)
    answer.close()  # type: ignore[attr-defined]
    assert bed.ids([1, 2, 7]) == expected([1, 2, 7], 10)


@pytest.mark.parametrize("run", [0, 1, 2, 4])
def test_an_interrupt_in_the_middle_of_a_run_leaves_a_usable_state(run: int) -> None:
    bed = Bed()
    bed.session.fail_at = run
    with pytest.raises(KeyboardInterrupt):
        bed.ask([1, 2, 3, 4, 5, 6, 7])
    bed.session.fail_at = None
    assert bed.ids([1, 2, 3, 4, 5, 8]) == expected([1, 2, 3, 4, 5, 8], 10)


@pytest.mark.parametrize("run", [0, 1, 2, 4])
def test_a_run_that_was_broken_off_ends_the_answer(run: int) -> None:
    bed = Bed()
    bed.session.fail_at, bed.session.failure = run, Interrupted()
    bed.session.on_failure = bed.cancel.set
    answer = bed.ask([1, 2, 3, 4, 5, 6, 7])
    assert answer.finish is Finish.CANCELLED
    assert answer.new_tokens == max(0, run - 1)
    bed.session.fail_at = None
    bed.cancel.clear()
    assert bed.ids([1, 2, 3, 4, 5, 8]) == expected([1, 2, 3, 4, 5, 8], 10)
