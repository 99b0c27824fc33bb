"""Names whose definition was deleted, and that something else gives, or may give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.coder_cli.review.checked import checked, told


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


def test_a_method_of_its_name_that_came_is_no_definition_of_a_function_that_went(tmp_path: Path) -> None:
    function = "def load(name):\n    return name\n\n\nx = 1\n"
    method = "class Store:\n    def load(self, name):\n        return name\n\n\nx = 1\n"
    before = {"library.py": function, "program.py": "from library import load\n\nload('a')\n"}
    assert told(checked(tmp_path, before, {"library.py": method})) == ["deleted-symbol library.py:1"]


def test_a_header_of_the_language_gives_nothing_that_went(tmp_path: Path) -> None:
    header = "#pragma once\n#define VERIFY(x) ((x) ? 0 : fail())\nint fail();\n"
    used = '#include "check.h"\n\nint run(int x) { return VERIFY(x); }\n'
    after = {"check.h": "#pragma once\nint fail();\n", "run.cc": f"#include <vector>\n{used}"}
    assert told(checked(tmp_path, {"check.h": header, "run.cc": used}, after))


def test_a_name_that_a_library_gives_now_is_none(tmp_path: Path) -> None:
    own = "const unpack = (data: string) => data\n\nexport = unpack\n"
    user = "import unpack = require('./unpack')\n\nexport const read = (data: string) => unpack(data)\n"
    before = {"src/unpack.ts": own, "src/read.ts": user}
    after: dict[str, str | None] = {
        "src/unpack.ts": "export const other = 1\n",
        "src/read.ts": user.replace("./unpack", "unpack-response"),
    }
    assert not checked(tmp_path / "a", before, after)
    assert told(checked(tmp_path / "b", before, {"src/unpack.ts": after["src/unpack.ts"]}))


def test_a_name_that_what_is_gone_asks_of_another_is_nobodys_alone(tmp_path: Path) -> None:
    server = "class Server:\n    def start(self):\n        pass\n\n    def create_server(self):\n        {}\n"
    user = "def run(loop):\n    return loop.create_server()\n"
    gone = "class Server:\n    def start(self):\n        pass\n"
    own = {"server.py": server.format("return self.open()"), "run.py": user}
    assert told(checked(tmp_path / "a", own, {"server.py": gone})) == ["deleted-symbol server.py:3 possible"]
    another = {"server.py": server.format("return self.loop.create_server()"), "run.py": user}
    assert not checked(tmp_path / "b", another, {"server.py": gone})


def test_what_is_assigned_to_the_name_of_a_module_may_have_its_functions(tmp_path: Path) -> None:
    module = "module Box\n  module Json\n    def self.dump_all(it)\n      it\n    end\n  end\nend\n"
    before = {"lib/json.rb": module, "lib/text.rb": "module Box\n  TEXT = Box::Json.dump_all(1)\nend\n"}
    given = {"lib/json.rb": "module Box\n  Json = ::JSON\nend\n"}
    assert not checked(tmp_path / "a", before, given)
    empty = {"lib/json.rb": "module Box\n  module Json\n  end\nend\n"}
    assert told(checked(tmp_path / "b", before, empty))


def test_what_a_module_has_from_its_file_does_not_give_it(tmp_path: Path) -> None:
    library = (
        "pub fn random() -> u32 {\n    4\n}\n\npub fn twice() -> u32 {\n    random() * 2\n}\n\n"
        "mod test {\n    use super::{random, twice};\n\n"
        "    fn all() -> u32 {\n        random() + twice()\n    }\n}\n"
    )
    before = {"Cargo.toml": '[package]\nname = "a"\n', "src/lib.rs": library}
    after = library.replace("pub fn random() -> u32 {\n    4\n}\n\n", "")
    assert told(checked(tmp_path, before, {"src/lib.rs": after})) == ["deleted-symbol src/lib.rs:1"]


def test_a_list_of_all_names_defines_none(tmp_path: Path) -> None:
    before = {
        "version.py": "def parse(text):\n    return text\n\n\ndef find(text):\n    return parse(text)\n",
        "use.py": "from version import parse\n\nparse('1')\n",
    }
    after = '__all__ = [\n    "parse",\n    "find",\n]\n\n\ndef find(text):\n    return parse(text)\n'
    assert "deleted-symbol version.py:1" in told(checked(tmp_path, before, {"version.py": after}))


def test_what_every_object_of_ruby_has_is_not_gone(tmp_path: Path) -> None:
    own = "module Box\n  class << self\n    def respond_to?(name)\n      true\n    end\n{}  end\nend\n"
    before = {
        "lib/box.rb": own.format("") + "\nclass Object\n  def tap_it\n    self\n  end\nend\n",
        "lib/use.rb": "Box.respond_to?(:open)\nIT = Object.new\n",
    }
    other = own.replace("respond_to?", "respond_to_missing?").format("")
    assert not checked(tmp_path, before, {"lib/box.rb": other})


def test_a_property_of_what_a_file_exports_is_given(tmp_path: Path) -> None:
    before = {
        "log.js": "function log () {}\nmodule.exports = log\nmodule.exports.standardTimes = { now: 1 }\n",
        "test.js": "const log = require('./log')\nlog.standardTimes.now\n",
    }
    after = "function log () {}\nlog.standardTimes = { now: 1 }\nmodule.exports = log\n"
    assert not checked(tmp_path, before, {"log.js": after})


def test_what_kotlin_has_itself_or_a_build_may_make_is_not_gone(tmp_path: Path) -> None:
    pairs = "package box\n\nfun <A> Box<A>.open(): A = value\n\nclass Box<A>(val value: A)\n"
    before = {
        "src/Maps.kt": "package box\n\nfun {0}(pair: Box<Int>) = 1\n\nfun other() = 2\n",
        "src/Box.kt": pairs,
        "src/Use.kt": "package box\n\nval one = {0}(Box(1))\n",
        "src/more/More.kt": "package more\n\nimport box.{1}\n\nval two = 2\n",
    }
    gone: dict[str, str | None] = {"src/Maps.kt": "package box\n\nfun other() = 2\n"}
    for name, count in (("mapOf", 0), ("mapOfBox", 1)):
        files = {path: text.replace("{0}", name).replace("{1}", "open") for path, text in before.items()}
        assert len(checked(tmp_path / name, files, gone)) == count
    for name, count in (("open", 0), ("Box", 1)):
        files = {path: text.replace("{0}", "mapOf").replace("{1}", name) for path, text in before.items()}
        del files["src/Use.kt"], files["src/Maps.kt"]
        assert len(checked(tmp_path / name, files, {"src/Box.kt": None})) == count


def test_a_file_that_a_build_makes_is_not_gone(tmp_path: Path) -> None:
    said = {"one.h": "/* auto-generated. Do not edit! */\n#define ONE 1\n", "b.c": '#include "one.h"\n'}
    assert not checked(tmp_path / "a", said, {"one.h": None})
    said["one.h"] = "/* all that is one */\n#define ONE 1\n"
    assert told(checked(tmp_path / "b", said, {"one.h": None})) == ["deleted-file one.h:1"]


def test_a_name_of_one_module_of_javascript_is_no_property_of_others(tmp_path: Path) -> None:
    run = "const reporterOptions = {};\nstart(reporterOptions);\n"
    before = {"bin.js": run, "lib.js": "export const f = (mocha) => mocha.reporterOptions.color\n"}
    assert not checked(tmp_path / "a", before, {"bin.js": "main();\n"})
    kind = "export class Runner {\n  stay() {}\n  reporterOptions() {}\n}\n"
    before["bin.js"] = kind
    after = {"bin.js": kind.replace("  reporterOptions() {}\n", "")}
    assert told(checked(tmp_path / "b", before, after)) == ["deleted-symbol bin.js:3 possible"]


def test_a_field_of_the_name_gives_no_function(tmp_path: Path) -> None:
    before = {
        "go.mod": "module example.org/x\n\ngo 1.22\n",
        "flag.go": "package x\n\nfunc flagSet(name string) string { return name }\n\nfunc other() {}\n",
        "context.go": "package x\n\ntype Context struct {\n\tflagSet string\n}\n",
        "app.go": 'package x\n\nfunc Run() string { return flagSet("a") }\n',
    }
    after = {"flag.go": "package x\n\nfunc other() {}\n"}
    assert told(checked(tmp_path, before, after)) == ["deleted-symbol flag.go:3"]


@pytest.mark.parametrize(
    ("own", "user", "more"),
    [
        ("a.py", "from a import provision\n\nprovision()\n", 'NAMES = ("a", "provision")\n'),
        (
            "a.ts",
            "import { provision } from './a';\n\nprovision();\n",
            "export const x = (v) => v === 'provision';\n",
        ),
    ],
)
def test_a_text_that_is_only_compared_gives_no_name(tmp_path: Path, own: str, user: str, more: str) -> None:
    kept = "def other():\n    pass\n" if own == "a.py" else "export function other() {}\n"
    before = {own: kept.replace("other", "provision") + kept, f"use{own[1:]}": user}
    found = checked(tmp_path, before, {own: kept + more})
    assert [each.split(":")[0] for each in told(found)] == [f"deleted-symbol {own}"]


def test_what_only_examples_have_and_use_is_none(tmp_path: Path) -> None:
    code = "def open_window(name):\n    return name\n\n\ndef other():\n    pass\n"
    kept = "def other():\n    pass\n"
    user = "from shown import open_window\n\nopen_window('a')\n"
    before = {"examples/shown.py": code, "examples/use.py": user}
    assert not checked(tmp_path / "a", before, {"examples/shown.py": kept})
    before = {"shown.py": code, "use.py": user}
    assert told(checked(tmp_path / "b", before, {"shown.py": kept})) == ["deleted-symbol shown.py:1"]


def test_a_type_that_the_system_has_is_not_gone(tmp_path: Path) -> None:
    said = {
        "util.h": "typedef unsigned short NAME;\nint f(void);\n",
        "a.c": '#include "util.h"\n\nNAME x = 1;\n',
    }
    for name, count in (("ushort", 0), ("word", 1)):
        files = {path: text.replace("NAME", name) for path, text in said.items()}
        assert len(checked(tmp_path / name, files, {"util.h": "int f(void);\n"})) == count
