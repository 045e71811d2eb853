"""The base of layouts, which map one kind of message to an address, and the options of a cable.

A layout knows no socket and no clock. It turns a message into pieces (see ``packer``), and returns
the pieces that end what it has begun: a note-off, "nobody is here".
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
    """The options of a cable into ``osc_out``, beside its origin and scaling."""

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
        """Raise ParameterError for an option that is set but not among ``meaning``."""
        for field in fields(self):
            if field.name not in allowed and getattr(self, field.name) != field.default:
                raise ParameterError(f'"{field.name}" means nothing for {meaning}')


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a receiver accepts: whether numbers are clamped to 0 to 1, whether all are floats.

    ``layout`` is that of a pose whose cable names none.
    """

    clamp: bool = False
    floats: bool = False
    layout: str = "packed"

    def tag(self, tag: str) -> str:
        """Return the type tag for "i" or "f" in this dialect."""
        return "f" if self.floats else tag

    def clamped(self, value: float) -> float:
        """Return a number clamped to what the receiver accepts."""
        return min(max(value, 0.0), 1.0) if self.clamp else value


class Layout:
    """Maps messages of one type to one address. This base class sends nothing."""

    has_off: ClassVar[bool] = False
    """Whether a message may want another one 50 ms later."""

    def encode(self, message: Any, at: Ns) -> Sequence[bytes]:
        """Turn a message that describes the moment ``at`` into pieces.

        Raise ValueError, OverflowError, TypeError or struct.error for what cannot be sent.
        """
        raise NotImplementedError

    def off(self, message: Any) -> bytes:
        """Return the pieces that release what ``message`` pressed; empty for nothing."""
        return b""

    def end(self) -> Sequence[bytes]:
        """Return the pieces that end everything that was begun, and forget it."""
        return ()

    def example(self) -> Sequence[bytes]:
        """Return pieces as long as the longest that are sent, to be measured before playing."""
        return ()
