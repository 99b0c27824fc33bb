"""The walk of an export: source -> graph -> weights, quantised and streamed -> manifest -> its place."""

from __future__ import annotations

import hashlib
import math
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from exporters import manifest as manifests
from exporters import recognise, sources, weights
from exporters.decoder import decoder
from exporters.manifest import GRAPH_NAME, TOKENIZER_NAME, Layout, Manifest
from exporters.quantize import METHOD, plan
from exporters.staging import check_space, staged, sync, write_synced
from exporters.targets import Target
from exporters.tensor_file import TensorFile
from exporters.types import Report, silent

DATA_NAME = f"{GRAPH_NAME}.data"
LICENCE_NAME = "LICENSE"
GRAPH_ROOM = 64 << 20  # bytes set aside for graph, tokenizer and manifest


def export(
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
    """Make the model folder `out` from a checkpoint. Nothing is there before all of it is.

    `licence` (a name), its text and `family` are taken from the checkpoint where they are not given.
    SourceError where the checkpoint will not do, ExporterError where the disk will not.
    """
    with closing(sources.open_source(source)) as opened:
        sources.check(opened)
        config = opened.config
        tokenizer = opened.tokenizer_json()
        tokens = recognise.token_ids(tokenizer)
        row = (
            recognise.family_named(family)
            if family
            else recognise.recognise(opened.title, opened.eos_ids, tokens, opened.chat_template)
        )
        graph = decoder(config, target, partial(plan, target=target))
        check_space(out, weights.file_size(graph, target.dtype) + GRAPH_ROOM)
        with staged(out) as folder:
            with TensorFile(folder / DATA_NAME) as file:
                stage = f"exporting {name} for {target.name}"
                initializers = weights.stream(graph, opened, target.dtype, file, report, stage)
            small = {
                GRAPH_NAME: graph.model(name, initializers).SerializeToString(),
                TOKENIZER_NAME: tokenizer.encode(),
            }
            text = licence_text or opened.licence_text
            if text:
                small[LICENCE_NAME] = text.encode()
            for file_name, data in small.items():
                write_synced(folder / file_name, data)
            hashes = {file_name: hashlib.sha256(data).hexdigest() for file_name, data in small.items()}
            manifest = Manifest(
                name=name,
                family=row.name,
                target=target.name,
                layout=Layout.FUSED,
                architecture=config.architecture,
                source=origin,
                revision=revision,
                licence=licence or opened.licence,
                parameters=sum(math.prod(shape) for shape in sources.expected_shapes(config).values()),
                context_length=config.context_length,
                vocab_size=config.vocab,
                layers=config.layers,
                kv_heads=config.kv_heads,
                head_dim=config.head_dim,
                kv_dtype=target.dtype,
                bos_id=opened.bos_id if row.adds_bos or opened.adds_bos else None,
                stop_ids=recognise.stop_ids(row, opened.eos_ids, tokens),
                chat_template=opened.chat_template,
                files={DATA_NAME: file.sha256, **hashes},
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                quantisation=weights.summary(graph, target.dtype, METHOD),
            )
            manifests.write(manifest, folder)
            sync(folder / manifests.MANIFEST_NAME)
        return manifest
