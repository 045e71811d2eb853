"""What a layout is: how one kind of message goes under an address, and what a cable may say of it.

A layout knows no socket and no clock. It turns a message into pieces (see ``packer``), and says
what would end whatever it has begun: a note-off, "nobody is here".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar

from engine.core.errors import ParameterError
from engine.core.messages import Ns
from engine.core.parameter import Param

Argument = int | float | str | bool
"""What a patch may write as one argument; the text "{value}" stands for the number that came."""


@dataclass(kw_only=True)
class OscOptions:
    """What a cable into ``osc_out`` may say beside where it comes from and how it is scaled."""

    args: Annotated[
        list[Argument] | None,
        Param('the arguments, where "{value}" stands for the number; [] sends none'),
    ] = None
    off: Annotated[
        list[Argument] | None, Param("the arguments sent 50 ms after a trigger, to let go again")
    ] = None
    layout: Annotated[str | None, Param("how a pose is laid out under the address")] = None
    joints: Annotated[list[str] | None, Param("which joints of a pose")] = None
    confidence: Annotated[bool, Param("send how sure each joint is, too")] = False
    people: Annotated[int, Param("how many people, where a layout has room for so many", 1, 16)] = 1
    width: Annotated[int, Param("how wide a picture the receiver expects", 1, 16384)] = 640

    def only(self, meaning: str, *allowed: str) -> None:
        """Refuse what was said but has no ``meaning`` here; raises ParameterError."""
        for field in fields(self):
            if field.name not in allowed and getattr(self, field.name) != field.default:
                raise ParameterError(f'"{field.name}" means nothing for {meaning}')


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a receiver understands: whether numbers are clamped to 0 to 1, and all are floats.

    ``layout`` is the one a pose takes when its cable names none.
    """

    clamp: bool = False
    floats: bool = False
    layout: str = "packed"

    def tag(self, tag: str) -> str:
        """Give the type tag that stands for "i" or "f" here."""
        return "f" if self.floats else tag

    def clamped(self, value: float) -> float:
        """Bring a number into what the receiver takes."""
        return min(max(value, 0.0), 1.0) if self.clamp else value


class Layout:
    """How messages of one type go under one address. This one sends nothing; it is the root."""

    has_off: ClassVar[bool] = False
    """Whether a message may want another one 50 ms later."""

    def encode(self, message: Any, at: Ns) -> Sequence[bytes]:
        """Turn a message that describes the moment ``at`` into pieces.

        Raises ValueError, OverflowError, TypeError or struct.error for what cannot be sent.
        """
        raise NotImplementedError

    def off(self, message: Any) -> bytes:
        """Give what lets go again of what ``message`` pressed; empty for nothing."""
        return b""

    def end(self) -> Sequence[bytes]:
        """Give what ends everything that was begun, and forget it."""
        return ()

    def example(self) -> Sequence[bytes]:
        """Give pieces as long as any that will be sent, to be measured before playing."""
        return ()
