"""What a comment above a definition says, in one sentence: Javadoc, KDoc, C# XML comments, plain comments."""

from __future__ import annotations

import re

LONGEST = 200
_MARKS = re.compile(r"^\s*(?:/\*+!?|\*+/|\*+(?!/)|///?!?)?\s?|\s*\*+/\s*$", re.M)
_INLINE_TAG = re.compile(r"\{@\w+\s*([^{}]*)\}")
_XML_NAME = re.compile(r'<(?:see|seealso|paramref|typeparamref)\s+\w+="(?:\w:)?([^"]*)"\s*/>')
_SUMMARY = re.compile(r"<summary>(.*?)(?:</summary>|\Z)", re.S)
_ELEMENT = re.compile(r"</?[A-Za-z][^<>\n]*>")
_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|\n\s*\n|\n\s*@\w|<(?:[pP]|ul|ol|pre|para)\b")


def first_sentence(comment: str) -> str:
    """Without comment marks, inline tags and markup; empty where a comment is a ruler or says nothing."""
    text = _MARKS.sub("", comment).strip()
    summary = _SUMMARY.search(text)
    if summary is not None:
        text = summary.group(1).strip()
    if text.startswith("@"):
        return ""
    text = _END.split(text, maxsplit=1)[0]
    text = _ELEMENT.sub("", _XML_NAME.sub(r"\1", _INLINE_TAG.sub(r"\1", text)))
    text = " ".join(text.split())
    if not re.search(r"\w", text):
        return ""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
