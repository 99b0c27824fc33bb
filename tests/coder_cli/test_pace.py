"""How fast a prompt is read: measured once, remembered, refined by answers, turned into a budget."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coder_cli import settings as all_settings
from coder_cli.model.device import CPU, Device
from coder_cli.model.types import Completion, Finish, Part, Prompt, Sampling
from coder_cli.pace import (
    CAUTIOUS,
    FILE_NAME,
    LEAST_BUDGET,
    Pace,
    default_budget,
    learn,
    pace,
    remembered,
)
from coder_cli.settings import Settings
from exporters.manifest import Layout, Manifest
from exporters.store import InstalledModel
from exporters.targets import Device as DeviceKind

ANSWER = Completion("text", Finish.STOP, 1000, 0, 5, 10.0, 1.0)


@dataclass
class Reader:
    """Reads at a given speed and remembers how many tokens it was given each time."""

    speed: float = 100.0
    finish: Finish = Finish.LENGTH
    device: Device = CPU
    context_length: int = 4096
    runs: list[int] = field(default_factory=list)

    def encode(self, parts: Sequence[Part]) -> list[int]:
        return list(range(20_000))

    def generate_ids(
        self, ids: Sequence[int], prompt: Prompt, sampling: Sampling
    ) -> Iterator[str | Completion]:
        assert prompt.max_new_tokens == 1
        self.runs.append(len(ids))
        said = 0 if self.finish is Finish.CANCELLED else 1
        yield Completion("", self.finish, len(ids), 0, said, len(ids) / self.speed, 0.0)


@pytest.fixture
def here() -> Settings:
    return all_settings.load()


@pytest.fixture
def installed(tmp_path: Path) -> InstalledModel:
    manifest = Manifest(
        name="small",
        family="plain",
        target="cpu-int4",
        layout=Layout.FUSED,
        architecture="llama",
        source="here",
        revision=None,
        licence=None,
        parameters=1,
        context_length=4096,
        vocab_size=512,
        layers=2,
        kv_heads=2,
        head_dim=16,
        kv_dtype="float32",
        bos_id=None,
        stop_ids=(0,),
        chat_template=None,
        files={"model.onnx": "00"},
        created="2026-01-01",
    )
    return InstalledModel("small", "cpu-int4", tmp_path, manifest, 1)


def measured(here: Settings, installed: InstalledModel, reader: Reader) -> float:
    return pace(here, installed, reader, notice=lambda _: None).tokens_per_second


def test_a_pace_is_measured_once_by_a_chunk_behind_a_warm_up_and_said(
    here: Settings, installed: InstalledModel
) -> None:
    reader, said = Reader(), list[str]()
    first = pace(here, installed, reader, said.append)
    assert first.tokens_per_second == 100.0
    assert reader.runs == [32, 256]
    assert len(said) == 1 and "small" in said[0]
    assert pace(here, installed, reader, said.append) == first
    assert remembered(here, installed, "cpu") == first
    assert (len(reader.runs), len(said)) == (2, 1)


def test_another_artefact_device_or_number_of_threads_is_measured_anew(
    here: Settings, installed: InstalledModel
) -> None:
    measured(here, installed, Reader())
    again = dataclasses.replace(installed.manifest, files={"model.onnx": "01"})
    other = dataclasses.replace(installed, manifest=again)
    assert measured(here, other, Reader(speed=50)) == 50
    assert measured(here, installed, Reader(speed=60, device=Device(DeviceKind.CUDA))) == 60
    assert measured(here.with_flags(threads=7), installed, Reader(speed=70)) == 70
    assert measured(here, installed, Reader(speed=80)) == 100


def test_what_verify_writes_into_a_manifest_makes_no_other_artefact(
    here: Settings, installed: InstalledModel
) -> None:
    measured(here, installed, Reader())
    noted = dataclasses.replace(installed.manifest, verification={"passed": True})
    assert remembered(here, dataclasses.replace(installed, manifest=noted), "cpu") is not None


def test_a_slow_device_reads_less_and_a_quick_one_more(here: Settings, installed: InstalledModel) -> None:
    slow, quick = Reader(speed=20), Reader(speed=4000, device=Device(DeviceKind.CUDA))
    measured(here, installed, slow)
    assert slow.runs == [32, 60]
    assert measured(here, installed, quick) == 4000
    assert quick.runs == [32, 256, 2048]


def test_a_small_window_is_enough(here: Settings, installed: InstalledModel) -> None:
    reader = Reader(context_length=100)
    measured(here, installed, reader)
    assert reader.runs == [32, 99]


def test_a_measurement_that_is_broken_off_is_not_remembered(
    here: Settings, installed: InstalledModel
) -> None:
    assert measured(here, installed, Reader(finish=Finish.CANCELLED)) == CAUTIOUS
    assert remembered(here, installed, "cpu") is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"format": 1, "paces": []}',
        b'{"format": 2, "paces": {}}',
        "{KEY: 5}",
        "{KEY: {}}",
        '{KEY: {"tokens_per_second": NaN, "measured_at": "", "answers": []}}',
        '{KEY: {"tokens_per_second": -5, "measured_at": "", "answers": []}}',
        '{KEY: {"tokens_per_second": 1e400, "measured_at": "", "answers": []}}',
        '{KEY: {"tokens_per_second": 5, "measured_at": "", "answers": "x"}}',
        '{KEY: {"tokens_per_second": 5, "measured_at": "", "answers": [[]]}}',
    ],
)
def test_a_damaged_file_is_measured_anew(
    here: Settings, installed: InstalledModel, damage: bytes | str
) -> None:
    measured(here, installed, Reader(speed=30))
    file = here.cache_dir / FILE_NAME
    if isinstance(damage, str):
        key = next(iter(json.loads(file.read_text())["paces"]))
        damage = ('{"format": 1, "paces": ' + damage.replace("KEY", json.dumps(key)) + "}").encode()
    file.write_bytes(damage)
    assert measured(here, installed, Reader(speed=90)) == 90
    assert measured(here, installed, Reader(speed=10)) == 90


def test_a_cache_folder_that_cannot_be_written_ends_nothing(
    here: Settings, installed: InstalledModel
) -> None:
    here.cache_dir.parent.mkdir(parents=True, exist_ok=True)
    here.cache_dir.write_text("a file where a folder should be")
    reader = Reader()
    assert measured(here, installed, reader) == 100
    learn(here, installed, reader, ANSWER)
    assert remembered(here, installed, "cpu") is None


def learned(here: Settings, installed: InstalledModel, *speeds: float) -> float:
    for speed in speeds:
        answer = dataclasses.replace(ANSWER, prefill_seconds=1000 / speed)
        learn(here, installed, Reader(), answer)
    found = remembered(here, installed, "cpu")
    assert found is not None
    return found.tokens_per_second


def test_one_busy_moment_spoils_nothing(here: Settings, installed: InstalledModel) -> None:
    measured(here, installed, Reader(speed=100))
    assert learned(here, installed, 20) == 100
    assert learned(here, installed, 101, 99, 98, 5, 102) == 100


def test_a_measurement_in_a_busy_moment_is_mended_by_the_first_answer(
    here: Settings, installed: InstalledModel
) -> None:
    measured(here, installed, Reader(speed=20))
    assert learned(here, installed, 100) == 100
    assert learned(here, installed, 20) == 100


def test_answers_that_agree_replace_what_was_remembered(here: Settings, installed: InstalledModel) -> None:
    measured(here, installed, Reader(speed=100))
    assert learned(here, installed, 50, 51) == 51


def test_small_differences_move_no_budget(here: Settings, installed: InstalledModel) -> None:
    measured(here, installed, Reader(speed=100))
    assert learned(here, installed, *[115] * 20) == 100


def test_an_answer_alone_is_a_measurement_too(here: Settings, installed: InstalledModel) -> None:
    assert learned(here, installed, 80) == 80


@pytest.mark.parametrize(
    "changes",
    [
        {"cached_tokens": 900},
        {"prefill_seconds": 0.0},
        {"finish": Finish.CANCELLED, "new_tokens": 0},
    ],
)
def test_an_answer_that_shows_nothing_teaches_nothing(
    here: Settings, installed: InstalledModel, changes: dict[str, object]
) -> None:
    learn(here, installed, Reader(), dataclasses.replace(ANSWER, **changes))  # type: ignore[arg-type]
    assert remembered(here, installed, "cpu") is None


@pytest.mark.parametrize(
    ("speed", "context", "answer", "budget"),
    [
        (100, 32768, 512, LEAST_BUDGET),
        (3, 32768, 512, LEAST_BUDGET),
        (200, 32768, 512, 1792),
        (205, 32768, 512, 2048),
        (9000, 32768, 512, 32768 - 512),
        (100, 1200, 400, 800),
        (100, 400, 400, 0),
        (100, 400, 500, 0),
    ],
)
def test_the_budget_is_what_is_read_in_ten_seconds_within_the_window(
    speed: float, context: int, answer: int, budget: int
) -> None:
    assert default_budget(Pace(speed, ""), context, answer) == budget
