"""The Hub's protocol against a real HTTP server on loopback.

HF_ENDPOINT is read when the library is imported, so every pull runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exporters.hub_server import COMMIT, TOKEN, Hub, Repository, serving

WEIGHTS = np.random.default_rng(5).bytes(3_500_000)
SHARD = np.random.default_rng(6).bytes(70_000)
SNAPSHOT = {
    "config.json": b'{"model_type": "llama"}',
    "tokenizer.json": b"{}",
    "LICENSE": b"Do as you like.\n",
    "model.safetensors.index.json": b'{"weight_map": {}}',
    "model-00001-of-00002.safetensors": WEIGHTS,
    "model-00002-of-00002.safetensors": SHARD,
    "pytorch_model.bin": b"a pickle",
    "modeling.py": b"raise SystemExit",
    "../evil.safetensors": b"outside",
}
LARGE = frozenset(name for name in SNAPSHOT if name.endswith((".safetensors", ".bin")))
FETCH = """
import json, sys
from pathlib import Path
from exporters import artefacts, errors, pull, wanted
from exporters.targets import TARGETS

reports, notices = [], []
cache, reference, revision = Path(sys.argv[1]), sys.argv[2], sys.argv[3] or None
if len(sys.argv) > 4:
    file, size, digest, *repositories = json.loads(sys.argv[4])
    places = tuple(artefacts.Hub(repository, file) for repository in repositories)
    artefact = artefacts.Artefact(file, size, digest, places)
    artefacts.MODELS["probe"] = artefacts.KnownModel(
        "probe", 1000, "Apache-2.0", "Apache-2.0.txt", artefact=artefact
    )
room = pull.Room(cache / "store", TARGETS["cpu-int4"])
try:
    found = wanted.locate(reference)
    fetched = pull.fetch(
        found, cache, room, revision=revision,
        report=lambda now: reports.append((now.stage, now.done, now.total)), notice=notices.append,
    )
    told = {"path": str(fetched.path), "origin": fetched.origin, "revision": fetched.revision,
            "licence": fetched.licence, "licence_text": fetched.licence_text, "reports": reports}
except errors.ExporterError as error:
    told = {"error": error.message, "help": error.help_line, "kind": type(error).__name__}
print(json.dumps({**told, "notices": notices}))
"""

Pull = Callable[..., dict[str, Any]]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub({"owner/model": Repository(dict(SNAPSHOT), LARGE)})) as running:
        yield running


@pytest.fixture
def pull(hub: Hub, tmp_path: Path) -> Pull:
    """Fetch from the loopback Hub in a new process. What it says, as a dict."""

    def run(
        reference: str, revision: str = "", probe: list[Any] | None = None, **variables: str
    ) -> dict[str, Any]:
        words = [str(tmp_path / "cache"), reference, revision, *([json.dumps(probe)] if probe else [])]
        done = subprocess.run(
            [sys.executable, "-c", FETCH, *words],
            env={**os.environ, "HF_ENDPOINT": hub.address, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == "", "the library's own bars and log lines must not reach the screen"
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return run


def test_a_snapshot_holds_safetensors_and_papers_but_no_pickle_no_code_and_nothing_outside(
    pull: Pull, tmp_path: Path
) -> None:
    told = pull("owner/model")
    folder = Path(told["path"])
    assert {path.name for path in folder.iterdir()} == {
        name for name in SNAPSHOT if not name.endswith((".bin", ".py")) and "/" not in name
    }
    assert all((folder / path.name).read_bytes() == SNAPSHOT[path.name] for path in folder.iterdir())
    assert told["origin"] == "Hub owner/model"
    assert told["revision"] == COMMIT
    assert (told["licence"], told["licence_text"]) == ("mit", "Do as you like.\n")
    assert not (tmp_path / "cache" / "evil.safetensors").exists()


def test_progress_counts_the_bytes_of_the_whole_snapshot(pull: Pull) -> None:
    reports = pull("owner/model")["reports"]
    total = sum(len(data) for name, data in SNAPSHOT.items() if not name.endswith((".bin", ".py")))
    total -= len(SNAPSHOT["../evil.safetensors"])
    assert {stage for stage, _, _ in reports} == {"pulling owner--model"}
    assert [done for _, done, _ in reports] == sorted(done for _, done, _ in reports)
    assert reports[-1][1:] == [total, total]
    assert len(reports) > 5


def test_what_is_there_already_is_checked_and_not_fetched_again(pull: Pull, hub: Hub) -> None:
    pull("owner/model")
    hub.requests.clear()
    assert pull("owner/model")["revision"] == COMMIT
    assert hub.downloads() == []


def test_a_cut_connection_goes_on_where_it_broke(pull: Pull, hub: Hub) -> None:
    hub.cut_after = 2_500_000
    folder = Path(pull("owner/model")["path"])
    ranges = [one.range for one in hub.downloads() if "00001" in one.path]
    assert ranges[0] is None
    assert ranges[1] is not None and int(ranges[1].removeprefix("bytes=").rstrip("-")) >= 2_000_000
    assert (folder / "model-00001-of-00002.safetensors").read_bytes() == WEIGHTS


def test_a_later_pull_resumes_with_a_range(pull: Pull, hub: Hub) -> None:
    hub.cut_after, hub.down_after_cut = 2_500_000, True
    assert "500" in pull("owner/model")["error"]
    hub.down = False
    hub.requests.clear()
    folder = Path(pull("owner/model")["path"])
    first = next(one for one in hub.downloads() if "00001" in one.path)
    assert first.range is not None and int(first.range.removeprefix("bytes=").rstrip("-")) >= 2_000_000
    assert (folder / "model-00001-of-00002.safetensors").read_bytes() == WEIGHTS


def test_a_server_that_ignores_ranges_costs_time_and_not_correctness(pull: Pull, hub: Hub) -> None:
    hub.cut_after, hub.ignores_ranges = 2_500_000, True
    folder = Path(pull("owner/model")["path"])
    assert (folder / "model-00001-of-00002.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("file", ["model-00002-of-00002.safetensors", "tokenizer.json"])
def test_wrong_bytes_are_removed_and_refused(file: str, pull: Pull, hub: Hub, tmp_path: Path) -> None:
    data = SNAPSHOT[file]
    hub.repositories["owner/model"].lies[file] = bytes(byte ^ 1 for byte in data)
    told = pull("owner/model")
    assert told["kind"] == "PullError" and file in told["error"] and "removed" in told["error"]
    assert not list((tmp_path / "cache").rglob(f"{file}*"))


def test_the_token_goes_to_the_hub_and_never_to_its_cdn(pull: Pull, hub: Hub) -> None:
    hub.repositories["owner/model"].private = True
    told = pull("owner/model", HF_TOKEN=TOKEN)
    assert told["revision"] == COMMIT
    assert {one.authorization for one in hub.requests if one.path.startswith("/cdn/")} == {None}
    assert {one.authorization for one in hub.requests if "/cdn/" not in one.path} == {f"Bearer {TOKEN}"}


def test_only_the_model_is_asked_for_and_nothing_is_reported_home(pull: Pull, hub: Hub) -> None:
    pull("owner/model", AI_AGENT="probe")
    assert all("owner/model" in one.path for one in hub.requests)


@pytest.mark.parametrize(
    ("change", "reference", "revision", "words"),
    [
        ({"private": True}, "owner/model", "", "private"),
        ({"gated": True}, "owner/model", "", "gated"),
        ({}, "owner/nothing", "", "no model owner/nothing"),
        ({}, "owner/model", "v9", "no revision v9"),
        ({}, "owner/model/none.gguf", "", "no file none.gguf"),
        ({"files": {"pytorch_model.bin": b"pickle"}}, "owner/model", "", "pickles only"),
        ({"files": {"README.md": b"hello"}}, "owner/model", "", "no safetensors and no GGUF"),
        (
            {"files": {"a.gguf": b"a", "b.gguf": b"b"}},
            "owner/model",
            "",
            "several GGUF files: a.gguf, b.gguf",
        ),
    ],
)
def test_a_refusal_is_a_sentence(
    change: dict[str, Any], reference: str, revision: str, words: str, pull: Pull, hub: Hub
) -> None:
    for name, value in change.items():
        setattr(hub.repositories["owner/model"], name, value)
    told = pull(reference, revision)
    assert words in told["error"], told


def test_one_gguf_file_of_several_is_named_after_the_repository(pull: Pull, hub: Hub) -> None:
    hub.repositories["owner/model"] = Repository(
        {"a.gguf": b"A" * 9, "b.gguf": b"B" * 9}, frozenset({"b.gguf"})
    )
    assert Path(pull("owner/model/b.gguf")["path"]).read_bytes() == b"B" * 9


def test_hub_offline_is_honoured(pull: Pull, hub: Hub) -> None:
    assert "HF_HUB_OFFLINE" in pull("owner/model", HF_HUB_OFFLINE="1")["error"]
    assert hub.requests == []


def test_nobody_listening_is_a_sentence(pull: Pull) -> None:
    told = pull("owner/model", HF_ENDPOINT="http://127.0.0.1:9")
    assert "cannot be reached" in told["error"] and told["help"]


def test_a_known_model_comes_with_the_licence_we_ship_where_the_hub_has_none(pull: Pull, hub: Hub) -> None:
    files = {name: data for name, data in SNAPSHOT.items() if name != "LICENSE"}
    hub.repositories["deepseek-ai/deepseek-coder-1.3b-base"] = Repository(files, LARGE)
    told = pull("deepseek-coder-1.3b-base")
    assert told["licence"].startswith("DeepSeek")
    assert "Use Restrictions" in told["licence_text"]
    assert told["notices"][1:] == [
        "deepseek-coder-1.3b-base: served by Hub deepseek-ai/deepseek-coder-1.3b-base"
    ]


def test_a_known_file_is_served_by_the_first_place_that_holds_its_very_bytes(pull: Pull, hub: Hub) -> None:
    hub.repositories["other/bytes"] = Repository({"a.gguf": b"x" * len(WEIGHTS)}, frozenset({"a.gguf"}))
    hub.repositories["right/bytes"] = Repository({"a.gguf": WEIGHTS}, frozenset({"a.gguf"}))
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    told = pull("probe", probe=["a.gguf", len(WEIGHTS), digest, "no/where", "other/bytes", "right/bytes"])
    assert Path(told["path"]).read_bytes() == WEIGHTS
    assert (told["origin"], told["revision"]) == ("Hub right/bytes", COMMIT)
    assert [line.split(":")[0] for line in told["notices"]] == [
        "asking Hub no/where",
        "Hub no/where does not serve it",
        "asking Hub other/bytes",
        "Hub other/bytes does not serve it",
        "asking Hub right/bytes",
        "probe",
    ]
    assert {one.path for one in hub.downloads()} == {"/cdn/right/bytes/a.gguf"}


def test_lying_bytes_of_a_known_file_end_the_pull(pull: Pull, hub: Hub, tmp_path: Path) -> None:
    hub.repositories["right/bytes"] = Repository(
        {"a.gguf": WEIGHTS}, frozenset({"a.gguf"}), lies={"a.gguf": bytes(len(WEIGHTS))}
    )
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    told = pull("probe", probe=["a.gguf", len(WEIGHTS), digest, "right/bytes"])
    assert told["kind"] == "PullError" and "another sha256" in told["error"]
    assert not list((tmp_path / "cache").rglob("a.gguf*"))
