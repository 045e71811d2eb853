"""A pitch: ``/on i``, ``/hz f``, ``/note f`` and ``/confidence f`` under the address."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.messages import Ns, Pitch
from engine.osc.address import check
from engine.osc.layout import Dialect, Layout, Options
from engine.osc.numbers import finite
from engine.osc.packer import Packer


class Voice(Layout):
    """What a voice sings, four messages a reading; hertz and note keep their value while off."""

    def __init__(self, address: str, options: Options, dialect: Dialect) -> None:
        options.only("a pitch")
        check(address, ())
        base = address.rstrip("/")
        self._on = Packer(f"{base}/on", dialect.tag("i")).pack
        self._hz = Packer(f"{base}/hz", "f").pack
        self._note = Packer(f"{base}/note", "f").pack
        self._confidence = Packer(f"{base}/confidence", "f").pack
        self._dialect = dialect
        self._sings = False

    def encode(self, message: Pitch, at: Ns) -> Sequence[bytes]:
        """Give the four messages of a reading as one piece."""
        clamped = self._dialect.clamped
        hz, note, confidence = finite(message.hz), finite(message.note), finite(message.confidence)
        self._sings = message.on
        return (
            self._on(message.on)
            + self._hz(clamped(hz))
            + self._note(clamped(note))
            + self._confidence(clamped(confidence)),
        )

    def end(self) -> Sequence[bytes]:
        """Say that nobody sings any more."""
        sang, self._sings = self._sings, False
        return (self._on(0),) if sang else ()

    def example(self) -> Sequence[bytes]:
        """Give a reading."""
        return self.encode(Pitch(440.0, 69.0, 1.0, on=False), Ns(0))
