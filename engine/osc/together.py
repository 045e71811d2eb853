"""Messages whose arguments come by several cables: a colour, a place, a cue with its strength.

    "/color" = { args = ["{c.red}", "{c.green}", "{c.blue}"] }

Each cable keeps its newest value here; the message is made when all that belongs to a moment has
come, so that no receiver sees a colour of which only the red is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from engine.core.clock import ns
from engine.core.messages import Ns, Trigger
from engine.core.sink import Filling
from engine.osc.address import check
from engine.osc.layout import Argument, Dialect, Layout, OscOptions
from engine.osc.numbers import converter, finite, tag_of, text
from engine.osc.packer import Packer


class Together:
    """One message: nothing leaves before each of its cables has said something."""

    port: str
    """The port of the cable that spoke last: what leaves describes its moment."""

    def __init__(self, address: str, filling: Filling, dialect: Dialect) -> None:
        """Raise ParameterError for an address or an option that does not fit."""
        options: OscOptions = filling.options
        options.only("a message of several cables", "args", "off")
        check(address, ())
        self.options = options
        self.port = address
        self._address = address
        self._dialect = dialect
        self._types: dict[str, type] = {}
        self._values: dict[str, Any] = {}
        self._packers: dict[str, Packer] = {}
        self._due = self._now_or_never = False
        self._every, self._last = filling.every, filling.last
        self._free: Ns | None = None

    def fits(self, filling: Filling) -> bool:
        """Whether a cable belongs to this very message."""
        whole = (filling.options, filling.every, filling.last)
        return whole == (self.options, self._every, self._last)

    def carry(self, mark: str, carries: type) -> None:
        """Take a cable for the arguments that are written as ``mark``."""
        self._types[mark] = carries

    def keep(self, mark: str, value: Any, port: str = "") -> None:
        """Take the newest value of a cable; with its ``port`` the message then leaves.

        A trigger that comes before all is known is not sent late.
        """
        self._values[mark] = value
        if port:
            self.port = port
            self._due, self._now_or_never = True, isinstance(value, Trigger)

    def drop(self, mark: str) -> bool:
        """Forget a cable; return whether none is left."""
        self._types.pop(mark, None)
        self.forget(mark)
        return not self._types

    def forget(self, mark: str) -> None:
        """Forget the value of a cable: the message waits until there is another."""
        self._values.pop(mark, None)

    @property
    def is_complete(self) -> bool:
        """Whether each argument has its value."""
        return self._types.keys() <= self._values.keys()

    def pieces(self, now: Ns) -> Sequence[bytes]:
        """Return the message where it is due, else nothing. Raise ValueError for no number."""
        if not self._due:
            return ()
        if not self.is_complete:
            self._due = not self._now_or_never
            return ()
        if self._free is not None and now < self._free:
            self._due = self._last
            return ()
        self._due, self._free = False, Ns(now + ns(self._every))
        return (self._packed(self._values),)

    def wake(self) -> Ns | None:
        """Return when a message that came too soon may leave; None for none."""
        return self._free if self._due and self.is_complete else None

    def off(self) -> bytes:
        """Return the message that lets go of a trigger; b"" where none is written."""
        if not (self.options.off and self.is_complete):
            return b""
        return self._fill(self.options.off, self._values)

    def example(self) -> Sequence[bytes]:
        """Return a message of the usual length; that of a text is not known."""
        return (self._packed({m: "" if t is str else 0 for m, t in self._types.items()}),)

    def _packed(self, values: dict[str, Any]) -> bytes:
        return self._fill(self.options.args or (), values)

    def _fill(self, args: Sequence[Argument], values: dict[str, Any]) -> bytes:
        tags, filled = "", []
        for arg in args:
            kind = self._types.get(arg) if isinstance(arg, str) else None
            if kind is not None and isinstance(arg, str):
                kind = float if kind is Trigger else kind
                value = values[arg]
                value = value.value if isinstance(value, Trigger) else value
                filled.append(converter(kind, self._dialect)(value))
            else:
                kind = type(arg)
                filled.append(text(arg) if isinstance(arg, str) else finite(arg))
            tags += tag_of(kind, self._dialect)
        packer = self._packers.get(tags) or self._packers.setdefault(
            tags, Packer(self._address, tags)
        )
        return packer.pack(*filled)


class PartLayout(Layout):
    """One cable of such a message: it keeps what comes, and sends nothing by itself."""

    has_off: ClassVar[bool] = True

    def __init__(self, together: Together, port: str, filling: Filling, carries: type) -> None:
        self.together = together
        self.mark = filling.mark
        self._port = port if filling.speaks else ""
        self._lets_go = carries is Trigger
        together.carry(filling.mark, carries)

    def encode(self, message: Any, at: Ns) -> Sequence[bytes]:
        """Keep a message, and return nothing: it leaves with the others."""
        self.together.keep(self.mark, message, self._port)
        return ()

    def off(self, message: Any) -> bytes:
        """Return what lets go of a trigger; b"" for nothing."""
        return self.together.off() if self._lets_go else b""

    def example(self) -> Sequence[bytes]:
        """Return the message as far as its cables are known."""
        return self.together.example()
