from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coder_cli.errors import ModelError, UsageError
from coder_cli.model.sampling import Sampler, likeliest, nucleus
from coder_cli.model.types import Sampling

NOTHING = np.array([], np.int64)
Logits = NDArray[np.float32]


def random_logits(vocab: int, seed: int = 0) -> Logits:
    return np.random.default_rng(seed).normal(0, 3, vocab).astype(np.float32)


def oracle(logits: Logits, sampling: Sampling, banned: list[int], history: list[int]) -> dict[int, float]:
    """Every id that may be drawn and its probability, by plain Python in transformers' order of the rules."""
    scores = {number: float(value) for number, value in enumerate(logits) if number not in banned}
    for number in set(history) & scores.keys():
        value = scores[number]
        scores[number] = (
            value / sampling.repetition_penalty if value > 0 else value * sampling.repetition_penalty
        )
    if sampling.temperature == 0:
        best = max(scores.values())
        return {min(number for number, value in scores.items() if value == best): 1.0}
    ranked = sorted(scores, key=lambda number: (-scores[number], number))
    if sampling.top_k:
        ranked = ranked[: sampling.top_k]
    weights = {
        number: np.exp((scores[number] - scores[ranked[0]]) / sampling.temperature) for number in ranked
    }
    total, running, kept = sum(weights.values()), 0.0, {}
    for number in ranked:
        kept[number] = weights[number]
        running += weights[number]
        if sampling.top_p < 1 and running >= sampling.top_p * total:
            break
    return {number: weight / sum(kept.values()) for number, weight in kept.items()}


def drawn(logits: Logits, sampling: Sampling, banned: list[int], history: list[int], times: int) -> list[int]:
    sampler = Sampler(sampling, np.array(banned, np.int64), history)
    return [sampler.pick(logits.copy()) for _ in range(times)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 1.0},
        {"temperature": 0.5},
        {"temperature": 2.0, "top_k": 5},
        {"temperature": 1.0, "top_p": 0.6},
        {"temperature": 1.5, "top_k": 20, "top_p": 0.8},
        {"temperature": 1.0, "top_p": 0.05},
    ],
    ids=str,
)
def test_ids_are_drawn_as_often_as_an_obvious_implementation_says(options: dict[str, Any]) -> None:
    logits, banned, times = random_logits(60), [3, 7], 3000
    sampling = Sampling(seed=5, **options)
    expected = oracle(logits, sampling, banned, [])
    found = drawn(logits, sampling, banned, [], times)
    assert set(found) <= set(expected)
    for number, probability in expected.items():
        spread = (times * probability * (1 - probability)) ** 0.5
        assert abs(found.count(number) - times * probability) < 5 * spread + 3


@given(
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([0, 1, 4, 40]),
    st.sampled_from([0.1, 0.5, 0.9, 1.0]),
    st.sampled_from([1.0, 1.3, 0.8]),
)
@settings(max_examples=100)
def test_what_is_drawn_is_always_allowed(
    seed: int, temperature: float, top_k: int, top_p: float, penalty: float
) -> None:
    logits = random_logits(50, seed)
    logits[::5] = logits[0]  # ties
    sampling = Sampling(temperature, top_p, top_k, penalty, seed)
    history, banned = [1, 2, 2, 30], [0, 49]
    allowed = set(oracle(logits, sampling, banned, history))
    assert drawn(logits, sampling, banned, history, 1)[0] in allowed


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=40), st.integers(1, 50))
def test_the_likeliest_are_those_a_stable_sort_puts_first(values: list[float], count: int) -> None:
    array = np.array(values, np.float32)
    ranked = sorted(range(len(values)), key=lambda at: (-array[at], at))
    assert sorted(likeliest(array, count).tolist()) == sorted(ranked[:count])


@given(st.integers(0, 1000), st.floats(0.01, 0.999))
def test_the_nucleus_is_the_smallest_set_that_holds_enough(seed: int, top_p: float) -> None:
    weights = np.random.default_rng(seed).exponential(1, 3000)
    kept = nucleus(weights, top_p)
    held, least = weights[kept].sum(), weights[kept].min()
    assert held >= top_p * weights.sum() * (1 - 1e-12)
    assert held - least < top_p * weights.sum()
    assert least >= np.delete(weights, kept).max(initial=0)


def test_the_same_seed_gives_the_same_ids_and_another_seed_others() -> None:
    logits = random_logits(200)
    first, second, other = (
        drawn(logits, Sampling(temperature=1.0, seed=seed), [], [], 50) for seed in (1, 1, 2)
    )
    assert first == second != other


def test_without_a_seed_two_answers_differ() -> None:
    logits = np.zeros(1000, np.float32)
    assert drawn(logits, Sampling(temperature=1.0), [], [], 20) != drawn(
        logits, Sampling(temperature=1.0), [], [], 20
    )


def test_the_repetition_penalty_counts_the_prompt_and_the_answer() -> None:
    logits = np.array([5.0, 4.9, 4.8, -1.0], np.float32)
    sampler = Sampler(Sampling(repetition_penalty=1.1), NOTHING, [0])
    assert [sampler.pick(logits.copy()) for _ in range(3)] == [1, 2, 0]


def test_a_negative_logit_is_penalised_downwards() -> None:
    logits = np.array([-1.0, -1.1], np.float32)
    assert Sampler(Sampling(repetition_penalty=1.5), NOTHING, [0]).pick(logits) == 1


def test_greedy_takes_the_first_of_equals() -> None:
    assert Sampler(Sampling(), NOTHING, []).pick(np.array([1.0, 2.0, 2.0], np.float32)) == 1


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_banned_ids_never_come_out_even_when_they_are_the_likeliest(temperature: float) -> None:
    logits = np.array([0.0, 90.0, 80.0, 1.0], np.float32)
    found = drawn(logits, Sampling(temperature=temperature, seed=0), [1, 2], [], 200)
    assert set(found) <= {0, 3}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_logits_that_are_not_numbers_are_an_error(temperature: float) -> None:
    with pytest.raises(ModelError, match="not a number"):
        Sampler(Sampling(temperature=temperature), NOTHING, []).pick(np.full(4, np.nan, np.float32))


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=-1),
        Sampling(top_p=0),
        Sampling(top_p=1.1),
        Sampling(top_k=-1),
        Sampling(repetition_penalty=0),
    ],
    ids=str,
)
def test_settings_that_mean_nothing_are_refused(sampling: Sampling) -> None:
    with pytest.raises(UsageError):
        Sampler(sampling, NOTHING, [])
