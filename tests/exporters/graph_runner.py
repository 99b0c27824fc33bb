"""The exported graph run by hand, past and present in one buffer; shares no code with the runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters import manifest as manifests

Logits = NDArray[np.float32]


class Graph:
    """One sequence in the making."""

    def __init__(self, folder: Path, capacity: int, model: bytes | None = None) -> None:
        import onnxruntime

        manifest = manifests.read(folder)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        if model is not None:  # an altered graph over the same weights
            options.add_session_config_entry(
                "session.model_external_initializers_file_folder_path", str(folder)
            )
        self._session: Any = onnxruntime.InferenceSession(
            model or str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._value = onnxruntime.OrtValue.ortvalue_from_numpy
        shape = (1, manifest.kv_heads, capacity, manifest.head_dim)
        self._past = {
            f"{layer}.{kind}": self._value(np.zeros(shape, manifest.kv_dtype))
            for layer in range(manifest.layers)
            for kind in ("key", "value")
        }
        self.length = 0

    def run(self, ids: Sequence[int], wanted: int | None = None) -> Logits:
        """Feed `ids` after what was fed before -> logits of the last `wanted` (all of them by default)."""
        total = self.length + len(ids)
        binding = self._session.io_binding()
        binding.bind_cpu_input("input_ids", np.array([ids], np.int64))
        binding.bind_cpu_input("seqlens_k", np.array([total - 1], np.int32))
        binding.bind_cpu_input("total_sequence_length", np.array(total, np.int32))
        count = len(ids) if wanted is None else wanted
        binding.bind_cpu_input("num_logits", np.array([count], np.int64))
        binding.bind_output("logits", "cpu")
        for name, value in self._past.items():
            binding.bind_ortvalue_input(f"past_key_values.{name}", value)
            binding.bind_ortvalue_output(f"present.{name}", value)
        self._session.run_with_iobinding(binding)
        self.length = total
        logits: Logits = binding.get_outputs()[0].numpy()[0]
        return logits
