"""Blocks of key/value state on disk: found by what made them, believed only when whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli.model import kv_store
from coder_cli.model.kv_store import BLOCK, KvStore, State, identity, keys
from coder_cli.model.types import Numerics
from exporters import manifest as manifests
from tests.coder_cli.traced_model import traced_model
from tests.tiny_model import tiny_model

SHAPE = (4, 2, BLOCK, 8)
SIZE = 16_384 + 44  # bytes of a file
ROOT = Path(__file__).parents[2]
KEYS = [bytes([number]) * 32 for number in range(40)]


def opened(folder: Path, blocks: float = 100) -> KvStore:
    return KvStore(folder, int(blocks * SIZE), SHAPE, np.dtype(np.float32))


def state(number: int) -> State:
    return np.random.default_rng(number).normal(size=SHAPE).astype(np.float32)


def keep(store: KvStore, *numbers: int) -> None:
    """One prompt, of these blocks."""
    store.keep([KEYS[number] for number in numbers], lambda at: state(numbers[at]), lambda: False)


def held(folder: Path) -> set[int]:
    return {KEYS.index(bytes.fromhex(path.stem)) for path in folder.glob("*.kv")}


def test_what_is_kept_comes_back_bit_for_bit(tmp_path: Path) -> None:
    keep(opened(tmp_path / "new"), 0, 1, 2)
    store = opened(tmp_path / "new")
    for number in (2, 0, 1):
        found = store.load(KEYS[number])
        assert found is not None
        np.testing.assert_array_equal(found, state(number))
    assert store.load(KEYS[3]) is None


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    keep(opened(tmp_path / "new"), 0)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()} == {0o600}


@pytest.mark.parametrize("at", [0, 7, 8, 39, 40, 43, 44, 9000, SIZE - 1])
def test_a_block_with_one_wrong_bit_is_removed(tmp_path: Path, at: int) -> None:
    keep(opened(tmp_path), 0)
    path = next(tmp_path.iterdir())
    data = bytearray(path.read_bytes())
    assert len(data) == SIZE
    data[at] ^= 16
    path.write_bytes(data)
    assert opened(tmp_path).load(KEYS[0]) is None
    assert not path.exists()


@pytest.mark.parametrize("size", [0, 3, 44, SIZE - 1, SIZE + 1])
def test_a_block_of_another_length_is_removed(tmp_path: Path, size: int) -> None:
    keep(opened(tmp_path), 0)
    path = next(tmp_path.iterdir())
    path.write_bytes(path.read_bytes().ljust(size, b"x")[:size])
    assert opened(tmp_path).load(KEYS[0]) is None
    assert not path.exists()


def test_a_block_under_the_name_of_another_is_removed(tmp_path: Path) -> None:
    keep(opened(tmp_path), 0)
    path = next(tmp_path.iterdir())
    path.rename(tmp_path / f"{KEYS[1].hex()}.kv")
    assert opened(tmp_path).load(KEYS[1]) is None
    assert not list(tmp_path.iterdir())


def test_the_ends_of_what_was_not_used_for_longest_make_room(tmp_path: Path) -> None:
    store = opened(tmp_path, blocks=5)
    keep(store, 0, 1, 2)
    keep(store, 10, 11)
    assert held(tmp_path) == {0, 1, 2, 10, 11}
    keep(store, 0, 1, 2)  # used again: the other is older now
    keep(store, 20)
    assert held(tmp_path) == {0, 1, 2, 10, 20}
    keep(store, 30, 31, 32)
    assert held(tmp_path) == {0, 20, 30, 31, 32}


def test_of_a_prompt_larger_than_the_limit_the_beginning_is_kept(tmp_path: Path) -> None:
    store = opened(tmp_path, blocks=3.5)
    keep(store, 20)
    keep(store, *range(10))
    assert held(tmp_path) == {0, 1, 2}


def test_a_limit_of_nothing_keeps_nothing(tmp_path: Path) -> None:
    keep(opened(tmp_path / "new", blocks=0), 0)
    assert not (tmp_path / "new").exists()


def test_blocks_of_other_models_count_too(tmp_path: Path) -> None:
    (tmp_path / f"{KEYS[9].hex()}.kv").write_bytes(bytes(4 * SIZE))
    os.utime(tmp_path / f"{KEYS[9].hex()}.kv", (1, 1))
    keep(opened(tmp_path, blocks=5), 0, 1)
    assert held(tmp_path) == {0, 1}


Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_left_alone_and_given_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(opened(tmp_path), 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**6))
    keep(opened(tmp_path), 1, 2)
    assert held(tmp_path) == set()


def test_a_disk_that_fails_while_writing_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    keep(opened(tmp_path), 0)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keep(opened(tmp_path / "file"), 0)
    keep(opened(tmp_path / "file" / "below"), 0)
    assert opened(tmp_path / "file").load(KEYS[0]) is None


def test_told_to_stop_it_stops_between_two_blocks(tmp_path: Path) -> None:
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(len(asked) == 2)
        return asked[-1]

    opened(tmp_path).keep(KEYS[:5], state, stop)
    assert held(tmp_path) == {0, 1}


def test_what_a_killed_process_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    for name, age in (("old.part", 700), ("young.part", 5), ("other", 10**6)):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    keep(opened(tmp_path), 0)
    assert {path.name for path in tmp_path.iterdir()} - {f"{KEYS[0].hex()}.kv"} == {"young.part", "other"}


# Writes prompts of its blocks over and over, and reads them back.
BUSY = """
import sys
from pathlib import Path
import numpy as np
from tests.coder_cli.test_kv_store import KEYS, held, keep, opened, state
folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
store = opened(folder, blocks=8)
print("up", flush=True)
for round in range(rounds):
    keep(store, *[(round + at) % 12 for at in range(6)])
    for number in range(12):
        found = store.load(KEYS[number])
        assert found is None or np.array_equal(found, state(number)), number
"""


def busy(folder: Path, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUSY, str(folder), str(rounds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    both = [busy(tmp_path, 60) for _ in range(2)]
    for process in both:
        process.communicate()
        assert process.returncode == 0
    assert not list(tmp_path.glob("*.part"))
    keep(opened(tmp_path, blocks=8), 20)  # beyond the limit it is made room for
    assert 20 in held(tmp_path) and len(held(tmp_path)) <= 8


def test_killed_in_the_middle_of_saving_what_is_there_is_whole(tmp_path: Path) -> None:
    process = busy(tmp_path, 10**6)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    store = opened(tmp_path)
    for number in held(tmp_path):
        found = store.load(KEYS[number])
        assert found is not None
        np.testing.assert_array_equal(found, state(number))


# Keys


@given(st.integers(0, 4), st.integers(0, 63), st.sampled_from(["id", "runs", "start"]))
def test_a_key_hangs_on_everything_up_to_its_block(block: int, place: int, what: str) -> None:
    ids = list(range(5 * BLOCK))
    runs = [BLOCK] * 5
    start = b"model"
    expected = list(keys(start, ids, runs))
    assert len(set(expected)) == 5
    if what == "id":
        ids[block * BLOCK + place] += 1
    elif what == "runs":
        runs[block : block + 1] = [place, BLOCK - place] if place else [1] * BLOCK
    else:
        start, block = b"other", 0
    same = [one == other for one, other in zip(keys(start, ids, runs), expected, strict=True)]
    assert same == [at < block for at in range(5)]


def test_only_whole_blocks_have_a_key_and_runs_across_a_border_end_them() -> None:
    assert len(list(keys(b"", range(3 * BLOCK - 1), [BLOCK, BLOCK, BLOCK - 1]))) == 2
    assert len(list(keys(b"", range(3 * BLOCK), [BLOCK, BLOCK + 1, BLOCK - 1]))) == 1
    assert not list(keys(b"", range(3 * BLOCK), [3 * BLOCK]))
    assert not list(keys(b"", [], []))


def test_other_files_runtimes_devices_and_threads_are_other_models(tmp_path: Path) -> None:
    manifest = manifests.read(tiny_model(tmp_path))
    here = Numerics("onnxruntime 1", "cpu", 2)
    first = next(iter(manifest.files))
    others = [
        (manifest, replace(here, runtime="onnxruntime 2")),
        (manifest, replace(here, device="cuda:0")),
        (manifest, replace(here, threads=1)),
        (replace(manifest, kv_dtype="float16"), here),
        (replace(manifest, files={**manifest.files, first: "0" * 64}), here),
    ]
    assert len({identity(manifest, here), *(identity(*other) for other in others)}) == 6
    assert identity(replace(manifest, name="another name"), here) == identity(manifest, here)


def test_a_model_whose_files_are_not_known_has_no_identity(tmp_path: Path) -> None:
    assert identity(traced_model(tmp_path / "model"), Numerics("", "", 1)) is None


def test_a_block_is_a_chunk() -> None:
    from coder_cli.model.session import FusedSession

    assert FusedSession.cpu_chunk == kv_store.BLOCK
