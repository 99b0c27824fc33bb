"""The cache of parses: many processes, sudden deaths, damaged files, full disks."""

from __future__ import annotations

import ast
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval import parse_cache
from retrieval.packed import PackedParse, pack
from retrieval.parse_cache import Known, ParseCache, key
from retrieval.types import ParsedFile, Skip

ROOT = Path(__file__).parents[2]


def entry(number: int, size: int = 100) -> tuple[bytes, Known]:
    """Equal numbers give equal entries, in every process."""
    outline = random.Random(number).randbytes(size)  # noqa: S311 - any bytes
    return key(f"{number:040x}", "a.py"), Known("python", "1", PackedParse(outline, outline[::-1]))


def entries(*numbers: int, size: int = 100) -> dict[bytes, Known]:
    return dict(entry(number, size) for number in numbers)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "parses.sqlite"


def test_what_is_put_is_there_for_the_next_process(file: Path) -> None:
    known = {
        key("1" * 40, "a.py"): Known("python", "v", pack(ParsedFile("python", "ns"), "KeyError: 'x'")),
        key("2" * 40, "b.md"): Known("markdown"),
        key("3" * 40, "c.js"): Known(skip=Skip.GENERATED, detail="line 1 says so"),
    }
    with ParseCache(file) as cache:
        assert cache.get_many(known) == {}
        cache.put_many(known)
        assert cache.get_many(known) == known
    with ParseCache(file) as cache:
        assert cache.get_many([*known, key("4" * 40, "d.py")]) == known
        assert cache.get_many([]) == {}


def test_a_key_is_of_the_text_and_the_files_name_but_not_its_folder() -> None:
    assert key("1" * 40, "a/b.py") == key("1" * 40, "c/d/b.py")
    assert len({key("1" * 40, "b.py"), key("1" * 40, "c.py"), key("2" * 40, "b.py")}) == 3
    assert key("1" * 40, "caf\udce9.py") != key("1" * 40, "caf\udcea.py")  # a name that is no UTF-8


def test_a_key_changes_with_the_code_that_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key("1" * 40, "a.py")
    monkeypatch.setattr(parse_cache, "_reader", lambda: "another version")
    assert key("1" * 40, "a.py") != before


def test_a_key_changes_with_no_other_code() -> None:
    """All that reads and parses is named, and all that it imports; what is not named changes no key."""
    needed: set[str] = set()
    new = {"repo", "reading"}
    while new:
        needed |= new
        new = {name for each in new for name in imported(each)} - needed - {"parse_cache"}
    assert needed == set(parse_cache.READERS.split())


def imported(module: str) -> Iterator[str]:
    """The modules of `retrieval` itself that one of them imports, anywhere in it."""
    text = (ROOT / "retrieval" / f"{module}.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "retrieval":
            yield from (alias.name for alias in node.names)
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for _, name, *_ in (each.split(".") for each in names if each.startswith("retrieval.")):
            if name != "languages":
                yield name


def test_languages_import_nothing_that_changes_without_them() -> None:
    for file in (ROOT / "retrieval" / "languages").rglob("*.py"):
        module = file.relative_to(ROOT / "retrieval").with_suffix("").as_posix()
        assert set(imported(module)) <= set(parse_cache.READERS.split())


def test_thousands_of_keys_are_one_question(file: Path) -> None:
    many = entries(*range(3_000), size=10)
    with ParseCache(file) as cache:
        cache.put_many(many)
        assert cache.get_many(many) == many


def test_a_text_read_anew_replaces_what_was_known(file: Path) -> None:
    with ParseCache(file) as cache:
        cache.put_many({b"k": Known("python", "1")})
        cache.put_many({b"k": Known("ruby", "2")})
        assert cache.get_many([b"k"]) == {b"k": Known("ruby", "2")}


def test_the_file_stays_within_its_bound_and_keeps_what_is_in_use(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("retrieval.parse_cache.time.time", lambda: now)
    favourite = entries(0, size=10_000)
    bound = 2_000_000
    with ParseCache(file, bound) as cache:
        cache.put_many(favourite)
        for start in range(1, 400, 20):
            now += 3 * 24 * 3600
            assert cache.get_many(favourite) == favourite  # used again and again
            cache.put_many(entries(*range(start, start + 20), size=10_000))
        newest = entries(*range(381, 401), size=10_000)
        assert cache.get_many(newest) == newest
        assert cache.get_many(entries(*range(1, 100), size=10_000)) == {}
    total = sum(part.stat().st_size for part in file.parent.iterdir())
    assert bound / 4 < total < bound * 1.5


def test_reading_alone_writes_once_a_day_at_most(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("retrieval.parse_cache.time.time", lambda: now)
    with ParseCache(file) as cache:
        cache.put_many(entries(1))
        now += 3600
        cache.get_many(entries(1))
        assert _used(file) == [1_000_000]
        now += 24 * 3600
        cache.get_many(entries(1))
        assert _used(file) == [now]


def _used(file: Path) -> list[int]:
    connection = sqlite3.connect(file)
    found = [used for (used,) in connection.execute("SELECT used FROM parses")]
    connection.close()
    return found


def damage_head(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.write(b"this is no database, whatever its name says. " * 10)


def damage_all(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(200_000))  # noqa: S311 - any bytes


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_to_the_head(file: Path) -> None:
    os.truncate(file, 100)


def damage_pages(file: Path) -> None:
    """Everything but the first page, which holds the tables' names."""
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(random.Random(2).randbytes(size - 4096))  # noqa: S311 - any bytes


def drop_the_table(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE parses")
    connection.close()


def other_columns(file: Path) -> None:
    drop_the_table(file)
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE parses (key BLOB, nonsense TEXT)")
    connection.close()


def odd_values(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute(
        "UPDATE parses SET language = CAST(x'ff' AS TEXT), skip = 7, outline = 8, checksum = 'x'"
    )
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [damage_head, damage_all, cut, cut_to_the_head, damage_pages, drop_the_table, other_columns, odd_values],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_file_is_put_aside_and_begun_anew(file: Path, damage: Callable[[Path], None]) -> None:
    many = entries(*range(300), size=1_000)
    with ParseCache(file) as cache:
        cache.put_many(many)
    damage(file)
    for _ in range(2):  # what is wrong may show at the first question only
        with ParseCache(file) as cache:
            found = cache.get_many(many)
            assert found.items() <= many.items()
            cache.put_many(many)
    with ParseCache(file) as cache:
        cache.put_many(many)
        assert cache.get_many(many) == many


def test_a_flipped_bit_is_no_parse(file: Path) -> None:
    name, known = entry(1, size=5_000)
    with ParseCache(file) as cache:
        cache.put_many({name: known})
    assert known.parse is not None
    data = file.read_bytes()
    at = data.index(known.parse.outline[100:120])
    file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with ParseCache(file) as cache:
        assert cache.get_many([name]) == {}


def test_a_file_of_another_schema_is_replaced(file: Path) -> None:
    with ParseCache(file) as cache:
        cache.put_many(entries(1))
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE parses")
    connection.execute("CREATE TABLE parses (something INTEGER)")
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    with ParseCache(file) as cache:
        assert cache.get_many(entries(1)) == {}
        cache.put_many(entries(1))
        assert cache.get_many(entries(1)) == entries(1)


def works_without(file: Path | None) -> None:
    with ParseCache(file) as cache:
        cache.put_many(entries(1))
        assert cache.get_many(entries(1)) == {}


def test_without_a_place_nothing_is_kept(tmp_path: Path) -> None:
    works_without(None)
    (tmp_path / "file").write_text("in the way")
    works_without(tmp_path / "file" / "parses.sqlite")
    (tmp_path / "folder").mkdir()
    works_without(tmp_path / "folder")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_in_a_read_only_folder_nothing_is_kept(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        works_without(tmp_path / "parses.sqlite")
        works_without(tmp_path / "below" / "parses.sqlite")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_that_cannot_be_written_is_neither_trusted_nor_harmed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ParseCache(file) as cache:
        cache.put_many(entries(1))
    real = sqlite3.connect

    def read_only(path: Path, **how: object) -> sqlite3.Connection:
        return real(f"{path.as_uri()}?mode=ro", uri=True, **how)  # type: ignore[call-overload, no-any-return]

    with monkeypatch.context() as patch:
        patch.setattr("retrieval.parse_cache.sqlite3.connect", read_only)
        with ParseCache(file) as cache:
            cache.put_many(entries(2))
            assert cache.get_many(entries(1, 2)).items() <= entries(1).items()
    with ParseCache(file) as cache:
        assert cache.get_many(entries(1, 2)) == entries(1)


def test_a_full_disk_loses_the_new_and_keeps_the_old(file: Path) -> None:
    with ParseCache(file) as cache:
        cache.put_many(entries(1))
        assert cache._connection is not None
        pages = cache._connection.execute("PRAGMA page_count").fetchone()[0]
        cache._connection.execute(f"PRAGMA max_page_count = {pages}")
        cache.put_many(entries(*range(2, 50), size=5_000))
        assert cache.get_many(entries(1)) == entries(1)
        assert cache.get_many(entries(*range(2, 50), size=5_000)) == {}


def test_another_writer_is_waited_for_but_not_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_cache, "_WAIT_SECONDS", 0.1)
    with ParseCache(file) as cache:
        cache.put_many(entries(1))
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        cache.put_many(entries(2))
        assert cache.get_many(entries(1, 2)) == entries(1)
        other.execute("ROLLBACK")
        other.close()
        cache.put_many(entries(2))
        assert cache.get_many(entries(1, 2)) == entries(1, 2)


WRITER = """
import sys
sys.path.insert(0, {root!r})
from tests.retrieval.test_parse_cache import Path, ParseCache, entries
first = int(sys.argv[2])
with ParseCache(Path(sys.argv[1])) as cache:
    print("ready", flush=True)
    for start in range(first, first + {count}, 20):
        cache.put_many(entries(*range(start, start + 20), size=5_000))
"""


def writer(file: Path, first: int, count: int) -> subprocess.Popen[bytes]:
    code = WRITER.format(root=str(ROOT), count=count)
    return subprocess.Popen([sys.executable, "-c", code, str(file), str(first)], stdout=subprocess.PIPE)


def test_two_processes_write_at_once_and_both_are_heard(file: Path) -> None:
    children = [writer(file, first, 400) for first in (0, 200, 1_000)]  # two of them the same, in part
    for child in children:
        child.communicate()
        assert child.returncode == 0
    with ParseCache(file) as cache:
        wanted = entries(*range(600), *range(1_000, 1_400), size=5_000)
        assert cache.get_many(wanted) == wanted


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03, 0.08])
def test_a_process_killed_in_the_middle_of_writing_leaves_a_sound_file(file: Path, delay: float) -> None:
    child = writer(file, 0, 1_000_000)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(delay)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with ParseCache(file) as cache:
        wanted = entries(*range(200), size=5_000)
        found = cache.get_many(wanted)
        assert found.items() <= wanted.items()
        assert len(found) % 20 == 0 or len(found) == 200  # batches come whole
        cache.put_many(wanted)
        assert cache.get_many(wanted) == wanted
        assert cache._connection is not None
        assert cache._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not file.with_name(file.name + ".damaged").exists()


def test_an_interrupt_in_the_middle_of_writing_writes_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parse_cache._row
    rows: list[bytes] = []

    def interrupted(name: bytes, known: Known, now: int) -> tuple[object, ...]:
        rows.append(name)
        if len(rows) == 3:
            raise KeyboardInterrupt
        return real(name, known, now)

    with ParseCache(file) as cache:
        monkeypatch.setattr(parse_cache, "_row", interrupted)
        with pytest.raises(KeyboardInterrupt):
            cache.put_many(entries(1, 2, 3, 4))
        assert cache.get_many(entries(1, 2, 3, 4)) == {}
        cache.put_many(entries(1, 2))
        assert cache.get_many(entries(1, 2)) == entries(1, 2)
