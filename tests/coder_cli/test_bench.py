"""`coder bench`: prompts of an exact length, rounds in turns, honest arithmetic."""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from coder_cli import bandwidth, bench, bench_peers, bench_report, cli, settings
from coder_cli.bench import Child, Plan, Round, Side
from coder_cli.errors import ModelError
from exporters import manifest as manifests
from exporters.types import Progress, silent
from tests.tiny_model import tiny_model

ROOT = Path(__file__).parents[2]

# A contestant that takes no time, says where it was asked, and prints where a library would.
SCRIPTED = """
import sys
sys.path.insert(0, {root!r})
from coder_cli.bench_peers import BenchError, Turn, serve
class Scripted:
    def prepare(self): print("noise on stdout")
    def load(self, path, threads, context):
        with open({log!r}, "a") as log: log.write({name!r} + " ")
        if {name!r} == "broken": raise BenchError("no such thing", "mend it")
        if {name!r} == "dying": sys.exit("out of luck")
        self.held = []
        return {{"threads": threads, "context": context}}
    def encode(self, text): return [ord(letter) for letter in text]
    def forget(self): self.held = []
    def turn(self, ids, new_tokens, enough):
        pairs = enumerate(zip(self.held, ids))
        shared = next((n for n, (a, b) in pairs if a != b), min(len(self.held), len(ids)))
        self.held = ids + [ord("a")] * (new_tokens - 1)
        return Turn(len(ids), shared, new_tokens, 2.0, 2.0, {decode}, "a" * new_tokens)
serve(Scripted())
"""


def letters(text: str) -> list[int]:
    return [ord(letter) for letter in text]


def scripted(folder: Path, name: str, decode: float = 1.0) -> Side:
    script = folder / f"{name}.py"
    log = str(folder / "log")
    script.write_text(SCRIPTED.format(root=str(ROOT), log=log, name=name, decode=decode))
    return Side(name, (sys.executable, str(script)), script)


def a_round(decode_speed: float) -> Round:
    return Round(1.0, 10.0, decode_speed, 1.0, 100, 50, 5, 0.1, True, {})


def test_a_prompt_has_exactly_the_tokens_asked_for() -> None:
    def words(text: str) -> list[int]:
        return [hash(word) for word in re.findall(r"\w+|\W", text)]

    for count in (8, 513, 40_000):
        text, ids = bench.code_prompt(count, words)
        assert len(ids) == count
        assert words(text) == ids
        assert text.startswith("# Author") or text.startswith('"""') or "argparse" in text[:400]


def test_a_prompt_that_cannot_be_made_is_an_error() -> None:
    with pytest.raises(ModelError, match="exactly 9 tokens"):
        bench.code_prompt(9, lambda text: [0, 0] * len(text))


def test_rounds_alternate_between_the_sides(tmp_path: Path) -> None:
    sides = [scripted(tmp_path, "one"), scripted(tmp_path, "two")]
    seen: list[Progress] = []
    rounds = bench.measure(Plan((16, 32), 5, 2, runs=2), sides, letters, seen.append)
    assert (tmp_path / "log").read_text().split() == ["one", "two"] * 4
    assert {context: [len(own) for own in by_side] for context, by_side in rounds.items()} == {
        16: [2, 2],
        32: [2, 2],
    }
    assert [one.done for one in seen] == list(range(9))
    assert seen[-1].total == 8


def test_a_rounds_speeds_count_the_first_token_as_prefill(tmp_path: Path) -> None:
    rounds = bench.measure(Plan((16,), 5, 2, runs=1), [scripted(tmp_path, "one")], letters, silent)
    one = rounds[16][0][0]
    assert one.prefill_speed == 16 / 2.0
    assert one.decode_speed == (5 - 1) / 1.0
    assert one.same_tokens
    # The cache holds the prompt and all of the answer but its last token, which was never run.
    assert one.second_turn_tokens == 16 + 5 + len(bench.NEXT_REQUEST)
    assert one.second_turn_computed == 1 + len(bench.NEXT_REQUEST)
    assert one.peak_resident_bytes > 1_000_000
    assert one.facts["threads"] == 2
    assert one.facts["context"] >= one.second_turn_tokens


def test_a_sides_complaint_is_an_error_with_its_help(tmp_path: Path) -> None:
    with Child(scripted(tmp_path, "broken")) as child:
        with pytest.raises(ModelError, match="broken: no such thing") as caught:
            child.ask("load", path="", threads=1, context=1)
        assert caught.value.help_line == "mend it"
        with pytest.raises(ModelError, match="no such command: dance"):
            child.ask("dance")


def test_a_side_that_dies_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with Child(scripted(tmp_path, "dying")) as child, pytest.raises(ModelError, match="out of luck"):
        child.ask("load", path="", threads=1, context=1)


def test_a_python_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    side = bench.llama_cpp(str(tmp_path / "python"), tmp_path / "model.gguf")
    with pytest.raises(ModelError, match="cannot be started"), Child(side):
        pass


def test_without_llama_cpp_the_command_that_builds_it_is_named(tmp_path: Path) -> None:
    # -S: no site-packages, so that llama-cpp-python is missing for certain.
    side = Side("llama.cpp", (sys.executable, "-S", "-P", str(bench_peers.__file__)), tmp_path)
    with Child(side) as child, pytest.raises(ModelError, match="not installed") as caught:
        child.ask("load", path="", threads=1, context=1)
    assert caught.value.help_line == bench_peers.BUILD_LLAMA


def test_the_peers_file_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(str(bench_peers.__file__)).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in tree.body
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [row.name for row in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_ratios_are_taken_round_by_round() -> None:
    mine, theirs = (
        [a_round(30.0), a_round(10.0), a_round(21.0)],
        [a_round(20.0), a_round(10.0), a_round(20.0)],
    )
    decode = bench_report.ratios(mine, theirs)["decode_tokens_per_second"]
    assert (decode.low, decode.median, decode.high) == (1.0, 1.05, 1.5)
    assert bench_report.summarise(mine)["decode_tokens_per_second"].median == 21.0


def test_what_only_one_side_keeps_is_shown_without_a_ratio() -> None:
    plan = Plan((16,), 5, 2, runs=1)
    sides = [Side(name, (), Path()) for name in ("coder", "llama.cpp")]
    kept = replace(a_round(30.0), stored_seconds=0.5, stored_computed=6)
    rounds = {16: [[kept], [a_round(20.0)]]}
    (found,) = bench_report.as_json(plan, sides, rounds, None)["contexts"]
    assert found["coder"]["stored_first_token_seconds"]["median"] == 0.5
    assert found["coder"]["stored_computed"] == 6
    assert not {"stored_first_token_seconds", "stored_computed"} & {*found["llama.cpp"], *found["ratios"]}
    table = bench_report.as_table(plan, sides, rounds, None)
    assert ["the same prompt in a new process, s", "0.50", "", ""] in table
    without = bench_report.as_table(plan, sides[1:], {16: [[a_round(20.0)]]}, None)
    assert not [row for row in without if "new process" in row[0]]


def test_the_share_of_the_bandwidth_limit_counts_weights_and_cache() -> None:
    limit = bench_report.Limit(read_bandwidth=40e9, weight_bytes=900_000_000, cache_bytes=50_000)
    # 0.9 GB of weights and 2000 positions of 50 kB are 1 GB a token: 40 tokens a second at most.
    assert limit.share(30.0, 2000) == pytest.approx(0.75)


def test_a_llama_cpp_built_for_any_cpu_is_found_out() -> None:
    cpu = {"avx2", "avx512f", "avx512_vnni"}
    native = "CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 1 | AVX512_VNNI = 1 | REPACK = 1 | "
    assert bench_report.missing_features(native, cpu) == []
    assert bench_report.missing_features("CPU : SSE3 = 1 | AVX2 = 1 | ", cpu) == ["AVX512", "AVX512_VNNI"]
    assert bench_report.missing_features("CPU : SSE3 = 1 | ", set()) == []


def test_reading_memory_has_a_speed() -> None:
    assert bandwidth.read_bandwidth(1) > 0


@pytest.mark.parametrize("target", ["cpu-fp32", "cpu-int4"])
def test_a_token_reads_every_weight_but_the_embedding(tmp_path: Path, target: str) -> None:
    folder = tiny_model(tmp_path, "deepseek-coder-instruct", target)
    manifest = manifests.read(folder)
    read = bandwidth.weight_bytes_per_token(folder)
    hidden, ffn, layers = 64, 160, 2
    matrices = layers * (4 * hidden * hidden + 3 * hidden * ffn) + manifest.vocab_size * hidden
    norms = (2 * layers + 1) * hidden * 4
    if target == "cpu-fp32":
        assert norms <= read - 4 * matrices <= norms + 1024  # a few shape constants
    else:
        assert matrices // 2 < read < 2 * matrices  # between 4 and 8 bits, scales included
    assert bandwidth.cache_bytes_per_position(manifest) == 2 * 2 * 64 * 4


def test_a_tiny_model_is_measured_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tiny_model(tmp_path)
    words = ["bench", "-m", str(folder), "--context", "96", "--tokens", "4", "--runs", "1", "--threads", "1"]
    assert cli.main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == 0
    assert found["target"] == "cpu-int4"
    assert found["warnings"] == []
    assert [side["name"] for side in found["sides"]] == ["coder"]
    (at,) = found["contexts"]
    assert at["context"] == 96
    mine = at["coder"]
    for name in bench_report.METRICS:
        assert mine[name]["low"] == mine[name]["median"] == mine[name]["high"] > 0
    assert mine["same_tokens"]
    assert mine["second_turn_computed"] < mine["second_turn_tokens"]
    assert mine["stored_computed"] == 96 - 64
    assert mine["decode_share_of_bandwidth"] > 0
    assert "ratios" not in at

    assert cli.main(words) == 0
    shown = capsys.readouterr()
    assert "decode, tokens/s" in shown.out
    assert "the same prompt in a new process" in shown.out
    assert not list(settings.load().cache_dir.glob("bench-*"))
    assert "1 threads" in shown.err


def test_against_needs_a_file_and_a_context_must_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", "--against", "llama.cpp"]) == 2
    assert "--gguf" in capsys.readouterr().err
    folder = tiny_model(tmp_path)
    assert cli.main(["bench", "-m", str(folder), "--context", "1024"]) == 4
    assert "leaves no room" in capsys.readouterr().err
