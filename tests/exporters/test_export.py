"""The walk of an export: what lands on the disk, and that it lands whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from filelock import FileLock

from exporters import manifest as manifests
from exporters import weights
from exporters.errors import ExporterError, SourceError
from exporters.export import export
from exporters.manifest import Layout, Manifest
from exporters.quantize import Floats
from exporters.sources import DecoderConfig, expected_shapes, open_source
from exporters.staging import staged
from exporters.store import ModelStore
from exporters.targets import TARGETS
from exporters.tensor_file import CACHE_LINE, PAGE, Stored, TensorFile
from exporters.types import Progress
from tests.tiny_model import DEEPSEEK_SHAPE, random_tensors, tiny_checkpoint, tiny_model, write_checkpoint

FILES = {"model.onnx", "model.onnx.data", "tokenizer.json"}
TARGET = TARGETS["cpu-int4"]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tiny_checkpoint(tmp_path / "checkpoint", "deepseek-coder-base")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def run(checkpoint: Path, store: ModelStore, **more: Any) -> Manifest:  # noqa: ANN401 - export's own options
    place = store.place("tiny", TARGET.name)
    return export(checkpoint, place, TARGET, name="tiny", origin="tests", **more)


def leftovers(store: ModelStore) -> list[str]:
    """Everything below the store that is not a finished model."""
    finished = {model.folder for model in store.list()}
    below = [path for path in store.root.rglob("*") if not {path, *path.parents} & finished]
    return [str(path) for path in below if not any(folder.is_relative_to(path) for folder in finished)]


# What lands on the disk


def test_a_model_folder_holds_what_its_manifest_says(checkpoint: Path, store: ModelStore) -> None:
    manifest = run(checkpoint, store, revision="abc")
    (model,) = store.list()
    assert model.manifest == manifest
    assert set(manifest.files) == FILES
    assert store.verify(model) == []
    assert {path.name for path in model.folder.iterdir()} == {*FILES, "coder.json"}
    assert manifest.layout is Layout.FUSED
    assert (manifest.source, manifest.revision) == ("tests", "abc")
    assert manifest.parameters == sum(w.size for w in random_tensors(DEEPSEEK_SHAPE).values())
    assert not leftovers(store)


@pytest.mark.parametrize(
    ("family", "bos", "stops"),
    [
        ("deepseek-coder-base", "<｜begin▁of▁sentence｜>", {"<｜end▁of▁sentence｜>", "<|EOT|>"}),
        ("deepseek-coder-instruct", "<｜begin▁of▁sentence｜>", {"<|EOT|>", "<｜fim▁hole｜>"}),
        ("qwen2.5-coder-instruct", None, {"<|im_end|>", "<|endoftext|>"}),
        ("plain", None, {"</s>"}),
    ],
)
def test_the_manifest_names_bos_and_stops_of_the_family(
    tmp_path: Path, family: str, bos: str | None, stops: set[str]
) -> None:
    folder = tiny_model(tmp_path, family)
    manifest = manifests.read(folder)
    added = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
    ids = {token["content"]: token["id"] for token in added}
    assert manifest.family == family
    assert manifest.bos_id == (ids[bos] if bos else None)
    assert {ids[stop] for stop in stops} <= set(manifest.stop_ids)
    assert len(set(manifest.stop_ids)) == len(manifest.stop_ids)


def test_the_family_is_recognised_unless_it_is_given(
    tmp_path: Path, store: ModelStore, shared_data: Path
) -> None:
    tokenizer = shared_data / "deepseek-coder-tokenizer" / "tokenizer.json"
    checkpoint = tiny_checkpoint(tmp_path / "some-model", "deepseek-coder-instruct", tokenizer)
    assert run(checkpoint, store).family == "deepseek-coder-instruct"
    assert run(checkpoint, store, family="plain").family == "plain"


def test_the_licence_goes_with_the_model(checkpoint: Path, store: ModelStore) -> None:
    manifest = run(checkpoint, store, licence="Some Licence", licence_text="You may.")
    (model,) = store.list()
    assert manifest.licence == "Some Licence"
    assert (model.folder / "LICENSE").read_text(encoding="utf-8") == "You may."
    assert manifest.files["LICENSE"] == hashlib.sha256(b"You may.").hexdigest()


def test_the_same_checkpoint_gives_the_same_bytes(checkpoint: Path, tmp_path: Path) -> None:
    first, second = (run(checkpoint, ModelStore(tmp_path / name)).files for name in "ab")
    assert first == second


@pytest.mark.parametrize("target", TARGETS)
def test_tensors_start_where_memory_mapping_wants_them(checkpoint: Path, tmp_path: Path, target: str) -> None:
    export(checkpoint, tmp_path / target, TARGETS[target], name="tiny", origin="tests")
    model = onnx.load(str(tmp_path / target / "model.onnx"), load_external_data=False)
    end = 0
    places = []
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            place = {entry.key: entry.value for entry in tensor.external_data}
            assert place["location"] == "model.onnx.data"
            places.append((int(place["offset"]), int(place["length"])))
    assert len(places) > 10
    for offset, length in sorted(set(places)):
        assert offset >= end
        assert offset % (PAGE if length >= PAGE else CACHE_LINE) == 0
        end = offset + length
    assert end == (tmp_path / target / "model.onnx.data").stat().st_size


def test_a_tensor_file_refuses_what_was_not_announced(tmp_path: Path) -> None:
    with TensorFile(tmp_path / "data") as file:
        with pytest.raises(ValueError, match="is no part of"):
            file.stream(Stored("a", "float32", (2, 3)), [np.zeros((1, 4), np.float32)])
        with pytest.raises(ValueError, match="bytes written instead of"):
            file.stream(Stored("b", "float32", (2, 3)), [np.zeros((1, 3), np.float32)])


def test_progress_is_told_in_bytes_and_ends_at_its_total(checkpoint: Path, store: ModelStore) -> None:
    told: list[Progress] = []
    run(checkpoint, store, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert done[-1] == told[-1].total
    assert {progress.unit for progress in told} == {"B"}


def test_pieces_of_rows_make_the_same_file_as_whole_matrices(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(checkpoint, ModelStore(tmp_path / "whole")).files
    monkeypatch.setattr(weights, "PIECE", 640)
    assert run(checkpoint, ModelStore(tmp_path / "pieces")).files == whole


# Whole or not at all


class PulledPlugError(Exception):
    """Not one of ours."""


def stop_at(error: BaseException, tensor: int) -> Callable[[Progress], None]:
    calls = iter(range(1000))

    def report(_: Progress) -> None:
        if next(calls) == tensor:
            raise error

    return report


@pytest.mark.parametrize("error", [KeyboardInterrupt(), PulledPlugError()])
@pytest.mark.parametrize("tensor", [0, 7])
def test_an_interrupted_export_leaves_nothing(
    checkpoint: Path, store: ModelStore, error: BaseException, tensor: int
) -> None:
    with pytest.raises(type(error)):
        run(checkpoint, store, report=stop_at(error, tensor))
    assert not store.root.exists() or not list(store.root.rglob("*"))


def test_an_interrupted_export_keeps_the_model_that_was_there(checkpoint: Path, store: ModelStore) -> None:
    before = run(checkpoint, store)
    with pytest.raises(KeyboardInterrupt):
        run(checkpoint, store, report=stop_at(KeyboardInterrupt(), 7))
    (model,) = store.list()
    assert model.manifest == before
    assert store.verify(model) == []
    assert not leftovers(store)


def test_a_new_export_replaces_the_old_model(checkpoint: Path, store: ModelStore) -> None:
    run(checkpoint, store, licence="old", licence_text="old")
    run(checkpoint, store, licence="new")
    (model,) = store.list()
    assert model.manifest.licence == "new"
    assert not (model.folder / "LICENSE").exists()
    assert not leftovers(store)


def test_the_next_export_clears_away_what_a_crash_left(checkpoint: Path, store: ModelStore) -> None:
    run(checkpoint, store)
    (model,) = store.list()
    shutil.copytree(model.folder, model.folder.parent / f".partial-{TARGET.name}")
    shutil.copytree(model.folder, model.folder.parent / f".replaced-{TARGET.name}")
    assert len(store.list()) == 1
    run(checkpoint, store)
    assert not leftovers(store)


def test_a_model_caught_between_two_renames_comes_back(checkpoint: Path, store: ModelStore) -> None:
    before = run(checkpoint, store)
    (model,) = store.list()
    model.folder.rename(model.folder.parent / f".replaced-{TARGET.name}")
    with pytest.raises(PulledPlugError), staged(model.folder):
        raise PulledPlugError
    assert store.list()[0].manifest == before
    assert not leftovers(store)


def test_a_killed_export_is_never_listed(checkpoint: Path, store: ModelStore) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from exporters.export import export\n"
        "from exporters.targets import TARGETS\n"
        "calls = iter(range(99))\n"
        "report = lambda progress: os.kill(os.getpid(), 9) if next(calls) == 7 else None\n"
        "source, out = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "export(source, out, TARGETS['cpu-int4'], name='tiny', origin='tests', report=report)\n"
    )
    place = store.place("tiny", TARGET.name)
    killed = subprocess.run([sys.executable, "-c", program, checkpoint, place], check=False)
    assert killed.returncode != 0
    assert list(place.parent.iterdir()), "the kill came too early to prove anything"
    assert store.list() == []
    run(checkpoint, store)
    assert len(store.list()) == 1
    assert not leftovers(store)


def test_a_disk_that_is_too_small_is_named_before_anything_is_written(
    checkpoint: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(checkpoint)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ExporterError, match=r"needs 0\.07 GB at .* only 0\.00 GB are free"):
        run(checkpoint, store)
    assert not store.root.exists()


def test_a_disk_that_fills_up_is_a_sentence(
    checkpoint: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TensorFile, "_write", full)
    with pytest.raises(ExporterError, match="cannot be written: No space left on device"):
        run(checkpoint, store)
    assert not list(store.root.rglob("*"))


def test_a_folder_of_other_files_is_never_replaced(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("years of work")
    with pytest.raises(ExporterError, match="holds other files"):
        export(checkpoint, tmp_path / "home", TARGET, name="tiny", origin="tests")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["thesis.tex"]


def test_two_exports_to_one_place_do_not_mix(checkpoint: Path, store: ModelStore) -> None:
    run(checkpoint, store)
    lock = store.place("tiny", TARGET.name).parent / f".partial-{TARGET.name}.lock"
    with FileLock(lock), pytest.raises(ExporterError, match="Another export"):
        run(checkpoint, store)


@pytest.mark.parametrize("lost", ["model.norm.weight", "model.layers.1.mlp.up_proj.weight"])
def test_a_missing_tensor_is_told_before_anything_is_written(
    tmp_path: Path, store: ModelStore, lost: str
) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "checkpoint", "plain")
    config = open_source(checkpoint).config
    kept = {name: tensor for name, tensor in random_tensors(config).items() if name != lost}
    write_checkpoint(checkpoint, config, kept)
    with pytest.raises(SourceError, match=lost):
        run(checkpoint, store)
    assert not store.root.exists()


def test_a_source_that_breaks_while_it_is_read_leaves_nothing(
    checkpoint: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_source(checkpoint)
    read = type(source).read_rows

    def break_late(self: Any, name: str, start: int, stop: int) -> Floats:  # noqa: ANN401
        if name.startswith("model.layers.1.mlp"):
            raise SourceError(f"{name} ends too early.")
        return read(self, name, start, stop)

    monkeypatch.setattr(type(source), "read_rows", break_late)
    with pytest.raises(SourceError, match="ends too early"):
        run(checkpoint, store)
    assert not list(store.root.rglob("*"))


# Memory


def test_pieces_stay_in_order_and_few_at_a_time() -> None:
    from concurrent.futures import ThreadPoolExecutor

    alive, most, lock = 0, 0, threading.Lock()

    def job(number: int) -> Callable[[], int]:
        def work() -> int:
            nonlocal alive, most
            with lock:
                alive += 1
                most = max(most, alive)
            time.sleep(0.001 * (number % 3))
            return number

        return work

    got = []
    with ThreadPoolExecutor(2) as pool:
        for number in weights._in_order(pool, (job(number) for number in range(40)), 5):
            with lock:
                alive -= 1
            got.append(number)
    assert got == list(range(40))
    assert most <= 6  # five in flight, one handed over


@pytest.mark.slow
def test_a_checkpoint_of_6_7_billion_exports_in_less_than_2_5_gigabytes(tmp_path: Path) -> None:
    """DeepSeek-Coder 6.7B's shape in float16, 13.5 GB of random bits; about 4 GB come out."""
    config = replace(
        DEEPSEEK_SHAPE, layers=32, hidden=4096, ffn=11008, heads=32, kv_heads=32, head_dim=128, vocab=32256
    )
    config = replace(config, context_length=16384)
    checkpoint = tiny_checkpoint(tmp_path / "large", "deepseek-coder-base")
    write_large_checkpoint(checkpoint, config)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from exporters.export import export\n"
        "from exporters.targets import TARGETS\n"
        "source, out = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "export(source, out, TARGETS['cpu-int4'], name='large', origin='tests')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    command = [sys.executable, "-c", program, str(checkpoint), str(tmp_path / "out")]
    try:
        peak = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) * 1024
        size = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    finally:  # pytest keeps the folders of its last runs
        shutil.rmtree(tmp_path)
    assert peak < 2.5e9
    assert size < 0.75 * 6_740_512_768


def write_large_checkpoint(folder: Path, config: DecoderConfig, shards: int = 4) -> None:
    """Sharded float16 safetensors, written 32 MB at a time from one block of random numbers."""
    write_checkpoint(folder, config, {})
    (folder / "model.safetensors").unlink()
    block = np.random.default_rng(3).standard_normal(1 << 24, np.float32).astype(np.float16) / 64
    shapes = list(expected_shapes(config).items())
    placed: dict[str, str] = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        mine = shapes[shard::shards]
        placed |= {name: file for name, _ in mine}
        _write_shard(folder / file, mine, block.tobytes())
    index = {"metadata": {}, "weight_map": placed}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")


def _write_shard(path: Path, tensors: Sequence[tuple[str, tuple[int, ...]]], block: bytes) -> None:
    header, offset = {}, 0
    for name, shape in tensors:
        end = offset + 2 * int(np.prod(shape))
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        while offset > 0:
            offset -= stream.write(block[:offset])
