"""What a path alone says of a file: a test, documentation, a program that talks to its user."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"(?:^|[/_.-])(?:tests?|specs?|__tests__|testing|testdata|fixtures?|mocks?|__mocks__|e2e|testsuites?"
    r"|unittests?|(?:unit|functional|integration)[_-]?tests?|testutils?|conftest|cypress|fuzz)(?:[/_.-]|$)"
    r"|(?:Tests?|Specs?|TestCase|IT)\.\w+$|/test[A-Z]\w*\.\w+$",
    re.IGNORECASE,
)
_CAMEL_TEST = re.compile(r"[a-z](?:Tests?|Specs?|TestCase|IT)(?:/|\.\w+$)")
_SHOWN = re.compile(
    r"(?:^|[/_.-])(?:docs?|doc|documentation|examples?|samples?|demos?|tutorials?|playgrounds?|snippets?"
    r"|benchmarks?|bench|benches|perf|website|site|www|guides?|contrib|changelog|readme|news|history"
    r"|vendor|vendored|third[_-]?party|node_modules|locale|locales|po)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_PROSE = {"markdown", "restructuredtext", "text", "html", "tex", "jupyter-notebook", "rmarkdown"}
_PROGRAM = re.compile(
    r"(?:^|[/_.-])(?:scripts?|bin|cmds?|commands?|cli|tools?|tooling|utils?/dev|build|builds|ci|tasks?"
    r"|management|main|__main__|setup|console|terminal|debug|debugger|debugging|repl|shell|install|installer"
    r"|release|dev|hack|maint|misc|migrations?|print(?:er|ing)?|report(?:er|ing|s)?|output|ui|tui"
    r"|logger|logging|logs?|progress|server\.js|gulpfile|gruntfile|rakefile)"
    r"(?:[/_.-]|$)|[.]config[.]\w+$",
    re.IGNORECASE,
)
_SOURCES = re.compile(r"(?:^|/)src/main/")  # where Maven and Gradle have all code


def is_test(path: str) -> bool:
    """Tests and what only they use."""
    return _TEST.search(path) is not None or _CAMEL_TEST.search(path) is not None


def is_shown(path: str, language: str = "") -> bool:
    """Documentation, examples, code of others: nothing that runs for a user of the project."""
    return language in _PROSE or _SHOWN.search(path) is not None


def is_program(path: str) -> bool:
    """What may well write to the screen: scripts, command lines, builds, reports."""
    return _PROGRAM.search(_SOURCES.sub("", path)) is not None
