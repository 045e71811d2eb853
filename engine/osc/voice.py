"""A pitch under the address: ``/on i``, ``/hz f``, ``/note f``, ``/level f`` (0 to 1), ``/db f``,
``/confidence f``, ``/bright f`` (0 to 1) and ``/sure i``."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from engine.core.messages import Ns, Pitch
from engine.osc.address import check
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import finite
from engine.osc.packer import Packer


class PitchLayout(Layout):
    """Eight messages for a reading of a voice; hz, note and bright keep their value while off."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a pitch")
        check(address, ())
        base = address.rstrip("/")
        self._on = Packer(f"{base}/on", dialect.tag("i")).pack
        self._sure = Packer(f"{base}/sure", dialect.tag("i")).pack
        names = ("hz", "note", "level", "db", "confidence", "bright")
        self._numbers = [Packer(f"{base}/{name}", "f").pack for name in names]
        self._read = attrgetter(*names)
        self._dialect = dialect
        self._sings = False

    def encode(self, message: Pitch, at: Ns) -> Sequence[bytes]:
        """Return the eight messages of a reading as one piece."""
        clamped = self._dialect.clamped
        values = [clamped(finite(value)) for value in self._read(message)]
        self._sings = message.on
        packed = (pack(value) for pack, value in zip(self._numbers, values, strict=True))
        return (self._on(message.on) + b"".join(packed) + self._sure(message.sure),)

    def end(self) -> Sequence[bytes]:
        """Return ``on 0`` where a voice was on."""
        sang, self._sings = self._sings, False
        return (self._on(0),) if sang else ()

    def example(self) -> Sequence[bytes]:
        """Return the messages of a reading."""
        return self.encode(Pitch(440.0, 69.0, 1.0, on=False), Ns(0))
