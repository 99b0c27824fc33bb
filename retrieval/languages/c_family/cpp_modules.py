"""The modules of C++20, which the grammar does not know: read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.types import Import

_LINE = re.compile(
    rb"""^(?P<export>export[ \t]++)?+(?:
      module[ \t]++(?P<module>[A-Za-z_][\w.]*+(?:[ \t]*+:[ \t]*+[\w.]++)?+)
    | import[ \t]++(?P<name>:?[ \t]*+[A-Za-z_][\w.]*+)
    | import[ \t]*+(?P<header><[^<>\n]++>|"[^"\n]++")
    )[ \t]*+;""",
    re.MULTILINE | re.VERBOSE,
)


def module_of(source: bytes) -> str:
    """What a file exports: `a.b`, or `a.b:part`."""
    for line in _LINE.finditer(source):
        if line["module"] is not None and (line["export"] is not None or b":" in line["module"]):
            return _plain(line["module"])
    return ""


def imports(source: bytes) -> Iterator[Import]:
    """`import a.b`, `import a.b:part`, header units as includes; an implementation needs its interface."""
    around = ""
    for line in _LINE.finditer(source):
        number = source.count(b"\n", 0, line.start()) + 1
        if line["module"] is not None:
            around = _plain(line["module"]).partition(":")[0]
            if line["export"] is None and b":" not in line["module"]:
                yield Import(f"import {around}", number, number)
        elif line["header"] is not None:
            yield Import(line["header"].decode("utf-8", "replace"), number, number)
        else:
            name = _plain(line["name"])
            yield Import(f"import {around if name.startswith(':') else ''}{name}", number, number)


def _plain(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace(" ", "").replace("\t", "")
