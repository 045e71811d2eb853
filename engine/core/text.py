"""Texts of strangers, made fit for a terminal, a log and a page."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 500
"""How much of a text is told, in characters."""


def plain(text: str, longest: int = LONGEST, keep: str = "") -> str:
    """Cut a text and spell out what does not print, such as ``\\x1b``; ``keep`` is left as it is.

    Why: a terminal obeys control characters. Whoever could bring them there could hide lines, or
    retitle, recolour and on some terminals even type.
    """
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(char if char.isprintable() or char in keep else _spelt(char) for char in cut)


def _spelt(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
