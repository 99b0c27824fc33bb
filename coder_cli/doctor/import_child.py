"""Imports the libraries that coder stands on, and says how that went: a JSON object a line on stdout.

A process of its own, run as a file by libraries.py: a library that was built for another processor ends the
process that imports it. Each is named before it is imported, so that one knows which it was.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any


def main() -> None:
    # At the end, where it shadows nothing: an installed package is found anyway.
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer

    def tell(**line: object) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    for name, look in LOOKS.items():
        tell(name=name, begun=True)
        try:
            tell(name=name, **look())
        except BaseException as error:  # what native code raises may derive from nothing else
            tell(name=name, error=f"{type(error).__name__}: {error}"[:300])


def _runtime() -> dict[str, Any]:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # or it reports to its maker, as soon as it is imported
    found = import_module("onnxruntime")
    return {"version": found.__version__, "providers": found.get_available_providers()}


def _tokenizers() -> dict[str, Any]:
    return {"version": import_module("tokenizers").__version__}


def _faiss() -> dict[str, Any]:
    return {"version": import_module("faiss").__version__}


def _grammars() -> dict[str, Any]:
    from retrieval import parse
    from retrieval.languages.table import LANGUAGES

    loaded, broken = [], {}
    for language in LANGUAGES:
        try:
            parse.version(language)
            loaded.append(language)
        except Exception as error:
            broken[language] = f"{type(error).__name__}: {error}"[:300]
    return {"version": version("tree-sitter"), "grammars": loaded, "broken": broken}


LOOKS: dict[str, Callable[[], dict[str, Any]]] = {
    "onnxruntime": _runtime,
    "tokenizers": _tokenizers,
    "faiss": _faiss,
    "tree-sitter": _grammars,
}

if __name__ == "__main__":
    main()
