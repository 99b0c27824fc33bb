"""Answers that say that there is none. They are reported, never hidden."""

from __future__ import annotations

import re

# As instruct models open one; further down the same words belong to an answer.
_OPENING = re.compile(
    r"\W*(?:(?:i'm|i am|we are) (?:sorry|unable|not able)|(?:i|we) (?:can(?:not|'t)|could(?:n't| not))"
    r"|unfortunately\b|as an ai\b|sorry\b"
    r"|(?:the|these) (?:provided |given |above )?(?:excerpts?|code|context|snippets?|information)"
    r"(?: \w+){0,4} (?:do(?:es)?(?:n't| not)|is not|are not)(?: \w+ly)?"
    r" (?:show|contain|include|mention|provide|specif|tell|give|enough|sufficient))",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether the model says that it cannot answer, or that what it was given does not tell."""
    return _OPENING.match(text.strip().replace("\u2019", "'")) is not None
