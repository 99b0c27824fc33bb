"""From a use, marked «so», to its definition; and from a definition to its uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.definitions import Definition, SymbolGraph
from retrieval.project import RepositoryProject
from retrieval.repo import Repo


class Written:
    """A repository of a few files; «» mark the name that is asked for."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        self.marked: list[tuple[str, int, int]] = []
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            for number, line in enumerate(text.splitlines(), 1):
                if "«" in line:
                    self.marked.append((name, number, line.index("«")))
            path.write_text(text.replace("«", "").replace("»", ""), encoding="utf-8")
        self.project = RepositoryProject.open(Repo.open(root), cache=None, workers=1)
        self.symbols = SymbolGraph(self.project, self.project.graph())

    def definition(self) -> Definition | None:
        (place,) = self.marked
        return self.symbols.definition(*place)

    def shown(self) -> str:
        """`file Qualified.name`, behind a question mark where it is by name only."""
        found = self.definition()
        if found is None:
            return "nothing"
        parsed = self.project.parsed(found.path)
        assert parsed is not None
        name = "" if found.symbol is None else f" {parsed.qualified_name(found.symbol)}"
        return f"{'' if found.exact else '? '}{found.path}{name}"

    def usages(self, path: str, name: str) -> list[str]:
        parsed = self.project.parsed(path)
        assert parsed is not None
        (symbol, *_) = [i for i in range(len(parsed.symbols)) if parsed.qualified_name(i) == name]
        return [
            f"{'' if each.exact else '? '}{each.path}:{each.reference.line}"
            for each in self.symbols.usages(path, symbol)
        ]


PACKAGE = {
    "pkg/__init__.py": "from .core import run as start, Model\nfrom .many import *\nfrom . import util\n",
    "pkg/core.py": "import os\n\ndef run(): ...\n\nclass Model:\n    size = 1\n\n    def grow(self): ...\n",
    "pkg/many.py": '__all__ = ["shown"]\n\n\ndef shown(): ...\ndef hidden(): ...\n',
    "pkg/util.py": "RATE = 1\n\n\ndef rate(): ...\n",
    "pkg/deep/low.py": "def leaf(): ...\n",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from pkg.core import run\n«run»()", "pkg/core.py run"),
        ("from pkg import start\n«start»()", "pkg/core.py run"),
        ("from pkg import start as go\n«go»()", "pkg/core.py run"),
        ("import pkg\npkg.«start»()", "pkg/core.py run"),
        ("import pkg\npkg.util.«rate»()", "pkg/util.py rate"),
        ("import pkg\npkg.«util».rate()", "pkg/util.py"),
        ("import pkg.deep.low\npkg.deep.low.«leaf»()", "pkg/deep/low.py leaf"),
        ("import pkg.deep.low as low\nlow.«leaf»()", "pkg/deep/low.py leaf"),
        ("from pkg import shown\n«shown»()", "pkg/many.py shown"),
        ("from pkg import *\n«shown»()", "pkg/many.py shown"),
        ("from pkg import *\n«Model».size", "pkg/core.py Model"),
        ("from pkg import hidden\n«hidden»()", "nothing"),
        ("from pkg import Model\nModel.«grow»", "pkg/core.py Model.grow"),
        ("from pkg import Model\nModel().«grow»()", "pkg/core.py Model.grow"),
        ("import pkg\nprint(pkg.Model(1).«grow»())", "pkg/core.py Model.grow"),
        ("from pkg.core import os\nos.«path»", "nothing"),
        ("import requests\nrequests.«rate»()", "nothing"),
        ("def f():\n    from pkg.util import rate\n    return «rate»()", "pkg/util.py rate"),
        ("from pkg.util import rate\ndef rate2(): return «rate»\nrate = rate2", "pkg/util.py rate"),
        ("from pkg import util\ndef f(util): return util.«rate»", "? pkg/util.py rate"),
        ("def f(x): x.«grow»()", "? pkg/core.py Model.grow"),
        ("def f(x): x.«unknown_anywhere»()", "nothing"),
        ("«print»(1)", "nothing"),
    ],
)
def test_imports_are_followed_to_where_a_name_is_defined(tmp_path: Path, text: str, expected: str) -> None:
    assert Written(tmp_path, {**PACKAGE, "main.py": text}).shown() == expected


CLASSES = """
from pkg.core import Model
import threading

LIMIT = 1
def limit(): ...

class Base(Model):
    LIMIT = 2
    shared = 0

    def __init__(self):
        self.own = 1

    @property
    def width(self): ...

    @width.setter
    def width(self, value): ...

    def shared_use(self): ...

class Left(Base): ...
class Right(Base):
    def grow(self): ...

class Both(Left, Right, threading.Thread):
    first = «0»
    def method(self):
        «1»
        def inner():
            return «2»

    @classmethod
    def make(cls): return «3»

def outside(self): return «4»
"""


@pytest.mark.parametrize(
    ("hole", "text", "expected"),
    [
        (0, "«first2»", "nothing"),
        (1, "«LIMIT»", "main.py LIMIT"),
        (1, "self.«LIMIT»", "main.py Base.LIMIT"),
        (1, "self.«own»", "main.py Base.own"),
        (1, "self.«width»", "main.py Base.width"),
        (1, "self.«grow»()", "main.py Right.grow"),
        (1, "super().«grow»()", "main.py Right.grow"),
        (1, "self.«size»", "pkg/core.py Model.size"),
        (1, "self.«start»()", "nothing"),
        (1, "self.first.«grow»()", "? main.py Right.grow"),
        (1, "super().«first»", "? main.py Both.first"),
        (2, "self.«shared»", "main.py Base.shared"),
        (3, "cls.«first»", "main.py Both.first"),
        (3, "Base.«shared_use»", "main.py Base.shared_use"),
        (4, "self.«own»", "? main.py Base.own"),
    ],
)
def test_attributes_are_found_in_classes_and_their_bases(
    tmp_path: Path, hole: int, text: str, expected: str
) -> None:
    source = CLASSES
    for number in range(5):
        source = source.replace(f"«{number}»", text if number == hole else "0")
    core = "class Model:\n    size = 1\n    def grow(self): ...\n"
    assert Written(tmp_path, {"pkg/core.py": core, "main.py": source}).shown() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n    def g(): ...\n    return «g»()", "a.py f.g"),
        ("x = 1\nclass C:\n    x = 2\n    y = «x»", "a.py C.x"),
        ("x = 1\nclass C:\n    x = 2\n    def f(self): return «x»", "a.py x"),
        ("x = 1\nclass C:\n    y = «x»\n    x = 2", "a.py x"),
        ("class C:\n    def f(self) -> «str»: ...\n    def str(self): ...", "nothing"),
        ("def f(): return «late»\nlate = 1", "a.py late"),
        ("def f():\n    global made\n    made = 1\ndef g(): return «made»", "a.py made"),
        ("class A(B): ...\nclass B(A):\n    def f(self): self.«g»()", "nothing"),
        ("from a import «x»", "nothing"),
        ("def «f»(): ...", "a.py f"),
        ("try:\n    import json as j\nexcept ImportError:\n    def j(): ...\n«j»", "? a.py j"),
        ("from b import *\nfrom a import *\n«x»", "nothing"),
    ],
)
def test_scopes_decide_within_a_file(tmp_path: Path, text: str, expected: str) -> None:
    assert Written(tmp_path, {"a.py": text}).shown() == expected


def test_imports_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    files = {"a.py": "from b import x\nfrom c import *", "b.py": "from a import x", "c.py": "from a import *"}
    assert Written(tmp_path, {**files, "main.py": "from a import x\n«x»"}).shown() == "nothing"


def test_long_chains_and_deep_nesting_come_to_an_end(tmp_path: Path) -> None:
    python = "class C0: ...\n" + "".join(f"class C{n + 1}(C{n}): ...\n" for n in range(2000))
    python += "class Last(C2000):\n    def f(self): self.nowhere()\n"
    modules = {f"m{n}.py": f"from m{n + 1} import x\n" for n in range(500)}
    java = (
        "".join(f"class N{n} extends Missing{n} {{ " for n in range(60))
        + "int f() { return «g»(); }"
        + "}" * 60
    )
    files = {"deep.py": python, "Deep.java": java, "main.py": "from m0 import x\nx\n", **modules}
    written = Written(tmp_path, files)
    assert written.shown() == "nothing"
    assert written.symbols.definition("deep.py", 2003, 23) is None
    assert written.symbols.definition("main.py", 2, 0) is None


def test_usages_are_found_through_aliases_and_re_exports(tmp_path: Path) -> None:
    files = {
        **PACKAGE,
        "one.py": "from pkg import start\n\nstart()\nprint(start)\n",
        "two.py": "import pkg.core as c\nfrom pkg.core import run as go\n\ngo()\nc.run()\n",
        "three.py": "def run(): ...\n\n\nrun()\n",
        "four.py": "def f(x):\n    return x.run()\n",
    }
    found = Written(tmp_path, files).usages("pkg/core.py", "run")
    assert found == ["? four.py:2", "one.py:3", "one.py:4", "two.py:4", "two.py:5"]


def test_a_property_and_its_setter_are_one_to_those_who_use_it(tmp_path: Path) -> None:
    text = "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, v): ...\n\nA.x\n"
    written = Written(tmp_path, {"a.py": text})
    assert written.usages("a.py", "A.x") == ["a.py:4", "a.py:7"]


def test_a_name_that_many_have_says_nothing(tmp_path: Path) -> None:
    many = {f"m{number}.py": "class A:\n    def get(self): ...\n" for number in range(9)}
    assert Written(tmp_path, {**many, "main.py": "def f(x): x.«get»()"}).definition() is None


@pytest.mark.parametrize("other", ["other.js", "other.go"])
def test_languages_do_not_see_each_other_by_name(tmp_path: Path, other: str) -> None:
    files = {other: "function lonely() {}\n", "main.py": "def f(x): x.«lonely»()"}
    assert Written(tmp_path, files).definition() is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "a.h": "int area(int side);\n",
                "a.c": '#include "a.h"\nint area(int side) { return side; }\n',
                "main.c": '#include "a.h"\nint main(void) { return «area»(2); }\n',
            },
            "a.c area",
        ),
        (
            {
                "a.h": "#define LIMIT 3\nstruct shape { int side; };\n",
                "main.c": '#include "a.h"\nint main(void) { return «LIMIT»; }\n',
            },
            "a.h LIMIT",
        ),
        (
            {
                "shape.hpp": "class Shape { public: int area(); };\n",
                "shape.cpp": '#include "shape.hpp"\nint Shape::area() { return 1; }\n',
                "square.cpp": '#include "shape.hpp"\n'
                "class Square : public Shape { int twice() { return 2 * «area»(); } };\n",
            },
            "shape.cpp Shape.area",
        ),
        (
            {
                "util.js": "export function load() {}\nexport default class Thing {}\n",
                "index.js": 'export * from "./util.js";\n',
                "main.js": 'import { load as read } from "./index.js";\n«read»();\n',
            },
            "util.js load",
        ),
        (
            {
                "util.ts": "export function load() {}\n",
                "main.ts": 'import * as util from "./util";\nutil.«load»();\n',
            },
            "util.ts load",
        ),
        (
            {
                "a.ts": "export class Base { area() {} }\n",
                "b.ts": 'import { Base } from "./a";\nclass B extends Base { b() { this.«area»(); } }\n',
            },
            "a.ts Base.area",
        ),
        ({"a.js": "function f() {}\nclass A { f() {} g() { «f»(); } }\n"}, "a.js f"),
        (
            {
                "p/Base.java": "package p;\npublic class Base { int area() { return 1; } }\n",
                "p/B.java": "package p;\nclass B extends Base { int twice() { return 2 * «area»(); } }\n",
            },
            "p/Base.java Base.area",
        ),
        (
            {
                "q/Util.java": "package q;\npublic class Util { public static int load() { return 1; } }\n",
                "p/B.java": "package p;\nimport q.Util;\nclass B { int b() { return Util.«load»(); } }\n",
            },
            "q/Util.java Util.load",
        ),
    ],
)
def test_other_languages_go_by_scopes_imports_and_what_a_file_needs(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    assert Written(tmp_path, files).shown() == expected


GO = {
    "go.mod": "module example.com/shop\n",
    "store/store.go": (
        "package store\n\ntype Store struct {\n\tItems Shelf\n}\n\nfunc Open() *Store { return nil }\n\n"
        "func (s *Store) Close() {}\n"
    ),
    "store/shelf.go": "package store\n\ntype Shelf struct{}\n\nfunc (s Shelf) Close() {}\n",
    "store/door.go": (
        "package store\n\ntype Door struct{}\n\nfunc (d Door) Close() {}\nfunc (d Door) Slam() {}\n"
    ),
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("s := store.Open()\n\ts.«Close»()", "store/store.go Store.Close"),
        ("s := &store.Store{}\n\ts.Items.«Close»()", "store/shelf.go Shelf.Close"),
        ("var d store.Door\n\td.«Close»()", "store/door.go Door.Close"),
        ("store.«Open»()", "store/store.go Open"),
        ("request := http.NewRequest()\n\trequest.«Slam»()", "nothing"),
        ("thing := unknown()\n\tthing.«Slam»()", "? store/door.go Door.Slam"),
    ],
)
def test_members_in_go_are_those_of_what_made_the_value(tmp_path: Path, body: str, expected: str) -> None:
    head = 'package main\n\nimport (\n\t"net/http"\n\n\t"example.com/shop/store"\n)\n'
    files = {**GO, "main.go": f"{head}\nfunc main() {{\n\t{body}\n}}\n"}
    assert Written(tmp_path, files).shown() == expected


HELPER = "function helper() {}\nexport default helper;\n"
COMMON = "function helper() {}\nconst two = () => 2;\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.js": HELPER, "b.js": 'import other from "./a";\n«other»();\n'}, "a.js helper"),
        (
            {"a.js": "export default function helper() {}\n", "b.js": 'import f from "./a";\n«f»();\n'},
            "a.js helper",
        ),
        (
            {"a.js": "export default () => 1;\n", "b.js": 'import f from "./a";\n«f»();\n'},
            "a.js default",
        ),
        (
            {"a.ts": "export default class Box {}\n", "b.ts": 'import B from "./a";\nnew «B»();\n'},
            "a.ts Box",
        ),
        (
            {"a.ts": "export default class Box { fill() {} }\n", "b.ts": 'import B from "./a";\nB.«fill»;\n'},
            "a.ts Box.fill",
        ),
        (
            {
                "a.ts": "export default interface Shape {}\n",
                "b.ts": 'import type S from "./a";\nlet s: «S»;\n',
            },
            "a.ts Shape",
        ),
        ({"a.js": HELPER, "b.js": 'import { default as x } from "./a";\n«x»();\n'}, "a.js helper"),
        ({"a.js": HELPER, "b.js": 'import «other» from "./a";\n'}, "a.js helper"),
        (
            {
                "a.js": "const one = () => 1;\nfunction two() {}\nexport default { one, deux: two };\n",
                "b.js": 'import all from "./a";\nall.one();\nall.«deux»();\n',
            },
            "a.js two",
        ),
        (
            {
                "a.js": "function one() {}\nexport { one as uno };\n",
                "b.js": 'import { uno } from "./a";\n«uno»();\n',
            },
            "a.js one",
        ),
        (
            {
                "a.js": "function one() {}\nfunction two() {}\nexport { one as two, two as one };\n",
                "b.js": 'import { one } from "./a";\n«one»();\n',
            },
            "a.js two",
        ),
        (
            {
                "a.js": "function one() {}\nexport { one as uno };\n",
                "b.js": 'import * as a from "./a";\na.«uno»();\n',
            },
            "a.js one",
        ),
        (
            {
                "a.js": HELPER,
                "index.js": 'export { default } from "./a";\nexport { default as named } from "./a";\n',
                "b.js": 'import other from "./index";\n«other»();\n',
            },
            "a.js helper",
        ),
        (
            {
                "a.js": HELPER,
                "index.js": 'export { default as named } from "./a";\n',
                "c.js": 'export * from "./index";\n',
                "b.js": 'import { named } from "./c";\n«named»();\n',
            },
            "a.js helper",
        ),
        (
            {
                "a.js": HELPER,
                "index.js": 'import inner from "./a";\nexport { inner as outer };\n',
                "b.js": 'import { outer } from "./index";\n«outer»();\n',
            },
            "a.js helper",
        ),
        (
            {"a.js": HELPER, "c.js": 'export * from "./a";\n', "b.js": 'import x from "./c";\n«x»();\n'},
            "nothing",
        ),
        (
            {"a.js": COMMON + "module.exports = helper;\n", "b.js": 'const h = require("./a");\n«h»();\n'},
            "a.js helper",
        ),
        (
            {"a.js": COMMON + "module.exports = helper;\n", "b.js": 'import h from "./a";\n«h»();\n'},
            "a.js helper",
        ),
        (
            {
                "a.js": "exports = module.exports = helper;\n" + COMMON,
                "b.js": 'const h = require("./a");\n«h»();\n',
            },
            "a.js helper",
        ),
        (
            {
                "a.js": COMMON + "module.exports = { second: two };\n",
                "b.js": 'const { second } = require("./a");\n«second»();\n',
            },
            "a.js two",
        ),
        (
            {
                "a.js": COMMON + "module.exports = { second: two };\n",
                "b.js": 'const a = require("./a");\na.«second»();\n',
            },
            "a.js two",
        ),
        (
            {
                "a.js": COMMON + "module.exports = { second: two };\n",
                "b.js": 'import a from "./a";\na.«second»();\n',
            },
            "a.js two",
        ),
        (
            {
                "a.js": "exports.second = two;\n" + COMMON,
                "b.js": 'const { second: s } = require("./a");\n«s»();\n',
            },
            "a.js two",
        ),
        (
            {
                "a.js": "module.exports = { load() {} };\n",
                "b.js": 'const { load } = require("./a");\n«load»();\n',
            },
            "a.js exports.load",
        ),
        (
            {
                "a.js": COMMON + "module.exports = helper;\n",
                "index.js": 'exports.made = require("./a");\n',
                "b.js": 'const { made } = require("./index");\n«made»();\n',
            },
            "a.js helper",
        ),
        (
            {
                "a.js": COMMON + "module.exports = helper;\n",
                "index.js": 'module.exports = require("./a");\n',
                "b.js": 'const h = require("./index");\n«h»();\n',
            },
            "a.js helper",
        ),
        (
            {
                "a.ts": "class Box {}\nexport = Box;\n",
                "b.ts": 'import B = require("./a");\nnew «B»();\n',
            },
            "a.ts Box",
        ),
        (
            {
                "a.js": "const table = { find() {} };\nexport function find() {}\nexport default table;\n",
                "b.js": 'import t from "./a";\nt.«find»();\n',
            },
            "a.js table.find",
        ),
    ],
)
def test_a_module_gives_under_other_names_what_it_defines(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    assert Written(tmp_path, files).shown() == expected


def test_usages_are_found_under_the_names_of_default_imports(tmp_path: Path) -> None:
    files = {
        "a.js": HELPER,
        "index.js": 'export { default } from "./a";\n',
        "b.js": 'import other from "./index";\nother();\n',
        "c.js": 'import other from "./d";\nother();\n',
        "d.js": "export default function apart() {}\n",
        "e.js": 'const third = require("./f");\nthird();\n',
        "f.js": "function own() {}\nmodule.exports = own;\n",
    }
    written = Written(tmp_path, files)
    assert written.usages("a.js", "helper") == ["a.js:2", "b.js:2"]
    assert written.usages("f.js", "own") == ["e.js:2", "f.js:2"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (PACKAGE | {"main.py": "from pkg.core import «Model»\n"}, "pkg/core.py Model"),
        (PACKAGE | {"main.py": "from pkg.core import run as «go»\n"}, "pkg/core.py run"),
        (PACKAGE | {"main.py": "from pkg import «start»\n"}, "pkg/core.py run"),
        (PACKAGE | {"main.py": "from pkg import (\n    Model,\n    «util»,\n)\n"}, "pkg/util.py"),
        (PACKAGE | {"main.py": "import pkg.«core»\n"}, "pkg/core.py"),
        (PACKAGE | {"main.py": "import «pkg».core as c\n"}, "pkg/__init__.py"),
        (PACKAGE | {"main.py": "import pkg.core as «c»\n"}, "pkg/core.py"),
        (PACKAGE | {"pkg/new.py": "from .«core» import run\n"}, "pkg/core.py"),
        (PACKAGE | {"main.py": "import «os»\n"}, "nothing"),
        (PACKAGE | {"main.py": "from pkg.core import «gone»\n"}, "nothing"),
        ({"a.ts": "export class Box {}\n", "b.ts": 'import { «Box» as B } from "./a";\n'}, "a.ts Box"),
        ({"a.ts": "export class Box {}\n", "b.ts": 'import { Box } from "./«a»";\n'}, "a.ts"),
        ({"a.h": "int f(void);\n", "b.c": '#include "«a».h"\n'}, "a.h"),
        (
            {
                "q/U.java": "package q;\npublic class U {}\n",
                "p/B.java": "package p;\nimport q.«U»;\nclass B {}\n",
            },
            "q/U.java U",
        ),
    ],
)
def test_names_in_imports_are_what_they_bring(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert Written(tmp_path, files).shown() == expected


SAMPLE_USES = {
    ("src/tally/ledger.py", "Transfer"): [
        "src/tally/__init__.py:6",
        *(f"src/tally/formats/lines.py:{line}" for line in (17, 29, 31)),
        *(f"src/tally/ledger.py:{line}" for line in (18, 19, 43, 45, 50)),
        "tests/test_tally.py:24",
    ],
    ("src/tally/formats/malformed.py", "Malformed"): [
        "src/tally/__main__.py:28",
        "src/tally/formats/__init__.py:13",
        *(f"src/tally/formats/lines.py:{line}" for line in (26, 33)),
        "src/tally/formats/table.py:17",
        "tests/test_tally.py:30",
    ],
    ("src/tally/ledger.py", "Accounts.held"): [
        "src/tally/ledger.py:29",
        "? tests/test_tally.py:18",
        "? tests/test_tally.py:26",
    ],
    ("src/tally/ledger.py", "Accounts.add"): [f"src/tally/ledger.py:{line}" for line in (47, 48, 54, 55)],
    ("src/tally/money.py", "ZERO"): ["src/tally/ledger.py:32", "src/tally/report.py:17"],
}


@pytest.mark.parametrize("symbol", SAMPLE_USES, ids=lambda symbol: symbol[1])
def test_the_sample_repository_is_used_as_a_reader_sees(tmp_path: Path, symbol: tuple[str, str]) -> None:
    root = Path(__file__).parents[1] / "samples" / "python"
    files = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*.py")}
    assert Written(tmp_path, files).usages(*symbol) == SAMPLE_USES[symbol]
