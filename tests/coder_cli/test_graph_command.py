"""`coder graph` over real repositories: what is printed, where, and with what exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from coder_cli import cli, project, ui
from retrieval.repo import Repo
from retrieval.types import Entry, Skipped, SourceFile
from tests.git_repository import GitRepository

Capture = pytest.CaptureFixture[str]
Ask = Callable[..., tuple[int, str, str]]
FILES = {
    "shop/money.py": "",
    "shop/cart.py": "from shop.money import Money\n",
    "shop/tax.py": "import os\n\nfrom shop.money import Money\nfrom shop.rules import rate\n",
    "shop/rules.py": "from shop.tax import Tax\n",
    "main.py": "import shop.cart\nimport shop.tax\n",
    "notes/README.md": "Read me\n",
    "logo.png": "\0\0\0",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    repository = GitRepository(tmp_path / "shop repository")
    for path, text in FILES.items():
        repository.write(path, text)
    repository.commit()
    monkeypatch.chdir(repository.root)
    monkeypatch.setattr(project, "PATIENCE", 1e9)  # a slow machine would show its progress on stderr
    return repository.root


@pytest.fixture
def ask(shop: Path, capsys: Capture) -> Ask:
    """Exit code, stdout, stderr of one call."""

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(["graph", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_repository_is_listed_in_reading_order(ask: Ask) -> None:
    code, out, err = ask()
    assert code == 0
    assert out.splitlines() == [
        "shop/money.py",
        "shop/cart.py",
        "└── shop/money.py",
        "shop/rules.py  (in a cycle of 2)",
        "└── shop/tax.py  (comes later)",
        "shop/tax.py  (in a cycle of 2)",
        "├── shop/money.py",
        "└── shop/rules.py",
        "main.py",
        "├── shop/cart.py",
        "└── shop/tax.py",
        "",
        "notes/README.md",
    ]
    assert err == "6 files · 6 dependencies · 1 cycle · 1 alone\n"


def test_a_folder_is_a_part_of_the_list_and_a_file_a_tree(ask: Ask) -> None:
    assert ask("notes")[1] == "notes/README.md\n"
    code, out, err = ask("shop/cart.py")
    assert out.splitlines() == [
        "shop/cart.py",
        "└── shop/money.py  (line 1)",
    ]
    assert (code, err) == (0, "shop/cart.py needs 1 file, 1 level\n")


def test_a_file_is_found_from_its_folder_the_root_or_its_name(
    ask: Ask, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ask("shop/cart.py")
    monkeypatch.chdir(shop / "shop")
    assert here == ask("cart.py") == ask("shop/cart.py") == ask(str(shop / "shop/cart.py"))
    monkeypatch.chdir(shop / "notes")
    assert here == ask("cart.py")
    assert ask()[1].startswith("shop/money.py\n")  # without a path the whole repository, wherever one is


def test_dependents_are_a_tree_with_their_lines(ask: Ask) -> None:
    assert ask("--dependents", "shop/money.py")[1].splitlines() == [
        "shop/money.py",
        "├── shop/cart.py:1",
        "│   └── main.py:1",
        "└── shop/tax.py:3",
        "    ├── main.py:2",
        "    └── shop/rules.py:1",
        "        └── shop/tax.py:4 (*)",
    ]


def test_dependents_of_a_folder_are_those_outside_of_it(ask: Ask) -> None:
    code, out, err = ask("--dependents", "shop")
    assert out.splitlines() == ["shop/", "└── main.py:1"]
    assert (code, err) == (0, "1 file needs shop/, 1 level\n")


def test_nothing_needs_a_file_at_the_top(ask: Ask) -> None:
    assert ask("--dependents", "main.py") == (0, "main.py\n", "Nothing needs main.py.\n")


def test_why_is_a_chain_with_lines(ask: Ask) -> None:
    code, out, err = ask("--why", "main.py", "rules.py")
    assert out.splitlines() == ["main.py:2 -> shop/tax.py", "shop/tax.py:4 -> shop/rules.py"]
    assert (code, err) == (0, "2 steps\n")


def test_why_without_a_chain_is_a_negative_answer(ask: Ask) -> None:
    code, out, err = ask("--why", "shop", "main.py")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "shop/ does not need main.py, directly or indirectly.",
        "The other way there is a chain: coder graph --why main.py shop/",
    ]


def test_cycles_are_a_negative_answer(ask: Ask) -> None:
    code, out, err = ask("--cycles")
    assert out.splitlines() == [
        "2 files need one another",
        "  shop/rules.py:1 -> shop/tax.py",
        "  shop/tax.py:4 -> shop/rules.py",
    ]
    assert (code, err) == (1, "1 cycle, 2 files in all\n")
    assert ask("--cycles", "notes")[:2] == (0, "")


def test_folders_are_joined(ask: Ask) -> None:
    code, out, err = ask("--collapse", "1")
    assert out.splitlines() == ["shop/", "./", "└── shop/  (2)", "", "notes/"]
    assert (code, err) == (0, "6 files in 3 folders\n")


def test_the_paper_order_and_the_alphabet(ask: Ask) -> None:
    assert json.loads(ask("--json", "--order", "alphabetical")[1])["files"][0]["path"] == "main.py"
    paper = json.loads(ask("--json", "--order", "paper")[1])
    assert paper["order"] == "paper"
    assert paper["subgraphs"][1] == ["notes/README.md"]


def test_json_has_files_subgraphs_and_cycles(ask: Ask, shop: Path) -> None:
    code, out, err = ask("--json")
    value = json.loads(out)
    assert (code, err) == (0, "")
    assert value["exit_code"] == 0 and value["root"] == str(shop.resolve())
    assert value["files"][1] == {
        "path": "shop/cart.py",
        "needs": [{"path": "shop/money.py", "lines": [1]}],
    }
    assert value["cycles"] == [["shop/rules.py", "shop/tax.py"]]
    assert value["counts"]["files"] == 6
    assert ask("--format", "json")[1] == out


def test_json_of_each_question(ask: Ask) -> None:
    why = json.loads(ask("--json", "--why", "main.py", "shop/rules.py")[1])
    assert [(step["source"], step["line"], step["target"]) for step in why["chain"]] == [
        ("main.py", 2, "shop/tax.py"),
        ("shop/tax.py", 4, "shop/rules.py"),
    ]
    none = json.loads(ask("--json", "--why", "shop/money.py", "main.py")[1])
    assert none["exit_code"] == 1 and "chain" not in none
    cycles = json.loads(ask("--json", "--cycles")[1])
    assert cycles["exit_code"] == 1 and len(cycles["cycles"][0]["breaking"]) == 1
    tree = json.loads(ask("--json", "--dependents", "shop/cart.py")[1])
    assert tree["dependents"] == 1
    assert [(file["path"], file["distance"]) for file in tree["files"]] == [
        ("shop/cart.py", 0),
        ("main.py", 1),
    ]
    folders = json.loads(ask("--json", "--collapse", "1")[1])
    assert {"path": "./", "needs": [{"path": "shop/", "dependencies": 2}]} in folders["folders"]


def test_diagrams_go_to_stdout_alone(ask: Ask) -> None:
    code, out, err = ask("--format", "dot", "shop/cart.py")
    assert (code, err) == (0, "")
    assert out.startswith("digraph") and '"shop/cart.py" -> "shop/money.py"' in out and "tax" not in out
    code, out, err = ask("--format", "mermaid", "--cycles")
    assert code == 1 and out.startswith("flowchart") and out.count("-->") == 2


def test_a_long_list_is_summed_up_for_a_person_only(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coder_cli.commands.graph.MOST_LINES", 4)
    assert "most needed" not in ask()[1]
    monkeypatch.setattr(ui, "is_read_by_a_person", lambda: True)
    _, out, err = ask()
    assert out.startswith("most needed\n  2  shop/money.py\n")
    assert err.endswith("--all lists every file; --collapse 1 joins folders; a PATH shows a part.\n")
    assert ask("--all")[1].startswith("shop/money.py\n")
    _, out, err = ask("main.py")
    assert len(out.splitlines()) == 3
    assert "Shown are 1 of 2 levels" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--stat", "--cycles"], "--cycles and --stat do not go together."),
        (["shop/crat.py"], "shop/crat.py is not among the files"),
        (["--why", "main.py", "nothing.at.all"], "nothing.at.all is not among the files"),
        (["--dependents", "logo.png"], "logo.png is not read: binary."),
        (["--dependents", "../outside.py"], "../outside.py is not among the files"),
        ([""], "An empty word names no file."),
        (["--dependents", ""], "An empty word names no file."),
        (["--why", "", "main.py"], "An empty word names no file."),
        (["--depth", "2"], "--depth is for the tree of a file or of --dependents."),
        (["--depth", "2", "--cycles"], "--depth and --cycles do not go together."),
        (["--dependents", "main.py", "--cycles"], "--cycles and --dependents do not go together."),
        (["--format", "svg"], "Invalid value for '--format'"),
        (["--collapse", "0"], "Invalid value for '--collapse'"),
        (["--why", "main.py"], "Option '--why' requires 2 arguments."),
        (["main.py", "shop"], "Got unexpected extra argument (shop)"),
        (["/does/not/exist"], "/does/not/exist is not among the files"),
        (["shop/cart.py/inner"], "shop/cart.py/inner is not among the files"),
        ([".git/HEAD"], ".git/HEAD is not among the files"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(ask: Ask, words: list[str], message: str) -> None:
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    "words", [["nowhere.py"], ["--why", "main.py", "nowhere.py"], ["--dependents", ""], ["--revision", "no"]]
)
def test_a_mistake_is_told_before_anything_is_read(
    ask: Ask, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(self: Repo, entry: Entry, *, named: bool = False) -> SourceFile | Skipped:
        raise AssertionError(entry.path)

    monkeypatch.setattr(Repo, "read", read)
    assert ask(*words)[0] in (2, 5)


def test_a_revision_has_a_graph_of_its_own(ask: Ask, shop: Path) -> None:
    (shop / "shop" / "cart.py").unlink()
    (shop / "main.py").write_text("import shop.new\n")
    (shop / "shop" / "new.py").write_text("")
    assert "shop/new.py" in ask()[1]
    code, out, err = ask("--revision", "HEAD")
    assert (code, err) == (0, "6 files · 6 dependencies · 1 cycle · 1 alone\n")
    assert "main.py\n├── shop/cart.py\n└── shop/tax.py\n" in out
    # A file that is there no more, below the folder one is in or by its name, as any other.
    assert ask("--revision", "HEAD", "shop/cart.py")[1] == ask("--revision", "HEAD", "cart.py")[1]
    assert ask("--revision", "HEAD", "--why", "main.py", "cart.py")[0] == 0
    assert ask("--dependents", "cart.py")[0] == 2


def test_json_names_the_revision(ask: Ask, shop: Path) -> None:
    value = json.loads(ask("--revision", "HEAD", "--json", "shop/cart.py")[1])
    assert (value["root"], value["revision"], value["path"]) == (str(shop), "HEAD", "shop/cart.py")
    assert "revision" not in json.loads(ask("--json")[1])


def test_a_revision_that_is_none_is_an_error_of_the_repository(
    ask: Ask, tmp_path: Path, capsys: Capture
) -> None:
    code, out, err = ask("--revision", "v9")
    assert (code, out) == (5, "")
    assert "there is no revision 'v9'" in err
    assert ask("--revision", "--output=x")[0] in (2, 5)
    (tmp_path / "plain").mkdir()
    assert cli.main(["graph", "--revision", "HEAD", str(tmp_path / "plain")]) == 5
    assert "which is no git repository" in capsys.readouterr().err


def test_json_and_another_format_contradict(ask: Ask) -> None:
    code, out, err = ask("--json", "--format", "dot")
    assert (code, err) == (2, "")
    assert json.loads(out)["error"] == "--json and --format dot do not go together."


def test_a_near_miss_is_named(ask: Ask) -> None:
    assert "Did you mean shop/cart.py?" in ask("shop/crat.py")[2]


def test_an_ambiguous_name_is_refused(ask: Ask, shop: Path) -> None:
    (shop / "notes" / "cart.py").write_text("")
    code, _, err = ask("--why", "main.py", "cart.py")
    assert code == 2
    assert "cart.py may be any of 2 files: notes/cart.py, shop/cart.py" in err


def test_a_plain_folder_has_a_graph(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.py").write_text("import b\n")
    (tmp_path / "b.py").write_text("")
    assert cli.main(["graph", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == ["b.py", "a.py", "└── b.py"]


def test_an_empty_folder_has_none(tmp_path: Path, capsys: Capture) -> None:
    assert cli.main(["graph", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "0 files · 0 dependencies\n")
    assert cli.main(["graph", str(tmp_path), "--stat"]) == 0


def test_a_file_of_a_plain_folder_is_seen_from_where_one_is(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.py").write_text("import b\n")
    (tmp_path / "b.py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["graph", "inner/a.py"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "inner/a.py"
