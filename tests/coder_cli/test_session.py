from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from coder_cli.errors import CoderError, ContextError, ModelError, UsageError
from coder_cli.model import device, memory
from coder_cli.model.session import Interrupted, Session, choose_device, open_session
from exporters import manifest as manifests
from exporters.manifest import GRAPH_NAME, Layout, Manifest
from tests.coder_cli import traced_model
from tests.tiny_model import tiny_model

CUDA = [device.CUDA_PROVIDER, device.CPU_PROVIDER]
TEXT = [int(number) for number in np.random.default_rng(1).integers(0, 300, 90)]


@pytest.fixture(scope="module")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("fused"), target="cpu-fp32")


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traced") / "model"
    traced_model.traced_model(folder)
    return folder


def opened(folder: Path, manifest: Manifest | None = None, name: str = "auto") -> Session:
    manifest = manifest or manifests.read(folder)
    device = choose_device(name, manifest)
    return open_session(folder, manifest, device, named=name != "auto", threads=1, notice=pytest.fail)


def ids(numbers: list[int]) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)


# The past


def test_a_text_in_pieces_gives_the_logits_of_the_text_at_once(fused: Path) -> None:
    session = opened(fused)
    session.resize(90, 0)
    whole = session.run(ids(TEXT), 0, 90).copy()
    at = 0
    for size in (40, 1, 1, 7, 1, 40):
        piece = session.run(ids(TEXT[at : at + size]), at, size)
        np.testing.assert_allclose(piece, whole[at : at + size], atol=2e-4)
        at += size


def test_rolled_back_and_run_again_the_logits_are_the_first_ones(fused: Path) -> None:
    session = opened(fused)
    session.resize(128, 0)
    first = session.run(ids(TEXT), 0, 1).copy()
    session.run(ids(TEXT[::-1][:30]), 50, 1)
    np.testing.assert_allclose(session.run(ids(TEXT[50:]), 50, 1), first, atol=2e-4)


def test_growing_keeps_what_is_there_at_every_capacity(fused: Path) -> None:
    session = opened(fused)
    session.resize(90, 0)
    whole = session.run(ids(TEXT), 0, 90).copy()
    for at, capacity in ((0, 8), (8, 16), (16, 32), (32, 64), (64, 90)):
        session.resize(capacity, at)
        piece = session.run(ids(TEXT[at:capacity]), at, capacity - at)
        np.testing.assert_allclose(piece, whole[at:capacity], atol=2e-4)


def test_past_and_present_are_one_buffer(fused: Path) -> None:
    session = opened(fused)
    session.resize(16, 0)
    buffers = session._past  # type: ignore[attr-defined]
    before = {name: value.data_ptr() for name, value in buffers.items()}
    session.run(ids(TEXT[:5]), 0, 1)
    key = buffers["past_key_values.0.key"].numpy()
    assert np.abs(key[0, :, :5]).min(-1).max() > 0
    assert {name: value.data_ptr() for name, value in buffers.items()} == before


def test_the_number_of_logits_can_change_from_run_to_run(fused: Path) -> None:
    session = opened(fused)
    session.resize(90, 0)
    whole = session.run(ids(TEXT), 0, 90).copy()
    for wanted in (1, 5, 1, 3):
        np.testing.assert_allclose(session.run(ids(TEXT), 0, wanted), whole[-wanted:], atol=2e-4)


def test_two_sessions_of_one_model_do_not_share_a_past(fused: Path) -> None:
    first, second = opened(fused), opened(fused)
    for session in (first, second):
        session.resize(90, 0)
    alone = first.run(ids(TEXT), 0, 1).copy()
    first.run(ids(TEXT[:-1]), 0, 1)
    second.run(ids(TEXT[::-1]), 0, 1)
    np.testing.assert_allclose(first.run(ids(TEXT[-1:]), 89, 1), alone, atol=2e-4)


def test_another_key_value_type_is_taken_from_the_manifest(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path, target="cuda-fp16")  # its kernels exist on the CPU as well
    session = opened(folder, name="cpu")
    session.resize(90, 0)
    assert session._past["past_key_values.0.key"].numpy().dtype == np.float16  # type: ignore[attr-defined]
    whole = session.run(ids(TEXT), 0, 90).copy()
    session.resize(100, 40)
    np.testing.assert_allclose(session.run(ids(TEXT[40:]), 40, 50), whole[40:], atol=0.1)


@pytest.mark.parametrize("layout", ["fused", "traced"])
def test_a_run_can_be_broken_off_and_the_past_stays(layout: str, request: pytest.FixtureRequest) -> None:
    session = opened(request.getfixturevalue(layout))
    session.resize(1000, 0)
    text = [number % traced_model.VOCAB for number in TEXT[:20]]
    session.run(ids(text[:10]), 0, 1)
    expected = session.run(ids(text[10:]), 10, 1).copy()
    over = threading.Event()

    def pester() -> None:
        while not over.is_set():
            session.interrupt()

    pestering = threading.Thread(target=pester)
    pestering.start()
    try:
        with pytest.raises(Interrupted):
            for _ in range(1000):
                session.run(ids(text[10:] * 5), 10, 1)
    finally:
        over.set()
        pestering.join()
    np.testing.assert_allclose(session.run(ids(text[10:]), 10, 1), expected, atol=2e-4)


# Traced graphs


def test_a_traced_graph_gives_the_logits_of_plain_numpy_in_any_pieces(traced: Path) -> None:
    session = opened(traced)
    text = [number % traced_model.VOCAB for number in TEXT[:40]]
    expected = traced_model.oracle(text)
    session.resize(64, 0)
    at = 0
    for size in (10, 1, 1, 20, 8):
        np.testing.assert_allclose(
            session.run(ids(text[at : at + size]), at, size), expected[at : at + size], atol=1e-4
        )
        at += size
    np.testing.assert_allclose(session.run(ids(text[15:]), 15, 2), expected[-2:], atol=1e-4)


def test_a_traced_graph_with_an_unknown_input_is_refused(tmp_path: Path) -> None:
    traced_model.traced_model(tmp_path / "model", extra_input="pixel_values")
    with pytest.raises(ModelError, match="pixel_values"):
        opened(tmp_path / "model")


def test_a_traced_graph_without_a_past_is_refused(traced: Path) -> None:
    with pytest.raises(ModelError, match="keeps no past"):
        opened(traced, replace(manifests.read(traced), layers=2))


# Files


def rewritten(fused: Path, tmp_path: Path, location: str) -> Path:
    """A copy of the graph whose tensors name another file."""
    folder = tmp_path / "model"
    folder.mkdir()
    model = onnx.load(fused / GRAPH_NAME, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    (folder / GRAPH_NAME).write_bytes(model.SerializeToString())
    manifests.write(manifests.read(fused), folder)
    return folder


@pytest.mark.parametrize("absolute", [True, False])
def test_weights_outside_the_model_folder_are_not_read(fused: Path, tmp_path: Path, absolute: bool) -> None:
    outside = tmp_path / "secret"
    outside.write_bytes((fused / f"{GRAPH_NAME}.data").read_bytes())
    folder = rewritten(fused, tmp_path, str(outside) if absolute else "../secret")
    with pytest.raises(ModelError, match="cannot be loaded"):
        opened(folder)


def test_weights_behind_a_link_out_of_the_folder_are_not_read(fused: Path, tmp_path: Path) -> None:
    folder = rewritten(fused, tmp_path, "inside")
    (folder / "inside").symlink_to(fused / f"{GRAPH_NAME}.data")
    with pytest.raises(ModelError, match="cannot be loaded"):
        opened(folder)


@pytest.mark.parametrize("kept", [0, 100, 5000])
def test_a_truncated_data_file_is_a_sentence(fused: Path, tmp_path: Path, kept: int) -> None:
    folder = rewritten(fused, tmp_path, "short")
    (folder / "short").write_bytes((fused / f"{GRAPH_NAME}.data").read_bytes()[:kept])
    with pytest.raises(ModelError) as caught:
        opened(folder)
    assert "verify" in str(caught.value.help_line)
    assert "\n" not in caught.value.message


def test_a_graph_that_is_not_one_is_a_sentence(fused: Path, tmp_path: Path) -> None:
    (tmp_path / GRAPH_NAME).write_bytes(b"no graph")
    with pytest.raises(ModelError, match="cannot be loaded"):
        opened(tmp_path, manifests.read(fused))


@pytest.mark.parametrize("change", [{"layers": 3}, {"layout": Layout.OPTIMUM}], ids=str)
def test_a_graph_its_manifest_does_not_tell_of_is_refused(fused: Path, change: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        opened(fused, replace(manifests.read(fused), **change))  # type: ignore[arg-type]


# Devices


def made_for(target: str, layout: Layout = Layout.FUSED) -> Manifest:
    return Manifest(
        name="some-model", family="plain", target=target, layout=layout, architecture="", source="",
        revision=None, licence=None, parameters=0, context_length=4096, vocab_size=100, layers=10, kv_heads=2,
        head_dim=100, kv_dtype="float32", bos_id=None, stop_ids=(), chat_template=None, files={}, created="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "target", "available", "expected"),
    [
        ("auto", "cpu-int4", CUDA, "cpu"),
        ("auto", "cuda-int4", CUDA, "cuda:0"),
        ("auto", "cuda-int4", [device.CPU_PROVIDER], "cpu"),
        ("cpu", "cuda-int4", CUDA, "cpu"),
        ("cuda", "cuda-fp16", CUDA, "cuda:0"),
        ("cuda:3", "cuda-fp16", CUDA, "cuda:3"),
    ],
)
def test_the_device_is_the_one_named_or_the_one_the_model_was_made_for(
    name: str, target: str, available: list[str], expected: str
) -> None:
    assert str(device.choose(name, made_for(target), available)) == expected


def test_a_device_that_is_named_and_not_there_is_an_error_with_help(fused: Path) -> None:
    with pytest.raises(ModelError, match="cuda:1 is not there") as caught:
        opened(fused, name="cuda:1")
    assert "coder-cli[gpu]" in str(caught.value.help_line)


def test_a_fused_cpu_model_is_refused_on_cuda_and_a_traced_one_is_not() -> None:
    with pytest.raises(ModelError, match="exported for cpu-int4") as caught:
        device.choose("cuda", made_for("cpu-int4"), CUDA)
    assert caught.value.help_line == "coder pull some-model --target cuda-int4"
    assert str(device.choose("cuda", made_for("cpu-fp32", Layout.OPTIMUM), CUDA)) == "cuda:0"


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "", "CPU", "cuda:-1"])
def test_a_device_that_does_not_exist_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError):
        device.choose(name, made_for("cuda-int4"), CUDA)


def test_threads_are_at_least_one() -> None:
    assert device.thread_count() >= 1


# Memory


def test_enough_memory_leaves_the_context_as_it_is() -> None:
    assert memory.fitting_context(made_for("cpu-int4"), 1000, 4096, 10**9, pytest.fail) == 4096


def test_too_little_memory_lowers_the_context_aloud() -> None:
    told: list[str] = []
    manifest = made_for("cpu-int4")  # 16 kB a token
    fixed = 1_100_000 + memory.WORKING_BYTES
    context = memory.fitting_context(manifest, 1_000_000, 4096, fixed + 16_000 * 1100, told.append)
    assert context == 1024
    assert "from 4096 to 1024" in told[0]


def test_a_traced_graph_counts_its_past_twice() -> None:
    fused = memory.kv_bytes(made_for("cpu-fp32"), 10)
    assert memory.kv_bytes(made_for("cpu-fp32", Layout.OPTIMUM), 10) == 2 * fused == 2 * 160_000


def test_memory_that_holds_not_even_a_small_context_is_an_error_with_the_numbers() -> None:
    with pytest.raises(ContextError, match=r"needs 8\.\d GB .* 2\.0 GB are free") as caught:
        memory.fitting_context(made_for("cpu-int4"), 7 * 10**9, 4096, 2 * 10**9, pytest.fail)
    assert caught.value.exit_code == 4
    assert isinstance(caught.value, CoderError)


def group(folder: Path, limit: str, usage: int, names: tuple[str, str], stat: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{usage}\n")
    (folder / "memory.stat").write_text(stat)


def test_the_limit_of_a_container_counts_and_so_do_those_above_it(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/outer/inner\n")
    names = ("memory.max", "memory.current")
    group(tmp_path / "sys/fs/cgroup/outer", "9000000", 5_000_000, names, "inactive_file 1000\n")
    group(tmp_path / "sys/fs/cgroup/outer/inner", "max", 4_000_000, names, "inactive_file 0\n")
    assert memory.available_bytes(tmp_path / "proc", tmp_path / "sys") == 4_001_000


def test_a_container_of_the_older_kind_counts_too(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("9:name=systemd:/\n4:cpu,memory:/box\n0::/\n")
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    group(tmp_path / "sys/fs/cgroup/memory/box", "7000000", 6_000_000, names, "total_inactive_file 500\n")
    assert memory.available_bytes(tmp_path / "proc", tmp_path / "sys") == 1_000_500


def test_without_control_groups_the_machine_counts(tmp_path: Path) -> None:
    assert memory.available_bytes(tmp_path, tmp_path) > 10**8
