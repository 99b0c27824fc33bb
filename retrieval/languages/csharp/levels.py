"""The namespaces around a place in C# code, each with the usings written in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Level:
    """A namespace around a place, and what the usings in that very declaration of it bring in."""

    namespace: str
    opened: frozenset[str] = frozenset()  # namespaces, and types whose members they bring
    aliases: Mapping[str, str | None] = field(default_factory=dict)  # None: what is outside the repository
