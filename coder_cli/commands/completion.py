"""`coder completion`: the lines that let a shell ask coder at TAB."""

from __future__ import annotations

import click

from coder_cli import ui
from coder_cli.completion import SHELLS, script


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
def command(shell: str) -> None:
    """Let the shell complete commands at TAB.

    Prints what SHELL reads at its start (zsh after compinit). Commands and options are completed, names of
    models, settings and sessions, and files.

    \b
    echo 'eval "$(coder completion bash)"' >> ~/.bashrc
    echo 'eval "$(coder completion zsh)"' >> ~/.zshrc
    coder completion fish > ~/.config/fish/completions/coder.fish
    """
    ui.answer(script(shell), end="\n")
