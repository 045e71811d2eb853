"""A chord under the address: ``/name s``, ``/quality s``, ``/root i``, ``/bass i``,
``/confidence f`` (0 to 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.messages import Chord, Ns
from engine.osc.address import check
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import finite, text
from engine.osc.packer import Packer

_NONE: Final = Chord("", -1, -1, "", 0.0)


class ChordLayout(Layout):
    """Five messages for a chord; while there is none the texts are empty and the notes -1."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a chord")
        check(address, ())
        base = address.rstrip("/")
        self._texts = [Packer(f"{base}/{name}", "s").pack for name in ("name", "quality")]
        whole = dialect.tag("i")
        self._notes = [Packer(f"{base}/{name}", whole).pack for name in ("root", "bass")]
        self._confidence = Packer(f"{base}/confidence", "f").pack
        self._dialect = dialect
        self._sounds = False

    def encode(self, message: Chord, at: Ns) -> Sequence[bytes]:
        """Return the five messages of a chord as one piece."""
        self._sounds = message.on
        texts, notes = (message.name, message.quality), (message.root, message.bass)
        pieces = [pack(text(one)) for pack, one in zip(self._texts, texts, strict=True)]
        pieces += [pack(one) for pack, one in zip(self._notes, notes, strict=True)]
        pieces.append(self._confidence(self._dialect.clamped(finite(message.confidence))))
        return (b"".join(pieces),)

    def end(self) -> Sequence[bytes]:
        """Return the messages of no chord where there was one."""
        return self.encode(_NONE, Ns(0)) if self._sounds else ()

    def example(self) -> Sequence[bytes]:
        """Return the messages of no chord; the length of names is unknown."""
        return self.encode(_NONE, Ns(0))
