"""Tiny random checkpoints that transformers itself writes. Needs the hf extra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

VOCAB = 384  # 256 bytes, the two control tokens, and rows no token owns
BOS, EOS = 256, 257


def write_byte_tokenizer(folder: Path) -> None:
    """One token a byte, plus BOS and EOS."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<bos>", "<eos>"])
    tokenizer.save(str(folder / "tokenizer.json"))


def sharpen(model: Any, deviation: float = 3.0) -> None:  # noqa: ANN401 - torch is not here at import
    """Scale the weights so that attention is peaked and logits have the given standard deviation.

    At the library's own initialisation attention is flat and a wrong rotation would hardly show.
    """
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 2 and "embed" not in name and "wte" not in name and "wpe" not in name:
                weight.normal_(0, 2.0 / weight.shape[1] ** 0.5)
            elif name.endswith("bias"):
                weight.normal_(0, 0.5)
            elif weight.dim() == 1:
                weight.normal_(1, 0.1)
            else:
                weight.normal_(0, 1.0)
        ids = torch.randint(0, 256, (1, 64), generator=torch.Generator().manual_seed(7))
        spread = model(ids).logits.std()
        output = model.get_output_embeddings().weight
        output.mul_(deviation / spread)
        output[BOS:] = 0  # only bytes are ever likely


def save(config: Any, folder: Path) -> Any:  # noqa: ANN401
    """A random model of `config`, written as safetensors with a tokenizer; returned in eval mode."""
    import torch
    import transformers

    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(config).to(torch.float32).eval()
    sharpen(model)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    write_byte_tokenizer(folder)
    return model
