"""A parse as bytes, for the cache and between processes. References come back only when they are asked for.

A graph needs the imports and names of every file, but the references, most of a parse, of few: so they are
packed apart, and unpacked on first use.
"""

from __future__ import annotations

import dataclasses
import zlib
from dataclasses import dataclass
from functools import cache
from typing import cast

import msgspec

from retrieval.types import ParsedFile, Reference

# References repeat their keys and most of their names: the fastest level makes a fifth of them.
_COMPRESSION = 1


@dataclass(frozen=True, slots=True)
class PackedParse:
    outline: bytes  # the parse without its references
    references: bytes
    problem: str = ""  # what went wrong while parsing: a bug of ours, or a grammar's crash

    def unpack(self) -> ParsedFile:
        """ValueError where the outline is not what `pack` made."""
        known = _outline_decoder().decode(self.outline)
        return _LazyParse(
            known.language,
            known.namespace,
            known.symbols,
            cast(tuple[Reference, ...], self.references),
            known.imports,
            known.complete,
            known.exports,
        )


def pack(parsed: ParsedFile, problem: str = "") -> PackedParse:
    references = zlib.compress(_encoder().encode(parsed.references), _COMPRESSION)
    outline = dataclasses.replace(parsed, references=())
    return PackedParse(_encoder().encode(outline), references, problem)


class _LazyParse(ParsedFile):
    """A ParsedFile in every respect, equal to one; its references are bytes until they are asked for."""

    __slots__ = ("_held",)
    _held: bytes | tuple[Reference, ...]

    @property
    def references(self) -> tuple[Reference, ...]:
        held = self._held
        if isinstance(held, bytes):
            held = _references_decoder().decode(zlib.decompress(held))
            object.__setattr__(self, "_held", held)
        return held

    @references.setter
    def references(self, held: bytes | tuple[Reference, ...]) -> None:
        object.__setattr__(self, "_held", held)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ParsedFile):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _FIELDS)

    __hash__ = ParsedFile.__hash__


_FIELDS = [field.name for field in dataclasses.fields(ParsedFile)]


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


@cache
def _outline_decoder() -> msgspec.msgpack.Decoder[ParsedFile]:
    return msgspec.msgpack.Decoder(ParsedFile)


@cache
def _references_decoder() -> msgspec.msgpack.Decoder[tuple[Reference, ...]]:
    return msgspec.msgpack.Decoder(tuple[Reference, ...])
