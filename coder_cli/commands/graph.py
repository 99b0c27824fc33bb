"""`coder graph`: which file needs which, and in what order to read them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.graph_diagram import MERMAID_EDGES, dot, mermaid
from coder_cli.graph_views import Limits, View, cycles_view, files_view, folders_view, tree_view, why_view
from coder_cli.places import Place, check_words, find_place
from coder_cli.project import find_repo, read_project
from coder_cli.settings import Settings
from retrieval.graph import Order

MOST_LINES = 200  # at a terminal: a longer listing becomes an overview, a longer tree loses its lower levels


@click.command()
@click.argument("path", required=False)
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
@click.option("--revision", metavar="REV", help="As it was at this commit, tag or branch.")
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    path: str | None,
    style: str | None,
    cycles: bool,
    why: tuple[str, str] | None,
    dependents: str | None,
    stat: bool,
    order: str,
    collapse: int | None,
    depth: int | None,
    everything: bool,
    revision: str | None,
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
    coder graph --revision v1.2 src      as it was at a commit, tag or branch
    coder graph --format dot | dot -Tsvg > graph.svg

    At a terminal, more than 200 lines are summed up as with --stat; --all lists them, and a pipe always gets
    all. Imports of packages outside of the repository are not shown.

    \b
    --json prints one object: exit_code, root, revision if given, and by the question
      files        [{path, needs: [{path, lines}], distance}] in reading order
                   with order, counts, subgraphs, cycles: lists of paths
      PATH of a file, --dependents: path, dependencies or dependents (a number), files
      --why        from, to, chain: [{source, line, target, name}]
      --cycles     cycles: [{files, shortest, breaking}], the latter as chain
      --collapse   order, folders: [{path, needs: [{path, dependencies}]}], cycles
    """
    _check(
        {
            "--why": why,
            "--cycles": cycles,
            "--dependents": dependents is not None,
            "--stat": stat,
            "--collapse": collapse,
        },
        {"--json": as_json, f"--format {style}": style not in (None, "json")},
        {"--depth": depth, "--why": why},
        {"--depth": depth, "--cycles": cycles},
        {"--depth": depth, "--stat": stat},
        {"--depth": depth, "--collapse": collapse},
    )
    style = "json" if as_json else style or "text"
    repo = find_repo(settings, Path(path) if path and Path(path).exists() else None)
    words = [word for word in (path, dependents, *(why or ())) if word is not None]
    check_words(words, repo.root, lambda: [entry.path for entry in repo.entries(revision)])
    project = read_project(settings, repo, revision)
    graph = project.graph()
    for where, problem in project.problems.items():
        ui.detail(f"{where}: {problem}")
    find = partial(find_place, graph.paths, repo.root, skipped=project.skipped)
    place = find(path) if path is not None else Place("", graph.paths)
    if depth and dependents is None and not place.is_file:
        raise UsageError("--depth is for the tree of a file or of --dependents.")
    short = style == "text" and ui.is_read_by_a_person() and not everything
    limits = Limits(MOST_LINES if short else None, depth)
    if why:
        view = why_view(graph, *map(find, why))
    elif cycles:
        view = cycles_view(graph, place)
    elif dependents is not None:
        view = tree_view(graph, find(dependents), limits, dependents=True)
    elif collapse:
        view = folders_view(graph, place, Order(order), collapse)
    elif place.is_file and not stat:
        view = tree_view(graph, place, limits, dependents=False)
    else:
        view = files_view(graph, place, Order(order), limits, stat)
    code = ExitCode.NEGATIVE if view.negative else ExitCode.DONE
    if style == "json":
        at = {"revision": revision} if revision is not None else {}
        ui.json({"exit_code": int(code), "root": str(repo.root)} | at | view.value())
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
