"""Text of others as a terminal may show it."""

from __future__ import annotations

# C0 and C1 controls but tab and newline become the pictures of themselves, or a replacement mark.
_VISIBLE = {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
_VISIBLE |= {127: 0x2421} | dict.fromkeys(range(128, 160), 0xFFFD)
# What turns the reading direction shows one code and runs another (CVE-2021-42574); so do the separators
# that some terminals take for a newline.
_VISIBLE |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029), 0xFFFD)


def visible(text: str) -> str:
    """The text with its control characters made visible, one for one: it cannot drive a terminal."""
    return text.translate(_VISIBLE)
