"""`coder bench`: how fast a model runs here, also next to llama.cpp; how fast a repository is read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, ui
from coder_cli.errors import ContextError, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.bench_report import Limit
    from exporters.store import InstalledModel

DEFAULT_CONTEXTS = (512, 4096)


@click.command()
@options.model
@options.device
@options.threads
@click.option(
    "--context",
    "contexts",
    type=click.IntRange(min=8),
    multiple=True,
    metavar="N",
    help="Prompt length in tokens; repeatable. Default: 512 and 4096.",
)
@click.option(
    "--tokens", type=click.IntRange(min=2), default=64, show_default=True, help="Tokens to decode in a round."
)
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds a context.")
@click.option("--against", type=click.Choice(["llama.cpp"]), help="Measure this too, in alternating rounds.")
@click.option(
    "--gguf",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that --against loads; best the one our model came from.",
)
@click.option(
    "--peer-python",
    type=click.Path(),
    default=sys.executable,
    help="Python (3.11 or later) that has llama-cpp-python. Default: this one.",
)
@click.option(
    "--flash-attention",
    "flash",
    type=click.Choice(["auto", "on", "off"]),
    default="auto",
    show_default=True,
    help="That of llama.cpp.",
)
@click.option(
    "--repository",
    type=click.Path(exists=True, path_type=Path),
    help="Measure instead how fast this repository is parsed and its graph built.",
)
@click.option(
    "--search",
    type=click.Path(exists=True, path_type=Path),
    help="Measure instead how fast this repository is indexed and searched.",
)
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    contexts: tuple[int, ...],
    tokens: int,
    runs: int,
    against: str | None,
    gguf: Path | None,
    peer_python: str,
    flash: str,
    repository: Path | None,
    search: Path | None,
    as_json: bool,
) -> None:
    """Measure speed and memory of a model on this machine.

    Numbers are medians over the rounds, with the lowest and the highest; ratios are ours divided by theirs,
    round by round. Every round runs in a process of its own. Prompts are real code, cut to an exact number of
    tokens; both sides get the same ids and decode greedily.

    \b
    --json prints one object:
      exit_code, model, target, threads, runs, new_tokens
      read_bandwidth_bytes_per_second   what that many threads read from memory (CPU targets)
      warnings                          sentences, such as a peer not built for this CPU
      sides: [{name, model, ...facts}]  `coder`, and `llama.cpp` with --against
      contexts: [{context,
        bytes_per_token,                weights and cache one of our tokens reads
        coder, llama.cpp: {prefill_tokens_per_second, decode_tokens_per_second, first_token_seconds,
          load_seconds, peak_resident_bytes, second_turn_seconds,
          stored_first_token_seconds    of `coder`: the same prompt in a new process, its state from disk;
                                        each {median, low, high}
          stored_computed               tokens of it that were not on disk
          second_turn_tokens, second_turn_computed, same_tokens, rounds: [...],
          decode_share_of_bandwidth     of `coder` only},
        ratios                          of what both have, each {median, low, high}}]

    \b
    With --repository it prints:
      exit_code, repository, runs
      files, read, parsed, skipped, edges
      cold_seconds                      with an empty cache; warm_seconds: with a full one
      changed_seconds                   the graph again in the same process, one file having changed
      list_seconds, graph_seconds       parts of warm_seconds; order_seconds: the reading order after it
      cold_peak_resident_bytes, warm_peak_resident_bytes, cache_bytes, text_bytes
                                        all of these: {median, low, high}
      languages: [{name, files, incomplete, symbols, references, imports, edges}]
      problems                          files and languages that met a mistake of ours, in sentences

    \b
    With --search:
      exit_code, repository, runs, files, chunks
      build_seconds, open_seconds       with an empty cache, with a full one
      first_search_seconds, search_seconds, slowest_search_seconds
      changed_seconds, changed_search_seconds
                                        opening again, one file having changed, and the first search then
      build_peak_resident_bytes, open_peak_resident_bytes, index_bytes
                                        all of these: {median, low, high}
    """
    if repository is not None or search is not None:
        if against or gguf or contexts or None not in (repository, search):
            name = "--search" if repository is None else "--repository"
            raise UsageError(f"{name} measures nothing else.", f"coder bench {name} PATH [--runs N]")
        if repository is not None:
            _repository(repository, runs, as_json)
        elif search is not None:
            _search(search, runs, as_json)
        return
    from coder_cli import bench, bench_report
    from coder_cli.model.device import thread_count
    from coder_cli.model.tokenizer import Tokenizer
    from exporters.store import ModelStore
    from exporters.targets import TARGETS, Device

    if (against is None) != (gguf is None):
        raise UsageError("--against and --gguf belong together.", "--against llama.cpp --gguf FILE")
    model = ModelStore(settings.models_dir).resolve(settings.model)
    longest = max(contexts or DEFAULT_CONTEXTS)
    if longest >= model.manifest.context_length:
        raise ContextError(
            f"{model.name} has a context of {model.manifest.context_length} tokens: "
            f"a prompt of {longest} leaves no room for an answer.",
            "coder bench --context N",
        )
    tokenizer = Tokenizer.open(model.folder, model.manifest)
    sides = [bench.ours(model.folder, settings.device, settings.cache_dir)]
    if gguf is not None:
        sides.append(bench.llama_cpp(peer_python, gguf, flash))
    threads = settings.threads or thread_count()
    plan = bench.Plan(contexts or DEFAULT_CONTEXTS, tokens, threads, runs)
    limit = _limit(model, threads) if TARGETS[model.target].device is Device.CPU else None
    with ui.progress() as report:
        rounds = bench.measure(plan, sides, lambda text: tokenizer.encode((text,)), report)
    warnings = bench_report.warnings(plan, sides, rounds)
    if as_json:
        found = bench_report.as_json(plan, sides, rounds, limit)
        about = {"model": model.name, "target": model.target, "warnings": warnings}
        ui.json({"exit_code": 0, **about, **found})
        return
    for warning in warnings:
        ui.warn(warning)
    ui.say(f"{model.name} ({model.target}), {threads} threads, {runs} rounds, {tokens} tokens decoded")
    if limit:
        ui.say(f"memory reads {limit.read_bandwidth / 1e9:.1f} GB/s")
    ui.table(bench_report.as_table(plan, sides, rounds, limit))


def _repository(path: Path, runs: int, as_json: bool) -> None:
    from coder_cli import bench_repository

    with ui.progress() as report:
        rounds = bench_repository.measure(path, runs, report)
    found = bench_repository.as_json(rounds)
    if as_json:
        ui.json({"exit_code": 0, "repository": str(path), "runs": runs, **found})
        return
    for problem in found["problems"]:
        ui.warn(problem)
    ui.table(bench_repository.as_table(rounds))
    rows, header = bench_repository.languages_table(rounds)
    if rows:
        ui.say("")
        ui.table(rows, header)


def _search(path: Path, runs: int, as_json: bool) -> None:
    from coder_cli import bench_search

    with ui.progress() as report:
        rounds = bench_search.measure(path, runs, report)
    if as_json:
        about = {"exit_code": 0, "repository": str(path), "runs": runs}
        ui.json(about | bench_search.as_json(rounds))
    else:
        ui.table(bench_search.as_table(rounds))


def _limit(model: InstalledModel, threads: int) -> Limit:
    from coder_cli import bandwidth
    from coder_cli.bench_report import Limit

    return Limit(
        bandwidth.read_bandwidth(threads),
        bandwidth.weight_bytes_per_token(model.folder),
        bandwidth.cache_bytes_per_position(model.manifest),
    )
