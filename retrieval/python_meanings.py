"""What a name in a Python file can mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from retrieval.languages.python.modules import Module
from retrieval.scopes import Place


class Elsewhere(Enum):
    """What is known not to be in the repository, such as the standard library."""

    ELSEWHERE = auto()


ELSEWHERE = Elsewhere.ELSEWHERE


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class."""

    of: Place


@dataclass(frozen=True, slots=True)
class Parent:
    """What `super()` is in a class."""

    of: Place


Meaning = Place | Module | Instance | Parent | Elsewhere
Meanings = tuple[Meaning, ...]
"""What a name can mean, for it may be bound in two branches. Empty: unknown."""
