"""Layouts of features, detections and growing texts."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.messages import Detections, Features, Ns, Text
from engine.osc.address import check, in_address, in_addresses
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import finite, text
from engine.osc.packer import Packer


class FeaturesLayout(Layout):
    """All features in one message, floats in their order, as Wekinator expects.

    With ``{name}`` in the address each is a message of its own: ``/see/{name}`` is ``/see/1 f`` ...
    Names of which OSC would make one address are numbered, which is a ``doubt``.
    """

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("features")
        self._apart = "name" in check(address, ("name",))
        self._address = address
        self._dialect = dialect
        self._names: tuple[str, ...] | None = None
        self._packers: list[Packer] = []

    def encode(self, message: Features, at: Ns) -> Sequence[bytes]:
        """Return the one message, or one for each feature."""
        if self._names != message.names:
            self._names, self._packers = message.names, self._packers_of(message.names)
        clamped = self._dialect.clamped
        values = [clamped(finite(one)) for one in message.values.tolist()]
        if not self._apart:
            return (self._packers[0].pack(*values),)
        return [one.pack(value) for one, value in zip(self._packers, values, strict=True)]

    def _packers_of(self, names: Sequence[str]) -> list[Packer]:
        if not self._apart:
            return [Packer(self._address, "f" * len(names))]
        places = [self._address.format(name=place) for place in in_addresses(names)]
        moved = [
            f'"{name}" is {place}'
            for name, place in zip(names, places, strict=True)
            if place != self._address.format(name=in_address(name))
        ]
        same = "names that would be the same address are numbered: "
        self.doubt = same + ", ".join(moved) if moved else ""
        return [Packer(place, "f") for place in places]


class DetectionsLayout(Layout):
    """``/things/count i``, and of each, the surest first: ``/things/1 s f f f f f i``.

    That is the label, the confidence, x and y of the middle, width, height, and the id.
    """

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("detections")
        check(address, ())
        self._base = address.rstrip("/")
        self._tags = "sfffff" + dialect.tag("i")
        self._dialect = dialect
        self._count = Packer(f"{self._base}/count", dialect.tag("i")).pack
        self._any = False

    def encode(self, message: Detections, at: Ns) -> Sequence[bytes]:
        """Return the count, and a message for each detection."""
        self._any = bool(message.seen)
        clamped = self._dialect.clamped
        pieces = [self._count(len(message.seen))]
        for number, one in enumerate(message.seen, 1):
            numbers = [clamped(finite(value)) for value in (one.confidence, *one.box)]
            packer = Packer(f"{self._base}/{number}", self._tags)
            pieces.append(packer.pack(text(one.label), *numbers, one.id))
        return pieces

    def end(self) -> Sequence[bytes]:
        """Return the messages that say that nothing is there any more."""
        seen, self._any = self._any, False
        return (self._count(0),) if seen else ()

    def example(self) -> Sequence[bytes]:
        """Return the messages of no detection; the length of labels is unknown."""
        return (self._count(0),)


class TextLayout(Layout):
    """A final text to the address itself, and an interim one under ``interim``."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a growing text")
        check(address, ())
        self._final = Packer(address, "s").pack
        self._interim = Packer(f"{address.rstrip('/')}/interim", "s").pack

    def encode(self, message: Text, at: Ns) -> Sequence[bytes]:
        """Return the one message."""
        return ((self._final if message.final else self._interim)(text(message.text)),)

    def example(self) -> Sequence[bytes]:
        """Return an empty text; its final length is unknown."""
        return (self._interim(""),)
