"""The sample programs: their files need exactly what a reader finds in them, and nothing leads out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from retrieval.languages.ecmascript.tsconfig import read_json, substituted, within
from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.parse import parse
from retrieval.types import ParsedFile, SourceFile

SAMPLES = Path(__file__).parents[1] / "samples"


class Texts:
    """A Project of texts by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.languages = {path: language_of(path) for path in texts}

    @property
    def paths(self) -> Sequence[str]:
        return sorted(self.texts)

    def __contains__(self, path: str) -> bool:
        return path in self.texts

    def written_in(self, *languages: str) -> Sequence[str]:
        return [path for path in self.paths if self.languages[path] in languages]

    def parsed(self, path: str) -> ParsedFile | None:
        if path not in self.texts:
            return None
        return parse(SourceFile(path, self.languages[path], self.texts[path], "0" * 40))

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def edges(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for language in {self.languages[path] for path in self.texts} & set(LANGUAGES):
            resolve = LANGUAGES[language].resolver(self)
            for path in self.written_in(language):
                parsed = self.parsed(path)
                assert parsed is not None
                targets = {each.target for each in resolve(path, parsed)} - {path}
                if targets:
                    found[path] = targets
        return found


def sample(language: str) -> Texts:
    root = SAMPLES / language
    files = (path for path in root.rglob("*") if path.is_file())
    return Texts({path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files})


def test_the_javascript_sample() -> None:
    assert sample("javascript").edges() == {
        "bin/wordcount.js": {"lib/index.js"},
        "lib/index.js": {"lib/counter.js", "lib/report/index.js"},
        "lib/counter.js": {"lib/words.js", "lib/stop-words.json"},
        "lib/report/index.js": {"lib/report/table.js", "lib/report/csv.js"},
        "lib/report/table.js": {"lib/report/layout.js"},
        "test/wordcount.test.mjs": {"lib/index.js"},
    }


def test_the_typescript_sample() -> None:
    assert sample("typescript").edges() == {
        "src/index.ts": {"src/journal.ts", "src/parse.ts", "src/report/index.ts", "src/model/account.ts"},
        "src/model/account.ts": {"src/model/money.ts"},
        "src/model/posting.ts": {"src/model/money.ts"},
        "src/parse.ts": {"src/model/money.ts", "src/model/posting.ts"},
        "src/journal.ts": {"src/model/account.ts", "src/model/money.ts", "src/model/posting.ts"},
        "src/report/index.ts": {"src/report/text.ts", "src/report/html.tsx"},
        "src/report/text.ts": {"src/journal.ts"},
        "src/report/html.tsx": {"src/model/account.ts", "src/journal.ts", "src/report/element.ts"},
        "test/ledger.ts": {"src/index.ts"},
    }


def test_the_go_sample() -> None:
    assert sample("go").edges() == {
        "main.go": {
            "commands.go",
            "path_unix.go",
            "path_windows.go",
            "store/store.go",
            "task/list.go",
        },
        "commands.go": {"task/task.go", "task/list.go"},
        "task/task.go": {"task/state.go"},
        "task/state.go": {"task/task.go"},
        "task/list.go": {"task/task.go", "task/state.go"},
        "task/task_test.go": {"task/task.go", "task/list.go"},
        "store/store.go": {"store/file.go", "store/memory.go", "task/task.go"},
        "store/file.go": {"store/store.go", "task/task.go"},
        "store/memory.go": {"store/store.go", "task/task.go"},
        "store/store_test.go": {"store/store.go", "task/task.go"},
    }


@pytest.mark.parametrize(
    "config",
    [
        "",
        "[]",
        "nonsense",
        "[" * 100_000,
        '{"extends": "./tsconfig.json"}',
        '{"extends": ["./tsconfig", "../../../../etc/tsconfig"]}',
        '{"extends": 5, "compilerOptions": 7}',
        '{"compilerOptions": {"baseUrl": "../..", "paths": {"*": ["/*", "../../*", 5]}, "rootDirs": 1}}',
        '{"compilerOptions": {"paths": {"**": ["*"], "": [""], "a": "b"}}}',
        "{" + '"a": /* ' * 20_000 + "}",
    ],
)
def test_a_strange_configuration_leads_nowhere_and_hides_nothing(config: str) -> None:
    repository = Texts({"tsconfig.json": config, "a.ts": "import './b';\nimport 'c';\n", "b.ts": ""})
    assert repository.edges() == {"a.ts": {"b.ts"}}


@pytest.mark.parametrize(
    "manifest",
    [
        '{"name": 5, "main": ["a"], "exports": 3, "imports": [], "workspaces": {"packages": "x"}}',
        '{"name": "c", "exports": {".": "../../outside.js", "./*": {"default": null}}}',
        '{"workspaces": ["../**", "{{{", "***", "!"]}',
        '{"name": "c", "exports": ' + '{"a": ' * 50 + '"./b.js"' + "}" * 50 + "}",
    ],
)
def test_a_strange_package_leads_nowhere_and_hides_nothing(manifest: str) -> None:
    texts = {"package.json": manifest, "a.js": "import './b';\nimport 'c';\nimport '#d';\n", "b.js": ""}
    assert Texts(texts).edges() == {"a.js": {"b.js"}}


def test_no_name_leads_out_of_the_repository() -> None:
    names = ["../b", "../../etc/passwd", "/etc/passwd", "..", "./../b", "b/../../b", "file:///b", "./b\x00"]
    text = "".join(f"import '{name}';\n" for name in names)
    assert Texts({"a.ts": text, "b.ts": ""}).edges() == {}
    assert within("a/b", "../../..") is None
    assert within("a/b", "../..") == ""


def test_comments_and_commas_of_a_configuration_are_no_part_of_its_strings() -> None:
    text = '\ufeff{ "a": "// no, /* comment", /* one, */ "b": [1, ",]", ], // last }\n}'
    assert read_json(Texts({"c.json": text}), "c.json") == {"a": "// no, /* comment", "b": [1, ",]"]}


def test_a_pattern_stands_for_what_its_star_matches() -> None:
    assert substituted("@/*", ("src/*", "lib/*.ts"), "@/a/b") == ["src/a/b", "lib/a/b.ts"]
    assert substituted("*.css", ("styles/*",), "a.css") == ["styles/a"]
    assert substituted("ab*ba", ("*",), "aba") == []
    assert substituted("exact", ("x",), "exact") == ["x"]
    assert substituted("exact", ("x",), "exactly") == []


def test_a_parameter_may_be_called_what_its_package_is() -> None:
    """Go: the parameter holds in the body, not for the types beside it."""
    texts = {
        "go.mod": "module m\n",
        "a.go": 'package a\n\nimport "m/log"\n\nfunc f(log log.Logger, b log.Level) { log.Print() }\n',
        "log/logger.go": "package log\n\ntype Logger struct{}\n",
        "log/level.go": "package log\n\ntype Level int\n",
        "log/print.go": "package log\n\nfunc Print() {}\n",
    }
    assert Texts(texts).edges() == {"a.go": {"log/logger.go", "log/level.go"}}


def test_a_method_is_found_by_what_made_its_value_not_by_its_name() -> None:
    texts = {
        "go.mod": "module m\n",
        "a.go": "package a\n\nfunc f(u U) { x := g(); x.Run(); x.Stop(); y := other(); y.FlushAll() }\n",
        "b.go": "package a\n\nfunc g() *T { return nil }\n",
        "c.go": "package a\n\nfunc (t *T) Run() {}\n",
        "d.go": "package a\n\nfunc (t *T) FlushAll() {}\n",
        "e.go": "package a\n\nfunc (u *U) Stop() {}\n",
    }
    assert Texts(texts).edges() == {"a.go": {"b.go", "c.go"}}


@pytest.mark.parametrize(
    "text",
    [
        "type T struct { T }\nvar x, y = y, x\nvar a = b()\nvar b = a()\n"
        "func f(t T) { t.M(); a.M(); x.M() }\n",
        "func f(a T) { " + "a := a.b; " * 2_000 + "a.M() }\n",
        "func f(a T) { _ = a" + ".b()" * 5_000 + " }\n",
        "type T struct {\n" + "".join(f"E{n}\n" for n in range(5_000)) + "}\n"
        "func f(t T) { " + "".join(f"t.M{n}(); " for n in range(2_000)) + "}\n",
    ],
    ids=["in circles", "shadowed", "chained", "embedding"],
)
def test_members_are_looked_for_in_bounded_steps(text: str) -> None:
    texts = {"go.mod": "module m\n", "a.go": f"package a\n\n{text}", "b.go": "package a\n\ntype T int\n"}
    assert Texts(texts).edges().get("a.go", set()) <= {"b.go"}
