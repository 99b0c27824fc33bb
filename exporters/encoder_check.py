"""A transformer's graph, run: to teach with it, and to hold its 8-bit form against its floats."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.encoder_graph import encoder
from exporters.encoder_source import EncoderSource, Floats, Pooling
from exporters.errors import missing_extra
from exporters.parity_text import PROMPTS
from exporters.types import Progress, Report

_TOGETHER = 64
_CHARACTERS = 400  # of a text to compare with: about a chunk


class Running:
    """The graph in ONNX Runtime, with the source's tokenizer and pooling."""

    def __init__(self, source: EncoderSource, bits: int) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # or it reports to its maker, as soon as it is imported
        try:
            import onnxruntime
        except ImportError as error:
            raise missing_extra("cpu", "Running an encoder", error) from error
        from tokenizers import Tokenizer

        self._pooling = source.reading.pooling
        self._tokenizer = Tokenizer.from_str(source.tokenizer_json())
        self._tokenizer.enable_truncation(source.reading.longest)
        self._tokenizer.enable_padding()
        self._folder = tempfile.TemporaryDirectory(prefix="coder-encoder-")
        path = Path(self._folder.name) / "model.onnx"  # ONNX Runtime maps a file; bytes it would copy
        path.write_bytes(encoder(source, bits).SerializeToString())
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = None
        self._folder.cleanup()

    def encode(self, texts: list[str], report: Report) -> Floats:
        """[texts, dimensions], of length 1."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        parts: list[Floats] = []
        for start in range(0, len(order), _TOGETHER):
            report(Progress("encoding", start, len(order), "texts"))
            read = self._tokenizer.encode_batch([texts[at] for at in order[start : start + _TOGETHER]])
            ids = np.array([one.ids for one in read], np.int64)
            mask = np.array([one.attention_mask for one in read], np.int64)
            (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
            parts.append(_pooled(vectors, mask, self._pooling))
        report(Progress("encoding", len(order), len(order), "texts"))
        pooled = np.concatenate(parts)
        out = np.empty_like(pooled)
        out[order] = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
        return out


def cosines(source: EncoderSource, report: Report) -> Floats:
    """Of the 8-bit vectors to those of the floats, for texts of prose and code."""
    texts = [
        text[start : start + _CHARACTERS] for _, text in PROMPTS for start in range(0, len(text), _CHARACTERS)
    ]
    found: list[Floats] = []
    for bits in (8, 32):
        with Running(source, bits) as running:
            found.append(running.encode(texts, report))
    out: Floats = (found[0] * found[1]).sum(1)
    return out


def _pooled(vectors: Floats, mask: NDArray[np.int64], pooling: Pooling) -> Floats:
    if pooling is Pooling.FIRST:
        return vectors[:, 0]
    if pooling is Pooling.MAX:
        most: Floats = np.where(mask[:, :, None] > 0, vectors, -np.inf).max(1)
        return most
    mean: Floats = (vectors * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1, keepdims=True), 1)
    return mean
