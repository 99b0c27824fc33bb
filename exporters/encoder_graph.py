"""The graph of a BERT-like encoder: token ids and their mask -> the last layer's vectors.

In 8 bits a matrix has a scale for every output and 128 inputs, and activations have theirs: one scale for a
whole matrix leaves a cosine of .92 to the original, one for each output .991, this .999.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from exporters.errors import SourceError
from exporters.quantize import quantise

if TYPE_CHECKING:
    from exporters.encoder_source import EncoderSource

MICROSOFT = "com.microsoft"
OPSET = 21
IR_VERSION = 10
_BLOCK = 128  # inputs that share a scale
INT8_ACTIVATIONS = 4  # MatMulNBits accuracy_level
_TYPES = "embeddings.token_type_embeddings.weight"
_DISTANCES = "encoder.relative_attention_bias.weight"  # MPNet's, [buckets, heads]
_FARTHEST = 128  # tokens; what is farther has the last bucket
_ACTIVATIONS = {"gelu": "Gelu", "gelu_new": "FastGelu", "relu": "Relu"}


def encoder(source: EncoderSource, bits: int) -> ModelProto:
    """The model, weights included. `bits` of its matrices: 8, or 32 for floats."""
    return _Build(source, bits).model()


class _Build:
    """Appends nodes; every method takes and returns value names."""

    def __init__(self, source: EncoderSource, bits: int) -> None:
        self.source, self.shape, self.bits = source, source.shape, bits
        if self.shape.activation not in _ACTIVATIONS:
            raise SourceError(f"The activation {self.shape.activation} has no node here.")
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []
        self.bias: list[str] = []  # of attention, where a model has one

    def model(self) -> ModelProto:
        values = self.embeddings()
        for layer in range(self.shape.layers):
            values = self.layer(f"encoder.layer.{layer}", values)
        self.nodes.append(helper.make_node("Identity", [values], ["vectors"]))
        axes = ["texts", "tokens"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, axes)
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [*axes, self.shape.hidden])
        graph = helper.make_graph(self.nodes, "encoder", inputs, [output], self.weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        made: ModelProto = helper.make_model(
            graph, producer_name="coder", opset_imports=opsets, ir_version=IR_VERSION
        )
        return made

    def embeddings(self) -> str:
        first, last = self.shape.position_offset, self.shape.position_offset + self.shape.positions
        positions = self.source.tensor("embeddings.position_embeddings.weight")[first:last]
        if self.source.has(_TYPES):
            # Every text is one sentence: the vector of its kind belongs to every position.
            positions = positions + self.source.tensor(_TYPES)[0]
        words = self.words()
        size = self.node("Shape", ["input_ids"], "tokens", start=1, end=2)
        zero, one = self.constant("zero", np.array([0])), self.constant("one", np.array([1]))
        placed = self.node("Slice", [self.weight("positions", positions), zero, size, zero, one], "placed")
        self.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        if self.source.has(_DISTANCES):
            self.distances(size, zero, one)
        return self.norm("embeddings.LayerNorm", self.node("Add", [words, placed], "embedded"))

    def distances(self, size: str, zero: str, one: str) -> None:
        """What each head adds for how far a token is from another, [1, heads, tokens, tokens]."""
        most = self.shape.positions - 1
        table = self.source.tensor(_DISTANCES)
        added = table[_buckets(np.arange(-most, most + 1), len(table))].T
        first, step = (self.constant(name, np.array(at)) for name, at in (("first", 0), ("step", 1)))
        to = self.node("Range", [first, self.node("Squeeze", [size], "count"), step], "to")
        apart = self.node("Sub", [to, self.node("Unsqueeze", [to, one], "from")], "apart")
        row = self.node("Add", [apart, self.constant("most", np.array([most]))], "row")
        found = self.node("Gather", [self.weight("distances", added), row], "distances.found", axis=1)
        self.bias = [self.node("Unsqueeze", [found, zero], "distances.out")]

    def words(self) -> str:
        table = self.source.tensor("embeddings.word_embeddings.weight")
        if self.bits != 8:
            return self.node("Gather", [self.weight("words", table), "input_ids"], "words.found")
        scales = np.maximum(np.abs(table).max(1, keepdims=True), 1e-9) / 127
        whole = self.weight("words", np.rint(table / scales).astype(np.int8))
        found = self.node("Gather", [whole, "input_ids"], "words.whole")
        floats = self.node("Cast", [found], "words.floats", to=TensorProto.FLOAT)
        scale = self.node("Gather", [self.weight("words.scales", scales), "input_ids"], "words.scale")
        return self.node("Mul", [floats, scale], "words.found")

    def layer(self, path: str, values: str) -> str:
        attention = f"{path}.attention"
        query, key, value = (
            self.linear(f"{attention}.self.{name}", values) for name in ("query", "key", "value")
        )
        mixed = self.node(
            "MultiHeadAttention",
            [query, key, value, "", "mask", *self.bias],
            f"{attention}.mixed",
            MICROSOFT,
            num_heads=self.shape.heads,
        )
        update = self.linear(f"{attention}.output.dense", mixed)
        values = self.norm(
            f"{attention}.output.LayerNorm", self.node("Add", [values, update], f"{attention}.sum")
        )
        wide = self.linear(f"{path}.intermediate.dense", values)
        kind = _ACTIVATIONS[self.shape.activation]
        domain = "" if kind == "Relu" else MICROSOFT
        wide = self.node(kind, [wide], f"{path}.activated", domain)
        update = self.linear(f"{path}.output.dense", wide)
        return self.norm(f"{path}.output.LayerNorm", self.node("Add", [values, update], f"{path}.sum"))

    def linear(self, path: str, values: str) -> str:
        matrix = self.source.tensor(f"{path}.weight")  # [outputs, inputs]
        bias = self.weight(f"{path}.bias", self.source.tensor(f"{path}.bias"))
        if self.bits != 8:
            product = self.node("MatMul", [values, self.weight(path, matrix.T)], f"{path}.product")
            return self.node("Add", [product, bias], f"{path}.out")
        whole = quantise(matrix, 8, _BLOCK, symmetric=True)
        product = self.node(
            "MatMulNBits",
            [values, self.constant(f"{path}.data", whole.data), self.weight(f"{path}.scales", whole.scales)],
            f"{path}.product",
            MICROSOFT,
            K=matrix.shape[1],
            N=matrix.shape[0],
            bits=8,
            block_size=_BLOCK,
            accuracy_level=INT8_ACTIVATIONS,
        )
        return self.node("Add", [product, bias], f"{path}.out")

    def norm(self, path: str, values: str) -> str:
        gain, bias = (
            self.weight(f"{path}.{name}", self.source.tensor(f"{path}.{name}")) for name in ("weight", "bias")
        )
        return self.node(
            "LayerNormalization", [values, gain, bias], f"{path}.out", epsilon=self.shape.epsilon
        )

    def node(
        self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **settings: int | float
    ) -> str:
        node = helper.make_node(kind, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in settings.items())
        self.nodes.append(node)
        return output

    def weight(self, name: str, array: NDArray[Any]) -> str:
        kept = np.ascontiguousarray(array if array.dtype == np.int8 else array.astype(np.float32))
        return self.constant(name, kept)

    def constant(self, name: str, array: NDArray[Any]) -> str:
        if all(known.name != name for known in self.weights):
            self.weights.append(numpy_helper.from_array(array, name))
        return name


def _buckets(distances: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """T5's: each near distance has its own, far ones share by their logarithm; after comes after before."""
    each_side = count // 2
    exact = each_side // 2
    size = np.abs(distances)
    far = np.log(np.maximum(size, 1) / exact) / np.log(_FARTHEST / exact) * (each_side - exact)
    found = np.where(size < exact, size, np.minimum(exact + far.astype(np.int64), each_side - 1))
    out: NDArray[np.int64] = found + np.where(distances > 0, each_side, 0)
    return out
