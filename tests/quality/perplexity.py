"""Perplexity and top-1 agreement of exported models on a fixed code text, through the running engine.

    python -m tests.quality.perplexity FLOAT_MODEL --save reference.npz      once, with a cpu-fp32 export
    python -m tests.quality.perplexity MODEL... --against reference.npz

A model is an installed name or a folder. The text is cut into windows; each is read from an empty cache,
and every token but the first of a window is predicted. Nothing is sampled, so the numbers repeat exactly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coder_cli import settings
from coder_cli.model.engine import Engine
from coder_cli.model.runs import run
from exporters.manifest import GRAPH_NAME
from exporters.store import InstalledModel, ModelStore
from tests.quality.text import code_text

SHARED = Path(__file__).parents[3] / "shared" / "data"
CHUNK = 256  # positions whose logits are held at once: 156 MB with a vocabulary of 152k


@dataclass(frozen=True, slots=True)
class Score:
    """Of every predicted token, in order."""

    ids: NDArray[np.int64]  # what stood there
    nll: NDArray[np.float64]  # its negative log-likelihood, nats
    top: NDArray[np.int64]  # what the model found likeliest

    @property
    def perplexity(self) -> float:
        return exp(float(self.nll.mean()))


def windows(engine: Engine, text: str, count: int, length: int) -> list[list[int]]:
    """`count` windows of `length` ids, the BOS in front of each counted, where the family has one."""
    ids = engine.encode((text,))
    bos = [engine.tokenizer.bos_id] if engine.tokenizer.bos_id is not None else []
    body = ids[len(bos) :]
    step = length - len(bos)
    cut = [[*bos, *body[start : start + step]] for start in range(0, count * step, step)]
    if len(cut[-1]) < length:
        raise SystemExit(f"The text has {len(ids)} tokens: too few for {count} windows of {length}.")
    return cut


def score(engine: Engine, cut: Sequence[Sequence[int]]) -> Score:
    """Each window from an empty cache."""
    likelihoods, tops = [], []
    for window in cut:
        engine.cache.roll_back(0)
        for start in range(0, len(window) - 1, CHUNK):
            chunk = window[start : min(start + CHUNK, len(window) - 1)]
            logits = run(engine._session, engine.cache, chunk, wanted=len(chunk))
            after = np.array(window[start + 1 : start + 1 + len(chunk)])
            tops.append(logits.argmax(axis=1))
            likelihoods.append(_nll(logits, after))
    after_all = np.concatenate([np.array(window[1:]) for window in cut])
    return Score(after_all, np.concatenate(likelihoods), np.concatenate(tops))


def _nll(logits: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """[n, vocab] and [n] -> [n]; row by row, since a float64 copy of all would be twice as large again."""
    out = np.empty(len(ids))
    for row, (values, token) in enumerate(zip(logits, ids, strict=True)):
        shifted = values.astype(np.float64) - values.max()
        out[row] = np.log(np.exp(shifted).sum()) - shifted[token]
    return out


def bytes_per_parameter(model: InstalledModel) -> float:
    """Weights and graph as stored; the tokenizer is no weight."""
    stored = sum(path.stat().st_size for path in model.folder.glob(GRAPH_NAME + "*"))
    return stored / model.manifest.parameters


def describe(model: InstalledModel, found: Score, reference: Score | None) -> str:
    size = bytes_per_parameter(model)
    line = f"{model.name}@{model.target}: perplexity {found.perplexity:.4f}, {size:.3f} bytes a parameter"
    if reference is None:
        return line
    if not np.array_equal(found.ids, reference.ids):
        raise SystemExit("The reference was made from another text, tokenizer or window.")
    more = found.perplexity / reference.perplexity - 1
    agreement = float((found.top == reference.top).mean())
    return f"{line}, {more:+.2%} to the reference, top-1 agreement {agreement:.2%}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.perplexity")
    parser.add_argument("models", nargs="+", help="installed names or model folders")
    parser.add_argument("--save", type=Path, help="keep the first model's scores as a reference (.npz)")
    parser.add_argument("--against", type=Path, help="a reference saved before")
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--length", type=int, default=1024, help="tokens in a window")
    parser.add_argument("--shared-data", type=Path, default=SHARED)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    chosen = settings.load()
    text = code_text(options.shared_data)
    reference = Score(**np.load(options.against)) if options.against else None
    for number, name in enumerate(options.models):
        model = ModelStore(chosen.models_dir).resolve(name)
        engine = Engine.open(
            model.folder,
            device=chosen.device,
            context_tokens=options.length,
            threads=options.threads,
            notice=lambda said: print(said, file=sys.stderr),
        )
        found = score(engine, windows(engine, text, options.windows, options.length))
        if options.save and number == 0:
            np.savez(options.save, ids=found.ids, nll=found.nll, top=found.top)
        print(describe(model, found, reference), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
