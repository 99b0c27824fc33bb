"""What the paths of a repository say about a request."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from retrieval.search.live import Floats
from retrieval.search.words import words

_TEST = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|testing|__tests__)(?:[/_.-]|$)|Tests?\.\w+$", re.IGNORECASE)
_TEST_NAME = re.compile(r"^(?:tests?[_.-])?(.+?)(?:[_.-](?:tests?|specs?)|Tests?)?$")


class PathWords:
    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self._names: defaultdict[str, list[int]] = defaultdict(list)
        self._folders: defaultdict[str, list[int]] = defaultdict(list)
        self._name_sizes = np.ones(len(paths), np.float32)
        for number, path in enumerate(paths):
            folder, _, name = path.rpartition("/")
            of_name = set(words(name.partition(".")[0]))
            self._name_sizes[number] = max(len(of_name), 1)
            for word in of_name:
                self._names[word].append(number)
            for word in set(words(folder)):
                self._folders[word].append(number)

    def name(self, asked: Mapping[str, float]) -> Floats:
        """Words of the file's own name; a name of few words says more."""
        return (self._sum(self._names, asked) / np.sqrt(self._name_sizes)).astype(np.float32)

    def folders(self, asked: Mapping[str, float]) -> Floats:
        return self._sum(self._folders, asked)

    def _sum(self, where: Mapping[str, list[int]], asked: Mapping[str, float]) -> Floats:
        scores = np.zeros(len(self.paths), np.float32)
        for word in asked:
            found = where.get(word)
            if found:
                scores[found] += math.log(1 + (len(self.paths) - len(found) + 0.5) / (len(found) + 0.5))
        return scores


def is_test(path: str) -> bool:
    return _TEST.search(path) is not None


def tested_name(path: str) -> str:
    """`parser` of tests/test_parser.py and of src/parser.py."""
    stem = path.rpartition("/")[2].partition(".")[0]
    found = _TEST_NAME.match(stem)
    return (found[1] if found else stem).lower()
