from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from coder_cli.errors import ContextError, ModelError, UsageError
from coder_cli.model.engine import Engine
from coder_cli.model.types import Completion, Finish, LanguageModel, Mark, Part, Prompt, Sampling
from exporters import manifest as manifests
from exporters.errors import StoreError
from exporters.store import InstalledModel
from tests.tiny_model import tiny_model

CODE = "def add(first, second):\n    return first + second\n\n\n"
GREEDY = Sampling()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="module")
def deepseek(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("deepseek"), "deepseek-coder-base")


def opened(folder: Path, context_tokens: int | None = None, available: int | None = None) -> Engine:
    return Engine.open(
        folder, context_tokens=context_tokens, threads=1, notice=pytest.fail, available=available
    )


def ask(model: LanguageModel, text: str, sampling: Sampling = GREEDY, tokens: int = 30) -> Completion:
    prompt = Prompt((text,), max_new_tokens=tokens, ignore_stop_ids=True)
    *pieces, last = model.generate(prompt, sampling)
    assert isinstance(last, Completion)
    assert last.text == "".join(piece for piece in pieces if isinstance(piece, str))
    return last


def same_cost(one: Completion, other: Completion) -> Completion:
    """`other` as if it had cost what `one` did: what may still differ is what was said, and its runs."""
    return dataclasses.replace(
        other,
        cached_tokens=one.cached_tokens,
        prefill_seconds=one.prefill_seconds,
        decode_seconds=one.decode_seconds,
    )


def test_a_second_question_answers_as_a_cold_model_and_runs_only_what_is_new(folder: Path) -> None:
    warm = opened(folder)
    chunk = warm._session.chunk
    ask(warm, CODE * 40 + "print(")
    again = ask(warm, CODE * 40 + "for index in")
    assert again.cached_tokens == warm.count_tokens(CODE * 40) // chunk * chunk > 0
    assert again == same_cost(again, ask(opened(folder), CODE * 40 + "for index in"))


def test_the_same_question_twice_gets_the_same_answer_from_the_cache(folder: Path) -> None:
    engine = opened(folder)
    first, second = ask(engine, CODE * 40), ask(engine, CODE * 40)
    assert second == same_cost(second, first)
    assert second.prompt_tokens - second.cached_tokens == first.runs[-1]


def test_a_chat_whose_answers_become_prompt_is_answered_as_by_a_cold_model(folder: Path) -> None:
    engine = opened(folder)
    text = CODE
    for turn in range(4):
        answer = ask(engine, text)
        assert answer.text == ask(opened(folder), text).text
        assert turn == 0 or answer.cached_tokens > 20
        text += answer.text + f"\n# turn {turn}\n"


def test_buffers_grow_over_several_capacities_without_changing_the_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask(opened(folder), CODE * 10, tokens=200).text
    monkeypatch.setattr("coder_cli.model.kv_cache.FIRST_CAPACITY", 16)
    engine = opened(folder)
    sizes = set()
    for copies in range(11):
        ask(engine, CODE * copies + "a", tokens=3)
        sizes.add(engine.cache.capacity)
    assert ask(engine, CODE * 10, tokens=200).text == expected
    assert len(sizes) > 3


def test_cancelled_from_another_thread_the_answer_ends_and_the_next_is_right(folder: Path) -> None:
    engine = opened(folder)
    parts = []
    for part in engine.generate(Prompt((CODE,), max_new_tokens=500, ignore_stop_ids=True), GREEDY):
        parts.append(part)
        if len(parts) == 4:
            thread = threading.Thread(target=engine.cancel)
            thread.start()
            thread.join()
    last = parts[-1]
    assert isinstance(last, Completion)
    assert last.finish is Finish.CANCELLED
    assert last.new_tokens < 20
    assert ask(engine, CODE + "x").text == ask(opened(folder), CODE + "x").text


def test_an_abandoned_answer_does_not_stand_in_the_way(folder: Path) -> None:
    engine = opened(folder)
    answer = engine.generate(Prompt((CODE,), ignore_stop_ids=True), GREEDY)
    next(answer)
    with pytest.raises(RuntimeError, match="one answer at a time"):
        ask(engine, CODE)
    del answer
    assert ask(engine, CODE).text == ask(opened(folder), CODE).text


def test_two_engines_answer_side_by_side(folder: Path, deepseek: Path) -> None:
    engines = [opened(folder), opened(deepseek), opened(folder)]
    prompt = Prompt((CODE,), max_new_tokens=20, ignore_stop_ids=True)
    answers = [engine.generate(prompt, GREEDY) for engine in engines]
    texts = ["", "", ""]
    for parts in zip(*answers, strict=False):
        for at, part in enumerate(parts):
            texts[at] += part if isinstance(part, str) else ""
    assert texts[0] == texts[2] != texts[1]
    assert texts[0] in ask(opened(folder), CODE, tokens=20).text


def test_a_seed_repeats_an_answer_and_another_gives_another(folder: Path) -> None:
    engine = opened(folder)
    first, second, other = (
        ask(engine, CODE, Sampling(temperature=1.0, top_p=0.9, seed=seed)).text for seed in (1, 1, 2)
    )
    assert first == second != other


@pytest.mark.parametrize("family", ["deepseek-coder-base", "deepseek-coder-instruct", "qwen2.5-coder-base"])
def test_control_tokens_and_padding_rows_are_never_sampled(tmp_path: Path, family: str) -> None:
    engine = opened(tiny_model(tmp_path, family))
    ask(engine, "a", Sampling(temperature=50.0, seed=0), tokens=900)
    said = engine.cache.tokens[1:]
    assert len(set(said)) > 250  # nearly flat: every id that may come out does
    assert max(said) < engine.tokenizer.vocab_limit <= engine.manifest.vocab_size
    assert not engine.tokenizer.banned_ids & set(said)


def test_a_stop_string_ends_the_answer_before_it(folder: Path) -> None:
    engine = opened(folder)
    whole = ask(engine, CODE, tokens=40).text
    stop = whole[10:14]
    prompt = Prompt((CODE,), stop=(stop,), max_new_tokens=40, ignore_stop_ids=True)
    *_, last = engine.generate(prompt, GREEDY)
    assert isinstance(last, Completion)
    assert last.text == whole[: whole.index(stop)]
    assert last.finish is Finish.STOP


def test_the_family_s_stop_ids_end_an_answer_and_never_show(deepseek: Path) -> None:
    engine = opened(deepseek)
    sampling = Sampling(temperature=50.0, seed=0)
    *_, last = engine.generate(Prompt((CODE,), max_new_tokens=900), sampling)
    assert isinstance(last, Completion)
    assert last.finish is Finish.STOP
    assert "｜" not in last.text


def test_bos_stands_first_once_for_a_family_that_has_one(deepseek: Path, folder: Path) -> None:
    engine = opened(deepseek)
    bos = engine.manifest.bos_id
    parts: list[Part] = [Mark("<｜begin▁of▁sentence｜>"), "a"]
    assert engine.encode(["a"])[0] == bos
    assert engine.encode(parts).count(bos) == 1
    assert engine.decode(engine.encode([CODE])) == CODE
    assert opened(folder).count_tokens(CODE) == len(opened(folder).encode([CODE]))


def test_the_context_when_full_ends_the_answer(folder: Path) -> None:
    engine = opened(folder, context_tokens=64)
    answer = ask(engine, CODE, tokens=1000)
    assert answer.finish is Finish.LENGTH
    assert answer.prompt_tokens + answer.new_tokens == 64
    assert engine.cache.capacity <= 64


def test_a_prompt_longer_than_the_context_is_an_error_with_the_numbers(folder: Path) -> None:
    with pytest.raises(ContextError, match="the context holds 64") as caught:
        ask(opened(folder, context_tokens=64), CODE * 20)
    assert caught.value.exit_code == 4


def test_an_empty_prompt_is_a_usage_error_where_there_is_no_bos(folder: Path, deepseek: Path) -> None:
    with pytest.raises(UsageError):
        ask(opened(folder), "")
    assert ask(opened(deepseek), "", tokens=5).prompt_tokens == 1


def test_short_memory_lowers_the_context_aloud(folder: Path) -> None:
    told: list[str] = []
    manifest = manifests.read(folder)
    per_token = manifest.layers * 2 * manifest.kv_heads * manifest.head_dim * 4
    need = sum(path.stat().st_size for path in folder.glob("model.onnx*"))
    free = int(need * 1.1) + 300_000_000 + 600 * per_token
    engine = Engine.open(folder, threads=1, notice=told.append, available=free)
    assert engine.context_length == 512
    assert "from 1024 to 512" in told[0]


def test_a_model_that_does_not_fit_the_memory_is_refused_before_it_is_loaded(folder: Path) -> None:
    with pytest.raises(ContextError, match="GB are free"):
        opened(folder, available=1_000_000)


def test_a_context_larger_than_the_model_s_is_lowered_aloud(folder: Path) -> None:
    told: list[str] = []
    engine = Engine.open(folder, context_tokens=5000, threads=1, notice=told.append)
    assert engine.context_length == 1024
    assert "not 5000" in told[0]


def test_a_folder_that_is_no_model_or_of_an_unknown_family_is_an_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        opened(tmp_path)
    manifests.write(dataclasses.replace(manifests.read(folder), family="gpt-9"), tmp_path)
    with pytest.raises(ModelError, match="gpt-9"):
        opened(tmp_path)


def test_the_int4_model_and_the_float_model_run_behind_the_same_engine(tmp_path: Path) -> None:
    answers = [
        ask(opened(tiny_model(tmp_path / target, target=target)), CODE, tokens=3)
        for target in ("cpu-int4", "cpu-int8", "cpu-fp32")
    ]
    assert {answer.new_tokens for answer in answers} == {3}


# Real weights

REAL = ["qwen2.5-coder-0.5b-instruct"]


@pytest.mark.real_model
@pytest.mark.parametrize("name", REAL)
def test_a_real_model_writes_a_function_and_reuses_its_prefix(
    name: str, real_model: Callable[[str], InstalledModel]
) -> None:
    engine = opened(real_model(name).folder, context_tokens=1024)
    text = "def fibonacci(n: int) -> int:\n"
    first = ask(engine, "import math\n\n\n" + text, tokens=120)
    assert any(way in first.text for way in ("fibonacci(n - 1)", "fibonacci(n-1)", "a, b = b, a + b"))
    second = ask(engine, "import math\n\n\n" + text + '    """The n-th', tokens=20)
    assert second.cached_tokens >= 10
    cold = opened(real_model(name).folder, context_tokens=1024)
    assert ask(cold, "import math\n\n\n" + text + '    """The n-th', tokens=20).text == second.text


@pytest.mark.real_model
@pytest.mark.parametrize("name", REAL)
def test_a_real_model_gives_the_same_logits_in_any_chunks(
    name: str, real_model: Callable[[str], InstalledModel]
) -> None:
    engine = opened(real_model(name).folder, context_tokens=1024)
    session = engine._session
    ids = np.array(engine.encode([CODE * 4]), np.int64)
    session.resize(256, 0)
    whole = session.run(ids, 0, 4).copy()
    session.run(ids[:30], 0, 1)
    np.testing.assert_allclose(session.run(ids[30:], 30, 4), whole, atol=0.5)


@pytest.mark.real_model
@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("how", ["cancel", "Ctrl-C"])
def test_a_long_prefill_is_broken_off_in_the_middle_and_the_next_answer_is_right(
    name: str, how: str, real_model: Callable[[str], InstalledModel]
) -> None:
    engine = opened(real_model(name).folder, context_tokens=8192)
    began = threading.Event()

    def break_off() -> None:
        began.wait()
        time.sleep(1)
        engine.cancel() if how == "cancel" else os.kill(os.getpid(), signal.SIGINT)

    breaker = threading.Thread(target=break_off)
    breaker.start()
    prompt = Prompt((CODE * 400,), max_new_tokens=1)
    answer = engine.generate(prompt, GREEDY)
    began.set()
    if how == "cancel":
        *_, last = answer
        assert isinstance(last, Completion)
        assert last.finish is Finish.CANCELLED
    else:
        with pytest.raises(KeyboardInterrupt):
            list(answer)
    breaker.join()
    assert len(engine.cache.tokens) < 4000
    text = CODE * 3 + "def multiply("
    assert ask(engine, text, tokens=20).text == ask(opened(real_model(name).folder), text, tokens=20).text
