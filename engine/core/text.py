"""Make untrusted text safe for a terminal, a log and a page."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 500
"""Maximum length of a text in characters."""


def plain(text: str, longest: int = LONGEST, keep: str = "") -> str:
    r"""Truncate a text and escape unprintable characters as ``\x1b``, except those in ``keep``.

    Why: a terminal obeys control characters; they could hide lines, retitle or recolour it, and on
    some terminals even type.
    """
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(char if char.isprintable() or char in keep else _spelt(char) for char in cut)


def within(text: str, most: int) -> str:
    """Cut a text to so many bytes of UTF-8, at the end of a character; "…" says that it was cut."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= most:
        return text
    return encoded[: most - len("…".encode())].decode("utf-8", "ignore") + "…"


def _spelt(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
