"""What of a file another one uses: members by their type where that is known, exports by any name."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.uses import used_symbols

GO = {
    "go.mod": "module example.com/shop\n",
    "kinds.go": (
        "package main\n\ntype Store struct{}\n\nfunc (s *Store) ServeHTTP() {}\n\n"
        "type Other struct{}\n\nfunc (o *Other) ServeHTTP() {}\n"
    ),
    "main.go": "package main\n\nfunc main() {\n\tshop := &Store{}\n\tshop.ServeHTTP()\n\tvar _ Other\n}\n",
}
CPP = {
    "kinds.hpp": (
        "class Store { public: int takeStock(); };\nclass Other { public: int takeStock(); };\n"
        "int count(int);\n"
    ),
    "main.cpp": '#include "kinds.hpp"\nint main() { Store store; return store.takeStock() + count(1); }\n',
}
SCRIPTS = {
    "kinds.js": "class Store {}\nclass Other {}\nexport default Store;\nexport { Other as Second };\n",
    "main.js": 'import Shop, { Second } from "./kinds";\nnew Shop(new Second());\n',
    "common.js": "function first() {}\nfunction second() {}\nmodule.exports = first;\n",
    "user.js": 'const made = require("./common");\nmade();\n',
}


@pytest.mark.parametrize(
    ("files", "user", "needed", "expected"),
    [
        (GO, "main.go", "kinds.go", {"Store", "Store.ServeHTTP", "Other"}),
        (CPP, "main.cpp", "kinds.hpp", {"Store", "Store.takeStock", "count"}),
        (SCRIPTS, "main.js", "kinds.js", {"Store", "Other"}),
        (SCRIPTS, "user.js", "common.js", {"first"}),
    ],
)
def test_only_what_is_meant_is_used(
    tmp_path: Path, files: dict[str, str], user: str, needed: str, expected: set[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    project = RepositoryProject.open(Repo.open(tmp_path), cache=None, workers=1)
    using, used = project.parsed(user), project.parsed(needed)
    assert using is not None
    assert used is not None
    why = project.graph().why(user, needed)
    assert {used.qualified_name(index) for index in used_symbols(using, used, why)} == expected
