"""The base of all layouts: how one type of message goes under an address, and the cable's options.

A layout knows no socket and no clock. It encodes a message as pieces (see ``packer``), and knows
what ends that which it has begun: a note-off, "nobody is here".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, ClassVar

from engine.core.errors import ParameterError
from engine.core.messages import Ns
from engine.core.parameter import Param
from engine.osc.frames import Frames

Argument = int | float | str | bool
"""What a patch may write as one argument; the text "{value}" stands for the number that came."""


@dataclass(kw_only=True)
class OscOptions:
    """The options of a cable into ``osc_out``, beside where it comes from and how it is scaled."""

    args: Annotated[
        list[Argument] | None,
        Param('the arguments, where "{value}" stands for the number; [] sends none'),
    ] = None
    off: Annotated[
        list[Argument] | None, Param("the arguments sent 50 ms after a trigger, to let go again")
    ] = None
    layout: Annotated[
        str | None,
        Param(
            'how bodies, hands and faces are laid out, as "named" or "tuio": receivers/layouts.md'
        ),
    ] = None
    joints: Annotated[list[str] | None, Param("which joints of a pose")] = None
    confidence: Annotated[bool, Param("send how sure each joint is, too")] = False
    people: Annotated[int, Param("how many people, where a layout has room for so many", 1, 16)] = 1
    width: Annotated[int, Param("how wide a picture the receiver expects", 1, 16384)] = 640
    stature: Annotated[
        float, Param("how tall the performer is, in metres, for layouts in metres", 0.3, 3)
    ] = 1.7
    room: Annotated[
        list[float] | None,
        Param("of people on a floor: width and depth of the room, in metres"),
    ] = None

    def only(self, meaning: str, *allowed: str) -> None:
        """Raise ParameterError for an option that is set but not ``allowed`` for ``meaning``."""
        for one in fields(self):
            if one.name not in allowed and getattr(self, one.name) != one.default:
                raise ParameterError(f'"{one.name}" means nothing for {meaning}')


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a receiver understands: whether numbers are clamped to 0..1, and whether all are floats.

    ``layout`` is the default layout of a pose; ``frames`` are counted for all cables of a receiver.
    """

    clamp: bool = False
    floats: bool = False
    layout: str = "packed"
    frames: Frames | None = field(default=None, compare=False)

    def tag(self, tag: str) -> str:
        """Return the type tag that stands for "i" or "f" here."""
        return "f" if self.floats else tag

    def clamped(self, value: float) -> float:
        """Return a number within the range that the receiver takes."""
        return min(max(value, 0.0), 1.0) if self.clamp else value


class Layout:
    """How messages of one type go under one address; this base class sends nothing."""

    doubt: str = ""
    """What a performer should know of what it sends, to be told once."""

    has_off: ClassVar[bool] = False
    """Whether ``off`` may return a message, to be sent 50 ms later."""

    def encode(self, message: Any, at: Ns) -> Sequence[bytes]:
        """Return the pieces of a message that describes the moment ``at``.

        Raise ValueError, OverflowError, TypeError or struct.error for what cannot be sent.
        """
        raise NotImplementedError

    def off(self, message: Any) -> bytes:
        """Return what releases what ``message`` pressed; b"" for nothing."""
        return b""

    def end(self) -> Sequence[bytes]:
        """Return the pieces that end everything that was begun, and forget it."""
        return ()

    def example(self) -> Sequence[bytes]:
        """Return pieces as long as any that will be sent, to be measured before playing."""
        return ()
