"""The model as transformers computes it, in float32: the oracle of verify.py. Needs the hf extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.errors import SourceError, missing_extra
from exporters.manifest import Layout, Manifest
from exporters.sources import DecoderConfig, Source, open_source
from exporters.types import Progress, Report

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fed:
    """A sequence the model reads in one pass; logits are wanted from position `first` on."""

    ids: list[int]
    first: int


def version() -> str:
    """What the numbers were measured against. ExporterError without the hf extra."""
    _, transformers = _libraries()
    return f"transformers {transformers.__version__} float32"


def check(source: Path, manifest: Manifest) -> None:
    """SourceError when `source` cannot be what the model was made from; cheap, before any long work."""
    if manifest.layout is not Layout.FUSED:
        return
    with closing(open_source(source)) as opened:
        config = opened.config
    found = (config.architecture, config.layers, config.kv_heads, config.head_dim, config.vocab)
    wanted = (
        manifest.architecture,
        manifest.layers,
        manifest.kv_heads,
        manifest.head_dim,
        manifest.vocab_size,
    )
    if found != wanted:
        raise SourceError(
            f"{source} is not what {manifest.name} was made from: architecture, layers, key/value heads, "
            f"head size and vocabulary are {', '.join(map(str, found))}, not {', '.join(map(str, wanted))}."
        )


def logits(source: Path, manifest: Manifest, fed: list[Fed], report: Report) -> Iterator[Floats]:
    """For each sequence its logits [positions from `first`, vocab]."""
    if manifest.layout is Layout.FUSED:
        return _layer_by_layer(source, fed, report)
    return _whole(source, fed, report)


def _libraries() -> tuple[ModuleType, ModuleType]:
    """(torch, transformers), quiet."""
    try:
        import torch
        import transformers
    except ImportError as error:
        raise missing_extra("hf", "The reference that a graph is compared with", error) from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch, transformers


def _layer_by_layer(source: Path, fed: list[Fed], report: Report) -> Iterator[Floats]:
    """transformers' own model, one layer of it, given the weights of each layer in turn: little memory."""
    with closing(open_source(source)) as weights:
        yield from _layers_of(weights, source, fed, report)


def _layers_of(weights: Source, source: Path, fed: list[Fed], report: Report) -> Iterator[Floats]:
    torch, transformers = _libraries()
    config: Any = _config(source, weights.config, transformers)
    config.num_hidden_layers = 1
    config.vocab_size, config.pad_token_id = 1, None  # embeddings are looked up here
    model = transformers.AutoModel.from_config(config, trust_remote_code=False).to(torch.float32).eval()
    norm, model.norm = model.norm, torch.nn.Identity()
    norm.load_state_dict({"weight": torch.from_numpy(weights.read("model.norm.weight"))})
    table = weights.read("model.embed_tokens.weight")
    with torch.inference_mode():
        hidden = [torch.from_numpy(table[np.array(sequence.ids)])[None] for sequence in fed]
        for layer in range(weights.config.layers):
            report(Progress("running the reference", layer, weights.config.layers, "layers"))
            prefix = f"model.layers.{layer}."
            state = {
                name.removeprefix(prefix): torch.from_numpy(weights.read(name))
                for name in weights.names()
                if name.startswith(prefix) and not name.endswith("rotary_emb.inv_freq")
            }
            model.layers[0].load_state_dict(state)
            hidden = [model(inputs_embeds=states, use_cache=False).last_hidden_state for states in hidden]
        output = torch.from_numpy(table if weights.config.tied else weights.read("lm_head.weight"))
        for states, sequence in zip(hidden, fed, strict=True):
            yield (norm(states[0, sequence.first :]) @ output.T).numpy()


def _config(source: Path, config: DecoderConfig, transformers: ModuleType) -> object:
    """A folder's config.json as transformers itself reads it; a GGUF's said in transformers' words."""
    if (source / "config.json").is_file():
        read: object = transformers.AutoConfig.from_pretrained(
            source, trust_remote_code=False, local_files_only=True
        )
        return read
    scaling = None
    if config.rope_linear_factor != 1:
        scaling = {"rope_type": "linear", "factor": config.rope_linear_factor}
    kinds = {"llama": transformers.LlamaConfig, "qwen2": transformers.Qwen2Config}
    made: object = kinds[config.architecture](
        hidden_size=config.hidden,
        intermediate_size=config.ffn,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.kv_heads,
        head_dim=config.head_dim,
        rms_norm_eps=config.rms_eps,
        rope_theta=config.rope_theta,
        rope_scaling=scaling,
        max_position_embeddings=config.context_length,
    )
    return made


def _whole(source: Path, fed: list[Fed], report: Report) -> Iterator[Floats]:
    """Any architecture transformers knows, all of it in memory."""
    torch, transformers = _libraries()
    model = transformers.AutoModelForCausalLM.from_pretrained(
        source,
        trust_remote_code=False,
        local_files_only=True,
        use_safetensors=True,
        torch_dtype=torch.float32,
    ).eval()
    with torch.inference_mode():
        for done, sequence in enumerate(fed):
            report(Progress("running the reference", done, len(fed), "texts"))
            yield model(torch.tensor([sequence.ids]), use_cache=False).logits[0, sequence.first :].numpy()
