"""config.json of a Hugging Face folder -> DecoderConfig, or a sentence that says why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from exporters.errors import SourceError
from exporters.sources import DecoderConfig

ARCHITECTURES = ("llama", "qwen2")

# Bounds far above any real model, so that a damaged number cannot ask for absurd work.
_MOST_LAYERS = 4096
_MOST_UNITS = 1 << 26

Json = dict[str, Any]


def read_json(path: Path) -> Json:
    """The object in a JSON file. SourceError where there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(data, dict):
        raise SourceError(f"{path} does not hold a JSON object.")
    return data


def unknown_architecture(path: Path, architecture: str) -> SourceError:
    return SourceError(
        f"{path.name} is of the architecture {architecture!r}; "
        f"coder builds {' and '.join(ARCHITECTURES)} itself.",
        f"coder export {path} --via optimum",
    )


def decoder_config(folder: Path, config: Json, *, has_output_layer: bool) -> DecoderConfig:
    """`has_output_layer`: whether the checkpoint holds lm_head.weight."""
    architecture = config.get("model_type")
    if architecture not in ARCHITECTURES:
        raise unknown_architecture(folder, str(architecture))
    _refuse_variants(folder, config)
    hidden = _count(config, "hidden_size")
    heads = _count(config, "num_attention_heads")
    theta, factor = rope(config)
    decoder = DecoderConfig(
        architecture=architecture,
        layers=_count(config, "num_hidden_layers", most=_MOST_LAYERS),
        hidden=hidden,
        ffn=_count(config, "intermediate_size"),
        heads=heads,
        kv_heads=_count(config, "num_key_value_heads", default=heads),
        head_dim=_count(config, "head_dim", default=hidden // heads),
        vocab=_count(config, "vocab_size"),
        rope_theta=theta,
        rope_linear_factor=factor,
        rms_eps=_positive(config, "rms_norm_eps", default=1e-6),
        context_length=_count(config, "max_position_embeddings"),
        tied=bool(config.get("tie_word_embeddings", not has_output_layer)),
        qkv_bias=architecture == "qwen2" or bool(config.get("attention_bias", False)),
    )
    return checked(decoder, "config.json")


def checked(config: DecoderConfig, where: str) -> DecoderConfig:
    """The same configuration, if its numbers fit each other."""
    if config.heads % config.kv_heads:
        raise SourceError(
            f"{where}: {config.heads} heads cannot share {config.kv_heads} key/value heads evenly."
        )
    if config.head_dim % 2:
        raise SourceError(f"{where}: the head size {config.head_dim} is odd, rotary positions need pairs.")
    return config


def _refuse_variants(folder: Path, config: Json) -> None:
    """Options of the same architectures that compute something else than our graph does."""
    via_optimum = f"coder export {folder} --via optimum"
    quantised = config.get("quantization_config")
    if isinstance(quantised, dict):
        method = quantised.get("quant_method", "an unnamed method")
        raise SourceError(
            f"The checkpoint is already quantised ({method}); take the original or a GGUF of it."
        )
    architectures = config.get("architectures") or []
    if architectures and not any(str(name).endswith("ForCausalLM") for name in architectures):
        raise SourceError(
            f"config.json describes {architectures[0]}, which does not generate text.", via_optimum
        )
    for key in ("hidden_act", "hidden_activation"):
        activation = config.get(key) or "silu"
        if activation not in ("silu", "swish"):
            raise SourceError(
                f"config.json: {key} is {activation!r}; the decoder has silu only.", via_optimum
            )
    types = config.get("layer_types") or []
    if config.get("use_sliding_window") or any(kind != "full_attention" for kind in types):
        raise SourceError(
            "config.json asks for sliding-window attention, which the decoder lacks.", via_optimum
        )
    if config.get("partial_rotary_factor", 1.0) != 1.0:
        raise SourceError(
            "config.json rotates only a part of each head, which the decoder lacks.", via_optimum
        )


def rope(config: Json) -> tuple[float, float]:
    """(theta, linear factor), from rope_theta and rope_scaling or transformers 5's rope_parameters."""
    rules = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if not isinstance(rules, dict) or any(isinstance(value, dict) for value in rules.values()):
        raise SourceError("config.json: the rope scaling is not one flat table.")
    theta = _positive(rules if "rope_theta" in rules else config, "rope_theta", default=10000.0)
    kind = rules.get("rope_type", rules.get("type", "default"))
    if kind == "linear":
        return theta, _positive(rules, "factor")
    if kind != "default":
        raise SourceError(
            f"config.json: rope scaling of the type {kind!r} is not supported, only linear.",
            "coder export SOURCE --via optimum",
        )
    return theta, 1.0


def _count(config: Json, key: str, *, default: int | None = None, most: int = _MOST_UNITS) -> int:
    value = config.get(key)
    if value is None:
        value = default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise SourceError(f"config.json: {key} is {value!r}, not a number from 1 to {most}.")
    return value


def _positive(config: Json, key: str, *, default: float | None = None) -> float:
    value = config.get(key)
    if value is None:
        value = default
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e15:
        raise SourceError(f"config.json: {key} is {value!r}, not a positive number.")
    return float(value)
