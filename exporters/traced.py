"""A traced graph made ours: weights in the target's precision, streamed into one data file.

Traced graphs name weights as they like, so what a tensor is follows from the nodes that read it: the second
operand of a MatMul or Gemm is a matrix, the table a Gather looks `input_ids` up in is the embedding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from exporters.decoder import EMBEDDING, HEAD, INT8_ACTIVATIONS, MICROSOFT
from exporters.manifest import GRAPH_NAME
from exporters.quantize import Bits, plan, quantise
from exporters.targets import Device, Target
from exporters.tensor_file import TensorFile
from exporters.types import Progress, Report

INLINE = (
    1024  # elements: smaller tensors are shapes and indices, which ONNX Runtime wants to see in the graph
)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class _Use:
    """How nodes read a weight that can be quantised."""

    bits: Bits
    shape: tuple[int, int]  # [outputs, inputs], as MatMulNBits and the quantiser want it
    transposed: bool  # the trace stores [inputs, outputs]
    gathered: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A traced graph's cache: past_key_values.{i}.key and .value, each [batch, kv_heads, past, head_dim]."""

    layers: int
    kv_heads: int
    head_dim: int
    dtype: str


def past(graph_path: Path) -> Past | None:
    """None where the graph keeps its past in another way than one key and one value a layer, all alike."""
    graph = onnx.load(str(graph_path), load_external_data=False).graph
    inputs = {node.name: node.type.tensor_type for node in graph.input}
    caches = {name: kind for name, kind in inputs.items() if name.startswith("past")}
    layers = len(caches) // 2
    names = {f"past_key_values.{i}.{part}" for i in range(layers) for part in ("key", "value")}
    outputs = {node.name for node in graph.output}
    presents = {name.replace("past_key_values", "present") for name in names}
    shapes = {(tuple(d.dim_value for d in kind.shape.dim), kind.elem_type) for kind in caches.values()}
    if layers == 0 or set(caches) != names or not presents | {"logits"} <= outputs or len(shapes) != 1:
        return None
    ((shape, element),) = shapes
    if len(shape) != 4 or not shape[1] or shape[2] or not shape[3]:
        return None
    return Past(layers, shape[1], shape[3], str(helper.tensor_dtype_to_np_dtype(element)))


def rewrite(traced: Path, file: TensorFile, target: Target, report: Report) -> onnx.ModelProto:
    """The graph of the folder `traced`, its weights quantised for `target` and appended to `file`."""
    model = onnx.load(str(traced / GRAPH_NAME), load_external_data=False)
    uses = _uses(model.graph, target)
    kept: list[TensorProto] = []
    tensors = list(model.graph.initializer)
    del model.graph.initializer[:]
    for done, tensor in enumerate(tensors):
        report(Progress("writing the weights", done, len(tensors), "tensors"))
        array = numpy_helper.to_array(tensor, base_dir=str(traced))
        if tensor.name in uses:
            for name, part in _quantised(tensor.name, array, uses[tensor.name]):
                kept.append(file.append(name, part))
        elif array.size < INLINE or array.dtype.kind != "f":
            kept.append(numpy_helper.from_array(array, tensor.name))
        else:
            kept.append(file.append(tensor.name, array))
        tensor.Clear()
    model.graph.initializer.extend(kept)
    nodes = [after for node in model.graph.node for after in _replaced(node, uses, target)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    if uses and all(row.domain != MICROSOFT for row in model.opset_import):
        model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    return model


def _uses(graph: onnx.GraphProto, target: Target) -> dict[str, _Use]:
    """Weights all of whose readers can read them quantised, and in the same way."""
    if target.bits > 8:
        return {}
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    found: dict[str, set[_Use | None]] = defaultdict(set)
    for node in graph.node:
        for position, name in enumerate(node.input):
            if name in shapes:
                found[name].add(_use(node, position, shapes[name], target))
        for attribute in node.attribute:
            for name in _names_inside(attribute):
                found[name].add(None)
    return {
        name: use for name, ways in found.items() if len(ways) == 1 and (use := next(iter(ways))) is not None
    }


def _use(node: NodeProto, position: int, shape: tuple[int, ...], target: Target) -> _Use | None:
    if len(shape) != 2:
        return None
    rows, columns = shape
    attributes = {row.name: helper.get_attribute_value(row) for row in node.attribute}
    if node.op_type == "Gather" and position == 0:
        bits = plan(EMBEDDING, target)
        whole_rows = node.input[1] == "input_ids" and attributes.get("axis", 0) == 0
        return _Use(bits, (rows, columns), transposed=False, gathered=True) if bits and whole_rows else None
    plain = all(attributes.get(key, fallback) == fallback for key, fallback in _PLAIN_GEMM.items())
    bits = plan(_weight_name(node), target)
    if position == 1 and bits and (node.op_type == "MatMul" or (node.op_type == "Gemm" and plain)):
        transposed = not attributes.get("transB", 0)
        return _Use(bits, (columns, rows) if transposed else (rows, columns), transposed)
    return None


_PLAIN_GEMM = {"alpha": 1.0, "beta": 1.0, "transA": 0}


def _weight_name(node: NodeProto) -> str:
    """What the checkpoint called the matrix, as a trace tells it: /model/layers.0/mlp/up_proj/MatMul."""
    if "logits" in node.output or node.name.startswith(("/lm_head", "/embed_out")):
        return HEAD
    return node.name.strip("/").rpartition("/")[0].replace("/", ".") + ".weight"


def _names_inside(attribute: onnx.AttributeProto) -> Iterator[str]:
    """Values that the graphs in an attribute (branches, loop bodies) read, perhaps from outside."""
    for graph in (attribute.g, *attribute.graphs):
        for node in graph.node:
            yield from node.input
            for inner in node.attribute:
                yield from _names_inside(inner)


def _quantised(name: str, array: Array, use: _Use) -> Iterator[tuple[str, Array]]:
    matrix = array.T if use.transposed else array
    weights = np.ascontiguousarray(matrix, dtype=np.float32)
    result = quantise(weights, use.bits.bits, use.bits.block, use.bits.symmetric)
    data = result.data
    if use.gathered:
        data = data.reshape(len(data), -1)[:, : result.inputs * use.bits.bits // 8]
    yield f"{name}.data", data
    yield f"{name}.scales", result.scales.astype(array.dtype)
    if result.zero_points is not None:
        yield f"{name}.zeros", result.zero_points


def _replaced(node: NodeProto, uses: dict[str, _Use], target: Target) -> Iterator[NodeProto]:
    """The node, or what reads the quantised weight in its place."""
    position = 0 if node.op_type == "Gather" else 1
    name = node.input[position] if len(node.input) > position else ""
    use = uses.get(name)
    if use is None:
        yield node
        return
    shared: dict[str, Any] = {"bits": use.bits.bits, "block_size": use.bits.block}
    zeros = [] if use.bits.symmetric else [f"{name}.zeros"]
    if use.gathered:
        inputs = [f"{name}.data", node.input[1], f"{name}.scales", *zeros]
        yield helper.make_node(
            "GatherBlockQuantized",
            inputs,
            node.output,
            node.name,
            domain=MICROSOFT,
            **shared,
            gather_axis=0,
            quantize_axis=1,
        )
        return
    if target.device is Device.CPU:
        shared["accuracy_level"] = INT8_ACTIVATIONS
    outputs, width = use.shape
    bias = node.input[2] if node.op_type == "Gemm" and len(node.input) > 2 else ""
    product = f"{node.output[0]}.product" if bias else node.output[0]
    inputs = [node.input[0], f"{name}.data", f"{name}.scales", *zeros]
    yield helper.make_node(
        "MatMulNBits", inputs, [product], node.name, domain=MICROSOFT, K=width, N=outputs, **shared
    )
    if bias:
        yield helper.make_node("Add", [product, bias], node.output, f"{node.name}.bias")
