"""What TAB offers: click's own machinery, and what our words stand for - models, files, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

from coder_cli.setting_keys import KEYS
from coder_cli.settings import COMPLETION_VARIABLE, Settings
from exporters.artefacts import ALIASES, MODELS

PROGRAM = "coder"
SHELLS = ("bash", "zsh", "fish")
MOST_SESSIONS = 50  # offered; a list that fills the screen helps no one


def script(shell: str) -> str:
    """What a shell reads once, so that it asks `coder` at every TAB."""
    from click.shell_completion import ShellComplete, get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise ValueError(f"click knows no shell {shell}")
    # Not bash's own `source`: that starts a bash to look at its version.
    return ShellComplete.source(found(click.Command(PROGRAM), {}, PROGRAM, COMPLETION_VARIABLE))


def respond(group: click.Group, settings: Settings, instruction: str) -> int:
    """Answer a shell that asks, as the script tells it to."""
    from click.shell_completion import shell_complete

    return shell_complete(group, {"obj": settings}, PROGRAM, COMPLETION_VARIABLE, instruction)


class Word(click.types.StringParamType):
    """A word of a command line that is a text to us, and of which TAB can offer what it may be."""

    def __init__(self, offer: Callable[[Settings, str], Iterable[CompletionItem]]) -> None:
        self._offer = offer

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        settings = ctx.find_object(Settings)
        return list(self._offer(settings, incomplete)) if settings is not None else []


def _beginning(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _files(settings: Settings, incomplete: str) -> list[CompletionItem]:
    """The shell itself knows them, and quotes them."""
    return [CompletionItem(incomplete, type="file")]


def _installed(settings: Settings, incomplete: str) -> list[CompletionItem]:
    if incomplete.startswith((".", "/", "~")):
        return [CompletionItem(incomplete, type="dir")]
    from exporters.store import ModelStore

    names = {model.name for model in ModelStore(settings.models_dir).list()}
    return _beginning(
        [*(alias for alias, name in ALIASES.items() if name in names), *sorted(names)], incomplete
    )


def _known(settings: Settings, incomplete: str) -> list[CompletionItem]:
    if incomplete.startswith((".", "/", "~")):
        return [CompletionItem(incomplete, type="file")]
    return _beginning([*ALIASES, *MODELS], incomplete)


def _sessions(settings: Settings, incomplete: str) -> list[CompletionItem]:
    """The latest first; a name begins with its time."""
    from coder_cli.sessions import FOLDER

    folder = settings.state_dir / FOLDER
    names = (path.stem for path in folder.iterdir()) if folder.is_dir() else ()
    return _beginning(sorted(names, reverse=True)[:MOST_SESSIONS], incomplete)


def _keys(settings: Settings, incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(key.name, help=key.help) for key in KEYS.values() if key.name.startswith(incomplete)
    ]


_BY_NAME = {
    "model": Word(_installed),
    "key": Word(_keys),
    "replay": Word(_sessions),
    **dict.fromkeys(("target", "place", "files", "path", "why", "dependents"), Word(_files)),
}
_BY_COMMAND = {("pull", "name"): Word(_known)} | {
    (command, "name"): Word(_installed) for command in ("show", "rm", "verify", "default")
}


def teach(command: click.Command) -> None:
    """Let the parameters of a command know what TAB offers for them."""
    for parameter in command.params:
        word = _BY_COMMAND.get((str(command.name), str(parameter.name))) or _BY_NAME.get(str(parameter.name))
        if word is not None and type(parameter.type) is click.types.StringParamType:
            parameter.type = word
