"""The index as a whole: it finds, it is never stale, and damage to its file is noticed."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.repo import Repo
from retrieval.search.index import Hit, Index, clear, index_file, status
from retrieval.search.request import Kind, kind_of
from tests.git_repository import GitRepository

FILES = {
    "shop/stock.py": "class Stock:\n    def take(self, part):\n        raise OutOfStock(part)\n",
    "shop/orders.py": "from shop.stock import Stock\n\n\ndef place_order(stock):\n    stock.take('bolt')\n",
    "shop/money.py": "def parse_amount(text):\n    return int(text)\n",
    "tests/test_money.py": "from shop.money import parse_amount\n\n\ndef test_amount(): parse_amount('1')\n",
    "docs/guide.md": "# How to place an order\n\nTake parts from the stock.\n",
}
QUERIES = (
    "place an order",
    "parse_amount of money",
    "OutOfStock",
    "take",
    "words of no file",
    "shop/money.py",
)


@pytest.fixture
def shop(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    for path, text in FILES.items():
        made.write(path, text)
    made.commit()
    return made


def told(index: Index) -> list[list[tuple[object, ...]]]:
    return [[show(hit) for hit in index.search(query)] for query in QUERIES]


def show(hit: Hit) -> tuple[object, ...]:
    return hit.path, hit.start_line, hit.end_line, round(hit.score, 4), hit.reasons, hit.title


def fresh(root: Path) -> list[list[tuple[object, ...]]]:
    return kept(root, None)


def kept(root: Path, cache: Path | None) -> list[list[tuple[object, ...]]]:
    with (
        contextlib.closing(Repo.open(root)) as repo,
        contextlib.closing(Index.open(repo, cache=cache, workers=1)) as index,
    ):
        return told(index)


@pytest.mark.parametrize(
    ("request_text", "path", "reason"),
    [
        ("how is an amount of money parsed", "shop/money.py", "its words"),
        ("place_order", "shop/orders.py", "defines what is named"),
        ("what is in shop/stock.py", "shop/stock.py", "the request names it"),
        ("the guide", "docs/guide.md", "its path"),
    ],
)
def test_the_right_file_comes_first_with_its_reason(
    shop: GitRepository, request_text: str, path: str, reason: str
) -> None:
    first = Index.open(Repo.open(shop.root), workers=1).search(request_text)[0]
    assert first.path == path and reason in first.reasons


def test_a_stack_trace_leads_to_its_deepest_place(shop: GitRepository) -> None:
    trace = (
        'Traceback (most recent call last):\n  File "/srv/shop/orders.py", line 5, in place_order\n'
        '  File "/srv/shop/stock.py", line 3, in take\nOutOfStock: bolt\n'
    )
    hits = Index.open(Repo.open(shop.root), workers=1).search(trace)
    assert (hits[0].path, hits[0].start_line, hits[0].end_line) == ("shop/stock.py", 1, 3)
    assert "the request names this place" in hits[0].reasons


def test_a_diff_and_code_are_requests_too(shop: GitRepository) -> None:
    index = Index.open(Repo.open(shop.root), workers=1)
    diff = "--- a/shop/money.py\n+++ b/shop/money.py\n@@ -1,2 +1,2 @@\n-    return int(text)\n+    return 0\n"
    assert index.files(diff)[0].path == "shop/money.py"
    assert index.files("stock = Stock()\nstock.take(", kind=Kind.CODE)[0].path == "shop/stock.py"


def test_a_diff_leads_to_what_was_changed_together_with_its_files(shop: GitRepository) -> None:
    for number in range(3):
        shop.write("shop/money.py", f"def parse_amount(text):\n    return int(text) + {number}\n")
        shop.write("shop/stock.py", f"class Stock:\n    size = {number}\n")
        shop.commit()
    diff = "--- a/shop/money.py\n+++ b/shop/money.py\n@@ -1,2 +1,2 @@\n-    return int(text)\n+    return 0\n"
    found = {hit.path: hit.reasons for hit in Index.open(Repo.open(shop.root), workers=1).files(diff)}
    assert "changed together with it" in found["shop/stock.py"]
    assert "changed together with it" not in found["shop/money.py"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('  File "/a/b.py", line 3, in f', Kind.TRACE),
        ("\tat com.shop.Stock.take(Stock.java:12)", Kind.TRACE),
        ("    at take (stock.js:3:7)", Kind.TRACE),
        ("   at Shop.Stock.Take(String part)", Kind.TRACE),
        ("goroutine 1 [running]:\nmain.main()", Kind.TRACE),
        ("thread 'main' panicked at 'none'", Kind.TRACE),
        ("lib/stock.rb:3:in `take': out of stock", Kind.TRACE),
        ("#0 /www/Stock.php(12): take()", Kind.TRACE),
        ("@@ -1,2 +1,3 @@ def take", Kind.DIFF),
        ("look at stock.take(part) and tell why", Kind.WORDS),
        ("Where are orders kept", Kind.QUESTION),
        ("is the stock counted?", Kind.QUESTION),
        ("However orders are kept, fix them", Kind.WORDS),
        ("#12 is about orders (2): why", Kind.WORDS),
    ],
)
def test_what_a_request_is_shows_in_its_text(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


def test_history_counts_but_not_the_commit_asked_about(shop: GitRepository) -> None:
    shop.write("shop/money.py", "def parse_amount(text):\n    return int(text or 0)\n")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "--message", "Tolerate whitespace around emptiness")
    commit = shop.git("rev-parse", "HEAD")
    index = Index.open(Repo.open(shop.root), workers=1)
    found = index.files("whitespace emptiness")
    assert found[0].path == "shop/money.py" and found[0].reasons[0].startswith("commits like the request")
    without = index.files("whitespace emptiness", without=[commit])
    assert not any("commits like the request changed it" in hit.reasons for hit in without)


def test_a_revision_is_searched_without_checking_it_out(shop: GitRepository, tmp_path: Path) -> None:
    before = shop.git("rev-parse", "HEAD")
    shop.git("rm", "--quiet", "shop/money.py")
    shop.commit()
    with contextlib.closing(Repo.open(shop.root)) as repo:
        now = Index.open(repo, cache=tmp_path / "cache", workers=1)
        then = Index.open(repo, cache=tmp_path / "cache", revision=before, workers=1)
        assert "shop/money.py" not in [hit.path for hit in now.files("parse_amount")]
        assert then.files("parse_amount")[0].path == "shop/money.py"


def test_an_index_is_the_one_from_scratch_whatever_happened(shop: GitRepository, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    numbers = random.Random(5)  # noqa: S311 - data
    branches = ["main"]
    for step in range(25):
        files = sorted(path for path in shop.root.rglob("*.*") if path.is_file() and ".git" not in path.parts)
        path = numbers.choice(files)
        match numbers.randrange(6):
            case 0:
                path.write_text(path.read_text() + f"\n\ndef place_{step}(order): take(order)\n")
            case 1:
                path.rename(path.with_name(f"renamed_{step}{path.suffix}"))
            case 2 if len(files) > 3:
                path.unlink()
            case 3:
                shop.write(f"shop/new_{step}.py", FILES["shop/stock.py"] + f"\n\nORDER = {step % 3}\n")
            case 4:
                shop.commit()
                branches.append(f"branch-{step}")
                shop.git("switch", "--quiet", "--create", branches[-1])
            case _:
                shop.commit()
                shop.git("switch", "--quiet", numbers.choice(branches))
        assert kept(shop.root, cache) == fresh(shop.root), f"after step {step}"


def test_worktrees_share_one_index(shop: GitRepository, tmp_path: Path) -> None:
    kept(shop.root, tmp_path / "cache")
    shop.git("worktree", "add", "--quiet", str(tmp_path / "other"), "HEAD")
    (tmp_path / "other" / "shop" / "money.py").write_text("def parse_price(text): ...\n")
    here, there = Repo.open(shop.root), Repo.open(tmp_path / "other")
    assert index_file(tmp_path, here) == index_file(tmp_path, there)
    assert kept(there.root, tmp_path / "cache") == fresh(there.root)
    assert kept(here.root, tmp_path / "cache") == fresh(here.root)


def test_trees_seen_long_ago_are_forgotten(
    shop: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.search.index._FEW", 10)
    for number in range(40):
        shop.write("shop/money.py", f"AMOUNT = {number}\n")
        kept(shop.root, tmp_path)
    found = status(tmp_path, Repo.open(shop.root))
    assert found is not None and found.chunks < 40
    assert kept(shop.root, tmp_path) == fresh(shop.root)


BUILDER = """
import sys
from pathlib import Path
from retrieval.repo import Repo
from retrieval.search.index import Index
index = Index.open(Repo.open(Path(sys.argv[1])), cache=Path(sys.argv[2]), workers=1)
print(len(index.search("place an order")))
"""


def builder(root: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(root), str(cache)], stdout=subprocess.PIPE, text=True
    )


def test_a_killed_process_leaves_a_good_index(shop: GitRepository, tmp_path: Path) -> None:
    for number in range(30):
        shop.write(f"shop/more_{number}.py", f"def order_{number}():\n    take({number})\n" * 40)
    begun = time.monotonic()
    builder(shop.root, tmp_path / "whole").communicate()
    whole = time.monotonic() - begun
    for share in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        process = builder(shop.root, tmp_path / "cache")
        time.sleep(whole * share)
        process.kill()
        process.communicate()
    assert kept(shop.root, tmp_path / "cache") == fresh(shop.root)


def test_processes_at_once_make_one_good_index(shop: GitRepository, tmp_path: Path) -> None:
    for number in range(30):
        shop.write(f"shop/more_{number}.py", f"def order_{number}():\n    take({number})\n" * 40)
    processes = [builder(shop.root, tmp_path) for _ in range(4)]
    answers = {process.communicate()[0] for process in processes}
    assert len(answers) == 1 and all(process.returncode == 0 for process in processes)
    assert kept(shop.root, tmp_path) == fresh(shop.root)


@pytest.mark.parametrize("how", ["garbage", "cut", "page", "empty"])
def test_a_damaged_index_is_built_anew_with_a_line_about_it(
    shop: GitRepository, tmp_path: Path, how: str
) -> None:
    for number in range(60):
        shop.write(f"shop/more_{number}.py", f"def order_{number}():\n    take({number})\n" * 40)
    expected = fresh(shop.root)
    assert kept(shop.root, tmp_path) == expected
    file = index_file(tmp_path, Repo.open(shop.root))
    data = file.read_bytes()
    pages = range(4096, len(data) - 4096, 4096)
    for page in random.Random(1).sample(pages, 8) if how == "page" else (0,):  # noqa: S311 - data
        damaged = {
            "garbage": b"garbage" * 1000,
            "cut": data[: len(data) // 2 // 4096 * 4096 + 100],
            "page": data[:page] + bytes(range(256)) * 16 + data[page + 4096 :],
            "empty": b"",
        }[how]
        clear(tmp_path, Repo.open(shop.root))
        file.write_bytes(damaged)
        lines: list[str] = []
        index = Index.open(Repo.open(shop.root), cache=tmp_path, workers=1, warn=lines.append)
        assert told(index) == expected
        assert how in ("page", "empty") or lines == ["The search index was damaged; it is built anew."]
        index.close()


def test_an_index_that_cannot_be_kept_is_built_for_once(shop: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    said: list[str] = []
    with contextlib.closing(Repo.open(shop.root)) as repo:
        index = Index.open(repo, cache=tmp_path / "file", workers=1, warn=said.append)
        assert told(index) == fresh(shop.root)
    assert len(said) == 1 and "cannot be kept" in said[0]


def test_files_that_are_not_read_are_not_found(shop: GitRepository) -> None:
    shop.write(".env", "TOKEN=place_order_secret\n")
    shop.write("shop/binary.py", b"\0\1\2place_order")
    shop.write(".coderignore", "shop/orders.py\n")
    found = [hit.path for hit in Index.open(Repo.open(shop.root), workers=1).search("place_order secret")]
    assert not {".env", "shop/binary.py", "shop/orders.py"} & set(found)


def test_a_folder_without_git_and_one_without_files(tmp_path: Path) -> None:
    assert Index.open(Repo.open(tmp_path), workers=1).search("anything") == []
    (tmp_path / "a.py").write_text("def find_me(): ...\n")
    assert Index.open(Repo.open(tmp_path), workers=1).search("find_me")[0].path == "a.py"
