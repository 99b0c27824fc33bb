"""What is known of a file's bytes without reading them, from one listing to the next."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from retrieval import digests, listing
from retrieval.digests import FOLDER
from retrieval.repo import Repo
from retrieval.working_tree import Content, NotRead, blob_id, read_content

FILES = 130  # several readers' worth


@pytest.fixture(autouse=True)
def nothing_is_racy(monkeypatch: pytest.MonkeyPatch) -> None:
    """These files are some milliseconds old; nobody can set the time of a change back."""
    monkeypatch.setattr(digests, "RACY_NS", 0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are read to be hashed."""
    seen: list[str] = []

    def counted(root: Path, path: str, limit: int) -> Content | NotRead:
        seen.append(path)
        return read_content(root, path, limit)

    monkeypatch.setattr(listing, "read_content", counted)
    return seen


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number in range(FILES):
        file = tmp_path / f"project/src{number % 3}/m{number:03}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"x = {number}\n")
    return tmp_path / "project"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def listed(root: Path, cache: Path | None) -> dict[str, str]:
    return {entry.path: entry.digest for entry in Repo.open(root, cache).entries()}


def records(cache: Path) -> list[Path]:
    return sorted((cache / FOLDER).iterdir())


def test_the_second_listing_reads_nothing(root: Path, cache: Path, read: list[str]) -> None:
    first = listed(root, cache)
    assert sorted(read) == sorted(first)
    assert first["src0/m000.py"] == blob_id(b"x = 0\n", "sha1")
    read.clear()
    assert listed(root, cache) == first
    assert not read


def test_without_a_cache_everything_is_hashed_and_nothing_written(
    root: Path, cache: Path, read: list[str]
) -> None:
    listed(root, None)
    listed(root, None)
    assert len(read) == 2 * FILES
    assert not cache.exists()


def test_only_what_has_changed_is_hashed_again(root: Path, cache: Path, read: list[str]) -> None:
    before = listed(root, cache)
    (root / "src0/m000.py").write_text("x = 9\n")  # of the same size
    (root / "src1/m001.py").unlink()
    (root / "src2/new.py").write_text("y = 1\n")
    read.clear()
    after = listed(root, cache)
    assert sorted(read) == ["src0/m000.py", "src2/new.py"]
    assert after["src0/m000.py"] == blob_id(b"x = 9\n", "sha1") != before["src0/m000.py"]
    assert after.keys() == before.keys() - {"src1/m001.py"} | {"src2/new.py"}
    read.clear()
    assert listed(root, cache) == after
    assert not read


def test_a_change_that_hides_its_time_is_seen(root: Path, cache: Path) -> None:
    listed(root, cache)
    file = root / "src0/m000.py"
    about = file.stat()
    file.write_text("x = 9\n")
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert listed(root, cache)["src0/m000.py"] == blob_id(b"x = 9\n", "sha1")


def test_another_file_under_the_same_name_is_seen(root: Path, cache: Path) -> None:
    listed(root, cache)
    (root / "src0/m000.py").rename(root / "old.py")
    (root / "src0/m003.py").rename(root / "src0/m000.py")
    assert listed(root, cache)["src0/m000.py"] == blob_id(b"x = 3\n", "sha1")


def test_what_was_touched_just_now_is_hashed_again(
    root: Path, cache: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "RACY_NS", 3600 * 10**9)
    first = listed(root, cache)
    assert not cache.exists()
    assert listed(root, cache) == first
    assert len(read) == 2 * FILES


def test_a_record_of_a_few_files_is_not_worth_its_file(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "few/a.py").write_text("x = 1\n")
    listed(tmp_path / "few", cache)
    assert not cache.exists()


@pytest.mark.parametrize("damage", [b"", b"\0\0\0\0", b"nonsense, and a good deal of it"])
def test_a_damaged_record_is_as_good_as_none(root: Path, cache: Path, read: list[str], damage: bytes) -> None:
    first = listed(root, cache)
    (record,) = records(cache)
    record.write_bytes(damage)
    assert listed(root, cache) == first
    read.clear()
    assert listed(root, cache) == first
    assert not read


def test_a_record_cut_short_or_altered_is_as_good_as_none(root: Path, cache: Path) -> None:
    first = listed(root, cache)
    (record,) = records(cache)
    whole = record.read_bytes()
    for broken in (whole[:-1], whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1])):
        record.write_bytes(broken)
        assert listed(root, cache) == first


def test_every_folder_has_a_record_of_its_own_and_the_oldest_go(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "MOST_RECORDS", 2)
    monkeypatch.setattr(digests, "LEAST_FILES", 1)
    for number, folder in enumerate(("src0", "src1", "src2")):
        listed(root / folder, cache)
        for record in records(cache):
            about = record.stat()
            os.utime(record, (about.st_atime, about.st_mtime - 10))
        assert len(records(cache)) == min(number + 1, 2)


def test_what_a_kill_left_behind_goes_after_a_day(root: Path, cache: Path) -> None:
    (cache / FOLDER).mkdir(parents=True)
    young, old = cache / FOLDER / "a.partial", cache / FOLDER / "b.partial"
    for file in (young, old):
        file.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    listed(root, cache)
    assert young.exists()
    assert not old.exists()


def test_a_cache_that_cannot_be_written_is_none(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert len(listed(root, tmp_path / "file")) == FILES


def test_listings_at_once_leave_one_whole_record(root: Path, cache: Path, read: list[str]) -> None:
    threads = [threading.Thread(target=listed, args=(root, cache)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(records(cache)) == 1
    read.clear()
    assert len(listed(root, cache)) == FILES
    assert not read


def test_a_file_that_vanishes_or_grows_too_large_meanwhile_is_no_harm(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanishing(root: Path, path: str, limit: int) -> Content | NotRead:
        if path == "src0/m000.py":
            root.joinpath(path).unlink(missing_ok=True)
        if path == "src1/m001.py":
            root.joinpath(path).write_bytes(b"x" * (limit + 1))
        return read_content(root, path, limit)

    monkeypatch.setattr(listing, "read_content", vanishing)
    found = {entry.path: entry for entry in Repo.open(root, cache).entries()}
    assert "src0/m000.py" not in found
    assert found["src1/m001.py"].skip is not None


def test_untracked_files_of_a_repository_are_kept_as_well(root: Path, cache: Path, read: list[str]) -> None:
    import git

    git.Repo.init(root).close()
    first = listed(root, cache)
    assert len(read) == FILES
    read.clear()
    assert listed(root, cache) == first
    assert not read
