"""Text to ids and back. A control id comes only from a Mark, never from text; BOS stands first, once."""

from __future__ import annotations

import codecs
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tokenizers

from coder_cli.errors import ModelError
from coder_cli.model.types import ChatTemplate, Mark, Markup, Part
from exporters.families import FAMILIES, Family
from exporters.manifest import TOKENIZER_NAME, Manifest


@dataclass(frozen=True, slots=True)
class AddedToken:
    """One row of tokenizer.json's `added_tokens`."""

    id: int
    text: str
    special: bool


class Tokenizer:
    """One model's vocabulary.

    The control tokens are taken out of the library's tokenizer before it is built, so no text can reach them:
    `<|EOT|>` in a user's file is six ordinary tokens. (The library's `encode_special_tokens` protects only
    tokens flagged special, and DeepSeek-Coder's FIM marks are not.)
    """

    def __init__(self, tokenizer_json: str, manifest: Manifest) -> None:
        family = FAMILIES[manifest.family]
        start, end, added = _added_tokens(tokenizer_json)
        control = _control_tokens(added, family, manifest)
        kept = [row for row in json.loads(tokenizer_json[start:end]) if row["id"] not in control]
        self._text = tokenizers.Tokenizer.from_str(
            tokenizer_json[:start] + json.dumps(kept, ensure_ascii=False) + tokenizer_json[end:]
        )
        self._text.no_padding()
        self._text.no_truncation()
        self._control = control
        self.json = tokenizer_json
        self._marks = {token.text: token.id for token in added}
        spelled = sorted((token.text for token in added if token.id in control), key=len, reverse=True)
        self._spelled = re.compile(f"({'|'.join(map(re.escape, spelled)) or '(?!)'})")
        self._literals = {token.id: token.text for token in added if token.id not in control}
        # The library numbers added tokens in the order it meets them, now without the control tokens.
        numbered = {self._text.token_to_id(text): number for number, text in self._literals.items()}
        self._renumbered = {wrong: right for wrong, right in numbered.items() if wrong != right}
        self._byte_level = _uses_byte_level(tokenizer_json, end)

        plain_size = self._text.get_vocab_size(with_added_tokens=False)
        declared = {token.id for token in added}
        self.vocab_limit: int = max([plain_size - 1, *declared]) + 1
        """One past the last id the tokenizer knows. Logits at or past it belong to padding rows."""
        stops = {self._marks[text] for text in family.stop_tokens if text in self._marks}
        self.stop_ids: frozenset[int] = frozenset(stops | set(manifest.stop_ids))
        unused = set(range(plain_size, self.vocab_limit)) - declared
        self.banned_ids: frozenset[int] = frozenset((control | unused) - self.stop_ids)
        """Control ids that are not stops, and holes in the numbering: never sampled."""
        self.bos_id: int | None = _bos_id(family, manifest, tokenizer_json, end)
        """What `encode` puts first, or None where the family starts without."""
        texts = {token.id: token.text for token in added}
        bos = texts.get(manifest.bos_id, "") if manifest.bos_id is not None else ""
        eos = next((texts[number] for number in manifest.stop_ids if number in texts), "")
        self.chat_template: ChatTemplate | None = (
            ChatTemplate(manifest.chat_template, bos, eos) if manifest.chat_template else None
        )

    @classmethod
    def open(cls, folder: Path, manifest: Manifest) -> Tokenizer:
        """The tokenizer of a model folder. ModelError where it is missing or cannot be understood."""
        path = folder / TOKENIZER_NAME
        try:
            return cls(path.read_text(encoding="utf-8"), manifest)
        except FileNotFoundError:
            raise ModelError(f"{folder} has no {TOKENIZER_NAME}.", "coder models verify") from None
        except ModelError:
            raise
        except Exception as error:  # the library raises bare Exception for a file it cannot read
            raise ModelError(
                f"{path} cannot be read as a tokenizer: {error}", "coder models verify"
            ) from error

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Ids of a prompt, BOS first where the family has one and exactly once.

        Neighbouring strings are encoded as one text, as if they had been written in one piece.
        """
        ids: list[int] = []
        pending: list[str] = []
        for part in self._resolved(parts):
            if isinstance(part, Mark):
                ids += self.encode_text("".join(pending))
                pending.clear()
                ids.append(self.mark_id(part.text))
            else:
                pending.append(part)
        ids += self.encode_text("".join(pending))
        if self.bos_id is not None and ids[:1] != [self.bos_id]:
            ids.insert(0, self.bos_id)
        return ids

    def _resolved(self, parts: Sequence[Part]) -> Iterator[str | Mark]:
        """Parts with every Markup split at the control tokens spelled out in it."""
        for part in parts:
            if not isinstance(part, Markup):
                yield part
                continue
            for number, text in enumerate(self._spelled.split(part.text)):
                yield Mark(text) if number % 2 else text

    def count(self, text: str) -> int:
        """Tokens of a text by itself, without BOS."""
        return len(self.encode_text(text))

    def mark_id(self, text: str) -> int:
        try:
            return self._marks[text]
        except KeyError:
            raise ModelError(f"This model's tokenizer has no control token {text!r}.") from None

    def decode(self, ids: Iterable[int]) -> str:
        """The text ids stand for. Control ids stand for nothing; bytes that are not UTF-8 become U+FFFD."""
        return b"".join(map(self.bytes_of, ids)).decode("utf-8", errors="replace")

    def stream(self) -> TokenStream:
        """An incremental `decode`."""
        return TokenStream(self)

    def encode_text(self, text: str) -> list[int]:
        """Ids of a text by itself, without BOS."""
        if not text:
            return []
        try:
            encoding = self._text.encode(text, add_special_tokens=False)
        except (UnicodeEncodeError, TypeError):  # a lone surrogate, as Python reads undecodable bytes
            text = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
            encoding = self._text.encode(text, add_special_tokens=False)
        ids: list[int] = encoding.ids
        if self._renumbered:
            ids = [self._renumbered.get(number, number) for number in ids]
        if self._control.isdisjoint(ids):
            return ids
        # A control token that also stands in the plain vocabulary was spelled out by merges: break the
        # spelling after its first character. Such tokens are longer than one character, so this ends.
        spans = [span for number, span in zip(ids, encoding.offsets, strict=True) if number in self._control]
        if any(last - first < 2 for first, last in spans):
            raise ModelError("This model's tokenizer maps ordinary text to a control token.")
        cuts = [0, *(first + 1 for first, _ in spans), len(text)]
        pieces = [text[start:end] for start, end in itertools.pairwise(cuts)]
        return [number for piece in pieces for number in self.encode_text(piece)]

    def bytes_of(self, number: int) -> bytes:
        """What an id stands for: nothing for a control id; maybe a part of a character."""
        if number in self._control:
            return b""
        literal = self._literals.get(number)
        if literal is not None:
            return literal.encode()
        token = self._text.id_to_token(number)
        if token is None:
            return b""
        return _byte_level_bytes(token) if self._byte_level else _piece_bytes(token)


class TokenStream:
    """Text of ids pushed one by one; characters appear when their last byte has come.

    All pieces and the flush together equal `Tokenizer.decode` of all ids.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, number: int) -> str:
        return self._decoder.decode(self._tokenizer.bytes_of(number))

    def flush(self) -> str:
        return self._decoder.decode(b"", final=True)


def _added_tokens(tokenizer_json: str) -> tuple[int, int, list[AddedToken]]:
    """Where the value of `added_tokens` stands in the file, and the rows.

    Parsing this one array, not the file, saves a fifth of a second with a vocabulary of 152k.
    """
    decoder = json.JSONDecoder()
    key = '"added_tokens"'
    at = tokenizer_json.find(key)
    while at >= 0:
        start = at + len(key)
        while tokenizer_json[start] in ": \t\r\n":
            start += 1
        if tokenizer_json[start] == "[":
            rows, end = decoder.raw_decode(tokenizer_json, start)
            return start, end, [AddedToken(row["id"], row["content"], row["special"]) for row in rows]
        at = tokenizer_json.find(key, start)
    raise ModelError("tokenizer.json has no added_tokens: it is not a tokenizer file.", "coder models verify")


def _control_tokens(added: list[AddedToken], family: Family, manifest: Manifest) -> frozenset[int]:
    """Ids that no text may produce and no answer may show."""
    if family.control_tokens:
        # Special tokens beyond the family's row (a fine-tune's) are control tokens too.
        names = set(family.control_tokens) | {token.text for token in added if token.special}
        names -= set(family.literal_tokens)
    else:
        template = manifest.chat_template or ""
        names = {token.text for token in added if token.special}
        names |= {token.text for token in added if token.text.strip() and token.text in template}
    ids = {token.id for token in added if token.text in names} | set(manifest.stop_ids)
    if manifest.bos_id is not None:
        ids.add(manifest.bos_id)
    return frozenset(ids)


def _bos_id(family: Family, manifest: Manifest, tokenizer_json: str, start: int) -> int | None:
    if family.adds_bos:
        if manifest.bos_id is None:
            raise ModelError(f"The manifest of {manifest.name} names no BOS id, but its family needs one.")
        return manifest.bos_id
    if family.control_tokens or manifest.bos_id is None:
        return None
    # The plain family does as its tokenizer's post-processor does.
    return (
        manifest.bos_id
        if _puts_first(_section(tokenizer_json, "post_processor", start), manifest.bos_id)
        else None
    )


def _puts_first(processor: object, bos_id: int) -> bool:
    """Whether a post_processor puts this id before a single text."""
    if not isinstance(processor, dict):
        return False
    if processor.get("type") == "Sequence":
        return any(_puts_first(step, bos_id) for step in processor["processors"])
    if processor.get("type") != "TemplateProcessing":
        return False
    first = processor["single"][0]
    if "SpecialToken" not in first:
        return False
    name = first["SpecialToken"]["id"]
    return bool(processor["special_tokens"][name]["ids"] == [bos_id])


def _section(tokenizer_json: str, key: str, start: int) -> object:
    """The value of a top-level object key that stands after `start`; None when absent."""
    at = tokenizer_json.find(f'"{key}"', start)
    while at >= 0:
        value = tokenizer_json[at + len(key) + 2 : at + len(key) + 40].lstrip(": \t\r\n")
        if value.startswith("{"):
            return json.JSONDecoder().raw_decode(tokenizer_json, tokenizer_json.index("{", at))[0]
        at = tokenizer_json.find(f'"{key}"', at + 1)
    return None


def _uses_byte_level(tokenizer_json: str, start: int) -> bool:
    """GPT-2's byte alphabet, or SentencePiece pieces (`▁` for a space, `<0x0A>` for a byte)."""
    return "ByteLevel" in json.dumps(_section(tokenizer_json, "decoder", start))


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's printable stand-in of every byte: character -> byte."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}


_BYTE_OF = _byte_alphabet()


def _byte_level_bytes(token: str) -> bytes:
    try:
        return bytes(_BYTE_OF[letter] for letter in token)
    except KeyError:  # not in the byte alphabet: a token written as it is
        return token.encode()


def _piece_bytes(token: str) -> bytes:
    if len(token) == 6 and token.startswith("<0x") and token.endswith(">"):
        return bytes([int(token[3:5], 16)])
    return token.replace("▁", " ").encode()
