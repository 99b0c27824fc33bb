"""`coder graph`: which file needs which, and in what order to read them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.graph_diagram import MERMAID_EDGES, dot, mermaid
from coder_cli.graph_views import Limits, View, cycles_view, files_view, folders_view, tree_view, why_view
from coder_cli.places import Place, find_place
from coder_cli.project import open_project
from coder_cli.settings import Settings
from retrieval.graph import Order

MOST_LINES = 200  # at a terminal: a longer listing becomes an overview, a longer tree loses its lower levels


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "dot", "mermaid"]), help="Default: text."
)
@click.option(
    "--cycles", is_flag=True, help="Only files that need one another. Exit code 1 if there are any."
)
@click.option(
    "--why", nargs=2, metavar="A B", help="The shortest chain of imports from file or folder A to B."
)
@click.option("--dependents", metavar="PATH", help="All that needs this file or folder.")
@click.option("--stat", is_flag=True, help="Counts, the most needed files, the folders.")
@click.option(
    "--order",
    type=click.Choice([order.value for order in Order]),
    default=Order.DEPENDENCY.value,
    show_default=True,
    help="paper: the algorithm of the paper to the letter.",
)
@click.option("--collapse", type=click.IntRange(min=1), metavar="N", help="Folders N deep instead of files.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Levels of a tree.")
@click.option("--all", "everything", is_flag=True, help="At a terminal too: every file, every level.")
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    path: Path | None,
    style: str | None,
    cycles: bool,
    why: tuple[str, str] | None,
    dependents: str | None,
    stat: bool,
    order: str,
    collapse: int | None,
    depth: int | None,
    everything: bool,
    as_json: bool,
) -> ExitCode | None:
    """Show which file needs which, in reading order.

    Files come in the order in which a model reads them: what a file needs stands before it, and files that
    need one another stand together. PATH is a repository or a folder of one: its files, and below each what
    it needs. Of a single file, it is the tree of all that it needs.

    \b
    coder graph                          the whole repository
    coder graph src/app.py               what a file needs, directly and indirectly
    coder graph --dependents src/db.py   what a change could break
    coder graph --why app.py db.py       why one needs the other, with file and line
    coder graph --collapse 1             how the top folders depend on one another
    coder graph --format dot | dot -Tsvg > graph.svg

    At a terminal, more than 200 lines are summed up as with --stat; --all lists them, and a pipe always gets
    all. Imports of packages outside of the repository are not shown.

    \b
    --json prints one object: exit_code, root, order, counts, and by the question
      files       [{path, needs: [{path, lines}], distance}] in reading order
      subgraphs, cycles, chain: lists of paths, or [{source, line, target, name}]
    """
    _check(
        {
            "--why": why,
            "--cycles": cycles,
            "--dependents": dependents,
            "--stat": stat,
            "--collapse": collapse,
        },
        {"--json": as_json, f"--format {style}": style not in (None, "json")},
    )
    style = "json" if as_json else style or "text"
    repo, project = open_project(settings, path if path is not None and path.exists() else None)
    graph = project.graph()
    for where, problem in project.problems.items():
        ui.detail(f"{where}: {problem}")
    find = partial(find_place, graph.paths, repo.root, skipped=project.skipped)
    place = find(str(path)) if path is not None else Place("", graph.paths)
    short = style == "text" and ui.is_read_by_a_person() and not everything
    limits = Limits(MOST_LINES if short else None, depth)
    if why:
        view = why_view(graph, *map(find, why))
    elif cycles:
        view = cycles_view(graph, place)
    elif dependents:
        view = tree_view(graph, find(dependents), limits, dependents=True)
    elif collapse:
        view = folders_view(graph, place, Order(order), collapse)
    elif place.is_file and not stat:
        view = tree_view(graph, place, limits, dependents=False)
    else:
        view = files_view(graph, place, Order(order), limits, stat)
    code = ExitCode.NEGATIVE if view.negative else ExitCode.DONE
    if style == "json":
        ui.json({"exit_code": int(code), "root": str(repo.root)} | view.value())
    else:
        _write(view, style)
    return code


def _check(*exclusive: dict[str, object]) -> None:
    for options_ in exclusive:
        given = [name for name, value in options_.items() if value]
        if len(given) > 1:
            raise UsageError(f"{given[0]} and {given[1]} do not go together.")


def _write(view: View, style: str) -> None:
    diagram = {"dot": dot, "mermaid": mermaid}.get(style)
    lines = diagram(view.graph, view.drawn) if diagram else view.text()
    text = "\n".join(lines)
    if text:
        ui.answer(text, end="\n")
    if style == "text" or view.negative:
        for line in view.said:
            ui.say(line)
    if style == "mermaid" and text.count(" --> ") > MERMAID_EDGES:
        ui.warn(f"Mermaid draws {MERMAID_EDGES} edges unless its maxEdges is raised; --collapse joins some.")
