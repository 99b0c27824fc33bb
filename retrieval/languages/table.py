"""Every language that is parsed; files of other languages enter as text.

A function and a line of LANGUAGES add a language. It is imported when a file of it is met: all of them take
0.15 s, and most repositories need a few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping

from retrieval.languages.base import Language


def _c() -> Language:
    from retrieval.languages.c_family.c import C

    return C()


def _cpp() -> Language:
    from retrieval.languages.c_family.cpp import Cpp

    return Cpp()


def _csharp() -> Language:
    from retrieval.languages.csharp.language import CSharp

    return CSharp()


def _go() -> Language:
    from retrieval.languages.go.language import Go

    return Go()


def _java() -> Language:
    from retrieval.languages.jvm.java import Java

    return Java()


def _javascript() -> Language:
    from retrieval.languages.ecmascript.javascript import JavaScript

    return JavaScript()


def _kotlin() -> Language:
    from retrieval.languages.jvm.kotlin import Kotlin

    return Kotlin()


def _php() -> Language:
    from retrieval.languages.php.language import Php

    return Php()


def _python() -> Language:
    from retrieval.languages.python.language import Python

    return Python()


def _ruby() -> Language:
    from retrieval.languages.ruby.language import Ruby

    return Ruby()


def _rust() -> Language:
    from retrieval.languages.rust.language import Rust

    return Rust()


def _tsx() -> Language:
    from retrieval.languages.ecmascript.typescript import Tsx

    return Tsx()


def _typescript() -> Language:
    from retrieval.languages.ecmascript.typescript import TypeScript

    return TypeScript()


class _Languages(MutableMapping[str, Language]):
    """A dict of languages that makes each when it is first asked for."""

    def __init__(self, makers: dict[str, Callable[[], Language]]) -> None:
        self._makers = makers
        self._made: dict[str, Language] = {}

    def __getitem__(self, name: str) -> Language:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __setitem__(self, name: str, language: Language) -> None:
        self._makers[name] = lambda: language
        self._made[name] = language

    def __delitem__(self, name: str) -> None:
        del self._makers[name]
        self._made.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


LANGUAGES = _Languages(
    {
        "c": _c,
        "cpp": _cpp,
        "csharp": _csharp,
        "go": _go,
        "java": _java,
        "javascript": _javascript,
        "kotlin": _kotlin,
        "php": _php,
        "python": _python,
        "ruby": _ruby,
        "rust": _rust,
        "tsx": _tsx,
        "typescript": _typescript,
    }
)
"""By the name that languages/names.py gives the language's files."""
