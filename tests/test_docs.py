"""The README says what is true: its commands parse, CI runs its set-up, every command stands in it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from coder_cli.cli import COMMANDS, cli
from coder_cli.errors import ExitCode
from coder_cli.setting_keys import KEYS
from exporters.artefacts import ALIASES, MODELS
from exporters.targets import TARGETS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def fenced(text: str) -> list[str]:
    """The lines of all shell blocks."""
    return "".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)).splitlines()


def calls(text: str) -> list[str]:
    """Every `coder ...` in the shell blocks, as written, without redirections."""
    parts = [part for line in fenced(text) for part in re.split(r"&&|\|(?![^']*')|[<>] *\S+$", line)]
    return [match[1] for part in parts if (match := re.match(r"\s*(?:\.venv/bin/)?coder ?(.*)", part))]


def parse(group: click.Command, words: list[str]) -> None:
    """What click would say of these words, without running a command or looking for its files."""
    context = click.Context(group)
    found, rest, _ = group.make_parser(context).parse_args(list(words))
    if isinstance(group, click.Group):
        if not rest:
            assert group.invoke_without_command, f"{group.name} wants a command"
            return
        inner = group.get_command(context, rest[0])
        assert inner is not None, f"there is no command {rest[0]}"
        parse(inner, rest[1:])
        return
    assert not rest, f"{rest} are too many"
    for parameter in group.params:
        if isinstance(parameter.type, click.Choice) and isinstance(found.get(str(parameter.name)), str):
            parameter.type.convert(found[str(parameter.name)], parameter, context)


CALLS = [call for text in DOCUMENTS.values() for call in calls(text)]


@pytest.mark.parametrize("call", CALLS)
def test_a_command_line_of_the_documents_parses(call: str) -> None:
    parse(cli, shlex.split(call))


def test_the_documents_hold_command_lines() -> None:
    assert len(CALLS) > 20


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_equal_to_the_table_and_stands_in_the_readme(name: str) -> None:
    found = command(name)
    assert found.get_short_help_str(200).removesuffix(".") == COMMANDS[name].help
    assert any(shlex.split(call)[:1] == [name] for call in calls(README))
    inner = list(found.commands.values()) if isinstance(found, click.Group) else []
    for one in [found, *inner]:
        assert one.help, f"{one.name} has no help"
        silent = [p.name for p in one.params if isinstance(p, click.Option) and not p.help and not p.hidden]
        assert not silent, f"{one.name}: options without help: {silent}"


def test_settings_exit_codes_models_and_targets_stand_in_the_readme() -> None:
    for name, key in KEYS.items():
        assert f"`{name}`" in README, name
        assert key.variable in README or name in ("cache_dir", "state_dir")
    for code in ExitCode:
        assert f"| {int(code)} |" in README
    for model in [*ALIASES, *MODELS]:
        assert f"`{re.sub('-(instruct|base)$', '', model)}" in README, model
    assert all(f"`{target}`" in README for target in TARGETS)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    main, test = (
        re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", README, re.DOTALL) for name in ("main", "test")
    )
    assert main is not None and test is not None
    assert "coder generate" in main[1] and "coder infill" in main[1]
    assert "pytest" in test[1]
    for block in (main[1], test[1]):
        assert all(line.endswith("&&") for line in block.splitlines()[:-1]), "one command"
    assert "<!-- test -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
