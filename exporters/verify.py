"""An exported graph against the weights it was made from: numbers, not yes or no.

The graph continues fixed code texts greedily; the reference (transformers, float32) then reads text and
continuation in one pass. As both saw the same prefix, the first place where the reference would have chosen
another token is exactly how long two free-running models would have stayed together.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters import manifest as manifests
from exporters import parity_text, reference
from exporters.errors import ExporterError, missing_extra
from exporters.families import FAMILIES
from exporters.manifest import GRAPH_NAME, TOKENIZER_NAME, Layout, Manifest
from exporters.reference import Fed, Floats
from exporters.targets import TARGETS, Device
from exporters.types import Progress, Report, silent

KEPT = 96  # prompt positions whose logits are compared: the last ones of each text
CONTINUED = 32  # greedy tokens after each text
LONG = 4096 + 128  # tokens of the long text: past the window DeepSeek-Coder was first trained with
CHUNK = 256  # tokens of one run of the graph, so that logits of all positions stay small

# The bar of each width. Float32 differs by rounding only; for the others it is the share of positions where
# the most likely token is the same one: a wrong rotation, permutation or bias leaves next to nothing of it.
FLOAT32_LARGEST = 1e-3
TOP1_FLOOR = {16: 0.95, 8: 0.9, 4: 0.7}


@dataclass(frozen=True, slots=True)
class Verification:
    """What `coder.json` keeps. Differences are of raw logits; the KL divergence is in nats."""

    reference: str
    positions: int  # compared rows of logits
    last_position: int  # the farthest of them
    largest_difference: float
    mean_difference: float
    top1_agreement: float  # share of positions
    kl_divergence: float  # mean KL(reference || graph)
    greedy_tokens: int  # asked of each text
    greedy_identical: dict[str, int]  # text -> tokens until the first other choice
    perplexity: float  # of the graph, on the compared part of the texts
    reference_perplexity: float
    limit: str  # the bar, in words
    passed: bool

    def summary(self) -> str:
        """One line for a person."""
        same = ", ".join(f"{name} {count}" for name, count in self.greedy_identical.items())
        return (
            f"{'agrees' if self.passed else 'does NOT agree'} with {self.reference} ({self.limit}): "
            f"largest logit difference {self.largest_difference:.2g}, mean {self.mean_difference:.2g}, "
            f"same most likely token at {self.top1_agreement:.1%} of {self.positions} positions, "
            f"KL {self.kl_divergence:.2g}; identical greedy tokens of {self.greedy_tokens}: {same}"
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """One text as ids, what the graph added to it, and the graph's logits from position `first` on."""

    name: str
    ids: list[int]  # prompt and continuation; the last id is never fed
    prompt: int  # tokens
    first: int
    logits: Floats  # [len(ids) - 1 - first, vocab]


def verify(folder: Path, source: Path | None, report: Report = silent) -> Verification:
    """Compare the model in `folder` with the checkpoint at `source` and note the numbers in its manifest.

    ExporterError when the source is not at hand or the hf extra is missing. A bad result is a result: see
    `Verification.passed`.
    """
    manifest = manifests.read(folder)
    if source is None:
        raise ExporterError(
            f"Comparing {manifest.name} needs the weights it was made from ({manifest.source}), "
            "which are not kept after a pull.",
            f"coder pull {manifest.name} --keep-source, then "
            f"coder models verify {manifest.name} --deep --source PATH",
        )
    name = reference.version()
    reference.check(source, manifest)
    cases = list(_continued(folder, manifest, report))
    fed = [Fed(case.ids[:-1], case.first) for case in cases]
    expected = reference.logits(source, manifest, fed, report)
    result = _compared(cases, expected, manifest, name)
    manifests.write(dataclasses.replace(manifest, verification=dataclasses.asdict(result)), folder)
    return result


# The graph


class _Graph:
    """The exported graph run on its own: a check that shared the runtime's code would share its mistakes."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # or it reports to its maker, as soon as it is imported
        try:
            import onnxruntime
        except ImportError as error:
            raise missing_extra("cpu", "Running a graph to verify it", error) from error

        cuda = TARGETS[manifest.target].device is Device.CUDA
        provider = "CUDAExecutionProvider" if cuda else "CPUExecutionProvider"
        if provider not in onnxruntime.get_available_providers():
            raise ExporterError(
                f"{manifest.name} ({manifest.target}) runs on a CUDA GPU and this ONNX Runtime has no CUDA.",
                'python -m pip uninstall -y onnxruntime && python -m pip install "coder-cli[gpu,hf]"',
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors: nothing of the library's own on stderr
        # Idle threads that spin would take the cores from the reference, which computes right after.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / GRAPH_NAME), options, providers=[provider]
        )
        self._value = onnxruntime.OrtValue.ortvalue_from_numpy
        self._manifest = manifest
        self._device = "cuda" if cuda else "cpu"
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._names = [
            (f"past_key_values.{i}.{part}", f"present.{i}.{part}")
            for i in range(manifest.layers)
            for part in ("key", "value")
        ]
        self._past: dict[str, Any] = {}
        self._length = 0

    def start(self, capacity: int) -> None:
        """Forget everything; room for `capacity` tokens."""
        size = capacity if self._manifest.layout is Layout.FUSED else 0
        shape = (1, self._manifest.kv_heads, size, self._manifest.head_dim)
        # An array each: on the CPU the value keeps the array's own memory.
        self._past = {
            name: self._value(np.zeros(shape, self._manifest.kv_dtype), self._device, 0)
            for name, _ in self._names
        }
        self._length = 0

    def run(self, ids: list[int], wanted: int) -> Floats:
        """Feed `ids` after what was fed before; logits [wanted, vocab] of the last `wanted` of them."""
        fused = self._manifest.layout is Layout.FUSED
        total = self._length + len(ids)
        feeds: dict[str, NDArray[Any]] = {"input_ids": np.array([ids], np.int64)}
        if fused:
            feeds["seqlens_k"] = np.array([total - 1], np.int32)
            feeds["total_sequence_length"] = np.array(total, np.int32)
            feeds["num_logits"] = np.array([wanted], np.int64)
        else:
            feeds["attention_mask"] = np.ones((1, total), np.int64)
            feeds["position_ids"] = np.arange(self._length, total, dtype=np.int64)[None]
        binding = self._session.io_binding()
        for name, array in feeds.items():
            if name in self._inputs:
                binding.bind_cpu_input(name, array)
        binding.bind_output("logits", "cpu")
        for past, present in self._names:
            binding.bind_ortvalue_input(past, self._past[past])
            if fused:
                binding.bind_ortvalue_output(present, self._past[past])
            else:
                binding.bind_output(present, self._device)
        self._session.run_with_iobinding(binding)
        outputs = binding.get_outputs()
        if not fused:
            self._past = {past: value for (past, _), value in zip(self._names, outputs[1:], strict=True)}
        self._length = total
        logits: Floats = outputs[0].numpy()[0, -wanted:].astype(np.float32)
        return logits


def _continued(folder: Path, manifest: Manifest, report: Report) -> Iterator[_Case]:
    """Every text with the graph's own continuation."""
    graph = _Graph(folder, manifest)
    texts = _encoded(folder, manifest)
    for done, (name, ids) in enumerate(texts):
        report(Progress("running the exported graph", done, len(texts), "texts"))
        graph.start(len(ids) + CONTINUED)
        first = max(0, len(ids) - KEPT)
        rows = []
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            wanted = min(len(chunk), start + len(chunk) - first)
            logits = graph.run(chunk, max(1, wanted))
            if wanted > 0:
                rows.append(logits)
        sequence = [*ids, int(rows[-1][-1].argmax())]
        for _ in range(CONTINUED - 1):
            rows.append(graph.run(sequence[-1:], 1))
            sequence.append(int(rows[-1][-1].argmax()))
        yield _Case(name, sequence, len(ids), first, np.concatenate(rows))


def _encoded(folder: Path, manifest: Manifest) -> list[tuple[str, list[int]]]:
    """The fixed texts as ids, BOS first where the model wants one, none longer than the context."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_NAME))
    family = FAMILIES.get(manifest.family)
    adds_bos = manifest.bos_id is not None and (family is None or family.adds_bos or family.name == "plain")
    bos = [manifest.bos_id] if adds_bos and manifest.bos_id is not None else []
    room = manifest.context_length - CONTINUED
    texts = [
        (name, tokenizer.encode(text, add_special_tokens=False).ids) for name, text in parity_text.PROMPTS
    ]
    repeats = LONG // max(1, sum(len(ids) for _, ids in texts)) + 1
    long = tokenizer.encode(parity_text.long_text(repeats), add_special_tokens=False).ids[:LONG]
    return [(name, (bos + ids)[:room]) for name, ids in (*texts, ("long", long))]


# The numbers


def _compared(cases: list[_Case], expected: Iterator[Floats], manifest: Manifest, name: str) -> Verification:
    largest: list[float] = []
    means, same, divergences, graph_loss, reference_loss = (list[Floats]() for _ in range(5))
    greedy: dict[str, int] = {}
    for case, wanted in zip(cases, expected, strict=True):
        difference = np.abs(case.logits - wanted)
        largest.append(float(difference.max()))
        means.append(difference.mean(axis=1))
        agree = case.logits.argmax(axis=1) == wanted.argmax(axis=1)
        same.append(agree.astype(np.float32))
        ours, theirs = _log_softmax(case.logits), _log_softmax(wanted)
        divergences.append((np.exp(theirs) * (theirs - ours)).sum(axis=1))
        chosen = agree[case.prompt - 1 - case.first :]
        greedy[case.name] = int(chosen.argmin()) if not chosen.all() else len(chosen)
        text = np.arange(case.prompt - 1 - case.first)
        following = np.array(case.ids[case.first + 1 : case.prompt])
        graph_loss.append(-ours[text, following])
        reference_loss.append(-theirs[text, following])
    bits = TARGETS[manifest.target].bits
    top1 = _mean(same)
    exact = bits == 32
    passed = max(largest) <= FLOAT32_LARGEST if exact else top1 >= TOP1_FLOOR[bits]
    return Verification(
        reference=name,
        positions=sum(len(rows) for rows in same),
        last_position=max(len(case.ids) - 2 for case in cases),
        largest_difference=max(largest),
        mean_difference=_mean(means),
        top1_agreement=top1,
        kl_divergence=max(0.0, _mean(divergences)),  # of equal rows rounding leaves -1e-9
        greedy_tokens=CONTINUED,
        greedy_identical=greedy,
        perplexity=float(np.exp(_mean(graph_loss))),
        reference_perplexity=float(np.exp(_mean(reference_loss))),
        limit=f"largest difference {FLOAT32_LARGEST}" if exact else f"top-1 agreement {TOP1_FLOOR[bits]}",
        passed=bool(passed),
    )


def _log_softmax(logits: Floats) -> Floats:
    shifted: Floats = logits - logits.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted


def _mean(rows: list[Floats]) -> float:
    return float(np.concatenate(rows).mean(dtype=np.float64))
