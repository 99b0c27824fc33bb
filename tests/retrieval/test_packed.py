"""Packed parses come back as they were, and take their time with references."""

from __future__ import annotations

import dataclasses
import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import packed
from retrieval.packed import PackedParse, pack
from retrieval.types import Import, ImportedName, ParsedFile, Reference, ReferenceKind, Symbol, SymbolKind

PARSED = ParsedFile(
    "python",
    "a.b",
    (
        Symbol("Shape", SymbolKind.CLASS, 1, 6, 1, 9, 1),
        Symbol("area", SymbolKind.METHOD, 4, 8, 3, 6, 4, 0, "It."),
    ),
    (Reference("load", 7, 11, ReferenceKind.CALL, "config", 1), Reference("é", 8, 0, ReferenceKind.NAME)),
    (Import("a.b", 1, 1, (ImportedName("x", "y"),), "z", True, True, 0),),
    complete=False,
)

names = st.text(max_size=8)
numbers = st.integers(0, 1 << 40)
indices = st.none() | numbers
parses = st.builds(
    ParsedFile,
    names,
    names,
    st.tuples(st.builds(Symbol, names, st.sampled_from(SymbolKind), *[numbers] * 5, indices, names, names)),
    st.lists(
        st.builds(Reference, names, numbers, numbers, st.sampled_from(ReferenceKind), names, indices)
    ).map(tuple),
    st.tuples(st.builds(Import, names, numbers, numbers, st.tuples(st.builds(ImportedName, names, names)))),
    st.booleans(),
)


@given(parses)
def test_a_parse_comes_back_as_it_was(parsed: ParsedFile) -> None:
    found = pack(parsed).unpack()
    assert found == parsed
    assert parsed == found
    assert hash(found) == hash(parsed)
    assert type(found.symbols[0].kind) is SymbolKind


def test_references_are_unpacked_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found = pack(PARSED).unpack()
    decoders: list[object] = []
    real = packed._references_decoder

    def decoder() -> object:
        decoders.append(real())
        return decoders[-1]

    monkeypatch.setattr(packed, "_references_decoder", decoder)
    assert found.imports == PARSED.imports
    assert not decoders
    assert found.references == PARSED.references
    assert found.references is found.references
    assert len(decoders) == 1


def test_an_unpacked_parse_is_a_parse_in_every_respect() -> None:
    found = pack(PARSED).unpack()
    assert pickle.loads(pickle.dumps(found)) == PARSED  # noqa: S301 - our own bytes
    assert dataclasses.replace(found, complete=True) == dataclasses.replace(PARSED, complete=True)
    assert found != dataclasses.replace(PARSED, references=())
    assert found != object()
    assert "Reference(name='load'" in repr(found)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.complete = True  # type: ignore[misc]


def test_what_is_no_packed_parse_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        PackedParse(b"\x81", b"").unpack()
