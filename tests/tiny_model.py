"""A two-layer model with random weights and a real tokenizer, made by the real exporter.

Weights are scaled so that attention is peaked and logits spread (a standard deviation of about 4): a flat
model would hide a wrong position or permutation.
"""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.export import export
from exporters.families import DEEPSEEK_LETTERS, FAMILIES, Family
from exporters.sources import DecoderConfig, expected_shapes
from exporters.targets import TARGETS

Tensors = dict[str, NDArray[np.float32]]

DEEPSEEK_SHAPE = DecoderConfig(
    architecture="llama",
    layers=2,
    hidden=64,
    ffn=160,
    heads=4,
    kv_heads=4,
    head_dim=16,
    vocab=512,
    rope_theta=100000.0,
    rope_linear_factor=4.0,
    rms_eps=1e-6,
    context_length=1024,
    tied=False,
    qkv_bias=False,
)
QWEN_SHAPE = replace(
    DEEPSEEK_SHAPE,
    architecture="qwen2",
    kv_heads=2,
    rope_theta=1e6,
    rope_linear_factor=1.0,
    tied=True,
    qkv_bias=True,
)
PLAIN_SHAPE = replace(DEEPSEEK_SHAPE, kv_heads=2, rope_theta=10000.0, rope_linear_factor=1.0, tied=True)

_PEAKED = 2.0  # standard deviation of q and k entries: scores then spread by 4
_SPREAD = 4.0  # standard deviation of the logits
_DEEPSEEK_SPECIAL = ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>")
_QWEN_PLAIN = ("<tool_call>", "</tool_call>", "<|repo_name|>", "<|file_sep|>")  # and every <|fim_...|>
_PLAIN_TOKENS = ("<s>", "</s>")
_PLAIN_TEMPLATE = (
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>\n{% endfor %}<s>assistant\n"
)
_TRAINING_TEXT = (
    "def add(first, second):\n    return first + second\n\n\nfor index in range(10):\n    print(index)\n",
    "class Reader:\n    def __init__(self, path):\n        self.path = path\n\n"
    "    def read(self):\n        ...",
    "import os\nimport sys\n\nif __name__ == '__main__':\n    sys.exit(os.system('ls'))\n",
    "Write a function that returns the sum of two numbers. You are a helpful assistant.\n",
)


def tiny_model(
    folder: Path,
    family: str = "qwen2.5-coder-instruct",
    target: str = "cpu-int4",
    tokenizer: Path | None = None,
    config: DecoderConfig | None = None,
) -> Path:
    """Export a tiny model of `family` below `folder`; returns its model folder.

    `tokenizer`: a real tokenizer.json in place of the tiny one.
    """
    checkpoint = tiny_checkpoint(folder / "checkpoint", family, tokenizer, config)
    out = folder / "models" / f"tiny-{family}" / target
    export(checkpoint, out, TARGETS[target], name=f"tiny-{family}", origin="tests", family=family)
    return out


def tiny_checkpoint(
    folder: Path, family: str, tokenizer: Path | None = None, config: DecoderConfig | None = None
) -> Path:
    """A folder as transformers saves it: config.json, model.safetensors, tokenizer.json."""
    row = FAMILIES[family]
    text = tokenizer.read_text(encoding="utf-8") if tokenizer else tiny_tokenizer(family)
    ids = {token["content"]: int(token["id"]) for token in json.loads(text)["added_tokens"]}
    config = config or _shape(row)
    config = replace(config, vocab=max(config.vocab, 64 * (max(ids.values()) // 64 + 1)))
    write_checkpoint(folder, config, random_tensors(config), _special_ids(row, ids))
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    template = {"chat_template": _PLAIN_TEMPLATE} if family == "plain" else {}
    settings = {"add_bos_token": row.adds_bos, **template}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def write_tiny_checkpoint(folder: Path, config: DecoderConfig, tensors: Tensors) -> Path:
    """A checkpoint of any shape, with the plain family's tokenizer."""
    write_checkpoint(folder, config, tensors)
    (folder / "tokenizer.json").write_text(tiny_tokenizer("plain"), encoding="utf-8")
    return folder


def write_checkpoint(
    folder: Path, config: DecoderConfig, tensors: Tensors, extra: dict[str, Any] | None = None
) -> None:
    """config.json and model.safetensors (float32)."""
    folder.mkdir(parents=True, exist_ok=True)
    scaling = {"type": "linear", "factor": config.rope_linear_factor}
    described = {
        "model_type": config.architecture,
        "num_hidden_layers": config.layers,
        "hidden_size": config.hidden,
        "intermediate_size": config.ffn,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.head_dim,
        "vocab_size": config.vocab,
        "rope_theta": config.rope_theta,
        "rope_scaling": scaling if config.rope_linear_factor != 1 else None,
        "rms_norm_eps": config.rms_eps,
        "max_position_embeddings": config.context_length,
        "tie_word_embeddings": config.tied,
        "hidden_act": "silu",
        **(extra or {}),
    }
    (folder / "config.json").write_text(json.dumps(described), encoding="utf-8")
    write_safetensors(folder / "model.safetensors", tensors)


def write_safetensors(path: Path, tensors: Tensors) -> None:
    header: dict[str, Any] = {}
    offset = 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            stream.write(np.ascontiguousarray(array, "<f4").tobytes())


def random_tensors(config: DecoderConfig, seed: int = 7) -> Tensors:
    """Every tensor of a checkpoint of this shape."""
    random = np.random.default_rng(seed)
    tensors = {}
    for name, shape in expected_shapes(config).items():
        values = random.standard_normal(shape)
        if len(shape) == 1:
            values = values * 0.5 if name.endswith("bias") else 1 + 0.2 * values
        elif name.endswith(("q_proj.weight", "k_proj.weight")):
            values *= _PEAKED / np.sqrt(shape[1])
        elif name == "lm_head.weight" or (config.tied and name == "model.embed_tokens.weight"):
            values *= _SPREAD / np.sqrt(shape[1])
        elif name != "model.embed_tokens.weight":
            values /= np.sqrt(shape[1])
        tensors[name] = values.astype(np.float32)
    return tensors


@cache
def tiny_tokenizer(family: str) -> str:
    """tokenizer.json: byte-level BPE over a few lines of code, the family's control tokens last."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    row = FAMILIES[family]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=384, initial_alphabet=sorted(alphabet), show_progress=False)
    tokenizer.train_from_iterator(_TRAINING_TEXT, trainer)
    for text in (*row.literal_tokens, *(row.control_tokens or _PLAIN_TOKENS)):
        special = _is_special(text)
        tokenizer.add_tokens([AddedToken(text, special=special, normalized=not special)])
    return tokenizer.to_str()


def _is_special(text: str) -> bool:
    """As in the real tokenizers, where most marks are not `special`."""
    if text in DEEPSEEK_LETTERS or text in _QWEN_PLAIN or text.startswith("<|fim_"):
        return False
    deepseek = text in FAMILIES["deepseek-coder-base"].control_tokens
    return text in _DEEPSEEK_SPECIAL if deepseek else True


def _shape(family: Family) -> DecoderConfig:
    if family.name.startswith("deepseek"):
        return DEEPSEEK_SHAPE
    return QWEN_SHAPE if family.name.startswith("qwen") else PLAIN_SHAPE


def _special_ids(family: Family, ids: dict[str, int]) -> dict[str, Any]:
    """bos_token_id and eos_token_id as the real checkpoints have them."""
    if family.name.startswith("deepseek"):
        end = "<|EOT|>" if family.instruct else "<｜end▁of▁sentence｜>"
        return {"bos_token_id": ids["<｜begin▁of▁sentence｜>"], "eos_token_id": ids[end]}
    if family.name.startswith("qwen"):
        end = "<|im_end|>" if family.instruct else "<|endoftext|>"
        return {"bos_token_id": ids["<|endoftext|>"], "eos_token_id": ids[end]}
    return {"bos_token_id": ids["<s>"], "eos_token_id": ids["</s>"]}
