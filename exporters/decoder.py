"""The fused decoder graph for Llama and Qwen2: which nodes, and which weights they read.

Pure: from a configuration to nodes. The weights are only named here; `weights.py` reads and streams them.
One graph serves prefill, decode and the verification of drafts: past and present are one buffer of a fixed
capacity, and only the last `num_logits` positions go through the last feed-forward and the output layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from exporters.quantize import Bits
from exporters.targets import Device, Target

if TYPE_CHECKING:
    from exporters.sources import DecoderConfig

MICROSOFT = "com.microsoft"
OPSET = 21
IR_VERSION = 10
INT8_ACTIVATIONS = 4  # MatMulNBits accuracy_level: 3 times faster than float activations, 200 times in 8 bits
EMBEDDING = "model.embed_tokens.weight"
HEAD = "lm_head.weight"

Plan = Callable[
    [str], Bits | None
]  # a weight's name in the graph -> how it is stored; None: the target's float


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor the graph reads: `parts` of the checkpoint joined along axis 0; [outputs, inputs] or [n]."""

    name: str
    parts: tuple[str, ...]
    shape: tuple[int, ...]
    bits: Bits | None = None
    gathered: bool = False  # rows are looked up: stored as GatherBlockQuantized wants it
    shared_as: str | None = None  # a second name for the same bytes: the tied output layer
    balanced_by: str = ""  # the norm's gain that `quantize.balance` shares out between norm and columns


@dataclass(slots=True)
class Decoder:
    """A graph without its weights. `tables` are small enough to be computed at once."""

    nodes: list[NodeProto] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)
    tables: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    weights: list[Weight] = field(default_factory=list)

    def model(self, name: str, initializers: list[TensorProto]) -> ModelProto:
        graph: GraphProto = helper.make_graph(
            self.nodes, name, self.inputs, self.outputs, [*self.constants, *initializers]
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, producer_name="coder", opset_imports=opsets, ir_version=IR_VERSION)


def decoder(config: DecoderConfig, target: Target, plan: Plan) -> Decoder:
    """The whole graph, front to back."""
    build = _Build(config, target, plan)
    residual, update = build.embedding(), ""
    for layer in range(config.layers):
        residual, update = build.layer(layer, residual, update)
    build.output(residual, update)
    return build.decoder


def rotary_tables(config: DecoderConfig, dtype: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """cos and sin, [context_length, head_dim / 2]. Linear scaling divides the position (Chen et al. 2023)."""
    # Rounded to float32 where transformers rounds, as the weights were trained with those angles: with exact
    # ones the logits of a float32 model differ by 2e-3 past position 4096 instead of 1e-4.
    wavelengths = config.rope_theta ** (np.arange(0, config.head_dim, 2) / config.head_dim)
    frequencies = np.float32(1) / wavelengths.astype(np.float32) / np.float32(config.rope_linear_factor)
    angles = np.arange(config.context_length, dtype=np.float32)[:, None] * frequencies
    return np.cos(angles).astype(dtype), np.sin(angles).astype(dtype)


class _Build:
    """Appends nodes to a Decoder; every method takes and returns value names."""

    def __init__(self, config: DecoderConfig, target: Target, plan: Plan) -> None:
        self.config, self.target, self.plan = config, target, plan
        self.decoder = Decoder()
        self.float = helper.np_dtype_to_tensor_dtype(np.dtype(target.dtype))
        self.cpu = target.device is Device.CPU
        self.balanced: set[str] = set()  # norms whose outputs go into quantised matrices only
        self._interface()
        for name, table in zip(
            ("rotary.cos", "rotary.sin"), rotary_tables(config, target.dtype), strict=True
        ):
            self.decoder.tables[name] = table

    def embedding(self) -> str:
        config, bits = self.config, self.plan(EMBEDDING)
        shape = (config.vocab, config.hidden)
        # The same bytes serve both layers when rows are whole blocks; else the output layer needs padding.
        shared = config.tied and (bits is None or config.hidden % bits.block == 0)
        alias = HEAD if shared and bits else None
        self._weight(Weight(EMBEDDING, (EMBEDDING,), shape, bits, gathered=True, shared_as=alias))
        if bits is None:
            return self._node("Gather", [EMBEDDING, "input_ids"], "embedding")
        return self._node(
            "GatherBlockQuantized",
            [f"{EMBEDDING}.data", "input_ids", f"{EMBEDDING}.scales", *self._zeros(EMBEDDING, bits)],
            "embedding",
            MICROSOFT,
            bits=bits.bits,
            block_size=bits.block,
            gather_axis=0,
            quantize_axis=1,
        )

    def layer(self, index: int, residual: str, update: str) -> tuple[str, str]:
        """-> the residual stream and this layer's update to it, added by the next norm."""
        config, path = self.config, f"model.layers.{index}"
        normed, residual = self.norm(
            f"{path}.input_layernorm", residual, update, f"{path}.self_attn.qkv_proj"
        )
        attended = self.attention(index, normed)
        if index == config.layers - 1:
            attended = self.last_positions(attended)
            residual = self.last_positions(residual)
        width = config.heads * config.head_dim
        update = self.linear(f"{path}.self_attn.o_proj", attended, width, config.hidden)
        normed, residual = self.norm(
            f"{path}.post_attention_layernorm", residual, update, f"{path}.mlp.gate_proj"
        )
        gate = self.linear(f"{path}.mlp.gate_proj", normed, config.hidden, config.ffn)
        up = self.linear(f"{path}.mlp.up_proj", normed, config.hidden, config.ffn)
        activated = self._node("QuickGelu", [gate], f"{path}.mlp.silu", MICROSOFT, alpha=1.0)
        gated = self._node("Mul", [activated, up], f"{path}.mlp.gated")
        return residual, self.linear(f"{path}.mlp.down_proj", gated, config.ffn, config.hidden)

    def attention(self, index: int, normed: str) -> str:
        config, path = self.config, f"model.layers.{index}.self_attn"
        parts = tuple(f"{path}.{letter}_proj" for letter in "qkv")
        width = (config.heads + 2 * config.kv_heads) * config.head_dim
        qkv = self.linear(f"{path}.qkv_proj", normed, config.hidden, width, parts, bias=config.qkv_bias)
        inputs = [qkv, "", "", f"past_key_values.{index}.key", f"past_key_values.{index}.value"]
        inputs += ["seqlens_k", "total_sequence_length", "rotary.cos", "rotary.sin"]
        outputs = [f"{path}.attention", f"present.{index}.key", f"present.{index}.value"]
        attributes = {"num_heads": config.heads, "kv_num_heads": config.kv_heads, "do_rotary": 1}
        return self._node("GroupQueryAttention", inputs, outputs, MICROSOFT, **attributes)

    def output(self, residual: str, update: str) -> None:
        config = self.config
        normed, _ = self.norm("model.norm", residual, update, None if config.tied else "lm_head")
        if config.tied:
            bits = self.plan(EMBEDDING)
            if bits is None:
                logits = self._float_matmul("lm_head", normed, EMBEDDING)
            else:
                if config.hidden % bits.block:
                    self._weight(Weight(HEAD, (EMBEDDING,), (config.vocab, config.hidden), bits))
                logits = self._quantised_matmul("lm_head", normed, HEAD, config.hidden, config.vocab, bits)
        else:
            logits = self.linear("lm_head", normed, config.hidden, config.vocab)
        if self.target.dtype == "float32":
            self.decoder.nodes[-1].output[0] = "logits"
        else:
            self._node("Cast", [logits], "logits", to=TensorProto.FLOAT)

    def norm(self, path: str, residual: str, update: str, into: str | None) -> tuple[str, str]:
        """RMSNorm of residual + update -> (normed, the sum). The first norm has no update yet.

        `into`: the matrix behind it, whose columns may take a part of the gain; None where it serves others.
        """
        gain = f"{path}.weight"
        if into is not None and self.plan(f"{into}.weight") is not None:
            self.balanced.add(path)
        self._weight(Weight(gain, (gain,), (self.config.hidden,), balanced_by=self._balance(path)))
        epsilon = self.config.rms_eps
        if not update:
            normed = self._node(
                "SimplifiedLayerNormalization", [residual, gain], path, axis=-1, epsilon=epsilon, stash_type=1
            )
            return normed, residual
        outputs = [path, "", "", f"{path}.sum"]
        inputs = [residual, update, gain]
        self._node("SkipSimplifiedLayerNormalization", inputs, outputs, MICROSOFT, epsilon=epsilon)
        return path, outputs[-1]

    def linear(
        self,
        path: str,
        value: str,
        inputs: int,
        outputs: int,
        parts: tuple[str, ...] = (),
        *,
        bias: bool = False,
    ) -> str:
        name, parts = f"{path}.weight", parts or (path,)
        bits = self.plan(name)
        weights = tuple(f"{part}.weight" for part in parts)
        self._weight(Weight(name, weights, (outputs, inputs), bits, balanced_by=self._balance(value)))
        if bias:
            biases = tuple(f"{part}.bias" for part in parts)
            self._weight(Weight(f"{path}.bias", biases, (outputs,)))
        # The bias input of MatMulNBits is a CPU matter; CUDA kernels of some versions refuse it.
        inside = bias and bits is not None and self.cpu
        if bits is None:
            result = self._float_matmul(path, value, name)
        else:
            added = f"{path}.bias" if inside else ""
            result = self._quantised_matmul(path, value, name, inputs, outputs, bits, added)
        if bias and not inside:
            result = self._node("Add", [result, f"{path}.bias"], f"{path}.biased")
        return result

    def _balance(self, value: str) -> str:
        return f"{value}.weight" if value in self.balanced else ""

    def last_positions(self, value: str) -> str:
        """Only the positions whose logits were asked for; none at all when num_logits is 0."""
        return self._node("Slice", [value, "first_logit", "to_the_end", "sequence_axis"], f"{value}.last")

    def _float_matmul(self, path: str, value: str, name: str) -> str:
        # transB: the weight stays [outputs, inputs] as in the checkpoint; a tied embedding is stored once.
        return self._node("FusedMatMul", [value, name], f"{path}.product", MICROSOFT, transB=1)

    def _quantised_matmul(
        self, path: str, value: str, name: str, inputs: int, outputs: int, bits: Bits, bias: str = ""
    ) -> str:
        operands = [value, f"{name}.data", f"{name}.scales", *self._zeros(name, bits)]
        if bias:
            operands = [*operands, *[""] * (5 - len(operands)), bias]
        attributes = {"K": inputs, "N": outputs, "bits": bits.bits, "block_size": bits.block}
        if self.cpu:
            attributes["accuracy_level"] = INT8_ACTIVATIONS
        return self._node("MatMulNBits", operands, f"{path}.product", MICROSOFT, **attributes)

    @staticmethod
    def _zeros(name: str, bits: Bits) -> list[str]:
        return [] if bits.symmetric else [f"{name}.zeros"]

    def _interface(self) -> None:
        config, here = self.config, self.decoder
        cache: list[int | str | None] = [1, config.kv_heads, "capacity", config.head_dim]
        info = helper.make_tensor_value_info
        here.inputs = [
            info("input_ids", TensorProto.INT64, [1, "sequence"]),
            info("seqlens_k", TensorProto.INT32, [1]),
            info("total_sequence_length", TensorProto.INT32, []),
            info("num_logits", TensorProto.INT64, [1]),
        ]
        here.outputs = [info("logits", TensorProto.FLOAT, [1, "logits", config.vocab])]
        for layer in range(config.layers):
            for kind in ("key", "value"):
                here.inputs.append(info(f"past_key_values.{layer}.{kind}", self.float, cache))
                here.outputs.append(info(f"present.{layer}.{kind}", self.float, cache))
        end = np.array([np.iinfo(np.int64).max])
        here.constants = [
            numpy_helper.from_array(end, "to_the_end"),
            numpy_helper.from_array(np.array([1]), "sequence_axis"),
        ]
        self._node("Shape", ["input_ids"], "sequence_length", start=1, end=2)
        self._node("Sub", ["sequence_length", "num_logits"], "first_logit")

    def _node(
        self,
        operator: str,
        inputs: list[str],
        outputs: str | list[str],
        domain: str = "",
        **attributes: float,
    ) -> str:
        """One node named after its first output, which is returned."""
        names = [outputs] if isinstance(outputs, str) else outputs
        node = helper.make_node(operator, inputs, names, names[0], domain=domain)
        given: list[AttributeProto] = [helper.make_attribute(key, attributes[key]) for key in attributes]
        node.attribute.extend(given)
        self.decoder.nodes.append(node)
        return names[0]

    def _weight(self, weight: Weight) -> None:
        self.decoder.weights.append(weight)
