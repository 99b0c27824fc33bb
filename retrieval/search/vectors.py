"""Vectors by number, in one file: FAISS finds the nearest ones.

Up to EXACT_UP_TO vectors every one is compared (16-bit floats, so scores are right to three digits); past
that an inverted file compares the likeliest lists only, as many as the recall measured while it is made asks
for. A file is mapped into memory when opened and never changed: saving writes another one and renames it.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.errors import RepositoryError

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Block: TypeAlias = tuple[Ids, Floats]
Faiss: TypeAlias = Any

faiss: Any = _faiss  # the types in its wheel are of other classes than the names are at run time

EXACT_UP_TO = 200_000  # 30 ms of one core at 256 dimensions; an inverted file of that size needs a tenth
LEAST_RECALL = 0.98  # of the 50 nearest, on a sample, when an inverted file is made
_MEASURED, _NEAREST = 200, 50
# People's requests lie further out than the sample's. Of the 1,000 nearest among 652,734 chunks to each of
# 200 commits' subjects, the lists the sample asked for found .85; 8 times as many .993 (.995 of 50) in 12 ms.
_MARGIN = 8
_LISTS_PER_ROOT = 3  # lists of an inverted file: this times the root of the number of its vectors
_TRAINED_ON = 64  # vectors a list
_AT_ONCE = 65_536  # vectors
_SEED = 7
_OUTGROWN = 3  # an inverted file of so many times the vectors it was made for is made anew
# What stands behind FAISS's own bytes: a mark, its size, the checksum, dimensions, how many it was made for.
_TRAILER = struct.Struct("<8sQIIQ")
_MARK = b"coder-v1"
# The checksum is over all of a file of this size, and over a sample of blocks of a larger one.
_CHECKED_WHOLE, _BLOCK, _BLOCKS = 32 << 20, 64 << 10, 128


class VectorsDamaged(RepositoryError):
    """The file is not what was saved, or of other dimensions. The vectors have to be made again."""


@dataclass(slots=True)
class Vectors:
    """Numbers are the caller's: distinct, from 0. Scores are inner products, the largest first."""

    path: Path | None  # None: in memory alone
    dimensions: int
    _index: Faiss
    _made_for: int = 0  # vectors when the inverted file was made; 0: every vector is compared
    _mapped: bool = False

    @classmethod
    def empty(cls, dimensions: int) -> Vectors:
        """In memory alone."""
        return cls(None, dimensions, _exact(dimensions))

    @classmethod
    def open(cls, path: Path, dimensions: int) -> Vectors:
        """What the file holds; nothing where there is none. VectorsDamaged where it cannot be trusted."""
        try:
            made_for = _checked(path, dimensions)
        except FileNotFoundError:
            return cls(path, dimensions, _exact(dimensions))
        except OSError as error:
            raise VectorsDamaged(f"{path} cannot be read: {error.strerror}.") from error
        return cls(path, dimensions, _read(path, faiss.IO_FLAG_MMAP_IFC, dimensions), made_for, _mapped=True)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def is_exact(self) -> bool:
        return self._made_for == 0

    def ids(self) -> Ids:
        """The numbers of all vectors, sorted."""
        if self.is_exact:
            return np.sort(faiss.vector_to_array(self._index.id_map))
        lists = self._index.invlists
        return np.sort(np.concatenate([_list_ids(lists, number) for number in range(lists.nlist)]))

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Numbers that are there already must have been removed before."""
        self.add_all([(ids, vectors)])

    def add_all(self, blocks: Iterable[Block]) -> None:
        """Blocks are taken one by one: as they come, only one of them is in memory."""
        for ids, vectors in blocks:
            if vectors.shape != (len(ids), self.dimensions):
                raise ValueError(f"{vectors.shape} for {len(ids)} numbers of {self.dimensions} dimensions")
            if len(ids):
                self._own()
                _add(self._index, ids, vectors)
        if len(self) > EXACT_UP_TO and len(self) > self._made_for * _OUTGROWN:
            self._index, self._made_for = _inverted(self), len(self)

    def remove(self, ids: Ids) -> int:
        """How many were there."""
        if not len(ids) or not len(self):
            return 0
        self._own()
        gone = int(self._index.remove_ids(faiss.IDSelectorBatch(np.ascontiguousarray(ids, np.int64))))
        if not self.is_exact and len(self) <= EXACT_UP_TO // 2:
            fresh = _exact(self.dimensions)
            for kept, vectors in self.blocks():
                _add(fresh, kept, vectors)
            self._index, self._made_for = fresh, 0
        return gone

    def search(self, query: Floats, count: int, live: Mask | None = None) -> tuple[Ids, Floats]:
        """-> numbers and scores of the nearest, fewer where there are fewer. `live[number]`: may be found."""
        count = min(count, len(self))
        if count <= 0 or not query.any() or (live is not None and not len(live)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        selector = None
        if live is not None:  # an array, which FAISS keeps alive: with a pointer its size would be in bytes
            selector = faiss.IDSelectorBitmap(np.packbits(live, bitorder="little"))
        wanted = np.ascontiguousarray(query, np.float32).reshape(1, -1)
        scores, ids = self._index.search(wanted, count, params=self._parameters(selector))
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]

    def save(self) -> None:
        """Another file takes the place of the one there is, in one step; who has that open keeps it."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            faiss.write_index(self._index, str(fresh))
            size = fresh.stat().st_size
            with fresh.open("r+b") as stream:
                checksum = _checksum(stream.fileno(), size)
                stream.seek(size)
                stream.write(_TRAILER.pack(_MARK, size, checksum, self.dimensions, self._made_for))
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(self.path)
        finally:
            with contextlib.suppress(OSError):
                fresh.unlink()

    def _parameters(self, selector: Faiss) -> Faiss:
        if self.is_exact:
            return None if selector is None else faiss.SearchParameters(sel=selector)
        return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)

    def _own(self) -> None:
        """A mapped index cannot change: read it into memory."""
        if self._mapped and self.path is not None:
            self._index = _read(self.path, 0, self.dimensions)
            self._mapped = False

    def blocks(self) -> Iterator[Block]:
        """All numbers and vectors, in no order that matters."""
        if self.is_exact:
            ids = faiss.vector_to_array(self._index.id_map)
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                yield some, self._index.index.reconstruct_n(start, len(some))
        else:
            lists = self._index.invlists
            for number in range(lists.nlist):
                if lists.list_size(number):
                    yield _list_ids(lists, number), _list_vectors(lists, number, self.dimensions)


def _exact(dimensions: int) -> Faiss:
    kind = faiss.ScalarQuantizer.QT_fp16
    return faiss.IndexIDMap(faiss.IndexScalarQuantizer(dimensions, kind, faiss.METRIC_INNER_PRODUCT))


def _add(index: Faiss, ids: Ids, vectors: Floats) -> None:
    index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64))


def _inverted(known: Vectors) -> Faiss:
    """An inverted file over the vectors that finds LEAST_RECALL of a sample's nearest."""
    lists = _LISTS_PER_ROOT * math.isqrt(len(known))
    quantiser = faiss.IndexFlatIP(known.dimensions)
    kind = faiss.ScalarQuantizer.QT_fp16
    # False: vectors are stored, not what is left of them beside a list's centre.
    index = faiss.IndexIVFScalarQuantizer(
        quantiser, known.dimensions, lists, kind, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.seed, index.cp.niter, index.cp.spherical = _SEED, 8, True
    index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, _TRAINED_ON
    random = np.random.default_rng(_SEED)
    sample = _sample(known, min(len(known), lists * _TRAINED_ON), random)
    index.train(sample)
    for ids, vectors in known.blocks():
        _add(index, ids, vectors)
    index.nprobe = min(lists, _MARGIN * _probed(index, _requests(sample, random), lists))
    # The quantiser belongs to this function unless the index is told that it is its own.
    index.own_fields = True
    quantiser.this.disown()
    return index


def _sample(known: Vectors, size: int, random: np.random.Generator) -> Floats:
    places = np.sort(random.choice(len(known), size, replace=False))
    sample = np.empty((size, known.dimensions), np.float32)
    begin = filled = 0
    for ids, vectors in known.blocks():
        end = int(np.searchsorted(places, begin + len(ids)))
        sample[filled:end] = vectors[places[filled:end] - begin]
        begin, filled = begin + len(ids), end
    return sample


def _requests(vectors: Floats, random: np.random.Generator) -> Floats:
    """Between the vectors, as requests are: a vector's own list holds its neighbours."""
    first, second = vectors[random.integers(0, len(vectors), (2, _MEASURED))]
    noise = random.standard_normal(first.shape)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    mixed: Floats = (first + second + noise).astype(np.float32)
    return mixed


def _probed(index: Faiss, queries: Floats, lists: int) -> int:
    """The fewest lists, in steps of a half more, that find enough of the nearest."""
    index.nprobe = lists
    _, truth = index.search(queries, _NEAREST)
    probed = max(1, lists // 64)
    while probed < lists:
        index.nprobe = probed
        _, found = index.search(queries, _NEAREST)
        hits = sum(len(np.intersect1d(*pair)) for pair in zip(truth, found, strict=True))
        if hits >= LEAST_RECALL * truth.size:
            return probed
        probed = probed * 3 // 2 + 1
    return lists


def _list_ids(lists: Faiss, number: int) -> Ids:
    size = lists.list_size(number)
    if not size:
        return np.empty(0, np.int64)
    found: Ids = faiss.rev_swig_ptr(lists.get_ids(number), size).copy()
    return found


def _list_vectors(lists: Faiss, number: int, dimensions: int) -> Floats:
    codes = faiss.rev_swig_ptr(lists.get_codes(number), lists.list_size(number) * lists.code_size)
    found: Floats = codes.view(np.float16).reshape(-1, dimensions).astype(np.float32)
    return found


def _read(path: Path, flags: int, dimensions: int) -> Faiss:
    try:
        index = faiss.read_index(str(path), flags)
    except (RuntimeError, MemoryError) as error:
        raise VectorsDamaged(f"{path} is damaged: FAISS cannot read it.") from error
    if index.d != dimensions:
        raise VectorsDamaged(f"{path} holds vectors of {index.d} dimensions, not {dimensions}.")
    return index


def _checked(path: Path, dimensions: int) -> int:
    """How many vectors the inverted file was made for. VectorsDamaged where bytes are not what was saved."""
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size - _TRAILER.size
        if size <= 0:
            raise VectorsDamaged(f"{path} is cut short.")
        stream.seek(size)
        mark, stated, checksum, width, made_for = _TRAILER.unpack(stream.read(_TRAILER.size))
        if mark != _MARK or stated != size:
            raise VectorsDamaged(f"{path} is cut short, or from another version of coder.")
        if width != dimensions:
            raise VectorsDamaged(f"{path} holds vectors of {width} dimensions, not {dimensions}.")
        if _checksum(stream.fileno(), size) != checksum:
            raise VectorsDamaged(f"{path} is damaged: its checksum is wrong.")
    return int(made_for)


def _checksum(descriptor: int, size: int) -> int:
    """Of every block, or of the first, the last and some between."""
    blocks = range(0, size, _BLOCK)
    chosen = set(blocks)
    if size > _CHECKED_WHOLE:
        chosen = {blocks[at * (len(blocks) - 1) // (_BLOCKS - 1)] for at in range(_BLOCKS)}
    checksum = 0
    for start in sorted(chosen):
        checksum = zlib.crc32(os.pread(descriptor, min(_BLOCK, size - start), start), checksum)
    return checksum
