"""The input line: keys, history, completion, the status below it. Nothing else knows prompt-toolkit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import Completer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, has_completions, is_searching
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from coder_cli.chat.completion import is_offered_at_once
from coder_cli.chat.history import KeptHistory

PROMPT = "> "
LEAVING = "Ctrl-C again, or Ctrl-D, ends the chat"
_MENU = 6  # lines kept free for what Tab offers: in 24 lines there is little to spare
_STYLE = Style.from_dict(
    {
        "prompt": "bold",
        "bottom-toolbar": "noreverse",
        "bottom-toolbar.text": "fg:ansibrightblack",
        "completion-menu": "noinherit",
        "completion-menu.completion": "noinherit",
        "completion-menu.completion.current": "noinherit reverse",
        "completion-menu.meta.completion": "noinherit fg:ansibrightblack",
        "completion-menu.meta.completion.current": "noinherit reverse",
        "scrollbar.background": "noinherit",
        "scrollbar.button": "noinherit reverse",
    }
)


class Line:
    """Asks for one message after the other. EOFError for Ctrl-D, KeyboardInterrupt for Ctrl-C."""

    def __init__(
        self, state_dir: Path, completer: Completer, status: Callable[[int], str], *, color: bool
    ) -> None:
        self._status = status
        self._failure: BaseException | None = None
        self._leaving = False  # Ctrl-C was pressed on an empty line
        typing = Condition(lambda: is_offered_at_once(get_app().current_buffer.document.text_before_cursor))
        self._session: PromptSession[str] = PromptSession(
            history=KeptHistory(state_dir),
            completer=completer,
            complete_while_typing=typing,
            complete_in_thread=True,
            complete_style=CompleteStyle.COLUMN,
            reserve_space_for_menu=_MENU,
            multiline=True,
            prompt_continuation="  ",
            key_bindings=self._keys(),
            enable_open_in_editor=True,
            editing_mode=EditingMode.EMACS,
            tempfile_suffix=".md",
            bottom_toolbar=self._toolbar,
            style=_STYLE,
            include_default_pygments_style=False,
            color_depth=None if color else ColorDepth.DEPTH_1_BIT,
        )
        self._session.default_buffer.on_text_changed += lambda _: self._stay()

    def read(self, default: str = "") -> str:
        """What the user typed. A failure that was told meanwhile is raised."""
        if self._failure is not None:
            raise self._failure
        self._leaving = False
        return self._session.prompt(PROMPT, default=default)

    def refresh(self) -> None:
        """The status has changed. From any thread."""
        self._session.app.invalidate()

    def fail(self, problem: BaseException) -> None:
        """End the reading with an error. From any thread."""
        self._failure = problem
        app, loop = self._session.app, self._session.app.loop
        if loop is not None and app.is_running:
            loop.call_soon_threadsafe(lambda: app.exit(exception=problem) if app.is_running else None)

    def send(self, sequence: str) -> None:
        """A control sequence of ours to the terminal."""
        output = self._session.output
        output.write_raw(sequence)
        output.flush()

    def _stay(self) -> None:
        self._leaving = False

    def _toolbar(self) -> FormattedText:
        width = self._session.output.get_size().columns
        text = LEAVING[: width - 1] if self._leaving else self._status(width)
        return FormattedText([("class:bottom-toolbar.text", text)])

    def _keys(self) -> KeyBindings:
        """Enter sends; Ctrl-J and Alt-Enter begin a new line. A bracketed paste is no key: it never sends."""
        keys = _editing()

        @keys.add("c-c")
        def interrupt(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if buffer.text:
                buffer.reset()
            elif self._leaving:
                event.app.exit(exception=KeyboardInterrupt)
            else:
                self._leaving = True

        return keys


def _editing() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=~is_searching)
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None  # the one that is chosen
            return
        if buffer.text.strip():
            buffer.validate_and_handle()
        else:
            buffer.reset()

    @keys.add("c-j", filter=~is_searching)
    @keys.add("escape", "enter", filter=~is_searching)
    def newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("tab")
    def complete(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None:
            buffer.complete_next()
        else:
            buffer.start_completion(insert_common_part=True)

    @keys.add("escape", filter=has_completions, eager=True)
    def close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    return keys
