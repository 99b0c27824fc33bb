"""Any architecture transformers and optimum-onnx know -> a model folder, for those without a graph of ours.

The graph is traced, so it neither fuses attention nor shares its past with its present: slower, above all
with a long context, but it runs on the same runtime. Only safetensors are read; no checkpoint's code is run.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from exporters import manifest as manifests
from exporters import recognise, sidecars
from exporters.errors import ExporterError, SourceError, missing_extra
from exporters.hf_config import read_json
from exporters.manifest import GRAPH_NAME, TOKENIZER_NAME, Layout, Manifest
from exporters.sources import pickle_error
from exporters.staging import staged, write_synced
from exporters.store import sha256_of
from exporters.targets import Target
from exporters.types import Progress, Report, silent

TASK = "text-generation-with-past"
DATA_NAME = f"{GRAPH_NAME}.data"
LICENCE_NAME = "LICENSE"

# Architectures optimum-onnx 0.1 has no row for although their inputs and cache are those of one it has.
LOOKS_LIKE = {"starcoder2": "mistral"}


@dataclass(frozen=True, slots=True)
class _Libraries:
    torch: ModuleType
    transformers: ModuleType
    onnx_export: ModuleType  # optimum.exporters.onnx
    tasks: Any  # optimum's TasksManager


def export_with_optimum(
    source: Path,
    out: Path,
    target: Target,
    *,
    name: str,
    origin: str,
    revision: str | None = None,
    licence: str | None = None,
    licence_text: str | None = None,
    family: str | None = None,
    report: Report = silent,
) -> Manifest:
    """Trace the checkpoint in the folder `source` and put the finished model folder at `out`.

    Takes the whole model in float32 in memory. ExporterError without the hf extra; SourceError for a
    checkpoint that is pickled, needs its own code, or is of an architecture optimum does not trace.
    """
    if target.bits == 16:
        raise ExporterError(
            f"{target.name} is built for our own graphs only; traced graphs compute in float32.",
            f"coder export {source} --via optimum --target cuda-int4",
        )
    _check(source)
    libraries = _libraries()
    with staged(out) as folder:
        traced = folder / "traced"
        report(Progress("tracing the model", 0, 0, "steps"))
        with _quiet():
            parameters, config = _trace(source, traced, libraries)
            tokenizer = _tokenizer_json(source, libraries)
        described = _described(source, config, traced, tokenizer, family)
        files = _write_graph(traced, folder, target, report)
        shutil.rmtree(traced)
        small = {TOKENIZER_NAME: tokenizer}
        text = licence_text or sidecars.licence_text(source)
        if text:
            small[LICENCE_NAME] = text
        for file_name, content in small.items():
            write_synced(folder / file_name, content.encode())
        files |= {file_name: sha256_of(folder / file_name) for file_name in small}
        manifest = Manifest(
            name=name,
            target=target.name,
            source=origin,
            revision=revision,
            licence=licence or sidecars.licence_name(source),
            parameters=parameters,
            files=files,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            quantisation={"method": "a traced graph's matrices, without calibration", "bits": target.bits},
            **described,
        )
        manifests.write(manifest, folder)
    return manifest


def _libraries() -> _Libraries:
    """Imported here and nowhere else; they take seconds and write to the terminal."""
    try:
        with _quiet():
            import optimum.exporters.onnx.model_configs  # registers the architectures
            import torch
            import transformers
            from optimum.exporters.tasks import TasksManager
    except ImportError as error:
        raise missing_extra("cpu,hf", "Exporting through optimum", error) from error
    return _Libraries(torch, transformers, optimum.exporters.onnx, TasksManager)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The libraries print and warn about their own tracing; none of it is the reader's business."""
    nowhere = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        warnings.simplefilter("ignore")
        yield


def _check(source: Path) -> None:
    if not source.is_dir():
        raise SourceError(
            f"{source} is not a folder; optimum reads a folder with config.json and safetensors."
        )
    config = read_json(source / "config.json")
    if not any(source.glob("*.safetensors")):
        pickled = sorted([*source.glob("*.bin"), *source.glob("*.pt"), *source.glob("*.pth")])
        if pickled:
            raise pickle_error(pickled[0].name)
        raise SourceError(f"{source} holds no safetensors files.")
    if "auto_map" in config and not _is_known(config):
        raise SourceError(
            f"The checkpoint in {source} brings its own code for {config.get('model_type')!r}; "
            "coder never runs code of a checkpoint."
        )


def _is_known(config: dict[str, Any]) -> bool:
    """Whether transformers itself has the architecture, whatever code the checkpoint would bring."""
    transformers = _libraries().transformers
    return config.get("model_type") in transformers.CONFIG_MAPPING


def _trace(source: Path, traced: Path, libraries: _Libraries) -> tuple[int, dict[str, Any]]:
    """Write traced/model.onnx in float32 -> (parameters, the checkpoint's config, defaults filled in)."""
    transformers, tasks = libraries.transformers, libraries.tasks
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            source,
            trust_remote_code=False,
            local_files_only=True,
            use_safetensors=True,
            torch_dtype=libraries.torch.float32,
        ).eval()
        kind = model.config.model_type
        constructor = tasks.get_exporter_config_constructor(
            "onnx", model_type=LOOKS_LIKE.get(kind, kind), task=TASK, library_name="transformers"
        )
    except (ValueError, KeyError, OSError, ImportError) as error:
        raise SourceError(f"{source} cannot be traced by optimum: {_first_sentence(error)}") from error
    model.config.use_cache = True
    custom = None
    if kind in LOOKS_LIKE:
        shape = constructor(model.config, task="text-generation", use_past=True, use_past_in_inputs=True)
        custom = {"model": shape}
    libraries.onnx_export.onnx_export_from_model(
        model=model,
        output=traced,
        task=TASK,
        do_validation=False,  # verify.py measures more, and on the finished graph
        no_post_process=True,  # it would tie the output layer to the embedding through a run-time Transpose
        custom_onnx_configs=custom,
        device="cpu",
    )
    return sum(weight.numel() for weight in model.parameters()), model.config.to_dict()


def _first_sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text.split(". ")[0].rstrip(".") + "."


def _tokenizer_json(source: Path, libraries: _Libraries) -> str:
    """The fast tokenizer as it is, or what transformers makes of a slow one."""
    path = source / TOKENIZER_NAME
    if path.is_file():
        return path.read_text(encoding="utf-8")
    try:
        tokenizer = libraries.transformers.AutoTokenizer.from_pretrained(
            source, trust_remote_code=False, local_files_only=True, use_fast=True
        )
        text: str = tokenizer.backend_tokenizer.to_str()
    except (ValueError, OSError, ImportError, AttributeError) as error:
        raise SourceError(
            f"{source} has no {TOKENIZER_NAME} and none can be made of its tokenizer."
        ) from error
    return text


def _write_graph(traced: Path, folder: Path, target: Target, report: Report) -> dict[str, str]:
    """model.onnx and its data file -> their sha256."""
    from exporters.tensor_file import TensorFile
    from exporters.traced import rewrite

    with TensorFile(folder / DATA_NAME) as file:
        model = rewrite(traced, file, target, report)
    write_synced(folder / GRAPH_NAME, model.SerializeToString())
    return {GRAPH_NAME: sha256_of(folder / GRAPH_NAME), DATA_NAME: file.sha256}


def _described(
    source: Path, config: dict[str, Any], traced: Path, tokenizer: str, family: str | None
) -> dict[str, Any]:
    """The part of the manifest that is read off the checkpoint and the traced graph."""
    from exporters.traced import past

    cache = past(traced / GRAPH_NAME)
    kind = str(config.get("model_type"))
    if cache is None:
        raise SourceError(f"The {kind} model keeps its past in a way the runtime cannot feed.")
    settings = sidecars.read_optional(source / "tokenizer_config.json")
    generation = sidecars.read_optional(source / "generation_config.json")
    eos_ids = (
        *sidecars.token_ids(generation.get("eos_token_id")),
        *sidecars.token_ids(config.get("eos_token_id")),
    )
    tokens = recognise.token_ids(tokenizer)
    title = f"{source.resolve().name} {config.get('_name_or_path') or ''}"
    template = sidecars.chat_template(source, settings)
    named = recognise.family_named(family) if family else None
    row = named or recognise.recognise(title, eos_ids, tokens, template)
    bos_ids = sidecars.token_ids(config.get("bos_token_id"))
    bos_id = bos_ids[0] if bos_ids else None
    wants_bos = settings.get("add_bos_token")
    if not isinstance(wants_bos, bool):
        wants_bos = bos_id is not None and sidecars.first_id(tokenizer) == bos_id
    window = next((config[key] for key in _WINDOWS if isinstance(config.get(key), int)), None)
    if window is None:
        raise SourceError(f"config.json of the {kind} model does not say how long its context is.")
    return {
        "family": row.name,
        "layout": Layout.OPTIMUM,
        "architecture": kind,
        "context_length": window,
        "vocab_size": config["vocab_size"],
        "layers": cache.layers,
        "kv_heads": cache.kv_heads,
        "head_dim": cache.head_dim,
        "kv_dtype": cache.dtype,
        "bos_id": bos_id if row.adds_bos or wants_bos else None,
        "stop_ids": recognise.stop_ids(row, eos_ids, tokens),
        "chat_template": template,
    }


_WINDOWS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
