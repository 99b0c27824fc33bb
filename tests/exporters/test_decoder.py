"""The fused graph against a forward pass written from the papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from exporters.decoder import Decoder, decoder
from exporters.export import export
from exporters.quantize import Bits, balance, dequantise, plan, quantise
from exporters.sources import DecoderConfig
from exporters.targets import TARGETS
from tests.exporters.graph_runner import Graph
from tests.exporters.reference import forward
from tests.tiny_model import DEEPSEEK_SHAPE, QWEN_SHAPE, Tensors, random_tensors, write_tiny_checkpoint

EXACT = 1e-3  # largest difference of logits that float32 may show
ORIGINAL_WINDOW = 32  # tokens, before the factor 4 made 128 of it
DEEPSEEK = replace(DEEPSEEK_SHAPE, context_length=4 * ORIGINAL_WINDOW)
SHAPES = {
    "deepseek-coder": DEEPSEEK,
    "33b ratio": replace(DEEPSEEK, heads=14, kv_heads=2),  # 56 to 8
    "qwen2": replace(QWEN_SHAPE, tied=False, context_length=128),
    "tied": replace(QWEN_SHAPE, context_length=128),
    "llama tied": replace(QWEN_SHAPE, architecture="llama", qkv_bias=False, context_length=128),
    "one layer": replace(DEEPSEEK, layers=1),
    "wide heads": replace(DEEPSEEK, head_dim=32),  # heads * head_dim is not the hidden size
    "rows of whole blocks": replace(QWEN_SHAPE, hidden=128, context_length=128),
}
IDS = np.random.default_rng(1).integers(0, DEEPSEEK.vocab, 128).tolist()

Export = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """A shape and a target -> the model folder, made once."""
    made: dict[tuple[str, str], Path] = {}

    def make(shape: str, target: str) -> Path:
        if (shape, target) not in made:
            folder = tmp_path_factory.mktemp("decoder")
            checkpoint = write_tiny_checkpoint(folder / "checkpoint", SHAPES[shape], weights(shape))
            export(checkpoint, folder / target, TARGETS[target], name="tiny", origin="tests")
            made[shape, target] = folder / target
        return made[shape, target]

    return make


@cache
def weights(shape: str) -> Tensors:
    return random_tensors(SHAPES[shape])


@cache
def expected_logits(shape: str) -> NDArray[np.float64]:
    return forward(SHAPES[shape], weights(shape), IDS)


def largest(left: NDArray[np.floating], right: NDArray[np.floating]) -> float:
    return float(np.abs(left - right).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_prefill_equals_the_reference_past_the_original_window(exported: Export, shape: str) -> None:
    expected = expected_logits(shape)
    assert expected.std() >= 3, "flat logits would hide mistakes"
    assert largest(Graph(exported(shape, "cpu-fp32"), 128).run(IDS), expected) < EXACT


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sizes", [[1] * 128, [50, 1, 1, 8, 68], [3, 125]], ids=["tokens", "mixed", "chunks"])
def test_any_cut_of_the_text_gives_the_same_logits(exported: Export, shape: str, sizes: list[int]) -> None:
    expected = expected_logits(shape)
    graph = Graph(exported(shape, "cpu-fp32"), 128)
    rows = [graph.run(IDS[graph.length : graph.length + size]) for size in sizes]
    assert largest(np.concatenate(rows), expected) < EXACT


@pytest.mark.parametrize("wanted", [0, 1, 5, 20])
@pytest.mark.parametrize("target", ["cpu-fp32", "cpu-int4", "cuda-fp16"])
def test_only_the_last_logits_asked_for_are_computed(exported: Export, target: str, wanted: int) -> None:
    graph = Graph(exported("deepseek-coder", target), 128)
    whole = Graph(exported("deepseek-coder", target), 128)
    graph.run(IDS[:30], 0)
    whole.run(IDS[:30])
    rows = graph.run(IDS[30:50], wanted)
    assert rows.shape == (wanted, DEEPSEEK.vocab)
    np.testing.assert_allclose(rows, whole.run(IDS[30:50])[20 - wanted :], atol=EXACT)


def test_the_past_can_be_shortened_and_written_over(exported: Export) -> None:
    expected = forward(DEEPSEEK, weights("deepseek-coder"), IDS[:60])
    graph = Graph(exported("deepseek-coder", "cpu-fp32"), 128)
    graph.run(IDS[:40])
    graph.run([7, 8, 9, 10, 11])  # drafts that are given up again
    graph.length = 40
    assert largest(graph.run(IDS[40:60]), expected[40:]) < EXACT


# Mistakes must show. Each is made on the side of the reference, and the comparison above must then fail.


def _without_scaling(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    return forward(replace(config, rope_linear_factor=1.0), tensors, ids)


def _other_base(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    return forward(replace(config, rope_theta=10000.0), tensors, ids)


def _permuted(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    """q and k as llama-architecture GGUF files store them."""
    changed = dict(tensors)
    for name, weight in tensors.items():
        if "q_proj" in name or "k_proj" in name:
            halves = weight.reshape(-1, 2, config.head_dim // 2, *weight.shape[1:])
            changed[name] = halves.swapaxes(1, 2).reshape(weight.shape)
    return forward(config, changed, ids)


def _late_by_one(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    """What follows the first chunk stands one place too far."""
    return forward(config, tensors, ids, [*range(40), *range(41, len(ids) + 1)])


def _early_by_one(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    return forward(config, tensors, ids, [*range(40), *range(39, len(ids) - 1)])


def _two_beginnings(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    return forward(config, tensors, [ids[0], *ids])[1:]


def _no_bias(letter: str) -> Callable[[DecoderConfig, Tensors, list[int]], NDArray[np.float64]]:
    def run(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
        ending = f"{letter}_proj.bias"
        kept = {n: np.zeros_like(w) if n.endswith(ending) else w for n, w in tensors.items()}
        return forward(config, kept, ids)

    return run


def _wrong_group(config: DecoderConfig, tensors: Tensors, ids: list[int]) -> NDArray[np.float64]:
    """Query head h reads key/value head h modulo their number, not its group's."""
    changed = dict(tensors)
    group = config.heads // config.kv_heads
    order = np.arange(config.heads).reshape(group, config.kv_heads).T.ravel()
    for name, weight in tensors.items():
        if "q_proj.weight" in name:
            changed[name] = weight.reshape(config.heads, config.head_dim, -1)[order].reshape(weight.shape)
        if "o_proj" in name:
            columns = weight.reshape(config.hidden, config.heads, config.head_dim)
            changed[name] = columns[:, order].reshape(weight.shape)
    return forward(config, changed, ids)


MISTAKES = {
    "the factor 4 dropped": ("deepseek-coder", _without_scaling),
    "another base": ("deepseek-coder", _other_base),
    "q and k permuted": ("deepseek-coder", _permuted),
    "q and k permuted, GQA": ("33b ratio", _permuted),
    "a group of the wrong heads": ("33b ratio", _wrong_group),
    "a position late by one": ("deepseek-coder", _late_by_one),
    "a position early by one": ("qwen2", _early_by_one),
    "no q bias": ("qwen2", _no_bias("q")),
    "no k bias": ("qwen2", _no_bias("k")),
    "no v bias": ("tied", _no_bias("v")),
    "a double BOS": ("deepseek-coder", _two_beginnings),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_fails_the_comparison(exported: Export, mistake: str) -> None:
    shape, wrong = MISTAKES[mistake]
    graph = Graph(exported(shape, "cpu-fp32"), 128)
    rows = np.concatenate([graph.run(IDS[:40]), graph.run(IDS[40:])])
    assert largest(rows, expected_logits(shape)) < EXACT
    assert largest(rows, wrong(SHAPES[shape], weights(shape), IDS)) > 100 * EXACT


# Quantised graphs, against the same forward pass over the weights they really hold.

INT8_ACTIVATIONS = 0.1  # root mean square of the difference, in standard deviations of the logits


def dequantised(shape: str, target: str) -> tuple[DecoderConfig, Tensors]:
    """The weights as the target stores them. A quantised tied embedding is one matrix under one plan."""
    config, held = SHAPES[shape], dict(weights(shape))
    for name, weight in weights(shape).items():
        bits = plan(name, TARGETS[target]) if weight.ndim == 2 else None
        if bits is None:
            continue
        if gain := gain_before(name):
            factor = balance(weights(shape)[gain])
            held[gain], weight = weights(shape)[gain] / factor, weight * factor
        held[name] = dequantise(quantise(weight, bits.bits, bits.block, bits.symmetric))
    return config, held


def gain_before(name: str) -> str:
    """The norm whose output a matrix reads, where it serves matrices only."""
    layer, _, rest = name.partition(".self_attn." if ".self_attn." in name else ".mlp.")
    if rest in ("q_proj.weight", "k_proj.weight", "v_proj.weight"):
        return f"{layer}.input_layernorm.weight"
    if rest in ("gate_proj.weight", "up_proj.weight"):
        return f"{layer}.post_attention_layernorm.weight"
    return "model.norm.weight" if name == "lm_head.weight" else ""


def test_gains_are_balanced_to_round_less_where_the_norm_is_large() -> None:
    random = np.random.default_rng(3)
    gain = np.exp(random.normal(0, 1, 512)).astype(np.float32)
    weight = random.normal(0, 1, (64, 512)).astype(np.float32)
    factor = balance(gain)

    def loss(given: NDArray[np.float32]) -> float:
        """Of what the matrix makes of the norm's output, whose channels have the size of their gains."""
        held = dequantise(quantise(weight * given, 4, 128, symmetric=False)) / given
        return float((((held - weight) * gain) ** 2).sum())

    assert loss(factor) < 0.9 * loss(np.ones_like(gain))
    assert np.allclose((weight * factor) @ (gain / factor), weight @ gain, rtol=1e-4)


def test_gains_that_are_zero_or_negative_are_balanced_too() -> None:
    assert np.array_equal(balance(np.zeros(8, np.float32)), np.ones(8))
    factor = balance(np.array([0, -4, 4, 1], np.float32))
    assert np.isfinite(factor).all() and (factor > 0).all() and factor[1] == factor[2]


@pytest.mark.parametrize("target", ["cpu-int4", "cpu-int8"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_quantised_graph_computes_with_the_weights_it_holds(
    exported: Export, shape: str, target: str
) -> None:
    folder = exported(shape, target)
    expected = forward(*dequantised(shape, target), IDS)
    # With float activations it is exact, which leaves no room for a wrong layout ...
    assert largest(Graph(folder, 128, _with_float_activations(folder)).run(IDS), expected) < EXACT
    # ... and the int8 activations it really runs with cost a little.
    difference = Graph(folder, 128).run(IDS) - expected
    assert np.sqrt((difference**2).mean()) < INT8_ACTIVATIONS * expected.std()


def _with_float_activations(folder: Path) -> bytes:
    model = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "accuracy_level":
                attribute.i = 1
    altered: bytes = model.SerializeToString()
    return altered


@pytest.mark.parametrize("target", ["cuda-fp16", "cuda-int4"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_graph_for_cuda_computes_the_same_in_half_precision(
    exported: Export, shape: str, target: str
) -> None:
    """The CPU provider has kernels for the same float16 graph, slow but right."""
    expected = forward(*dequantised(shape, target), IDS)
    difference = Graph(exported(shape, target), 128).run(IDS) - expected
    assert np.sqrt((difference**2).mean()) < 0.01 * expected.std()


@pytest.mark.parametrize("target", ["cuda-fp16", "cuda-int4"])
def test_a_graph_for_cuda_keeps_its_past_in_half_precision_and_answers_in_float32(
    exported: Export, target: str
) -> None:
    graph = onnx.load(str(exported("qwen2", target) / "model.onnx"), load_external_data=False).graph
    kinds = {value.name: value.type.tensor_type.elem_type for value in [*graph.input, *graph.output]}
    pasts = {kind for name, kind in kinds.items() if name.startswith(("past_key_values.", "present."))}
    assert pasts == {onnx.TensorProto.FLOAT16}
    assert kinds["logits"] == onnx.TensorProto.FLOAT
    assert not [node.name for node in graph.node for part in node.attribute if part.name == "accuracy_level"]
    assert not {t.name for t in graph.initializer if t.data_type == onnx.TensorProto.FLOAT}


def build(config: DecoderConfig, *, embedding: Bits | None, rest: Bits | None = None) -> Decoder:
    tables = ("model.embed_tokens.weight", "lm_head.weight")
    return decoder(config, TARGETS["cpu-int4"], lambda name: embedding if name in tables else rest)


def test_the_plan_decides_each_weight_by_itself() -> None:
    graph = build(DEEPSEEK, embedding=Bits(8, 32, symmetric=False), rest=Bits(4, 64, symmetric=True))
    by_kind = {node.op_type: node for node in graph.nodes}
    assert "GatherBlockQuantized" in by_kind
    bits = [_attribute(node, "bits") for node in graph.nodes if node.op_type == "MatMulNBits"]
    assert bits == [4] * 10 + [8]
    head = graph.nodes[-1]
    assert head.input[3] == "lm_head.weight.zeros"
    assert head.output[0] == "logits"


def test_a_tied_embedding_is_stored_once_where_its_rows_are_whole_blocks() -> None:
    def names(hidden: int) -> Sequence[str | None]:
        config = replace(QWEN_SHAPE, hidden=hidden)
        graph = build(config, embedding=Bits(8, 128, symmetric=True), rest=Bits(4, 128, symmetric=True))
        return [weight.shared_as or weight.name for weight in graph.weights if "layers" not in weight.name]

    assert names(128) == ["lm_head.weight", "model.norm.weight"]
    assert names(64) == ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]


def _attribute(node: onnx.NodeProto, name: str) -> int:
    return int(next(part.i for part in node.attribute if part.name == name))
