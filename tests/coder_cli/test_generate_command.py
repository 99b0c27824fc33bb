"""`coder generate`: what reaches the model, what reaches the screen."""

from __future__ import annotations

import io
import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, cli
from coder_cli.model.types import ChatTemplate, Finish, Mark, Sampling
from exporters.families import FAMILIES
from tests.fakes import ScriptedModel

Capture = pytest.CaptureFixture[str]
Use = Callable[[ScriptedModel], ScriptedModel]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Use:
    """Let the commands find this model, a terminal at stdin, and no repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))

    def put(model: ScriptedModel) -> ScriptedModel:
        opened = (SimpleNamespace(name="scripted"), model)
        monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
        monkeypatch.setattr(assistant, "find_model", lambda settings: opened[0])
        return model

    return put


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    stdin = SimpleNamespace(isatty=lambda: False, buffer=io.BytesIO(data))
    monkeypatch.setattr(sys, "stdin", stdin)


def text_of(model: ScriptedModel) -> str:
    return "".join(part for part in model.prompts[-1].parts if isinstance(part, str))


def test_the_answer_is_on_stdout_and_ends_with_a_newline(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["a ", "sort"]))
    assert cli.main(["generate", "hi"]) == 0
    assert capsys.readouterr() == ("a sort\n", "")


def test_v_tells_the_timings_on_stderr(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["a"]))
    assert cli.main(["generate", "-v", "hi"]) == 0
    out, err = capsys.readouterr()
    assert out == "a\n"
    assert "1 written in 2.00 s (0.5 a second)" in err


def test_instruct_models_chat_and_base_models_go_on(use: Use) -> None:
    model = use(ScriptedModel(["a"]))
    cli.main(["generate", "hi", "-s", "Be brief."])
    assert model.prompts[-1].parts[:4] == (Mark("<|im_start|>"), "system\n", "Be brief.", Mark("<|im_end|>"))
    cli.main(["generate", "hi", "--raw"])
    assert model.prompts[-1].parts == ("hi",)
    model = use(ScriptedModel(["a"], FAMILIES["deepseek-coder-base"]))
    cli.main(["generate", "hi"])
    assert model.prompts[-1].parts == ("hi",)


def test_a_checkpoint_without_a_template_is_named(use: Use, capsys: Capture) -> None:
    model = use(ScriptedModel(["a"], FAMILIES["plain"]))
    cli.main(["generate", "hi"])
    assert "no chat template" in capsys.readouterr().err
    model.chat_template = ChatTemplate("Q: {{ messages[0].content }} A:", "", "")
    cli.main(["generate", "hi"])
    assert capsys.readouterr().err == ""


def test_stdin_follows_the_prompt(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    model = use(ScriptedModel(["a"]))
    pipe(monkeypatch, b"\xef\xbb\xbfint x;\r\n")
    cli.main(["generate", "explain", "--raw"])
    assert text_of(model) == "explain\n\nint x;\n"
    for words in (["-"], []):
        pipe(monkeypatch, "grüße\n".encode())
        cli.main(["generate", *words, "--raw"])
        assert text_of(model) == "grüße\n"
    pipe(monkeypatch, b"")
    cli.main(["generate", "explain", "--raw"])
    assert text_of(model) == "explain"


def test_no_prompt_is_a_usage_error(use: Use, capsys: Capture) -> None:
    use(ScriptedModel([]))
    assert cli.main(["generate"]) == 2
    assert cli.main(["generate", "  "]) == 2
    assert "There is no prompt" in capsys.readouterr().err


def test_flags_reach_the_model(use: Use) -> None:
    model = use(ScriptedModel(["a"]))
    words = (
        "--temperature 0.7 --top-p 0.9 --top-k 40 --repeat-penalty 1.1 --seed 3 --max-tokens 9 --stop \\ndef"
    )
    cli.main(["generate", "hi", *words.split()])
    assert model.samplings == [Sampling(0.7, 0.9, 40, 1.1, 3)]
    assert (model.prompts[0].max_new_tokens, model.prompts[0].stop) == (9, ("\ndef",))


def test_extract_prints_the_code_and_stops_the_model(use: Use, capsys: Capture) -> None:
    model = use(ScriptedModel(["Here:\n``", "`py\na = 1\n", "```\n", "That", " was it."]))
    assert cli.main(["generate", "-x", "hi"]) == 0
    assert capsys.readouterr() == ("a = 1\n", "")
    assert (model.cancelled, model.said) == (True, 3)


def test_an_answer_without_code_is_exit_1_and_not_lost(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["Better not."]))
    assert cli.main(["generate", "-x", "hi"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "no code block" in err and "Better not." in err


def test_a_base_models_text_is_code_as_it_is(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["int x;"], FAMILIES["qwen2.5-coder-base"]))
    assert cli.main(["generate", "-x", "hi"]) == 0
    assert capsys.readouterr().out == "int x;\n"


def test_json_is_one_object_with_the_counts(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["a", "b"]))
    assert cli.main(["generate", "hi", "--json", "--raw"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "text": "ab",
        "model": "scripted",
        "finish": "stop",
        "prompt_tokens": 2,
        "cached_tokens": 0,
        "new_tokens": 2,
        "seconds": 3.0,
        "exit_code": 0,
    }


def test_ctrl_c_keeps_what_came(use: Use, capsys: Capture, tmp_path: Path) -> None:
    use(ScriptedModel(["a", "b"], interrupt_after=1))
    assert cli.main(["generate", "hi"]) == 130
    assert capsys.readouterr() == ("a\n", "interrupted\n")
    assert cli.main(["generate", "hi", "--json"]) == 130
    told = json.loads(capsys.readouterr().out)
    assert told == {"text": "a", "model": "scripted", "finish": "cancelled", "exit_code": 130}
    assert cli.main(["generate", "hi", "-o", str(tmp_path / "out")]) == 130
    assert (tmp_path / "out").read_text() == "a\n"


def test_a_cut_answer_says_so(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["a"], finish=Finish.LENGTH))
    assert cli.main(["generate", "hi"]) == 0
    assert "--max-tokens" in capsys.readouterr().err


def test_a_prompt_that_does_not_fit_is_exit_4(use: Use, capsys: Capture) -> None:
    use(ScriptedModel(["a"], context_length=8))
    assert cli.main(["generate", "a long prompt"]) == 4
    assert cli.main(["generate", "a long prompt", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["exit_code"] == 4


def test_o_writes_the_file_and_nothing_else(use: Use, capsys: Capture, tmp_path: Path) -> None:
    use(ScriptedModel(["grüße"]))
    file = tmp_path / "out.py"
    assert cli.main(["generate", "hi", "-o", str(file)]) == 0
    out, err = capsys.readouterr()
    assert (out, "out.py" in err) == ("", True)
    assert file.read_bytes() == "grüße\n".encode()


def test_o_replaces_only_with_force_and_keeps_mode_and_link(use: Use, tmp_path: Path) -> None:
    model = use(ScriptedModel(["new"]))
    file, link = tmp_path / "out.py", tmp_path / "link.py"
    file.write_text("old")
    file.chmod(0o750)
    link.symlink_to(file)
    assert cli.main(["generate", "hi", "-o", str(link)]) == 2
    assert (file.read_text(), model.prompts) == ("old", [])
    assert cli.main(["generate", "hi", "-o", str(link), "--force"]) == 0
    assert (file.read_text(), link.is_symlink()) == ("new\n", True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o750
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "out.py"]


def test_o_in_a_folder_that_is_not_there_is_refused_before_the_work(use: Use, tmp_path: Path) -> None:
    model = use(ScriptedModel(["new"]))
    assert cli.main(["generate", "hi", "-o", str(tmp_path / "no" / "out.py")]) == 2
    assert model.prompts == []


def test_a_model_that_is_not_installed_is_exit_3_with_the_command(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, b"")
    assert cli.main(["generate", "hi"]) == 3
    assert "coder pull starter" in capsys.readouterr().err
