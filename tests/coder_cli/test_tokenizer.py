"""The traps of DeepSeek-Coder's tokenizer, with the real file; then the same promises for other kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_cli.errors import ModelError
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.model.types import ChatTemplate, Mark, Markup, Part
from exporters.families import DEEPSEEK_LETTERS, FAMILIES
from exporters.manifest import Layout, Manifest

SHARED = Path(__file__).parents[3] / "shared" / "data"
FOLDER = SHARED / "deepseek-coder-tokenizer"
needs_shared_data = pytest.mark.skipif(not FOLDER.is_dir(), reason="no ../shared/data beside this checkout")
BOS, EOS, HOLE, BEGIN, END, EOT = 32013, 32014, 32015, 32016, 32017, 32021
CONTROL = FAMILIES["deepseek-coder-base"].control_tokens


def manifest(
    family: str,
    *,
    bos_id: int | None = BOS,
    stop_ids: tuple[int, ...] = (EOS,),
    template: str | None = None,
) -> Manifest:
    return Manifest(
        name="test",
        family=family,
        target="cpu-int4",
        layout=Layout.FUSED,
        architecture="llama",
        source="",
        revision=None,
        licence=None,
        parameters=1,
        context_length=16384,
        vocab_size=32256,
        layers=1,
        kv_heads=1,
        head_dim=8,
        kv_dtype="float32",
        bos_id=bos_id,
        stop_ids=stop_ids,
        chat_template=template,
        files={},
        created="",
    )


@pytest.fixture(scope="module")
def deepseek() -> Tokenizer:
    return Tokenizer.open(FOLDER, manifest("deepseek-coder-base"))


@needs_shared_data
def test_the_46_golden_cases_hold(deepseek: Tokenizer) -> None:
    texts = (FOLDER / "golden.inp").read_bytes().decode().split("\n__ggml_vocab_test__\n")
    rows = (FOLDER / "golden.out").read_text(encoding="utf-8").split("\n")
    cases = [(text, [int(n) for n in row.split()]) for text, row in zip(texts, rows, strict=True)]
    assert cases.pop() == ("", [])  # both files end with a separator
    assert len(cases) == 46
    for text, ids in cases:
        assert deepseek.encode([text]) == [BOS, *ids]


@needs_shared_data
def test_bos_stands_first_exactly_once(deepseek: Tokenizer) -> None:
    mark = Mark("<｜begin▁of▁sentence｜>")
    assert deepseek.encode([]) == [BOS]
    assert deepseek.encode(["a"]).count(BOS) == 1
    assert deepseek.encode([mark, "a"]) == deepseek.encode(["a"])
    assert deepseek.encode([mark.text + "a"]).count(BOS) == 1
    assert deepseek.count("") == 0


@needs_shared_data
def test_marks_become_control_ids_around_text(deepseek: Tokenizer) -> None:
    parts: list[Part] = [Mark("<｜fim▁begin｜>"), "a", Mark("<｜fim▁hole｜>"), "b", Mark("<｜fim▁end｜>")]
    assert deepseek.encode(parts) == [BOS, BEGIN, 64, HOLE, 65, END]


@needs_shared_data
def test_neighbouring_strings_are_one_text(deepseek: Tokenizer) -> None:
    assert deepseek.encode(["impo", "rt os"]) == deepseek.encode(["import os"])


@needs_shared_data
@pytest.mark.parametrize("text", CONTROL)
def test_control_text_in_a_file_is_ordinary_text_and_survives(deepseek: Tokenizer, text: str) -> None:
    source = f'STOP = "{text}"{text}\n{text}'
    ids = deepseek.encode([source])
    assert all(number < 32013 for number in ids[1:])
    assert deepseek.decode(ids) == source


@needs_shared_data
def test_ascii_look_alikes_are_eight_plain_tokens(deepseek: Tokenizer) -> None:
    assert deepseek.encode(["<|fim_begin|>"]) == [BOS, 27, 91, 69, 308, 62, 946, 91, 29]


@needs_shared_data
def test_the_13_letters_keep_their_ids_and_survive(deepseek: Tokenizer) -> None:
    assert deepseek.encode(["".join(DEEPSEEK_LETTERS)])[1:] == list(range(32000, 32013))
    text = "Führer À la carte, Ángel ÷ ø þ ÿ ö õ ù ú û ü ý"
    ids = deepseek.encode([text])
    assert deepseek.decode(ids) == text
    stream = deepseek.stream()
    assert "".join(map(stream.push, ids)) + stream.flush() == text


@needs_shared_data
def test_control_ids_never_show_in_an_answer(deepseek: Tokenizer) -> None:
    ids = [64, *range(32013, 32022), 65]
    assert deepseek.decode(ids) == "ab"
    stream = deepseek.stream()
    assert [stream.push(number) for number in ids] == ["a", *[""] * 9, "b"]


@needs_shared_data
def test_ids_are_stops_banned_or_text(deepseek: Tokenizer) -> None:
    assert deepseek.vocab_limit == 32022
    assert deepseek.stop_ids == {EOS, HOLE, BEGIN, END, EOT}
    assert deepseek.banned_ids == {BOS, 32018, 32019, 32020}


@needs_shared_data
def test_incomplete_utf8_is_held_back(deepseek: Tokenizer) -> None:
    ids = deepseek.encode(["🦙"])[1:]
    assert len(ids) > 1
    stream = deepseek.stream()
    assert [stream.push(number) for number in ids] == [*[""] * (len(ids) - 1), "🦙"]
    stream = deepseek.stream()
    stream.push(ids[0])
    assert stream.flush() == deepseek.decode(ids[:1]) == "�"


@needs_shared_data
def test_a_lone_surrogate_is_replaced_not_fatal(deepseek: Tokenizer) -> None:
    assert deepseek.decode(deepseek.encode(["a\ud800b"])) == "a�b"


@needs_shared_data
def test_ordinary_code_gets_the_ids_of_the_untouched_tokenizer(deepseek: Tokenizer) -> None:
    plain = tokenizers.Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    texts = [
        text
        for path in sorted((SHARED / "eval" / "humaneval").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()[:40]
        for text in json.loads(line).values()
        if isinstance(text, str)
    ]
    assert len(texts) > 1000
    for text in texts:
        assert deepseek.encode([text])[1:] == plain.encode(text, add_special_tokens=False).ids


@needs_shared_data
@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.text(), st.sampled_from([*CONTROL, *DEEPSEEK_LETTERS, "\r\n", "  "]))))
def test_decode_undoes_encode_and_streaming_equals_decoding(deepseek: Tokenizer, pieces: list[str]) -> None:
    text = "".join(pieces)
    ids = deepseek.encode([text])
    assert deepseek.decode(ids) == text
    stream = deepseek.stream()
    assert "".join(map(stream.push, ids)) + stream.flush() == text


@needs_shared_data
@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 32255)))
def test_streaming_equals_decoding_for_any_ids(deepseek: Tokenizer, ids: list[int]) -> None:
    stream = deepseek.stream()
    assert "".join(map(stream.push, ids)) + stream.flush() == deepseek.decode(ids)


def small_tokenizer(*, control_in_vocabulary: bool, bos: bool) -> str:
    """A byte-level BPE of a few letters; `<s>` reachable by merges when it stands in the vocabulary."""
    letters = {letter: n for n, letter in enumerate("<s>ab ")}
    merges: list[tuple[str, str]] = []
    if control_in_vocabulary:
        letters |= {"<s": 6, "<s>": 7}
        merges = [("<", "s"), ("<s", ">")]
    library = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=letters, merges=merges))
    library.decoder = tokenizers.decoders.ByteLevel()
    library.add_special_tokens(["<s>"])
    library.add_tokens(["bb"])
    if bos:
        library.post_processor = tokenizers.processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", library.token_to_id("<s>"))]
        )
    return library.to_str()


@pytest.mark.parametrize("control_in_vocabulary", [True, False])
def test_merges_cannot_spell_a_control_token(control_in_vocabulary: bool) -> None:
    text = small_tokenizer(control_in_vocabulary=control_in_vocabulary, bos=False)
    control = 7 if control_in_vocabulary else 6
    tokenizer = Tokenizer(text, manifest("plain", bos_id=None, stop_ids=()))
    ids = tokenizer.encode(["a<s>bb<s><s>"])
    assert control not in ids
    assert tokenizer.decode(ids) == "a<s>bb<s><s>"
    assert tokenizer.encode([Mark("<s>"), "bb"]) == [control, control + 1]
    assert tokenizer.vocab_limit == control + 2


@pytest.mark.parametrize("bos", [True, False])
def test_the_plain_family_starts_as_its_tokenizer_does(bos: bool) -> None:
    text = small_tokenizer(control_in_vocabulary=False, bos=bos)
    tokenizer = Tokenizer(text, manifest("plain", bos_id=6, stop_ids=()))
    assert tokenizer.encode(["a"]) == ([6, 3] if bos else [3])


def test_truncation_and_padding_of_the_file_are_ignored() -> None:
    library = tokenizers.Tokenizer.from_str(small_tokenizer(control_in_vocabulary=False, bos=False))
    library.enable_truncation(2)
    library.enable_padding(length=9)
    tokenizer = Tokenizer(library.to_str(), manifest("plain", bos_id=None, stop_ids=()))
    assert tokenizer.count("abab") == 4


def test_control_tokens_spelled_in_template_text_are_control_ids() -> None:
    text = small_tokenizer(control_in_vocabulary=False, bos=False)
    tokenizer = Tokenizer(text, manifest("plain", bos_id=6, stop_ids=(6,), template="..."))
    assert tokenizer.encode([Markup("<s>a"), "<s>", Markup("b<s>")]) == [6, 3, 0, 1, 2, 4, 6]
    assert tokenizer.chat_template == ChatTemplate("...", "<s>", "<s>")


def test_an_unknown_mark_is_an_error() -> None:
    text = small_tokenizer(control_in_vocabulary=False, bos=False)
    tokenizer = Tokenizer(text, manifest("plain", bos_id=None, stop_ids=()))
    with pytest.raises(ModelError, match="no control token"):
        tokenizer.encode([Mark("<nothing>")])


@pytest.mark.parametrize("content", [None, "", "{}", "no json", '{"added_tokens": [], "model": 1}'])
def test_a_missing_or_damaged_file_is_a_sentence(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError):
        Tokenizer.open(tmp_path, manifest("plain", bos_id=None, stop_ids=()))


def test_sentencepiece_pieces_become_their_characters() -> None:
    vocabulary = {"▁": 0, "a": 1, "<0xC3>": 2, "<0xBC>": 3, "▁a": 4}
    library = tokenizers.Tokenizer(
        tokenizers.models.BPE(vocab=vocabulary, merges=[("▁", "a")], byte_fallback=True)
    )
    library.decoder = tokenizers.decoders.Sequence(
        [tokenizers.decoders.Replace("▁", " "), tokenizers.decoders.ByteFallback()]
    )
    tokenizer = Tokenizer(library.to_str(), manifest("plain", bos_id=None, stop_ids=()))
    assert tokenizer.decode([4, 2, 3]) == " aü"
    stream = tokenizer.stream()
    assert [stream.push(number) for number in (4, 2, 3)] == [" a", "", "ü"]
