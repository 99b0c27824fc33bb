"""A transformer as an encoder: the graph that `coder export --encoder` made, in ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import RepositoryError
from retrieval.search.encoders import Description, Floats

GRAPH, TOKENIZER = "model.onnx", "tokenizer.json"
_TOGETHER = 16  # texts a run, of about one length: what is shorter is padded


class OnnxEncoder:
    """Long texts are cut: a chunk is about as long as a transformer of this kind reads."""

    def __init__(self, folder: Path, description: Description) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # or it reports to its maker, as soon as it is imported
        try:
            import onnxruntime
        except ImportError as error:
            raise RepositoryError(
                f"The encoder {description.name} needs the cpu extra: {error.name} is not installed.",
                "pip install 'coder-cli[cpu]'",
            ) from error
        from tokenizers import Tokenizer

        settings = description.settings
        self.name, self.identity = description.name, description.identity
        self.dimensions = description.dimensions
        self._pooling = str(settings["pooling"])
        self._prefixes = str(settings["text_prefix"]), str(settings["query_prefix"])
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(int(settings["longest"]))
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises its own kinds, which have no public names
            raise ValueError(f"ONNX Runtime cannot read {GRAPH}: {error}") from error

    def encode(self, texts: Sequence[str]) -> Floats:
        return self._encoded([self._prefixes[0] + text for text in texts])

    def encode_query(self, text: str) -> Floats:
        found: Floats = self._encoded([self._prefixes[1] + text])[0]
        return found

    def _encoded(self, texts: list[str]) -> Floats:
        out = np.zeros((len(texts), self.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _TOGETHER):
            some = order[start : start + _TOGETHER]
            out[some] = self._run([texts[at] for at in some])
        return out

    def _run(self, texts: list[str]) -> Floats:
        read = self._tokenizer.encode_batch(texts)
        ids = np.array([one.ids for one in read], np.int64)
        mask = np.array([one.attention_mask for one in read], np.int64)
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        pooled = _pooled(vectors, mask, self._pooling)
        out: Floats = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
        return out


def _pooled(vectors: Floats, mask: NDArray[np.int64], pooling: str) -> Floats:
    """[texts, tokens, dimensions] -> [texts, dimensions]."""
    if pooling == "first":
        return vectors[:, 0]
    if pooling == "max":
        most: Floats = np.where(mask[:, :, None] > 0, vectors, -np.inf).max(1)
        return most
    if pooling != "mean":
        raise ValueError(f"it pools by {pooling}, which this coder does not know")
    mean: Floats = (vectors * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1, keepdims=True), 1)
    return mean
