"""semble's side of `python -m tests.quality.search --against semble`, under a Python that has semble.

Nothing of this project is imported: `--peer-python` runs this file by its path, as coder_cli/bench_peers.py.
One JSON object a line on stdin, one a line back: `{"do": "model" | "search", ...}` is answered by
`{"done": {...}}` or `{"error": MESSAGE, "help": LINE or null}`. End of stdin ends the process.

A stand-in for semble's model: its own (minishlab/potion-code-16M-v2) lies on a Hub that is not asked. It is
given a Model2Vec folder of our static table's vectors instead. Its tokenizer is a WordLevel one over the runs
of word characters in the trees to be searched and in the queries; the vector of each is the sum of the rows
that our encoder has for it, its parts and its pieces. So both sides mean the same by a word. One difference
stays: a Model2Vec model counts a word that stands n times n times, ours 1 + ln n. All else is semble's own:
what it indexes, its chunks, BM25, fusion, boosts and penalties.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

INSTALL = "pip install semble"
UNKNOWN = "[UNK]"


class Semble:
    """One model, and any number of folders, each indexed anew where files have changed."""

    def __init__(self) -> None:
        self._model = ""

    def model(self, words: str, vectors: str, folder: str) -> dict[str, Any]:
        """`words`: a JSON list. `vectors`: .npy, a row a word. The model is written to `folder`."""
        import numpy
        from model2vec import StaticModel  # type: ignore[import-not-found]
        from tokenizers import Regex, Tokenizer
        from tokenizers.models import WordLevel
        from tokenizers.pre_tokenizers import Split

        known = [UNKNOWN, *json.loads(Path(words).read_text(encoding="utf-8"))]
        rows = numpy.load(vectors)
        rows = numpy.concatenate([numpy.zeros((1, rows.shape[1]), rows.dtype), rows])
        tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(known)}, unk_token=UNKNOWN))
        tokenizer.pre_tokenizer = Split(Regex(r"\w+"), "removed", invert=True)
        StaticModel(rows, tokenizer, normalize=True, max_length=None).save_pretrained(folder)
        self._model = folder
        return {"words": len(known)}

    def search(self, folder: str, query: str, most: int) -> dict[str, Any]:
        """The files of the best `most` chunks, the best first, and how many files and chunks there are."""
        from semble import SembleIndex  # type: ignore[import-not-found]
        from semble.cache import save_index_to_cache  # type: ignore[import-not-found]

        index = SembleIndex.from_path(folder, model_path=self._model)
        save_index_to_cache(index, folder)  # from which the next tree's begins
        results = index.search(query, top_k=most)
        return {
            "paths": list(dict.fromkeys(result.chunk.file_path for result in results)),
            "files": index.stats.indexed_files,
            "chunks": index.stats.total_chunks,
        }


def main() -> None:
    # The pipe is kept for the protocol alone: whatever a library prints goes to stderr.
    channel = os.dup(1)
    os.dup2(2, 1)
    semble = Semble()
    does: dict[str, Callable[..., dict[str, Any]]] = {"model": semble.model, "search": semble.search}
    for line in sys.stdin:
        command = json.loads(line)
        try:
            reply: dict[str, Any] = {"done": does[command.pop("do")](**command)}
        except ImportError as error:
            reply = {"error": f"{error}", "help": INSTALL}
        except Exception as error:  # the parent shows it
            traceback.print_exc()
            reply = {"error": repr(error), "help": None}
        os.write(channel, json.dumps(reply).encode() + b"\n")


if __name__ == "__main__":
    main()
