"""Faults of the checks' own categories, put into real commits: what `review_checks --inject` puts in.

Where a fault goes is chosen by the text alone, not by the graph that the checks use:
a function is one whose name is defined once and followed by a bracket elsewhere. Each fault becomes a commit
of its own on the parent of the real one, in a bare clone that borrows the objects.
"""

from __future__ import annotations

import posixpath
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coder_cli.review.checks.paths import is_shown, is_test
from retrieval.languages.names import language_of
from retrieval.parse import parse
from retrieval.types import SourceFile

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_CODE = frozenset(
    {
        "python",
        "javascript",
        "typescript",
        "tsx",
        "go",
        "rust",
        "java",
        "kotlin",
        "csharp",
        "c",
        "cpp",
        "php",
        "ruby",
    }
)
# A definition at the edge of a line: group 1 its name, and then what stands between its brackets.
_DEFINED = {
    "python": r"^def (\w+)\(([^()\n]*)\)(?: ->[^\n:]*)?:\n",
    "javascript": r"^(?:export )?(?:async )?function (\w+)\(([^()\n]*)\) ?\{\n",
    "typescript": r"^(?:export )?(?:async )?function (\w+)\(([^()\n]*)\)(?:: [^\n{]*)?\{\n",
    "go": r"^func (\w+)\(([^()\n]*)\)[^\n]*\{\n",
    "rust": r"^(?:pub(?:\([a-z]+\))? )?fn (\w+)\(([^()\n]*)\)[^\n]*\{\n",
    "c": r"^(?:static )?\w[\w *]*?\b(\w+)\(([^()\n]*)\)\n?\{\n",
}
_DEFINED["tsx"] = _DEFINED["typescript"]
_END = {"python": r"(?m)^(?=[^\s#)])"}
_ONE_MORE = {
    "python": "extra",
    "javascript": "extra",
    "typescript": "extra: number",
    "tsx": "extra: number",
    "go": "extra int",
    "rust": "extra: usize",
    "c": "int extra",
}
_PRINTS = {
    "python": ('print("DEBUG", {x})', "print({x})", "breakpoint()", "import pdb; pdb.set_trace()"),
    "javascript": ("console.log({x});", "console.log('{x}', {x});", "debugger;"),
    "go": ('fmt.Println("here", {x})', 'fmt.Printf("DEBUG %v\\n", {x})'),
    "rust": ("dbg!(&{x});", 'println!("DEBUG {{:?}}", {x});'),
    "java": ("System.out.println({x});", 'System.out.println("DEBUG " + {x});'),
    "kotlin": ("println({x})",),
    "csharp": ("Console.WriteLine({x});", "System.Diagnostics.Debugger.Break();"),
    "c": ('printf("DEBUG %d\\n", {x});', 'printf("here\\n");'),
    "cpp": ('std::cout << "DEBUG " << {x} << std::endl;',),
    "php": ("var_dump(${x});", "dd(${x});"),
    "ruby": ("puts {x}.inspect", "binding.pry", "p {x}"),
}
_PRINTS["typescript"] = _PRINTS["tsx"] = _PRINTS["javascript"]
_TELLING = re.compile(r"DEBUG|here|breakpoint|set_trace|debugger|dbg!|Break|var_dump|dd\(|pry|'\{x\}'")
_COMMENT = {"python": "#", "ruby": "#"}
_TESTS = {
    "python": r"(?m)^( *)def test_\w+\([^\n]*\):\n(?:(?:\1 +[^\n]*)?\n)+",
    "go": r"(?m)^()func Test\w+\(t \*testing\.T\) \{\n(?:(?!\}).*\n)*\}\n",
    "javascript": r"(?m)^( *)(?:it|test)\(['\"`][^\n]*\{\n(?:(?!\1\}).*\n)*\1\}\);?\n",
    "rust": r"(?m)^( *)#\[test\]\n\1fn \w+\(\)[^\n]*\{\n(?:(?!\1\}).*\n)*\1\}\n",
    "ruby": r"(?m)^( *)it ['\"][^\n]*do\n(?:(?!\1end).*\n)*\1end\n",
    "java": r"(?m)^( *)@Test\n\1public void \w+\([^\n]*\{\n(?:(?!\1\}).*\n)*\1\}\n",
    "php": r"(?m)^( *)public function test\w+\([^\n]*\n(?:(?!\1\}).*\n)*\1\}\n",
}
_TESTS["typescript"] = _TESTS["tsx"] = _TESTS["javascript"]
_TITLED = frozenset({"javascript", "typescript", "tsx", "ruby"})  # a test is a call there
_OFF = {
    "python": (
        "{indent}@pytest.mark.skip\n",
        "{indent}@unittest.skip('flaky')\n",
        "{indent}@pytest.mark.xfail\n",
    ),
    "rust": ("{indent}#[ignore]\n",),
    "java": ("{indent}@Disabled\n",),
}


@dataclass(frozen=True, slots=True)
class Injected:
    check: str
    path: str
    sha: str  # of the commit that has it
    what: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A bare clone of our own; objects are added to it, never to the other."""

    folder: Path

    @classmethod
    def of(cls, clone: Path, folder: Path) -> Tree:
        if not folder.exists():
            subprocess.run(
                ["git", "clone", "--quiet", "--bare", "--shared", str(clone.resolve()), str(folder)],
                check=True,
            )
        return cls(folder)

    def git(self, *words: str, feed: str | None = None) -> str:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        done = subprocess.run(
            ["git", "-C", str(self.folder), *identity, *words],
            input=feed.encode("utf-8", "surrogateescape") if feed is not None else None,
            capture_output=True,
        )
        if done.returncode > 1 or (done.returncode and words[0] != "grep"):
            raise ValueError(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "surrogateescape")

    def text(self, sha: str, path: str) -> str:
        return self.git("cat-file", "blob", f"{sha}:{path}")

    def text_before(self, sha: str, path: str) -> str:
        """Before the commit; "" where it is new."""
        try:
            return self.text(f"{sha}^", path)
        except ValueError:
            return ""

    def changed(self, sha: str) -> list[str]:
        """Paths that are there after the commit."""
        return self.git(
            "diff-tree", "--no-commit-id", "--name-only", "-r", "--diff-filter=AMR", "--root", sha
        ).splitlines()

    def added(self, sha: str, path: str) -> list[int]:
        found: list[int] = []
        for start, count in re.findall(
            r"(?m)^@@ -\S+ \+(\d+)(?:,(\d+))? @@", self.git("show", "--format=", "-U0", sha, "--", path)
        ):
            found += range(int(start), int(start) + int(count or 1))
        return found

    def commit(self, sha: str, path: str, text: str) -> str:
        """The same commit with one more change."""
        blob = self.git("hash-object", "-w", "--stdin", feed=text).strip()
        self.git("read-tree", sha)
        mode = self.git("ls-tree", sha, "--", path).split()[0]
        self.git("update-index", "--cacheinfo", f"{mode},{blob},{path}")
        tree = self.git("write-tree").strip()
        parents = self.git("rev-parse", f"{sha}^@").split()
        return self.git(
            "commit-tree", tree, *(word for each in parents[:1] for word in ("-p", each)), "-m", "injected"
        ).strip()


Injection = Callable[[Tree, str, random.Random], "Injected | None"]


def _programs(tree: Tree, sha: str) -> list[str]:
    paths = tree.changed(sha)
    return [path for path in paths if language_of(path) in _CODE and not is_test(path) and not is_shown(path)]


def _statements(tree: Tree, sha: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Added lines that begin a statement within a block, with all lines of the file."""
    lines = tree.text(sha, path).split("\n")
    for number in tree.added(sha, path):
        line, before = lines[number - 1], lines[number - 2].rstrip() if number > 1 else ""
        if (
            line.startswith((" ", "\t"))
            and re.match(
                r"\s+(?!else|elif|except|finally|case|default|end\b|return\b.*[(\[{,]$)[A-Za-z_]\w*[^:,]*$",
                line,
            )
            and before.endswith(("{", ":", ";", ")", "}"))
            and not before.lstrip().startswith(
                ("#", "//", "*", "case", "enum", "struct", "class", "interface", "@", "type ")
            )
            and re.match(r"\s+(?:return\b|if\b|for\b|\w+(?:, \w+)* :?= |\w+(?:\.\w+)*\()", line)
            and len(line) - len(line.lstrip()) >= len(before) - len(before.lstrip())
        ):
            yield number, lines


def conflict_marker(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    paths = [path for path in tree.changed(sha) if language_of(path) not in ("markdown", "restructuredtext")]
    path = chance.choice(paths) if paths else None
    added = tree.added(sha, path) if path else []
    if path is None or not added:
        return None
    lines = tree.text(sha, path).split("\n")
    number = chance.choice(added)
    ours, theirs = chance.choice(
        (("HEAD", "topic"), ("Updated upstream", "Stashed changes"), ("ours", "1f2e3d4 (A subject)"))
    )
    lines[number - 1 : number] = [f"{'<' * 7} {ours}", "x", "=" * 7, lines[number - 1], f"{'>' * 7} {theirs}"]
    return Injected("conflict-marker", path, tree.commit(sha, path, "\n".join(lines)), ours)


def debug_print(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    for path in _programs(tree, sha):
        places = list(_statements(tree, sha, path))
        if places:
            number, lines = chance.choice(places)
            line = lines[number - 1]
            name = re.findall(
                r"[A-Za-z_]\w*", re.sub(r"\b(?:return|if|for|not|await|new|self|this)\b", " ", line)
            )
            if not name:
                continue
            templates = _PRINTS[language_of(path)]
            if re.search(r"(?i)\b(?:print|puts|console\.|write)", tree.text(sha, path)):
                # A plain print among others is nothing that anybody could tell.
                templates = tuple(each for each in templates if _TELLING.search(each)) or templates
            template = chance.choice(templates)
            said = line[: len(line) - len(line.lstrip())] + template.replace("{{", "{").replace(
                "}}", "}"
            ).replace("{x}", name[0])
            lines.insert(number - 1, said)
            return Injected("debug-print", path, tree.commit(sha, path, "\n".join(lines)), said.strip())
    return None


def secret(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    paths = _programs(tree, sha)
    if not paths:
        return None
    path = chance.choice(paths)
    added = tree.added(sha, path)
    if not added:
        return None

    def drawn(size: int, of: str = _ALPHABET) -> str:
        return "".join(chance.choice(of) for _ in range(size))

    kind, value = chance.choice(
        [
            ("aws_key", "AKIA" + drawn(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
            ("github_token", "ghp_" + drawn(36)),
            ("slack", f"xoxb-{drawn(12, '0123456789')}-{drawn(12, '0123456789')}-{drawn(24)}"),
            ("stripe", "sk_live_" + drawn(24)),
            ("db_password", drawn(9) + "7q2" + drawn(8)),
            ("client_secret", drawn(32)),
            ("api_key", drawn(10) + "-" + drawn(14)),
            ("dsn", f"postgres://admin:{drawn(7)}4{drawn(8)}@db.internal.company.com/main"),
            ("pem", "-----BEGIN PRIVATE " + f"KEY-----\n{drawn(64)}\n-----END PRIVATE KEY-----"),
        ]
    )
    lines = tree.text(sha, path).split("\n")
    mark = _COMMENT.get(language_of(path), "//")
    said = value if kind == "pem" else f"{mark} x" if kind == "" else f'{kind} = "{value}"'
    lines.insert(chance.choice(added) - 1, said)
    return Injected("secret", path, tree.commit(sha, path, "\n".join(lines)), kind)


def _used_functions(tree: Tree, sha: str) -> Iterator[tuple[str, re.Match[str], str]]:
    """Functions defined once, in a file that the commit changes, and called in files that it does not."""
    changed = set(tree.changed(sha))
    for path in sorted(changed):
        language = language_of(path)
        if language not in _DEFINED or is_test(path) or is_shown(path):
            continue
        text = tree.text(sha, path)
        for found in re.finditer(_DEFINED[language], text, re.MULTILINE):
            name = found[1]
            if len(name) < 4 or name == "main" or re.search(rf"(?m)^(?:#\s*define|@).*\b{name}\b", text):
                continue
            grepped = tree.git("grep", "-nwI", "-e", name, sha, "--").splitlines()
            rows = [row.split(":", 3)[1:] for row in grepped if row.count(":") >= 3]
            same = [row for row in rows if language_of(row[0]) == language]
            defined = [
                row
                for row in same
                if re.search(
                    rf"\b(?:def|function|func|fn|class|const|let|var)\s+(?:\([^)]*\)\s*)?{name}\b", row[2]
                )
            ]
            if language == "c":
                defined = [
                    row
                    for row in same
                    if re.match(rf"[A-Za-z_][\w *]*\b{name}\(", row[2]) and not row[2].rstrip().endswith(";")
                ]
            called = [
                row
                for row in same
                if row[0] not in changed
                and re.search(rf"(?<![.\w>\"'`#/*]){name}\(", row[2])
                and row not in defined
                and not re.match(rf"[A-Za-z_][\w *]*\b{name}\(.*\);$", row[2])
                and not row[2].lstrip().startswith(("#", "//", "*", ">", "``"))
                and not is_shown(row[0])
            ]
            imported = (
                language == "go"
                or language == "c"
                or any(
                    re.search(r"\bimport\b|\brequire\b|\buse\b", row[2])
                    for row in same
                    if called and row[0] == called[0][0]
                )
            )
            if len(defined) == 1 and called and imported:
                yield path, found, language


def changed_signature(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    for path, found, language in _used_functions(tree, sha):
        parameters = found[2].strip()
        if ("*" in parameters and language == "python") or "..." in parameters or parameters == "void":
            continue
        text = tree.text(sha, path)
        more = _ONE_MORE[language]
        if (
            language == "javascript"
            or (language == "python" and "=" in parameters)
            or (language in ("typescript", "tsx") and ("=" in parameters or "?" in parameters))
        ):
            new = f"{more}, {parameters}" if parameters else more
        else:
            new = f"{parameters}, {more}" if parameters else more
        if language == "javascript" and not parameters:
            continue
        changed = text[: found.start(2)] + new + text[found.end(2) :]
        if language == "javascript":
            changed = (
                changed[: found.end() + len(new) - len(found[2])]
                + "  extra.push(1);\n"
                + changed[found.end() + len(new) - len(found[2]) :]
            )
        return Injected("changed-signature", path, tree.commit(sha, path, changed), f"{found[1]}({new})")
    return None


def deleted_symbol(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    for path, found, language in _used_functions(tree, sha):
        text = tree.text(sha, path)
        end = re.compile(_END.get(language, r"(?m)^\}\n")).search(text, found.end())
        if end is None:
            continue
        changed = text[: found.start()] + text[end.end() :]
        return Injected("deleted-symbol", path, tree.commit(sha, path, changed), found[1])
    return None


_IMPORTING = r"(?m)^\s*(?:import|from|\}\s*from)\b.*"


def _first_import(text: str) -> re.Match[str] | None:
    """Of Python, and none that a docstring shows."""
    found = re.finditer(r"(?m)^(?:import|from) (?!__future__)", text)
    return next((one for one in found if text.count('"""', 0, one.start()) % 2 == 0), None)


def import_cycle(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    """A changed file imports another one back that imports it, neither of which did so before."""
    for path in _programs(tree, sha):
        language, stem = language_of(path), posixpath.splitext(path)[0]
        if language == "python":
            module = re.sub(r"^(?:src|lib)/", "", stem).replace("/", ".")
            if "." not in module or module.endswith("__init__"):
                continue
            package, _, last = module.rpartition(".")
            ways = (
                f"{re.escape(package)} import {last}$",
                rf"\.{last} import ",
                f"{re.escape(module)} import ",
            )
            pattern = "|".join(f"^from {way}" for way in ways)
        elif language in ("typescript", "javascript"):
            pattern = (
                rf"^import \{{ *[a-z]\w*.* from ['\"]\./{re.escape(posixpath.basename(stem))}(\.js)?['\"]"
            )
        else:
            continue
        for row in tree.git("grep", "-nIE", "-e", pattern, sha, "--").splitlines():
            _, user, _, _ = row.split(":", 3)
            text, other = tree.text(sha, path), tree.text(sha, user)
            relative = "./" not in row or posixpath.dirname(user) == posixpath.dirname(path)
            folder = posixpath.dirname(user) == posixpath.dirname(path)
            if (
                user == path
                or re.search(r"\{ *type ", row)  # nothing is loaded
                or posixpath.splitext(user)[1] != posixpath.splitext(path)[1]
                or is_test(user)
                or is_shown(user)
                or not relative
                or not folder
                or user.endswith(("__init__.py", "index.ts", "index.js"))
            ):
                continue
            name = posixpath.basename(posixpath.splitext(user)[0])
            if language == "python":
                first = _first_import(text)
                said = f"from .{name} import anything\n"
            else:
                first = re.search(r"(?m)^import ", text)
                said = f"import * as back from './{name}';\nback.run();\n"
            was = tree.text_before(sha, path)
            if (
                first is None
                or re.search(rf"\b{name}\b", "\n".join(re.findall(_IMPORTING, f"{text}\n{was}")))
                or "TYPE_CHECKING" in other
            ):
                continue
            changed = text[: first.start()] + said + text[first.start() :]
            return Injected("import-cycle", path, tree.commit(sha, path, changed), user)
    return None


def _test(tree: Tree, sha: str, chance: random.Random) -> tuple[str, str, re.Match[str]] | None:
    for path in tree.changed(sha):
        language = language_of(path)
        if language in _TESTS and (is_test(path) or language == "rust") and not is_shown(path):
            text = tree.text(sha, path)
            added = set(tree.added(sha, path))
            found = [
                each
                for each in re.finditer(_TESTS[language], text)
                if not added.intersection(
                    range(text.count("\n", 0, each.start()) + 1, text.count("\n", 0, each.end()) + 1)
                )
                and each[0].count("\n") > 3
            ]
            while found:
                chosen = chance.choice(found)
                if _is_code(path, language, text, chosen):
                    return path, text, chosen
                found.remove(chosen)
    return None


def _is_code(path: str, language: str, text: str, found: re.Match[str]) -> bool:
    """Whether it is a definition, and not the text of one in a string or a comment: pytest has many."""
    if language in _TITLED:
        return True
    parsed = parse(SourceFile(path, language, text, ""))
    first, last = (text.count("\n", 0, at) + 1 for at in found.span())
    return parsed is not None and any(first <= symbol.line < last for symbol in parsed.symbols)


def removed_test(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    chosen = _test(tree, sha, chance)
    if chosen is None:
        return None
    path, text, found = chosen
    changed = text[: found.start()] + text[found.end() :]
    return Injected("test-removed", path, tree.commit(sha, path, changed), found[0].split("\n")[0].strip())


def skipped_test(tree: Tree, sha: str, chance: random.Random) -> Injected | None:
    chosen = _test(tree, sha, chance)
    if chosen is None:
        return None
    path, text, found = chosen
    language = language_of(path)
    if language in _OFF:
        said = chance.choice(_OFF[language]).format(indent=found[1])
        changed = text[: found.start()] + said + text[found.start() :]
    elif language == "go":
        at = found.start() + found[0].index("\n") + 1
        changed = text[:at] + '\tt.Skip("flaky")\n' + text[at:]
    elif language in ("javascript", "typescript", "tsx"):
        word = chance.choice((".only(", ".skip("))
        changed = text[: found.start()] + found[0].replace("(", word, 1) + text[found.end() :]
    elif language == "ruby":
        changed = text[: found.start()] + found[0].replace("it ", "xit ", 1) + text[found.end() :]
    else:
        return None
    return Injected("test-skipped", path, tree.commit(sha, path, changed), found[0].split("\n")[0].strip())


INJECTIONS: dict[str, Injection] = {
    "conflict-marker": conflict_marker,
    "debug-print": debug_print,
    "secret": secret,
    "changed-signature": changed_signature,
    "deleted-symbol": deleted_symbol,
    "import-cycle": import_cycle,
    "test-removed": removed_test,
    "test-skipped": skipped_test,
}
