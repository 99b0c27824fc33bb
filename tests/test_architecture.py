"""The layers of the house, its rooms, and who owns which library. A new file takes its room in LAYERS."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Lowest first. A module imports from its own row and from rows below it.
LAYERS = (
    "exporters.errors exporters.types",
    "exporters.families exporters.targets exporters.artefacts exporters.parity_text",
    "exporters.manifest exporters.store exporters.staging",
    "exporters.partial exporters.hub exporters.wheels exporters.wanted exporters.pull",
    "exporters.raw_file exporters.hf_config exporters.gguf_header exporters.gguf_tokenizer "
    "exporters.recognise exporters.sidecars exporters.gguf_source exporters.safetensors_source "
    "exporters.sources",
    "exporters.quantize exporters.tensor_file exporters.decoder exporters.weights exporters.traced "
    "exporters.optimum exporters.reference exporters.verify",
    "exporters.encoder_source exporters.encoder_sources exporters.encoder_graph exporters.encoder_check "
    "exporters.encoder_texts exporters.encoder_folder exporters.vocabulary exporters.static_table "
    "exporters.static_recipe",
    "exporters.export exporters.encoder",
    "retrieval.errors retrieval.types retrieval.collector",
    "retrieval.languages",
    "retrieval.git_commands retrieval.working_tree retrieval.database",
    "retrieval.decoding retrieval.secrets retrieval.filters retrieval.ignore_rules retrieval.attributes "
    "retrieval.folder retrieval.digests",
    "retrieval.listing",
    "retrieval.repo retrieval.commits",
    "retrieval.packed",
    "retrieval.parse retrieval.syntax retrieval.parse_cache retrieval.parse_pool retrieval.parse_worker",
    "retrieval.order retrieval.graph retrieval.cycles",
    "retrieval.reading retrieval.project",
    "retrieval.change_sides retrieval.hunks",
    "retrieval.changed_pairs",
    "retrieval.changes",
    "retrieval.scopes retrieval.bound_names retrieval.go_names retrieval.symbol_index retrieval.plain_names "
    "retrieval.python_meanings retrieval.python_names retrieval.definitions",
    "retrieval.notation retrieval.file_lines retrieval.sketch retrieval.signatures retrieval.skeleton "
    "retrieval.uses retrieval.sources",
    "retrieval.layout retrieval.window retrieval.room retrieval.shown retrieval.target retrieval.selection "
    "retrieval.arrangement retrieval.mentions retrieval.beginnings retrieval.context",
    "retrieval.search.words retrieval.search.postings retrieval.search.chunk",
    "retrieval.search.documented retrieval.search.passage retrieval.search.vectors retrieval.search.encoders "
    "retrieval.search.static_encoder retrieval.search.onnx_encoder",
    "retrieval.search.tables",
    "retrieval.search.store retrieval.search.request",
    "retrieval.search.live retrieval.search.history",
    "retrieval.search.paths",
    "retrieval.search.meaning",
    "retrieval.search.lexical retrieval.search.evidence retrieval.search.rank",
    "retrieval.search.build retrieval.search.index",
    "coder_cli.errors coder_cli.verdict coder_cli.review.types",
    "coder_cli.output coder_cli.usual_tests",
    "coder_cli.running",
    "coder_cli.review.checks",
    "coder_cli.model",
    "coder_cli.setting_keys",
    "coder_cli.settings coder_cli.chat_template coder_cli.template_child coder_cli.prompts coder_cli.infill "
    "coder_cli.extract coder_cli.stdin coder_cli.files coder_cli.sessions coder_cli.workspace "
    "coder_cli.frame coder_cli.citations coder_cli.support coder_cli.repetition coder_cli.refusal "
    "coder_cli.briefing coder_cli.filling coder_cli.commit_style coder_cli.commit_diff "
    "coder_cli.commit_message",
    "coder_cli.review.parts",
    "coder_cli.review.surroundings coder_cli.review.display coder_cli.review.report "
    "coder_cli.review.rivals coder_cli.review.diff_rows",
    "coder_cli.review.doubts coder_cli.review.sarif",
    "coder_cli.review.doubts_told coder_cli.review.telling",
    "coder_cli.review.passes",
    "coder_cli.review.walk",
    "coder_cli.edits.types coder_cli.edits.differing",
    "coder_cli.edits.lines coder_cli.edits.hunks coder_cli.edits.indentation coder_cli.edits.losses "
    "coder_cli.edits.parsing coder_cli.edits.overlay coder_cli.edits.python_scope",
    "coder_cli.edits.imports coder_cli.edits.names",
    "coder_cli.edits.splice coder_cli.edits.checks coder_cli.edits.format",
    "coder_cli.journal",
    "coder_cli.pace coder_cli.completion coder_cli.fixing",
    "coder_cli.assistant coder_cli.editing",
    "coder_cli.screen",
    "coder_cli.edits.diff",
    "coder_cli.ui coder_cli.options coder_cli.answer coder_cli.places coder_cli.project",
    "coder_cli.review.as_text",
    "coder_cli.review.reviewing",
    "coder_cli.edits.choosing coder_cli.undoing",
    "coder_cli.reading coder_cli.named coder_cli.window_view coder_cli.locating",
    "coder_cli.oneshot coder_cli.replaying",
    "coder_cli.tried_files",
    "coder_cli.mending coder_cli.proposing",
    "coder_cli.checked",
    "coder_cli.changing",
    "coder_cli.completing coder_cli.committing",
    "coder_cli.chat.interrupts coder_cli.chat.fuzzy coder_cli.chat.history coder_cli.chat.shell "
    "coder_cli.chat.status coder_cli.chat.instructions coder_cli.chat.turns",
    "coder_cli.chat.blocks coder_cli.chat.compaction coder_cli.chat.completion coder_cli.chat.line",
    "coder_cli.chat.conversation",
    "coder_cli.chat.record coder_cli.chat.answering",
    "coder_cli.chat.opening",
    # A chat's commands work on the chat, and the chat looks them up in their table.
    "coder_cli.chat.loop coder_cli.chat.slash coder_cli.chat.files coder_cli.chat.keeping "
    "coder_cli.chat.editing coder_cli.chat.models coder_cli.chat.testing coder_cli.chat.committing "
    "coder_cli.chat.reviewing coder_cli.chat.changes",
    "coder_cli.chat.beginning",
    "coder_cli.graph_text coder_cli.graph_diagram coder_cli.graph_views",
    "coder_cli.encoder_export",
    "coder_cli.bandwidth coder_cli.bench_peers coder_cli.bench_ours coder_cli.bench coder_cli.bench_report",
    "coder_cli.bench_repository coder_cli.bench_repository_child coder_cli.bench_search "
    "coder_cli.bench_search_child",
    "coder_cli.doctor",
    "coder_cli.commands",
    "coder_cli.cli coder_cli.__main__",
)
# What `pull`, `export`, `models` and `bench` reach beyond this stays off the way to an answer.
RUNNING_MAY_IMPORT = {
    f"exporters.{room}"
    for room in ("errors", "types", "families", "targets", "artefacts", "manifest", "store")
}
MAKERS = {f"coder_cli.commands.{name}" for name in ("pull", "export", "models", "bench")}
MAKERS |= {"coder_cli.encoder_export"}
OWNERS = {
    "onnxruntime": {
        "coder_cli.model.runtime",
        "coder_cli.model.session",
        "exporters.verify",
        "exporters.encoder_check",
        "retrieval.search.onnx_encoder",
    },
    "llguidance": {"coder_cli.model.constrain"},
    "tokenizers": {
        "coder_cli.model.tokenizer",
        "exporters.gguf_tokenizer",
        "exporters.sidecars",
        "exporters.verify",
        "exporters.encoder_check",
        "retrieval.search.onnx_encoder",
    },
    "onnx": {
        f"exporters.{room}"
        for room in ("decoder", "tensor_file", "traced", "optimum", "weights", "encoder_graph")
    }
    | {"coder_cli.bandwidth"},
    "gguf": {"exporters.gguf_source"},
    "huggingface_hub": {"exporters.hub"},
    "filelock": {"exporters.pull", "exporters.staging", "coder_cli.journal.store"},
    "torch": {"exporters.optimum", "exporters.reference"},
    "transformers": {"exporters.optimum", "exporters.reference"},
    "optimum": {"exporters.optimum"},
    "llama_cpp": {"coder_cli.bench_peers"},
    "rich": {"coder_cli.screen"},
    "markdown_it": {"coder_cli.screen.markdown", "coder_cli.screen.inline"},
    "pygments": {"coder_cli.screen.highlight"},
    "jinja2": {"coder_cli.template_child"},
    "prompt_toolkit": {f"coder_cli.chat.{room}" for room in ("line", "completion", "history", "interrupts")},
    "platformdirs": {"coder_cli.settings"},
    "tree_sitter": {"retrieval.parse", "retrieval.syntax", "retrieval.languages"},
    "faiss": {"retrieval.search.vectors"},
    "git": {"retrieval.git_commands"},
    "pathspec": {"retrieval.ignore_rules"},
    "sqlite3": {"retrieval.database", "retrieval.parse_cache", "retrieval.search.tables"},
    "msgspec": {
        *("retrieval.digests", "retrieval.packed", "retrieval.parse_pool", "retrieval.parse_worker"),
        "coder_cli.journal.store",
    },
    "tomlkit": {"coder_cli.commands.config"},
    "psutil": {"coder_cli.model.device", "coder_cli.model.memory", "coder_cli.bench_ours"},
    # The others only forbid ONNX Runtime's telemetry, before they import it.
    "os.environ": {
        "coder_cli.settings",
        "coder_cli.model.runtime",
        "coder_cli.doctor.import_child",
        "exporters.verify",
        "exporters.encoder_check",
        "retrieval.search.onnx_encoder",
    },
    "os.getenv": set(),
    "print": set(),
    "click.echo": set(),
    # Two programs of their own, run as children, answer on their stdout; the door flushes.
    "sys.stdout": {"coder_cli.ui", "coder_cli.cli", "coder_cli.template_child", "coder_cli.bench_peers"},
    "sys.stderr": {"coder_cli.ui"},
}
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in ("coder_cli", "exporters", "retrieval")
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name != "__init__.py"
}


@cache
def names(path: Path) -> tuple[str, ...]:
    """Dotted names of what a file imports, anywhere in it, and of the attributes and calls it uses."""
    return tuple(_names(path))


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def within(name: str, prefix: str) -> bool:
    return f"{name}.".startswith(f"{prefix}.")


def ours(path: Path) -> Iterator[str]:
    """The modules of this project that a file imports."""
    for name in names(path):
        yield from (module for module in FILES if within(name, module))


def layer(module: str) -> int:
    found = [number for number, row in enumerate(LAYERS) if any(within(module, room) for room in row.split())]
    assert len(found) == 1, f"{module} has {len(found)} rooms in LAYERS"
    return found[0]


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_from_its_layer_and_below(module: str) -> None:
    above = {name for name in ours(FILES[module]) if layer(name) > layer(module)}
    assert not above, f"{module} imports {above} from above"


@pytest.mark.parametrize(
    "module", [name for name in FILES if within(name, "coder_cli") and name not in MAKERS]
)
def test_the_running_assistant_stays_clear_of_the_export(module: str) -> None:
    assert {name for name in ours(FILES[module]) if within(name, "exporters")} <= RUNNING_MAY_IMPORT


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_used_by_its_owners_only(library: str) -> None:
    users = {module for module, path in FILES.items() if any(within(name, library) for name in names(path))}
    assert not {user for user in users if not any(within(user, owner) for owner in OWNERS[library])}


def test_whoever_imports_onnx_runtime_forbids_its_telemetry_before() -> None:
    forbidden = 'os.environ["ORT_DISABLE_TELEMETRY"] = "1"'
    importers = [path for path in FILES.values() if "onnxruntime" in names(path)]
    assert importers
    for path in importers:
        text = path.read_text(encoding="utf-8")
        assert -1 < text.find(forbidden) < text.find("import onnxruntime"), path


def test_rooms_and_owners_that_are_gone_leave_the_tables() -> None:
    rooms = {room for row in LAYERS for room in row.split()} | set().union(*OWNERS.values()) | MAKERS
    assert not {room for room in rooms if not any(within(module, room) for module in FILES)}


def test_initialisers_are_empty_and_files_are_short() -> None:
    assert not [
        path
        for package in ("coder_cli", "exporters", "retrieval")
        for path in (ROOT / package).rglob("__init__.py")
        if path.stat().st_size
    ]
    long = {
        module for module, path in FILES.items() if len(path.read_text(encoding="utf-8").splitlines()) > 300
    }
    assert not long, f"{long} ask to be two files each"


def test_the_wheel_holds_every_package_and_no_tests() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "packages"
    ]
    folders = {".".join(module.split(".")[:-1]) for module in FILES}
    assert set(listed) == folders
