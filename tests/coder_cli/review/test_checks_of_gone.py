"""What is gone while something still uses it: definitions, files, local functions."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from coder_cli.review.walk import of_the_diff
from retrieval.changes import find_changes
from retrieval.repo import Repo
from tests.coder_cli.review.checked import LIBRARY, PROGRAM, checked, told


def test_what_is_gone_but_still_used_is_found_where_it_stood(tmp_path: Path) -> None:
    after = LIBRARY.replace("    def load(path, limit):\n        return path, limit\n\n\n", "")
    assert after != LIBRARY
    found = checked(tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, {"library.py": after})
    assert told(found) == ["deleted-symbol library.py:1"]
    assert found[0].deleted.startswith("def load(path, limit):")
    assert found[0].quote == "class Store:"
    assert "program.py:1" in found[0].scenario or "program.py:3" in found[0].scenario


def test_a_method_that_its_own_class_calls_is_found(tmp_path: Path) -> None:
    after = LIBRARY.replace("        def read(self, name):\n            return self.root, name\n\n", "")
    found = checked(tmp_path, {"library.py": LIBRARY}, {"library.py": after})
    assert told(found) == ["deleted-symbol library.py:9"]


def test_what_moved_and_is_passed_on_is_none(tmp_path: Path) -> None:
    after = "from deeper import load\n" + LIBRARY.replace(
        "    def load(path, limit):\n        return path, limit\n", ""
    )
    moved = "def load(path, limit):\n    return path, limit\n"
    found = checked(
        tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, {"library.py": after, "deeper.py": moved}
    )
    assert not found


def test_what_moved_while_an_import_stayed_is_found(tmp_path: Path) -> None:
    after = LIBRARY.replace("    def load(path, limit):\n        return path, limit\n\n\n", "")
    moved = "def load(path, limit):\n    return path, limit\n"
    found = checked(
        tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, {"library.py": after, "deeper.py": moved}
    )
    assert told(found) == ["deleted-symbol library.py:1"]


def test_a_file_that_is_gone_but_still_imported_is_found(tmp_path: Path) -> None:
    found = checked(tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, {"library.py": None})
    assert told(found) == ["deleted-file library.py:1"]
    assert "program.py:1" in found[0].scenario
    optional = "try:\n    import library\nexcept ImportError:\n    library = None\n"
    assert not checked(tmp_path / "b", {"library.py": LIBRARY, "program.py": optional}, {"library.py": None})


def test_a_file_with_a_new_name_and_its_old_importers_are_found_without_any_line_changed(
    tmp_path: Path,
) -> None:
    after = {"library.py": None, "shelf.py": LIBRARY}
    found = checked(tmp_path, {"library.py": LIBRARY, "program.py": PROGRAM}, after, staged=True)
    assert told(found) == ["deleted-file shelf.py:1"]
    with closing(Repo.open(tmp_path)) as repo:
        assert of_the_diff(find_changes(repo, staged=True), found) == found


def test_a_name_of_another_file_that_is_gone_is_found_in_typescript(tmp_path: Path) -> None:
    files = {
        "a.ts": "export function f() {\n  return 1;\n}\nexport const g = 2;\n",
        "b.ts": "import { f, g } from './a';\nconsole.log(f(), g);\n",
    }
    found = checked(tmp_path, files, {"a.ts": "export const g = 2;\n"})
    assert told(found) == ["deleted-symbol a.ts:1"]


def test_a_name_that_is_only_passed_on_is_found(tmp_path: Path) -> None:
    files = {
        "a.ts": "export function f() {\n  return 1;\n}\nexport const g = 2;\n",
        "b.ts": "export { f } from './a';\n",
    }
    assert told(checked(tmp_path, files, {"a.ts": "export const g = 2;\n"})) == ["deleted-symbol a.ts:1"]


def test_among_many_that_are_gone_those_are_told_that_are_used(tmp_path: Path) -> None:
    many = "".join(f"def name_{number}():\n    pass\n\n\n" for number in range(60))
    files = {"library.py": many + "x = 1\n", "program.py": "from library import name_7\n\nname_7()\n"}
    found = checked(tmp_path, files, {"library.py": "x = 1\n"})
    assert [each.title for each in found] == ["name_7 is gone, but still used"]


def test_many_that_are_gone_from_one_file_are_one_finding(tmp_path: Path) -> None:
    many = "".join(f"def name_{number}():\n    pass\n\n\n" for number in range(6))
    uses = "".join(f"name_{number}()\n" for number in range(6))
    files = {"library.py": many + "x = 1\n", "program.py": f"from library import *\n\n{uses}"}
    (finding,) = checked(tmp_path, files, {"library.py": "x = 1\n"})
    assert finding.title == "6 definitions are gone, but still used: name_0, name_1, name_2…"
    assert "name_0 in program.py:3" in finding.scenario and "and 3 more" in finding.scenario
    assert finding.certain and finding.deleted.startswith("def name_0")


def test_a_name_that_others_have_too_is_found_where_it_is_imported_from_its_file(tmp_path: Path) -> None:
    files = {
        "a.ts": "export function isNode(of: any) {\n  return of;\n}\nexport const g = 2;\n",
        "b.ts": "import { isNode } from './a';\nconsole.log(isNode(1));\n",
        "c.ts": "const { isNode } = utils;\nexport class N {\n  isNode = isNode(1);\n}\n",
    }
    found = checked(tmp_path, files, {"a.ts": "export const g = 2;\n"})
    assert told(found) == ["deleted-symbol a.ts:1"]


def test_a_statement_of_several_lines_that_names_the_new_place_finds_it(tmp_path: Path) -> None:
    files = {
        "options.ts": "export const a = 1;\nexport const b = 2;\n",
        "index.ts": "export {\n  a,\n  b,\n} from './options';\n",
    }
    after = {
        "options.ts": None,
        "all-options.ts": files["options.ts"],
        "index.ts": "export {\n  a,\n  b,\n} from './all-options';\n",
    }
    assert not checked(tmp_path, files, after, staged=True)


def test_a_function_of_c_of_which_only_its_prototype_stayed_is_found(tmp_path: Path) -> None:
    files = {
        "a.h": "void neg_init(struct data *d);\n",
        "a.c": '#include "a.h"\n\nvoid neg_init(struct data *d)\n{\n  d->n = 0;\n}\n\nint other(void)\n{\n'
        "  return 1;\n}\n",
        "b.c": '#include "a.h"\n\nvoid go(struct data *d)\n{\n  neg_init(d);\n}\n',
    }
    without = '#include "a.h"\n\nint other(void)\n{\n  return 1;\n}\n'
    found = checked(tmp_path / "a", files, {"a.c": without})
    assert [each.title for each in found] == ["neg_init is gone, but still used"]
    assert not checked(tmp_path / "b", files, {"a.c": without, "c.c": files["a.c"]})
    unread = without.replace("return 1;", "BEGIN_ALL( neg_init\n  return ][ 1;")
    assert not checked(tmp_path / "c", files, {"a.c": unread})
    broken = {name: text.replace("return 1;", "return ][ 1;") for name, text in files.items()}
    found = checked(tmp_path / "d", broken, {"a.c": without.replace("return 1;", "return ][ 1;")})
    assert [each.title for each in found] == ["neg_init is gone, but still used"]


def test_a_property_called_as_its_type_is_not_used_where_the_type_stands(tmp_path: Path) -> None:
    kept = "class A : IEquatable<A> {\n    A(Type type) { this.type = type; }\n    readonly Type type;\n"
    gone = "    public Type Type { get { return type; } }\n"
    assert not checked(tmp_path / "a", {"A.cs": f"{kept}{gone}}}\n"}, {"A.cs": f"{kept}}}\n"})
    used = f"{kept}    int Size() {{ return this.Type.Size; }}\n"
    found = checked(tmp_path / "b", {"A.cs": f"{used}{gone}}}\n"}, {"A.cs": f"{used}}}\n"})
    assert [each.check for each in found] == ["deleted-symbol"]


LOCAL = """
    export function make(map) {
      const find = (test) => {
        return map.find(test);
      };
      function drop(name) {
        map.delete(name);
      }
      return { one: find((each) => each.ok), gone: drop('a') };
    }
    """


@pytest.mark.parametrize(
    ("path", "text", "gone", "line"),
    [
        ("a.ts", LOCAL, "      const find = (test) => {\n        return map.find(test);\n      };\n", 2),
        ("a.js", LOCAL, "      function drop(name) {\n        map.delete(name);\n      }\n", 5),
        (
            "a.py",
            "def make(x):\n    def kept(name):\n        return name\n\n    return [kept(at) for at in x]\n",
            "    def kept(name):\n        return name\n\n",
            2,
        ),
    ],
)
def test_a_local_function_that_is_gone_but_still_called_is_found(
    tmp_path: Path, path: str, text: str, gone: str, line: int
) -> None:
    assert gone in text
    found = checked(tmp_path, {path: text}, {path: text.replace(gone, "")})
    assert told(found) == [f"deleted-symbol {path}:{line}"]


@pytest.mark.parametrize(
    "after",
    [
        "export function make(map, find) {\n  return find((each) => each.ok);\n}\n",
        "import { find } from './b';\nexport function make(map) {\n  return find((each) => each.ok);\n}\n",
        "export function make(map) {\n  const { find } = map;\n  return find((each) => each.ok);\n}\n",
        "export function make(map) {\n  return map.find((each) => each.ok);\n}\n",
        "const find = find_in(1);\nexport function make(map) {\n  return find((each) => each.ok);\n}\n",
    ],
)
def test_a_local_function_whose_name_something_else_has_is_none(tmp_path: Path, after: str) -> None:
    files = {"a.ts": LOCAL, "b.ts": "export function find(test) {\n  return test;\n}\n"}
    assert not checked(tmp_path, files, {"a.ts": after})
