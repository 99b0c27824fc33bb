"""aider beside us: 20 of the edits, the same weights, the same tree, the same instruction.

    PEER -m llama_cpp.server --model FILE.gguf --n_ctx 32768 --n_threads 2 --logits_all false --port 8123
    python -m tests.quality.edits_aider FOLDER_OF_CLONES --aider AIDER --out FILE.jsonl
                                        [--edit-format diff|whole] [--half tuning|heldout] [--limit N]
                                        [--base http://127.0.0.1:8123/v1] [--work FOLDER]

AIDER is the program of a virtual environment of its own (`pip install aider-chat`), PEER a Python with
llama-cpp-python and its server; any server with OpenAI's chat interface will do. aider gets the commit's
subject as its message and the commit's file, says yes to all that it asks itself, and may try again as often
as it does by itself: three times, after blocks that fail and after lint errors. It has no home to read
settings from, makes no commits, and gets no map of the repository unless --map-tokens says so: the file is
named, and reading a map takes longer than the edit.

An edit applies where aider says of an answer that it was applied, that is with all its blocks, and the file
is another one then. Rows, resuming and the table are those of edits.py.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.quality import edit_set, edit_trees
from tests.quality.edit_set import Commit
from tests.quality.edit_trees import Trees, Tried
from tests.quality.edits import work_folder

NAME = "qwen2.5-coder-1.5b-instruct"
_QUIET = (
    "--yes-always", "--no-auto-commits", "--no-dirty-commits", "--no-gitignore", "--no-pretty", "--no-stream",
    "--no-fancy-input", "--no-check-update", "--no-show-release-notes", "--no-show-model-warnings",
    "--no-detect-urls", "--no-suggest-shell-commands", "--analytics-disable",
)  # fmt: skip
_TOKENS = re.compile(r"Tokens: ([\d.]+k?) sent, ([\d.]+k?) received")
_FAILED = "did not conform to the edit format"
_NO_MATCH = re.compile(r"\d+ SEARCH/REPLACE blocks? failed to match")
_CUT = "token limit"


@dataclass(frozen=True, slots=True)
class Aider:
    program: Path
    base: str
    edit_format: str
    context: int
    longest: int  # tokens of an answer
    patience: float  # seconds for a request
    map_tokens: int
    home: Path

    def attempt(self, root: Path, commit: Commit) -> Tried:
        self._settings()
        begun = time.monotonic()
        done = subprocess.run(
            [
                str(self.program),
                *_QUIET,
                *("--model", f"openai/{NAME}"),
                *("--openai-api-base", self.base),
                *("--openai-api-key", "none"),
                *(("--edit-format", self.edit_format) if self.edit_format != "default" else ()),
                *("--timeout", str(self.patience)),
                *("--map-tokens", str(self.map_tokens)),
                *("--model-metadata-file", str(self.home / "metadata.json")),
                *("--model-settings-file", str(self.home / "settings.yml")),
                *("--message", commit.instruction),
                commit.path,
            ],
            cwd=root,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                "LANG": "C.UTF-8",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return tried(done.stdout.decode("utf-8", "replace"), root, commit, time.monotonic() - begun)

    def _settings(self) -> None:
        """The window of the model, the longest answer, and nothing else: the rest is aider's own choice."""
        self.home.mkdir(parents=True, exist_ok=True)
        known = {
            "max_input_tokens": self.context,
            "max_tokens": self.context,
            "max_output_tokens": self.longest,
            "input_cost_per_token": 0,
            "output_cost_per_token": 0,
            "litellm_provider": "openai",
            "mode": "chat",
        }
        metadata, settings = self.home / "metadata.json", self.home / "settings.yml"
        metadata.write_text(json.dumps({f"openai/{NAME}": known}), encoding="utf-8")
        settings.write_text(
            f"- name: aider/extra_params\n  extra_params:\n    max_tokens: {self.longest}\n", encoding="utf-8"
        )


def tried(told: str, root: Path, commit: Commit, seconds: float) -> Tried:
    """What aider says of its answers, and the file that it leaves behind."""
    applied = f"Applied edit to {commit.path}" in told
    tokens = [(_number(sent), _number(received)) for sent, received in _TOKENS.findall(told)]
    why = "no edit in the answer"
    if _FAILED in told or _NO_MATCH.search(told):
        why = "blocks do not fit"
    if _CUT in told:
        why = "cut short"
    file = root / commit.path
    return Tried(
        after=file.read_bytes() if applied and file.is_file() else None,
        why=why,
        rounds=len(tokens),
        prompt_tokens=sum(sent for sent, _ in tokens),
        new_tokens=sum(received for _, received in tokens),
        seconds=seconds,
        answer=told,
    )


def _number(text: str) -> int:
    return int(float(text.removesuffix("k")) * (1_000 if text.endswith("k") else 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clones", type=Path, metavar="FOLDER_OF_CLONES")
    parser.add_argument("--aider", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--edit-format", choices=["diff", "whole", "default"], default="diff")
    parser.add_argument("--base", default="http://127.0.0.1:8123/v1")
    parser.add_argument("--context", type=int, default=32_768)
    parser.add_argument("--max-tokens", type=int, default=2_048)
    parser.add_argument("--patience", type=float, default=900)
    parser.add_argument("--map-tokens", type=int, default=0, help="of aider's repository map")
    parser.add_argument("--half", choices=[edit_set.TUNING, edit_set.HELD_OUT])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--work", type=Path, help="where the trees are made; default: a temporary folder")
    options = parser.parse_args()
    commits = [commit for commit in edit_set.few(10) if options.half in (None, commit.half)]
    with work_folder(options.work) as work:
        aider = Aider(
            options.aider.absolute(),
            options.base,
            options.edit_format,
            options.context,
            options.max_tokens,
            options.patience,
            options.map_tokens,
            work / "home",
        )
        edit_trees.run(
            commits[: options.limit],
            Trees(options.clones.resolve(), work / "aider"),
            f"aider-{options.edit_format}",
            NAME,
            options.out,
            aider.attempt,
        )


if __name__ == "__main__":
    main()
