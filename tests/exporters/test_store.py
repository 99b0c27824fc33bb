from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from exporters import manifest as manifests
from exporters.errors import StoreError
from exporters.manifest import Layout, Manifest
from exporters.store import ModelStore, folder_name
from exporters.targets import Device
from exporters.types import Progress

GRAPH = b"graph" * 1000
MANIFEST = Manifest(
    name="",
    family="plain",
    target="cpu-int4",
    layout=Layout.FUSED,
    architecture="llama",
    source="tests",
    revision=None,
    licence="mit",
    parameters=1000,
    context_length=128,
    vocab_size=512,
    layers=2,
    kv_heads=2,
    head_dim=16,
    kv_dtype="float32",
    bos_id=None,
    stop_ids=(1,),
    chat_template=None,
    files={"model.onnx": hashlib.sha256(GRAPH).hexdigest()},
    created="2026-01-02T03:04:05+00:00",
)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def install(store: ModelStore, name: str, target: str = "cpu-int4") -> Path:
    folder = store.place(name, target)
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(GRAPH)
    manifests.write(replace(MANIFEST, name=name, target=target), folder)
    return folder


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    manifests.write(MANIFEST, tmp_path)
    assert manifests.read(tmp_path) == MANIFEST


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"format": 99}', '{"format": 1, "layout": "none"}'])
def test_a_manifest_that_cannot_be_read_is_a_sentence(damage: str, tmp_path: Path) -> None:
    (tmp_path / "coder.json").write_text(damage)
    with pytest.raises(StoreError, match=r"coder.json"):
        manifests.read(tmp_path)


def test_models_are_listed_by_name_and_target_with_their_size(store: ModelStore) -> None:
    assert store.list() == []
    install(store, "zeta")
    install(store, "alpha", "cuda-int4")
    install(store, "alpha", "cpu-fp32")
    found = [(model.name, model.target) for model in store.list()]
    assert found == [("alpha", "cpu-fp32"), ("alpha", "cuda-int4"), ("zeta", "cpu-int4")]
    assert all(model.size > len(GRAPH) for model in store.list())


def test_work_in_progress_and_strange_folders_are_never_listed(store: ModelStore) -> None:
    install(store, "whole")
    for stray in (".partial-cpu-int4", "cpu-int4.partial", "another"):
        folder = store.root / "half" / stray
        folder.mkdir(parents=True)
        manifests.write(replace(MANIFEST, name="half"), folder)
    (store.root / "empty" / "cpu-int4").mkdir(parents=True)
    (store.root / "file").write_text("")
    assert [model.name for model in store.list()] == ["whole"]


def test_a_damaged_model_is_left_out_named_and_can_be_removed(store: ModelStore) -> None:
    folder = install(store, "broken")
    (folder / "coder.json").write_text("{")
    assert store.list() == []
    ((title, why),) = store.damaged()
    assert title == "broken@cpu-int4" and "coder.json" in why
    store.remove(title)
    assert not folder.parent.exists()


@pytest.mark.parametrize(
    "reference",
    ["starter", "qwen2.5-coder-1.5b-instruct", "Qwen2.5-Coder-1.5B-Instruct", "starter@cpu-int4"],
)
def test_a_model_answers_to_its_name_its_alias_and_its_target(reference: str, store: ModelStore) -> None:
    folder = install(store, "qwen2.5-coder-1.5b-instruct")
    assert store.resolve(reference).folder == folder


def test_a_hub_id_is_one_folder_and_resolves(store: ModelStore) -> None:
    folder = install(store, "owner/name")
    assert folder == store.root / "owner--name" / "cpu-int4"
    assert store.resolve("owner/name").folder == folder
    assert store.resolve("owner--name").folder == folder


def test_the_hub_id_of_a_known_model_is_that_model(store: ModelStore) -> None:
    folder = install(store, "deepseek-coder-1.3b-base")
    assert store.resolve("deepseek-ai/deepseek-coder-1.3b-base").folder == folder


def test_a_folder_resolves_by_its_path_but_a_name_comes_first(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = install(ModelStore(tmp_path / "elsewhere"), "mine")
    assert store.resolve(str(elsewhere)).folder == elsewhere
    installed = install(store, "mine")
    elsewhere.rename(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert store.resolve("mine").folder == installed
    assert store.resolve("./mine").folder == Path("mine")


def test_among_targets_the_device_decides_then_the_table(store: ModelStore) -> None:
    for target in ("cuda-int4", "cpu-fp32", "cpu-int8"):
        install(store, "model", target)
    assert store.resolve("model").target == "cpu-int8"
    assert store.resolve("model", device=Device.CUDA).target == "cuda-int4"
    assert store.resolve("model", "cpu-fp32", Device.CUDA).target == "cpu-fp32"


@pytest.mark.parametrize(
    ("reference", "words", "help_line"),
    [
        ("starter", r"qwen2\.5-coder-1\.5b-instruct \(starter\) is not installed", "coder pull starter"),
        ("deepseek-coder-1.3b-base", "is not installed", "coder pull deepseek-coder-1.3b-base"),
        ("modle", r"Did you mean model\? Installed: model", "coder models"),
        (
            "model@cuda-int4",
            "is installed for cpu-int4, not for cuda-int4",
            "coder pull model --target cuda-int4",
        ),
        ("model@gpu", "There is no target 'gpu'", None),
        ("/nowhere/at/all", "no folder with a coder.json", "coder models"),
        ("~nobody-of-that-name/model", "no folder with a coder.json", "coder models"),
    ],
)
def test_what_is_not_installed_is_said_with_the_next_step(
    reference: str, words: str, help_line: str | None, store: ModelStore
) -> None:
    install(store, "model")
    with pytest.raises(StoreError, match=words) as caught:
        store.resolve(reference)
    assert caught.value.help_line == help_line


def test_an_empty_store_points_to_the_starter(store: ModelStore) -> None:
    with pytest.raises(StoreError, match="No model is installed yet") as caught:
        store.resolve("something")
    assert caught.value.help_line == "coder pull starter"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/../b", "/etc", "a/b/c", "a b", "a\\b", ".hidden", "a\n"]
)
def test_a_name_never_leads_out_of_the_store(name: str, store: ModelStore) -> None:
    with pytest.raises(StoreError, match="cannot be a model's name"):
        folder_name(name)
    with pytest.raises(StoreError):
        store.remove(name)


def test_removing_takes_one_target_or_all(store: ModelStore) -> None:
    one, two = install(store, "model"), install(store, "model", "cpu-int8")
    other = install(store, "other")
    assert store.remove("model@cpu-int8") == [two]
    assert store.remove("model") == [one]
    assert [model.folder for model in store.list()] == [other]
    assert [path.name for path in store.root.iterdir()] == ["other"]
    with pytest.raises(StoreError):
        store.remove("model")


def test_removing_never_follows_a_link(store: ModelStore, tmp_path: Path) -> None:
    elsewhere = ModelStore(tmp_path / "elsewhere")
    whole, inside, target = (install(elsewhere, name) for name in ("whole", "inside", "target"))
    store.root.mkdir()
    (store.root / "whole").symlink_to(whole.parent)
    (store.root / "target").mkdir()
    (store.root / "target" / "cpu-int4").symlink_to(target)
    (install(store, "inside") / "link").symlink_to(inside)
    for name in ("whole", "target", "inside"):
        store.remove(name)
    assert list(store.root.iterdir()) == []
    assert all((folder / "model.onnx").is_file() for folder in (whole, inside, target))


def test_verify_finds_every_file_that_changed_or_went(store: ModelStore) -> None:
    folder = install(store, "model")
    model = store.resolve("model")
    told: list[Progress] = []
    assert store.verify(model, told.append) == []
    assert told[-1].done == told[-1].total == len(GRAPH)
    (folder / "model.onnx").write_bytes(GRAPH[:-1] + b"x")
    assert store.verify(model) == ["model.onnx is not the file that was exported (another sha256)"]
    (folder / "model.onnx").unlink()
    assert store.verify(model) == ["model.onnx is missing"]


def test_verify_reads_nothing_outside_of_the_folder(store: ModelStore, tmp_path: Path) -> None:
    folder = install(store, "model")
    (tmp_path / "models" / "model" / "secret").write_bytes(b"x")
    text = json.loads((folder / "coder.json").read_text())
    text["files"] = {"../secret": hashlib.sha256(b"x").hexdigest()}
    (folder / "coder.json").write_text(json.dumps(text))
    assert store.verify(store.resolve("model")) == ["../secret is missing"]


def test_a_bare_word_never_means_a_folder_of_the_repository_one_stands_in(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "starter").mkdir()
    manifests.write(MANIFEST, tmp_path / "starter")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="not installed"):
        store.resolve("starter")
    (tmp_path / "starter").rename("other")
    with pytest.raises(StoreError, match=r"For the folder here: \./other"):
        store.resolve("other")
    assert store.resolve("./other").manifest == MANIFEST
