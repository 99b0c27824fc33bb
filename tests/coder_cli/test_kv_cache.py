from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli.model.kv_cache import FIRST_CAPACITY, GROWTH, KvCache


class Buffers:
    """Records every resize."""

    def __init__(self) -> None:
        self.resized: list[tuple[int, int]] = []

    def __call__(self, capacity: int, keep: int) -> None:
        self.resized.append((capacity, keep))


def filled(tokens: list[int], context: int = 100_000) -> KvCache:
    cache = KvCache(context, Buffers())
    cache.reserve(len(tokens))
    cache.append(tokens)
    return cache


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_the_common_prefix_is_the_longest(cached: list[int], ids: list[int]) -> None:
    length = filled(cached).common_prefix(ids)
    assert cached[:length] == ids[:length]
    assert length == min(len(cached), len(ids)) or cached[length] != ids[length]


def test_rolling_back_forgets_the_end_and_appending_goes_on_from_there() -> None:
    cache = filled([1, 2])
    cache.append([3, 4])
    cache.roll_back(2)
    cache.append([9])
    assert (cache.tokens, cache.runs) == ([1, 2, 9], [2, 1])


def test_of_a_run_that_is_cut_through_nothing_is_left() -> None:
    cache = filled([1, 2])
    cache.append([3, 4, 5])
    cache.append([6])
    cache.roll_back(4)
    assert (cache.tokens, cache.runs) == ([1, 2], [2])


def test_growth_doubles_and_says_what_to_keep() -> None:
    buffers = Buffers()
    cache = KvCache(100_000, buffers)
    for token in range(5 * FIRST_CAPACITY):
        cache.reserve(token + 1)
        cache.append([token])
    assert buffers.resized == [
        (FIRST_CAPACITY, 0),
        (FIRST_CAPACITY * GROWTH, FIRST_CAPACITY),
        (FIRST_CAPACITY * GROWTH**2, FIRST_CAPACITY * GROWTH),
        (FIRST_CAPACITY * GROWTH**3, FIRST_CAPACITY * GROWTH**2),
    ]


def test_one_large_request_grows_once() -> None:
    buffers = Buffers()
    KvCache(100_000, buffers).reserve(50_000)
    assert buffers.resized == [(50_000, 0)]


@given(st.integers(1, 5000), st.lists(st.integers(1, 5000), max_size=20))
def test_the_capacity_holds_what_was_asked_and_never_more_than_the_context(
    context: int, totals: list[int]
) -> None:
    buffers = Buffers()
    cache = KvCache(context, buffers)
    for total in totals:
        if total > context:
            with pytest.raises(ValueError, match="do not fit"):
                cache.reserve(total)
        else:
            cache.reserve(total)
            assert total <= cache.capacity <= context


def test_a_resize_that_fails_leaves_the_capacity_as_it_was() -> None:
    def fails(capacity: int, keep: int) -> None:
        raise MemoryError

    cache = KvCache(100, fails)
    with pytest.raises(MemoryError):
        cache.reserve(10)
    assert cache.capacity == 0
