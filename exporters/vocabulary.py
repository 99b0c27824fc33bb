"""Which words a table holds, how often they stand in public code, and how a transformer is to read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Language:
    """How search takes text apart; the caller gives it, as it is retrieval's."""

    identifiers: Callable[[str], Iterator[str]]
    words: Callable[[str], tuple[str, ...]]  # of an identifier: its parts, then itself where it has several


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, the most frequent first. `spelled`: as people write them, compounds in their parts."""

    words: list[str]
    spelled: list[str]
    frequencies: NDArray[np.float32]  # of all words of all texts


def vocabulary(texts: Iterable[str], language: Language, size: int) -> Vocabulary:
    """The words that stand in the most texts."""
    identifiers: Counter[str] = Counter()
    for text in texts:
        identifiers.update(set(language.identifiers(text)))
    counts: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    compounds: dict[str, tuple[str, ...]] = {}
    for identifier, count in identifiers.items():
        words = language.words(identifier)
        for word in words:
            counts[word] += count
        if len(words) == 1:
            spellings.setdefault(words[0], Counter())[identifier.lower()] += count
        elif words:
            compounds[words[-1]] = words[:-1]
    total = sum(counts.values())
    kept = sorted(counts, key=lambda word: (-counts[word], word))[:size]
    usual = {word: min(found, key=lambda name: (-found[name], name)) for word, found in spellings.items()}
    spelled = [
        usual[word]
        if word in usual
        else " ".join(usual.get(part, part) for part in compounds.get(word, (word,)))
        for word in kept
    ]
    return Vocabulary(kept, spelled, np.array([counts[word] / total for word in kept], np.float32))
