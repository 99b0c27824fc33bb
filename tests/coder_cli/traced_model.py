"""A one-layer graph with the inputs and outputs of a traced export, and the same model in numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from exporters import manifest as manifests
from exporters.manifest import GRAPH_NAME, Layout, Manifest

VOCAB, SIZE, WINDOW = 40, 8, 64
Floats = NDArray[np.float32]


def weights(seed: int = 3) -> dict[str, Floats]:
    random = np.random.default_rng(seed)
    shapes = {
        "tokens": (VOCAB, SIZE),
        "places": (WINDOW, SIZE),
        "wq": (SIZE, SIZE),
        "wk": (SIZE, SIZE),
        "wv": (SIZE, SIZE),
        "wo": (SIZE, VOCAB),
    }
    return {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}


def oracle(ids: list[int]) -> Floats:
    """Logits [len(ids), vocab]: the whole text at once, no cache."""
    w = weights()
    x = w["tokens"][ids] + w["places"][: len(ids)]
    scores = (x @ w["wq"]) @ (x @ w["wk"]).T
    scores = np.where(np.tri(len(ids)) > 0, scores, -np.inf)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    logits: Floats = (shares / shares.sum(-1, keepdims=True) @ (x @ w["wv"]) @ w["wo"]).astype(np.float32)
    return logits


def traced_model(folder: Path, extra_input: str | None = None) -> Manifest:
    """Write the model folder; `extra_input`: one more graph input, which nothing knows how to fill."""
    folder.mkdir(parents=True)
    onnx.save(_graph(extra_input), folder / GRAPH_NAME)
    manifest = Manifest(
        name="traced",
        family="plain",
        target="cpu-fp32",
        layout=Layout.OPTIMUM,
        architecture="other",
        source="tests",
        revision=None,
        licence=None,
        parameters=0,
        context_length=WINDOW,
        vocab_size=VOCAB,
        layers=1,
        kv_heads=1,
        head_dim=SIZE,
        kv_dtype="float32",
        bos_id=None,
        stop_ids=(),
        chat_template=None,
        files={},
        created="2026-01-01T00:00:00Z",
    )
    manifests.write(manifest, folder)
    return manifest


def _graph(extra_input: str | None) -> onnx.ModelProto:
    def info(name: str, kind: int, shape: list[Any]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    past, present = [1, 1, "past", SIZE], [1, 1, "total", SIZE]
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("Gather", ["tokens", "input_ids"], "token", {}),
        ("Gather", ["places", "position_ids"], "place", {}),
        ("Add", ["token", "place"], "x", {}),
        ("MatMul", ["x", "wq"], "q0", {}),
        ("MatMul", ["x", "wk"], "k0", {}),
        ("MatMul", ["x", "wv"], "v0", {}),
        ("Unsqueeze", ["q0", "one"], "q", {}),
        ("Unsqueeze", ["k0", "one"], "k1", {}),
        ("Unsqueeze", ["v0", "one"], "v1", {}),
        ("Concat", ["past_key_values.0.key", "k1"], "present.0.key", {"axis": 2}),
        ("Concat", ["past_key_values.0.value", "v1"], "present.0.value", {"axis": 2}),
        ("Transpose", ["present.0.key"], "kt", {"perm": [0, 1, 3, 2]}),
        ("MatMul", ["q", "kt"], "scores", {}),
        # key positions 0..total-1 come from the mask, so a wrong mask is a wrong answer
        ("CumSum", ["attention_mask", "one_scalar"], "counted", {}),
        ("Unsqueeze", ["counted", "one"], "keys", {}),
        ("Unsqueeze", ["position_ids", "two"], "queries", {}),
        ("Greater", ["keys", "queries1"], "later", {}),
        ("Where", ["later", "minus", "scores"], "masked", {}),
        ("Softmax", ["masked"], "shares", {"axis": -1}),
        ("MatMul", ["shares", "present.0.value"], "mixed", {}),
        ("Squeeze", ["mixed", "one"], "flat", {}),
        ("MatMul", ["flat", "wo"], "logits", {}),
    ]
    nodes = [helper.make_node(op, inputs, [output], **attrs) for op, inputs, output, attrs in steps]
    nodes.insert(16, helper.make_node("Add", ["queries", "one"], ["queries1"]))  # the mask counts from 1
    constants: dict[str, NDArray[Any]] = {
        "one": np.array([1]),
        "two": np.array([2]),
        "one_scalar": np.array(1),
        "minus": np.array(-1e9, np.float32),
        **weights(),
    }
    inputs = [
        info("input_ids", TensorProto.INT64, [1, "new"]),
        info("attention_mask", TensorProto.INT64, [1, "total"]),
        info("position_ids", TensorProto.INT64, [1, "new"]),
        *(info(f"past_key_values.0.{kind}", TensorProto.FLOAT, past) for kind in ("key", "value")),
    ]
    if extra_input:
        inputs.append(info(extra_input, TensorProto.FLOAT, [1]))
    outputs = [
        info("logits", TensorProto.FLOAT, [1, "new", VOCAB]),
        *(info(f"present.0.{kind}", TensorProto.FLOAT, present) for kind in ("key", "value")),
    ]
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "traced", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
