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


def test_a_header_that_a_build_may_make_is_told_as_possible(tmp_path: Path) -> None:
    used = '#include "one.h"\n\nint main(void) { return ONE; }\n'
    beside = {"src/one.h": "#define ONE 1\n", "src/main.c": used}
    (certain,) = checked(tmp_path / "a", beside, {"src/one.h": None})
    assert certain.check == "deleted-file" and certain.certain
    searched = {"include/one.h": "#define ONE 1\n", "src/main.c": used}
    (possible,) = checked(tmp_path / "b", searched, {"include/one.h": None})
    assert possible.check == "deleted-file" and not possible.certain


def test_a_branch_of_a_macro_is_no_use_of_a_function(tmp_path: Path) -> None:
    macro = (
        "mod adaptors;\npub use adaptors::{flatten, chain};\n\nmacro_rules! product {\n"
        "    (@flatten $x:expr) => { $x };\n    ($x:expr) => { product!(@flatten $x) };\n}\n"
    )
    functions = "pub fn flatten(x: u32) -> u32 {\n    x\n}\n\npub fn chain(x: u32) -> u32 {\n    x\n}\n"
    before = {"Cargo.toml": '[package]\nname = "a"\n', "src/lib.rs": macro, "src/adaptors.rs": functions}
    without = functions.replace("pub fn flatten(x: u32) -> u32 {\n    x\n}\n\n", "")
    after: dict[str, str | None] = {
        "src/lib.rs": macro.replace("{flatten, chain}", "chain"),
        "src/adaptors.rs": without,
    }
    assert not checked(tmp_path / "a", before, after)
    assert told(checked(tmp_path / "b", before, {"src/adaptors.rs": without}))


def test_a_definition_that_the_parser_does_not_see_is_not_gone(tmp_path: Path) -> None:
    marks = '@Target(AnnotationTarget.PROPERTY)\n@Deprecated("All with a default are optional")\n'
    other = "@Target(AnnotationTarget.PROPERTY)\nannotation class Other\n"
    before = {
        "src/Marks.kt": f"package marks\n\n{marks}annotation class Optional\n\n{other}",
        "src/Use.kt": "package marks\n\nclass Use(@Optional val x: Int = 1)\n",
    }
    seen = before["src/Marks.kt"].replace("annotation class Opt", "public annotation class Opt")
    assert not checked(tmp_path, before, {"src/Marks.kt": seen})


def test_a_macro_that_a_header_of_another_project_may_give_is_none(tmp_path: Path) -> None:
    header = "#pragma once\n#define VERIFY(x) ((x) ? 0 : fail())\nint fail();\n"
    used = '#include "{}"\n\nint run(int x) {{ return VERIFY(x); }}\n'
    before = {"logging.h": header, "run.cc": used.format("logging.h"), "other.h": "int other();\n"}
    gone = {**before, "logging.h": "#pragma once\nint fail();\n"}
    after: dict[str, str | None] = {"logging.h": gone["logging.h"], "run.cc": used.format("absl/log/check.h")}
    assert not checked(tmp_path / "a", before, after)
    (finding,) = checked(tmp_path / "b", before, {"logging.h": gone["logging.h"]})
    assert "VERIFY" in finding.title


def test_a_file_of_rust_that_no_module_names_finds_nothing_missing(tmp_path: Path) -> None:
    before = {
        "Cargo.toml": '[package]\nname = "a"\n',
        "src/lib.rs": "mod bytes;\nmod pool;\n",
        "src/bytes.rs": "pub struct Bytes;\n",
        "src/pool.rs": "use crate::bytes::Bytes;\n\npub fn make() -> Bytes {\n    Bytes\n}\n",
    }
    orphan = {**before, "src/lib.rs": "mod bytes;\n"}
    after: dict[str, str | None] = {"src/bytes.rs": None, "src/lib.rs": "pub struct Other;\n"}
    assert not checked(tmp_path / "a", orphan, after)
    after["src/lib.rs"] = "mod pool;\n"
    assert told(checked(tmp_path / "b", before, after)) == ["deleted-symbol src/bytes.rs:1"]


def test_an_export_within_another_assignment_is_there(tmp_path: Path) -> None:
    before = {
        "types.js": "exports.types = { list: ['a'] };\n",
        "use.js": "const { types } = require('./types');\n\nconsole.log(types.list);\n",
    }
    nested = "const TYPES = (exports.types = { list: ['a'] });\n"
    assert not checked(tmp_path, before, {"types.js": nested})


@pytest.mark.parametrize(
    ("path", "gone", "used"),
    [
        (
            "core.php",
            "<?php\nif (!\\defined('ENT_SUBSTITUTE')) {\n    \\define('ENT_SUBSTITUTE', 8);\n}\n",
            "function told($text)\n{\n    return htmlspecialchars($text, ENT_SUBSTITUTE);\n}\n",
        ),
        (
            "core.c",
            "#ifndef HAVE_STRLCPY\nint strlcpy(char *to, const char *from) { return one(to); }\n#endif\n",
            'int run(char *to) { return strlcpy(to, "a"); }\n',
        ),
    ],
)
def test_what_only_stood_in_for_the_platform_is_not_missed(
    tmp_path: Path, path: str, gone: str, used: str
) -> None:
    after = "<?php\n" + used if path.endswith(".php") else used
    assert not checked(tmp_path, {path: gone + used}, {path: after})


def test_a_module_of_ruby_that_a_library_has_is_not_missed(tmp_path: Path) -> None:
    backport = "module URI\n  def self.decode_www_form_component(text)\n    text\n  end\nend\n"
    use = "module Util\n  def self.unescape(text)\n    URI.decode_www_form_component(text)\n  end\nend\n"
    for loads, count in (
        ("require 'uri/common'\nrequire_relative 'backport'\n", 0),
        ("require_relative 'backport'\n", 1),
    ):
        before = {"lib/backport.rb": backport, "lib/util.rb": f"{loads}\n{use}"}
        found = checked(tmp_path / str(count), before, {"lib/backport.rb": "module Other\nend\n"})
        assert bool(found) == bool(count)
