"""An answer that goes round in circles: seen while it is written, and ended."""

from __future__ import annotations

from coder_cli.model.types import Finish

_LEAST_TEXT = 240  # characters that must repeat; tables and long lists of like lines repeat less exactly
_LEAST_TIMES = 4
_LONGEST_ROUND = 600  # characters
_STEP = 32  # characters between two looks


class Repetition:
    """A filter that passes everything on until the last part of the text has come several times in a row.

    What came after the first round of it was shown already; the answer ends there, so little is wasted.
    """

    finish = Finish.REPETITION

    def __init__(self) -> None:
        self.done = False
        self._text = ""
        self._looked = 0

    def push(self, piece: str) -> str:
        self._text = (self._text + piece)[-_LONGEST_ROUND * _LEAST_TIMES :]
        self._looked += len(piece)
        if self._looked >= _STEP:
            self._looked = 0
            self.done = _goes_round(self._text)
        return piece

    def close(self) -> str:
        return ""


def _goes_round(text: str) -> bool:
    """Whether the text's end is one part many times over. The part holds a letter: rulers do not count."""
    end = text[-_STEP:]
    at = text.rfind(end, 0, len(text) - 1)  # where it ended the time before
    while at >= 0:
        period = len(text) - _STEP - at
        if period > _LONGEST_ROUND:
            return False
        times = max(_LEAST_TIMES, -(-_LEAST_TEXT // period))
        if len(text) >= times * period:
            part = text[-period:]
            if any(letter.isalnum() for letter in part) and text.endswith(part * times):
                return True
        at = text.rfind(end, 0, at + _STEP - 1)
    return False
