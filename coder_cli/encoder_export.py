"""`coder export --encoder`: what exporters need of retrieval is handed to them here."""

from __future__ import annotations

from pathlib import Path

from coder_cli import ui
from coder_cli.errors import ExitCode
from coder_cli.settings import Settings


def export_encoder(settings: Settings, name: str, output: Path | None, as_json: bool) -> ExitCode:
    """Make the encoder and say where it is."""
    from exporters import encoder
    from exporters.encoder_sources import MINILM, opened
    from exporters.errors import PullError
    from exporters.static_recipe import Recipe
    from exporters.store import folder_name
    from exporters.vocabulary import Language
    from retrieval.search.documented import documented
    from retrieval.search.words import identifiers, of_identifier

    static = name == encoder.STATIC
    if settings.offline and not Path(name).expanduser().is_dir():
        raise PullError(
            f"--offline forbids to fetch what {name} is made from.", "Name a folder on this disk."
        )
    out = (
        output.absolute()
        if output
        else settings.models_dir.with_name("encoders") / folder_name(Path(name).name)
    )
    with (
        ui.progress() as report,
        opened(MINILM if static else name, settings.cache_dir, report) as found,
    ):
        if static:
            language = Language(identifiers, of_identifier)
            cache = settings.cache_dir / "texts"
            made = encoder.export_static(out, cache, found.folder, language, documented, Recipe(), report)
        else:
            made = encoder.export_transformer(
                found.folder,
                out,
                name=found.name,
                origin=found.origin,
                licence=found.licence,
                licence_text=found.licence_text,
                report=report,
            )
    if as_json:
        told = {"exit_code": int(ExitCode.DONE), "name": made.name, "kind": made.kind, "folder": str(out)}
        ui.json({**told, "dimensions": made.dimensions, "quality": made.quality})
    else:
        ui.say(f"The encoder {made.name} is ready in {out}: {_quality(made.quality)}")
    return ExitCode.DONE


def _quality(quality: dict[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in quality.items() if name != "what")
