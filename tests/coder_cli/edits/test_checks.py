from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from coder_cli.edits.checks import complaints
from coder_cli.edits.types import FileChange
from retrieval.project import RepositoryProject
from retrieval.repo import Repo

Complaints = Callable[[Mapping[str, str], Mapping[str, str | None]], tuple[str, ...]]


@dataclass(frozen=True)
class Repository:
    project: RepositoryProject


@pytest.fixture
def told(tmp_path: Path) -> Complaints:
    """What is said of new texts in a repository of these files."""

    def of(files: Mapping[str, str], after: Mapping[str, str | None]) -> tuple[str, ...]:
        root = tmp_path / "project"
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        ground = Repository(RepositoryProject.open(Repo.open(root), cache=None, workers=1))
        changes = [FileChange(path, _bytes(files.get(path)), _bytes(text)) for path, text in after.items()]
        return complaints(ground, changes)

    return of


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


_PYTHON = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/stock.py": "import os\n\nLIMIT = 3\n\n\nclass Stock:\n    def take(self):\n        return os\n",
    "shop/late.py": "def __getattr__(name):\n    return name\n",
    "shop/all.py": "from shop.stock import *\n",
    "app.py": "from shop.stock import Stock\n\n\ndef main(stock: Stock):\n    return stock.take()\n",
}


def app(*lines: str) -> dict[str, str]:
    return {"app.py": "\n".join((*lines, _PYTHON["app.py"]))}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from shop.stok import Stock", "app.py, line 1: the repository has no module `shop.stok`."),
        ("import shop.stok", "app.py, line 1: the repository has no module `shop.stok`."),
        ("from .stok import Stock", "app.py, line 1: the repository has no module `.stok`."),
        (
            "from shop.stock import Stick",
            "app.py, line 1: shop/stock.py defines no `Stick`. Is `Stock` meant?",
        ),
        ("from shop.stock import take", "app.py, line 1: shop/stock.py defines no `take`."),
    ],
)
def test_python_imports_that_lead_nowhere(told: Complaints, line: str, expected: str) -> None:
    assert told(_PYTHON, {**app(line)}) == (expected,)


@pytest.mark.parametrize(
    "line",
    [
        "import numpy",
        "from numpy.nowhere import nothing",
        "from shop import stock",
        "from shop.stock import LIMIT, os",
        "from shop.late import anything",
        "from shop.all import Stock as Other",
        "from shop.stock import *",
        "try:\n    from shop.fast import Stock\nexcept ImportError:\n    pass",
    ],
)
def test_python_imports_that_are_there_or_elsewhere(told: Complaints, line: str) -> None:
    assert told(_PYTHON, {**app(line)}) == ()


def test_imports_that_led_nowhere_before_are_not_told(told: Complaints) -> None:
    files = {**_PYTHON, "app.py": "from shop.stok import Stock\n"}
    assert told(files, {"app.py": "from shop.stok import Stock\n\nx = Stock\n"}) == ()


def test_files_of_the_same_edit_count(told: Complaints) -> None:
    assert told(_PYTHON, {"shop/fast.py": "FAST = 1\n", **app("from shop.fast import FAST")}) == ()
    assert told(_PYTHON, {"shop/stock.py": None, **app("from shop.stock import LIMIT")}) == (
        "app.py, line 1: the repository has no module `shop.stock`.",
    )
    assert told(_PYTHON, {"shop/fast.py": "FAST = 1\n", **app("from shop.fast import SLOW")}) == (
        "app.py, line 1: shop/fast.py defines no `SLOW`.",
    )


def test_names_that_nothing_binds(told: Complaints) -> None:
    assert told(_PYTHON, {"app.py": _PYTHON["app.py"].replace("from shop.stock import Stock\n", "")}) == (
        "app.py, line 3 uses `Stock`, which is neither defined nor imported any more.",
    )
    assert told(_PYTHON, {"app.py": _PYTHON["app.py"] + "\n\nprint(re.sub('a', 'b', 'c'))\n"}) == (
        "app.py, line 8 uses `re`, which is neither defined nor imported.",
    )


@pytest.mark.parametrize(
    "code",
    [
        "for x in y():\n    pass\n\n\ndef y():\n    return [z for z in __file__]\n",
        "match 1:\n    case {'a': b, **r}:\n        print(b, r)\n    case [c, *d] as e:\n        c, d, e\n",
        "try:\n    pass\nexcept OSError as error:\n    print(error)\n",
        "def f(*a, b=1, **c):\n    global new\n    new = (n := a)\n    return b, c, n\n\n\nprint(new)\n",
        "from os.path import *\n\nprint(join)\n",
        "globals()['made'] = 1\nprint(made)\n",
    ],
)
def test_names_that_something_binds(told: Complaints, code: str) -> None:
    assert told(_PYTHON, {"new.py": code}) == ()


def test_a_text_that_does_not_parse_is_told_as_that_only(told: Complaints) -> None:
    assert told(_PYTHON, {"app.py": "from shop.stok import Stock\n\n(\n"}) == (
        "app.py, line 3 does not parse: '(' was never closed: `(`",
    )


_SCRIPTS = {
    "package.json": "{}",
    "src/stock.ts": "export const limit = 3;\nexport function take() {}\n",
    "src/index.ts": "export * from './stock';\n",
    "src/style.css": "",
    "src/app.ts": "import { take } from './stock';\n\ntake();\n",
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import { a } from './stok';", ("src/app.ts, line 1: there is no file `./stok`.",)),
        (
            "import { taken } from './stock';",
            ("src/app.ts, line 1: src/stock.ts defines no `taken`. Is `take` meant?",),
        ),
        ("import { limit } from './stock';", ()),
        ("import { limit } from './index';", ()),
        ("import './style.css';", ()),
        ("import { a } from 'elsewhere';", ()),
        ("import data from './made.json';", ()),
    ],
)
def test_script_imports(told: Complaints, line: str, expected: tuple[str, ...]) -> None:
    assert told(_SCRIPTS, {"src/app.ts": f"{line}\n{_SCRIPTS['src/app.ts']}"}) == expected


def test_a_name_whose_import_went(told: Complaints) -> None:
    assert told(_SCRIPTS, {"src/app.ts": "\ntake();\n"}) == (
        "src/app.ts, line 2 uses `take`, whose import is gone.",
    )
    assert told(_SCRIPTS, {"src/app.ts": "function take() {}\ntake();\n"}) == ()


_GO = {
    "go.mod": "module example.org/shop\n",
    "stock/stock.go": "package stock\n\nfunc Take() {}\n",
    "main.go": 'package main\n\nimport "example.org/shop/stock"\n\nfunc main() { stock.Take() }\n',
}


def test_go_packages(told: Complaints) -> None:
    assert told(_GO, {"main.go": _GO["main.go"].replace("/stock", "/stok")}) == (
        "main.go, line 3: the repository has no package `example.org/shop/stok`.",
        "main.go, line 5 uses `stock`, whose import is gone.",
    )
    assert told(_GO, {"main.go": _GO["main.go"].replace('import "', 'import "fmt"\nimport "')}) == ()


_JAVA = {
    "src/org/shop/Stock.java": "package org.shop;\n\npublic class Stock {}\n",
    "src/org/app/App.java": "package org.app;\n\nimport org.shop.Stock;\n\nclass App { Stock stock; }\n",
}


def test_java_classes(told: Complaints) -> None:
    before = _JAVA["src/org/app/App.java"]
    assert told(
        _JAVA, {"src/org/app/App.java": before.replace("import", "import org.shop.Stack;\nimport")}
    ) == ("src/org/app/App.java, line 3: the package `org.shop` has no `Stack`. Is `Stock` meant?",)
    assert (
        told(_JAVA, {"src/org/app/App.java": before.replace("import", "import java.util.List;\nimport")})
        == ()
    )
    assert told(_JAVA, {"src/org/app/App.java": before.replace("import org.shop.Stock;\n", "")}) == (
        "src/org/app/App.java, line 4 uses `Stock`, whose import is gone.",
    )


_RUST = {
    "Cargo.toml": "[package]\nname = 'shop'\n",
    "src/lib.rs": "pub mod stock;\n\nuse stock::Stock;\n\npub fn f(stock: Stock) {}\n",
    "src/stock.rs": "pub struct Stock;\n",
}


def test_rust_modules(told: Complaints) -> None:
    assert told(_RUST, {"src/lib.rs": "use crate::stick::Stick;\n" + _RUST["src/lib.rs"]}) == (
        "src/lib.rs, line 1: the crate has no `stick`.",
    )
    assert told(_RUST, {"src/lib.rs": "use crate::{stock, Stick};\n" + _RUST["src/lib.rs"]}) == (
        "src/lib.rs, line 1: the crate has no `Stick`.",
    )
    assert told(_RUST, {"src/lib.rs": _RUST["src/lib.rs"].replace("use stock::Stock;\n", "")}) == (
        "src/lib.rs, line 4 uses `Stock`, whose import is gone.",
    )
    assert told(_RUST, {"src/lib.rs": "use std::fmt;\nuse crate::stock;\n" + _RUST["src/lib.rs"]}) == ()


def test_includes(told: Complaints) -> None:
    files = {"a.h": "int a;\n", "main.c": '#include "a.h"\n\nint b;\n'}
    assert told(files, {"main.c": '#include "a.h"\n#include "c.h"\n\nint b;\n'}) == (
        'main.c, line 2: there is no file "c.h".',
    )
    assert told(files, {"main.c": '#include "a.h"\n#include <c.h>\n\nint b;\n'}) == ()
    generated = {"main.c": '#include "config.h"\n\nint b;\n'}
    assert told(generated, {"main.c": '#include "config.h"\n#include "c.h"\n\nint b;\n'}) == ()


def test_ruby_files(told: Complaints) -> None:
    files = {"a.rb": "A = 1\n", "b.rb": "require_relative 'a'\n"}
    assert told(files, {"b.rb": "require_relative 'a'\nrequire_relative 'c'\n"}) == (
        "b.rb, line 2: there is no file `./c`.",
    )
    assert told(files, {"b.rb": "require 'json'\nrequire_relative './a'\n"}) == ()


def test_what_is_no_code_is_not_judged(told: Complaints) -> None:
    assert told({"a.md": "x\n"}, {"a.md": "(((\n", "b.bin": "\0\1"}) == ()
