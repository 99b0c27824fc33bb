"""Imports that close a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.coder_cli.review.checked import checked, told


def test_a_circle_of_imports_is_found_where_it_is_closed(tmp_path: Path) -> None:
    files = {"a.py": "import b\n\nx = 1\n", "b.py": "import c\n", "c.py": "y = 1\n"}
    found = checked(tmp_path, files, {"c.py": "import a\n\ny = 1\n"})
    assert told(found) == ["import-cycle c.py:1"]
    assert "c.py -> a.py -> b.py -> c.py" in found[0].scenario


@pytest.mark.parametrize(
    "after",
    [
        "def f():\n    import a\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import a\n",
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
    ],
)
def test_an_import_that_waits_closes_none(tmp_path: Path, after: str) -> None:
    assert not checked(tmp_path, {"a.py": "import c\n", "c.py": "y = 1\n"}, {"c.py": after})


def test_a_circle_that_was_there_is_none(tmp_path: Path) -> None:
    files = {"a.py": "import b\n", "b.py": "import c\nimport a\n", "c.py": "import b\n"}
    assert not checked(tmp_path, files, {"c.py": "import b\nimport a\n"})


def test_types_alone_close_no_circle(tmp_path: Path) -> None:
    files = {
        "a.ts": "import { y } from './b';\nexport interface T {}\nexport const x = y;\n",
        "b.ts": "export const y = 1;\n",
    }
    assert not checked(tmp_path, files, {"b.ts": "import { T } from './a';\nexport const y: T = 1;\n"})
    found = checked(tmp_path / "b", files, {"b.ts": "import { x } from './a';\nexport const y = x;\n"})
    assert told(found) == ["import-cycle b.ts:1"]


@pytest.mark.parametrize("gathers", ["", "from library.shelf import take\n"])
def test_a_circle_through_what_a_package_gathers_does_not_hide_another(tmp_path: Path, gathers: str) -> None:
    files = {
        "library/__init__.py": f"version = 1\n{gathers}",
        "library/words.py": "from . import version\n\nwords = version\n",
        "library/book.py": "from .words import words\n\nbook = words\n",
        "library/shelf.py": "from .book import book\n\ntake = book\n",
    }
    changed = "from .shelf import take\nfrom .words import words\n\nbook = words\n"
    found = checked(tmp_path, files, {"library/book.py": changed})
    assert told(found) == ["import-cycle library/book.py:1"]
    assert "library/book.py -> library/shelf.py -> library/book.py" in found[0].scenario


def test_one_header_in_two_files_is_no_circle(tmp_path: Path) -> None:
    files = {"sink.h": '#pragma once\n#include "sink-inl.h"\n', "sink-inl.h": "#pragma once\n"}
    after = {"sink-inl.h": '#pragma once\n#include "sink.h"\n'}
    assert not checked(tmp_path / "a", files, after)
    other = {"sink.h": files["sink.h"].replace("sink-inl", "pipe"), "pipe.h": "#pragma once\n"}
    found = checked(tmp_path / "b", other, {"pipe.h": after["sink-inl.h"]})
    assert told(found) == ["import-cycle pipe.h:2"]


def test_a_circle_through_an_index_does_not_hide_another(tmp_path: Path) -> None:
    files = {
        "index.ts": "import { b } from './b';\nexport const all = b;\n",
        "b.ts": "import { a } from './a';\nexport const b = a;\n",
        "a.ts": "import { all } from '.';\nexport const a = () => all;\n",
    }
    after = {"a.ts": f"import {{ b }} from './b';\n{files['a.ts']}console.error(b);\n"}
    assert told(checked(tmp_path, files, after)) == ["import-cycle a.ts:1"]


def test_files_that_only_describe_types_close_none(tmp_path: Path) -> None:
    files = {"p/__init__.pyi": "from .b import B\n", "p/b.pyi": "class B: ...\n", "q.py": "x = 1\n"}
    assert not checked(tmp_path, files, {"p/b.pyi": "from . import B as A\n\nclass B: ...\n"})


def test_a_value_of_which_only_the_type_is_asked_is_not_loaded(tmp_path: Path) -> None:
    files = {
        "env.ts": "export const NOTHING: unique symbol = Symbol.for('nothing')\n",
        "all.ts": "export * from './env'\nexport * from './types'\n",
        "types.ts": "export type From<T> = T extends 1 ? undefined : T\n",
    }
    after = "import { NOTHING } from './all'\n\nexport type From<T> = T extends typeof NOTHING ? 1 : T\n"
    assert not checked(tmp_path / "a", files, {"types.ts": after})
    used = after + "export const none = NOTHING\n"
    assert told(checked(tmp_path / "b", files, {"types.ts": used})) == ["import-cycle types.ts:1"]


def test_many_circles_through_one_file_are_one_finding(tmp_path: Path) -> None:
    names = ("env", "map", "set")
    files = {f"{name}.ts": f"export const {name} = 1\n" for name in names}
    after: dict[str, str | None] = {
        path: f"import {{ all }} from './all'\n\n{text.replace('1', 'all')}" for path, text in files.items()
    }
    after["all.ts"] = "".join(f"export * from './{name}'\n" for name in names) + "export const all = 1\n"
    (found,) = checked(tmp_path, files, after)
    assert found.check == "import-cycle"
    assert "2 more new circles go through all.ts." in found.scenario
