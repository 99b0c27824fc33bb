from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder_cli import cli
from coder_cli.commands import pull as pull_command
from exporters import manifest as manifests
from exporters.pull import locked
from exporters.store import ModelStore
from tests.exporters.hub_server import COMMIT, Hub, Repository, serving
from tests.tiny_model import tiny_checkpoint

Capture = pytest.CaptureFixture[str]
LICENCE = b"Do as you like.\n"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny_checkpoint(tmp_path_factory.mktemp("made") / "tiny", "qwen2.5-coder-instruct")
    (folder / "LICENSE").write_bytes(LICENCE)
    return folder


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CODER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("CODER_DEVICE", "cpu")
    return ModelStore(tmp_path / "models")


@pytest.fixture
def hub(checkpoint: Path) -> Iterator[Hub]:
    files = {path.name: path.read_bytes() for path in checkpoint.iterdir()}
    with serving(Hub({"owner/tiny": Repository(files, frozenset({"model.safetensors"}))})) as running:
        yield running


def in_a_process(hub: Hub, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "coder_cli", "pull", *words],
        env={**os.environ, "HF_ENDPOINT": hub.address},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_hub_id_ends_as_a_model_that_is_ready(hub: Hub, store: ModelStore, tmp_path: Path) -> None:
    done = in_a_process(hub, "owner/tiny", "--json")
    assert done.returncode == 0, done.stderr
    model = store.resolve("owner/tiny")
    told = json.loads(done.stdout)
    assert told == {
        "exit_code": 0,
        "name": "owner--tiny",
        "target": "cpu-int4",
        "folder": str(model.folder),
        "bytes": model.size,
        "source": "Hub owner/tiny",
        "revision": COMMIT,
        "licence": "mit",
        "new": True,
    }
    assert (model.folder / "LICENSE").read_bytes() == LICENCE
    assert store.verify(model) == []
    assert not list((tmp_path / "cache" / "sources").iterdir()), (
        "the download goes when it is no longer needed"
    )
    assert "served by Hub owner/tiny" in done.stderr
    again = in_a_process(hub, "owner/tiny")
    assert again.returncode == 0 and "installed already" in again.stderr and again.stdout == ""


def test_the_download_is_kept_where_the_person_wants_it(hub: Hub, store: ModelStore, tmp_path: Path) -> None:
    done = in_a_process(hub, "owner/tiny", "--keep-source", "--target", "cpu-fp32")
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "cache" / "sources" / "owner--tiny"
    assert str(kept) in done.stderr
    assert (kept / "model.safetensors").is_file()
    assert store.resolve("owner/tiny").target == "cpu-fp32"
    assert "Licence of the model: mit" in done.stderr


def test_a_hub_that_is_down_is_a_sentence_and_exit_3(hub: Hub, store: ModelStore) -> None:
    hub.down = True
    done = in_a_process(hub, "owner/tiny", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["exit_code"] == 3
    assert "Traceback" not in done.stderr
    assert not store.root.exists()


def test_wrong_bytes_end_in_exit_3_and_no_model(hub: Hub, store: ModelStore, tmp_path: Path) -> None:
    hub.repositories["owner/tiny"].lies["tokenizer.json"] = bytes(
        len(hub.repositories["owner/tiny"].files["tokenizer.json"])
    )
    done = in_a_process(hub, "owner/tiny")
    assert done.returncode == 3 and "another sha256" in done.stderr
    assert not store.root.exists()


def test_a_folder_here_is_exported_and_left_as_it_was(
    checkpoint: Path, store: ModelStore, capsys: Capture
) -> None:
    before = sorted(path.name for path in checkpoint.iterdir())
    assert cli.main(["pull", str(checkpoint), "--offline"]) == 0
    model = store.resolve("tiny")
    assert model.manifest.source == str(checkpoint)
    assert model.manifest.family == "plain", "a tiny vocabulary is no Qwen"
    assert sorted(path.name for path in checkpoint.iterdir()) == before
    captured = capsys.readouterr()
    assert captured.out == "" and "tiny is ready for cpu-int4" in captured.err
    assert cli.main(["pull", str(checkpoint), "--offline", "--force", "--target", "cpu-int4"]) == 0


def test_a_failed_export_leaves_no_model(checkpoint: Path, store: ModelStore, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in checkpoint.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert cli.main(["pull", str(broken)]) == 3
    assert store.list() == []


@pytest.mark.parametrize("name", ["starter", "owner/name", "deepseek-coder-33b-instruct"])
def test_offline_refuses_at_once(name: str, store: ModelStore, capsys: Capture) -> None:
    assert cli.main(["--offline", "pull", name]) == 3
    assert "--offline" in capsys.readouterr().err
    assert not store.root.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("startr", "Did you mean starter?"),
        ("deepseek-coder-7b-v1.5", "cannot fill in the middle, its window is 4096 tokens"),
        ("deepseek-coder-7b-instruct-v1.5", "its token ids are others"),
        ("../nowhere", "no path here"),
        ("~nobody-of-that-name/model", "no path here"),
        ("", "no path here"),
    ],
)
def test_a_name_that_means_nothing_is_a_sentence(
    name: str, words: str, store: ModelStore, capsys: Capture
) -> None:
    assert cli.main(["pull", name]) == 3
    assert words in capsys.readouterr().err


def test_a_second_pull_of_the_same_model_is_refused(
    checkpoint: Path, store: ModelStore, tmp_path: Path, capsys: Capture
) -> None:
    with locked(tmp_path / "cache", "tiny"):
        assert cli.main(["pull", str(checkpoint)]) == 3
    assert f"by process {os.getpid()}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("device", "runtime", "gpu", "target"),
    [
        ("auto", True, True, "cuda-int4"),
        ("auto", True, False, "cpu-int4"),
        ("auto", False, True, "cpu-int4"),
        ("cuda:1", False, False, "cuda-int4"),
        ("cpu", True, True, "cpu-int4"),
    ],
)
def test_the_target_suits_the_machine(
    device: str, runtime: bool, gpu: bool, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_command, "_cuda_runtime", lambda: runtime)
    monkeypatch.setattr(pull_command, "_gpu", lambda: gpu)
    assert pull_command.suitable_target(device) == target


def test_asking_for_a_gpu_never_fails() -> None:
    assert pull_command._gpu() in (True, False)
    assert pull_command._cuda_runtime() in (True, False)


def test_a_pulled_model_says_what_it_was_made_from(checkpoint: Path, store: ModelStore) -> None:
    assert cli.main(["pull", str(checkpoint)]) == 0
    manifest = manifests.read(store.place("tiny", "cpu-int4"))
    assert (manifest.revision, manifest.licence) == (None, None)
