"""Encoders for search: the static table by its recipe, or a transformer as ONNX. The walk of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exporters import encoder_check, encoder_folder, encoder_texts, sidecars, static_recipe
from exporters.encoder_folder import EncoderManifest
from exporters.encoder_graph import encoder as graph
from exporters.encoder_source import EncoderSource
from exporters.errors import ExporterError
from exporters.static_recipe import Documented, Recipe
from exporters.static_table import Floats
from exporters.types import Progress, Report, silent
from exporters.vocabulary import Language

STATIC = "static"
GRAPH, TOKENIZER, LICENCE = "model.onnx", "tokenizer.json", "LICENSE"
LEAST_COSINE = 0.99


def export_static(
    out: Path,
    cache: Path,
    minilm: Path,
    language: Language,
    documented: Documented,
    recipe: Recipe,
    report: Report = silent,
) -> EncoderManifest:
    """Train the table from the sources of encoder_sources.tsv; `cache` keeps their archives."""
    sources = encoder_texts.listed()
    encoder_texts.fetch(sources, cache, report)
    manifest, files = static_recipe.make(
        sources, cache, language, documented, teacher(minilm), recipe, report
    )
    return encoder_folder.write(out, manifest, files)


def teacher(folder: Path) -> static_recipe.Teacher:
    """The transformer of a folder, in floats."""

    def encode(texts: list[str], report: Report) -> Floats:
        with encoder_check.Running(EncoderSource(folder), 32) as running:
            return running.encode(texts, report)

    return encode


def export_transformer(
    folder: Path,
    out: Path,
    *,
    name: str,
    origin: str,
    licence: str | None = None,
    licence_text: str | None = None,
    report: Report = silent,
) -> EncoderManifest:
    """A sentence-transformers folder as 8-bit ONNX, with its likeness to the original in the manifest."""
    source = EncoderSource(folder)
    report(Progress(f"exporting {name}", 0, 1, "models"))
    model = graph(source, 8).SerializeToString()
    report(Progress(f"exporting {name}", 1, 1, "models"))
    cosines = encoder_check.cosines(source, report)
    if cosines.mean() < LEAST_COSINE:
        raise ExporterError(
            f"In 8 bits {name} gives other vectors: their mean cosine to the original's is "
            f"{cosines.mean():.3f}, and {LEAST_COSINE} is wanted."
        )
    reading = source.reading
    manifest = EncoderManifest(
        name=name,
        kind="onnx",
        dimensions=source.shape.hidden,
        settings={
            "pooling": reading.pooling.value,
            "longest": reading.longest,
            "query_prefix": reading.query_prefix,
            "text_prefix": reading.text_prefix,
        },
        source=origin,
        licence=licence or sidecars.licence_name(folder),
        quality={
            "cosine_mean": round(float(np.mean(cosines)), 5),
            "cosine_least": round(float(np.min(cosines)), 5),
        },
    )
    files = {GRAPH: model, TOKENIZER: source.tokenizer_json().encode()}
    text = licence_text or sidecars.licence_text(folder)
    if text:
        files[LICENCE] = text.encode()
    return encoder_folder.write(out, manifest, files)
