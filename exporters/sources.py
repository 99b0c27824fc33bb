"""Checkpoints, read one tensor at a time: a folder of safetensors, or a GGUF file.

Whatever the file, tensors come out as float32 under Hugging Face names and in Hugging Face layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from exporters.errors import SourceError

Float32Array = NDArray[np.float32]

# How many names of a long list stand in an error sentence.
_NAMED_IN_ERRORS = 5


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """The shape of a Llama or Qwen2 decoder: SwiGLU feed-forward, RMSNorm, rotary positions."""

    architecture: str  # "llama" or "qwen2"
    layers: int
    hidden: int
    ffn: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int  # rows of the embedding; may exceed the tokenizer's own count
    rope_theta: float
    rope_linear_factor: float  # positions are divided by it; 1.0: no scaling
    rms_eps: float
    context_length: int  # tokens
    tied: bool  # the embedding is the output layer too
    qkv_bias: bool


class Source(Protocol):
    """An opened checkpoint. Reading is safe from several threads at once and keeps nothing resident."""

    @property
    def path(self) -> Path: ...

    @property
    def config(self) -> DecoderConfig: ...

    @property
    def title(self) -> str:
        """What the checkpoint calls itself: a hint for people and for `recognise`, never a fact."""
        ...

    @property
    def bos_id(self) -> int | None: ...

    @property
    def adds_bos(self) -> bool:
        """Whether the checkpoint's own tokenizer puts BOS before a text."""
        ...

    @property
    def eos_ids(self) -> tuple[int, ...]:
        """Ids that end an answer, most specific source first, each once."""
        ...

    @property
    def chat_template(self) -> str | None: ...

    @property
    def licence(self) -> str | None:
        """The licence's name as the checkpoint states it, e.g. "apache-2.0"."""
        ...

    @property
    def licence_text(self) -> str | None: ...

    def names(self) -> tuple[str, ...]: ...

    def shape(self, name: str) -> tuple[int, ...]:
        """Matrices are [out, in]. SourceError for a name that is not there."""
        ...

    def storage(self, name: str) -> str:
        """How the file keeps the tensor: "BF16", "Q4_K", ..."""
        ...

    def read(self, name: str) -> Float32Array: ...

    def read_rows(self, name: str, start: int, stop: int) -> Float32Array:
        """Rows start..stop-1 along the first axis, for tensors too large to hold whole."""
        ...

    def tokenizer_json(self) -> str:
        """The tokenizer as the `tokenizers` library reads it."""
        ...

    def close(self) -> None: ...


def open_source(path: Path) -> Source:
    """A folder with config.json and safetensors, a .gguf file, or a folder holding exactly one .gguf.

    Reads headers only. SourceError where it is none of these, damaged, or of an unknown architecture.
    """
    if path.is_dir():
        return _open_folder(path)
    if not path.exists():
        raise SourceError(f"{path} does not exist.")
    if path.suffix in (".bin", ".pt", ".pth", ".ckpt"):
        raise pickle_error(path.name)
    if path.suffix == ".safetensors":
        raise SourceError(
            f"{path.name} holds tensors only; its config.json and tokenizer.json are needed too.",
            f"coder export {path.parent}",
        )
    from exporters.gguf_source import GgufSource

    return GgufSource(path)


def _open_folder(folder: Path) -> Source:
    ggufs = sorted(folder.glob("*.gguf"))
    if (folder / "config.json").is_file() and not (ggufs and not any(folder.glob("*.safetensors*"))):
        from exporters.safetensors_source import SafetensorsSource

        return SafetensorsSource(folder)
    if len(ggufs) == 1:
        from exporters.gguf_source import GgufSource

        return GgufSource(ggufs[0], licence_folder=folder)
    if ggufs:
        raise SourceError(
            f"{folder} holds {len(ggufs)} GGUF files: {listed([file.name for file in ggufs])}. Name one.",
            f"coder export {ggufs[0]}",
        )
    raise SourceError(f"{folder} holds no checkpoint: neither config.json with safetensors nor a .gguf file.")


def pickle_error(name: str) -> SourceError:
    return SourceError(
        f"{name} holds pickled code; loading it would run whatever its author put in. "
        "Only safetensors and GGUF are read.",
        "Take the model's safetensors files, or convert it: transformers' save_pretrained writes them.",
    )


def expected_shapes(config: DecoderConfig) -> dict[str, tuple[int, ...]]:
    """Every tensor the decoder needs, by its Hugging Face name, matrices as [out, in]."""
    hidden, ffn, head_dim = config.hidden, config.ffn, config.head_dim
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (config.vocab, hidden)}
    for layer in range(config.layers):
        at = f"model.layers.{layer}."
        shapes[at + "input_layernorm.weight"] = (hidden,)
        for letter, heads in (("q", config.heads), ("k", config.kv_heads), ("v", config.kv_heads)):
            shapes[at + f"self_attn.{letter}_proj.weight"] = (heads * head_dim, hidden)
            if config.qkv_bias:
                shapes[at + f"self_attn.{letter}_proj.bias"] = (heads * head_dim,)
        shapes[at + "self_attn.o_proj.weight"] = (hidden, config.heads * head_dim)
        shapes[at + "post_attention_layernorm.weight"] = (hidden,)
        shapes[at + "mlp.gate_proj.weight"] = (ffn, hidden)
        shapes[at + "mlp.up_proj.weight"] = (ffn, hidden)
        shapes[at + "mlp.down_proj.weight"] = (hidden, ffn)
    shapes["model.norm.weight"] = (hidden,)
    if not config.tied:
        shapes["lm_head.weight"] = (config.vocab, hidden)
    return shapes


def check(source: Source) -> None:
    """SourceError unless the checkpoint holds exactly the tensors its configuration asks for."""
    present = set(source.names())
    wanted = expected_shapes(source.config)
    missing = [name for name in wanted if name not in present]
    if missing:
        raise SourceError(f"{source.path.name} lacks {len(missing)} tensors: {listed(missing)}.")
    wrong = [name for name, shape in wanted.items() if source.shape(name) != shape]
    if wrong:
        name = wrong[0]
        more = f" ({len(wrong)} tensors differ)" if len(wrong) > 1 else ""
        raise SourceError(
            f"{source.path.name}: {name} has the shape {list(source.shape(name))}, "
            f"but the configuration asks for {list(wanted[name])}{more}."
        )
    # A tensor without a place in the graph (an extra bias, a norm on q) means another computation.
    unknown = sorted(name for name in present - set(wanted) if not _is_redundant(name, source.config))
    if unknown:
        raise SourceError(
            f"{source.path.name} holds tensors the {source.config.architecture} decoder has no place for: "
            f"{listed(unknown)}.",
            f"coder export {source.path} --via optimum",
        )


def _is_redundant(name: str, config: DecoderConfig) -> bool:
    """Tensors that hold nothing new: the rotary frequencies, the copy of a tied embedding."""
    return name.endswith(".rotary_emb.inv_freq") or (name == "lm_head.weight" and config.tied)


def listed(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    head = ", ".join(names[:_NAMED_IN_ERRORS])
    more = len(names) - _NAMED_IN_ERRORS
    return f"{head} and {more} more" if more > 0 else head
