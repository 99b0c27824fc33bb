"""Grammars over tokens: which ids may come next, and which must (llguidance)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from coder_cli.errors import ModelError
from coder_cli.model.guide import Lines
from coder_cli.model.tokenizer import Tokenizer

Mask = NDArray[np.bool_]  # [rows of the logits]: which ids may come


class Vocabulary:
    """A model's ids as the library needs them, without those that are no text. Takes half a second to make,
    without the GIL."""

    def __init__(self, tokenizer: Tokenizer, rows: int, banned: Iterable[int]) -> None:
        """`rows`: of the model's logits. `banned`: ids that never come out."""
        self.stop_ids: Sequence[int] = sorted(tokenizer.stop_ids)
        self.ordinary: Mask = np.ones(rows, bool)
        self.ordinary[np.array([*banned, *self.stop_ids], np.int64)] = False
        self._tokenizer = tokenizer
        try:
            self._library = LLTokenizer(tokenizer.json, n_vocab=rows, eos_token=self.stop_ids)
        except Exception as error:  # the library raises its own for what it cannot read
            raise ModelError(f"Grammars do not work with this model's tokenizer: {error}") from error

    def ids(self, text: str) -> list[int]:
        return self._tokenizer.encode_text(text)

    def bytes_of(self, number: int) -> bytes:
        return self._tokenizer.bytes_of(number)

    def ending(self, mask: Mask) -> Mask:
        """The same, and the ids that end an answer."""
        allowed = mask.copy()
        allowed[np.array(self.stop_ids, np.int64)] = True
        return allowed

    def one_of(self, options: Iterable[str]) -> Matcher:
        return self._matcher(f"start: {' | '.join(map(_literal, options))}")

    def pattern(self, regex: str) -> Matcher:
        return Matcher(self, LLMatcher(self._library, LLMatcher.grammar_from_regex(regex)))

    def json(self, schema: Mapping[str, Any]) -> Matcher:
        grammar = LLMatcher.grammar_from_json_schema(
            json.dumps(schema), overrides={"whitespace_flexible": False}
        )
        return Matcher(self, LLMatcher(self._library, grammar))

    def quote(self, lines: Sequence[str], spans: Sequence[Lines], end: str = "") -> Matcher:
        """Lines in a row of one of the spans, each with its line feed, then `end`."""
        chunks = [[f"{line}\n" for line in lines[first - 1 : last]] for first, last in spans]
        rules = [
            f"SPAN{number}: %regex {json.dumps({'substring_chunks': each})}"
            for number, each in enumerate(chunks)
        ]
        spans_named = " | ".join(f"SPAN{number}" for number in range(len(chunks)))
        # One expression, not a sequence of two: a line may begin as `end` does.
        whole = f"start: WHOLE\nWHOLE: QUOTE {_literal(end) if end else ''}\nQUOTE: {spans_named}"
        return self._matcher("\n".join([whole, *rules]))

    def quote_from(
        self, lines: Sequence[str], spans: Sequence[Lines], starts: Sequence[int], longest: int, end: str = ""
    ) -> Matcher:
        """The same, beginning with one of the lines `starts`, which lie in the spans."""
        rows = []
        for start in starts:
            last = next(bottom for top, bottom in spans if top <= start <= bottom)
            texts = [_literal(f"{line}\n") for line in lines[start - 1 : min(last, start - 1 + longest)]]
            rows.append(" (".join(texts) + ")?" * (len(texts) - 1))
        return self._matcher(
            f"start: WHOLE\nWHOLE: QUOTE {_literal(end) if end else ''}\nQUOTE: {' | '.join(rows)}"
        )

    def _matcher(self, lark: str) -> Matcher:
        return Matcher(self, LLMatcher(self._library, LLMatcher.grammar_from_lark(lark)))


class Matcher:
    """One grammar and how far it has been followed."""

    def __init__(self, vocabulary: Vocabulary, matcher: LLMatcher) -> None:
        self._vocabulary = vocabulary
        self._matcher = matcher
        self._check()

    @property
    def done(self) -> bool:
        """Nothing more can come."""
        return bool(self._matcher.is_stopped())

    @property
    def complete(self) -> bool:
        """What has come is enough; more may come."""
        return bool(self._matcher.is_accepting())

    def allowed(self) -> Mask:
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        self._check()
        rows = self._vocabulary.ordinary.size
        return np.unpackbits(bits, count=rows, bitorder="little").view(bool) & self._vocabulary.ordinary

    def forced(self) -> list[int]:
        """Ids that must come now, as the tokenizer would cut their text; they count as come."""
        ids: list[int] = list(self._matcher.compute_ff_tokens())
        # The text of a control token is text here: its pieces may come, the token not.
        if not ids or not self._vocabulary.ordinary[ids].all():
            return []
        self._matcher.consume_tokens(ids)
        self._check()
        return ids

    def take(self, number: int) -> bool:
        """Go on by an id; False, and nothing is changed, where it does not fit."""
        return bool(self._matcher.try_consume_tokens([number]) == 1)

    def _check(self) -> None:
        if self._matcher.is_error():
            raise ModelError(f"A grammar cannot be followed: {self._matcher.get_error()}")


def _literal(text: str) -> str:
    """A text as Lark's string."""
    return json.dumps(text, ensure_ascii=False)
