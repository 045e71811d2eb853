"""Layouts of numbers, switches and texts: to the address itself, one message each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from engine.core.messages import Ns
from engine.osc.address import check, spell
from engine.osc.layout import Argument, Dialect, Layout, OscOptions
from engine.osc.packer import LARGEST, Packer

VALUE: Final = "{value}"
_SPELLINGS: Final = 256


class NotFinite(ValueError):
    """A number that no receiver wants: infinite, NaN, or too large for 32 bits."""

    def __init__(self, value: float) -> None:
        super().__init__(f"{value} is not a number that can be sent")


def finite(value: float) -> float:
    """Return the number itself. Raise NotFinite where no 32-bit float holds it."""
    if not -LARGEST <= value <= LARGEST:
        raise NotFinite(value)
    return value


class NumberLayout(Layout):
    """A number, switch or text as the only argument."""

    def __init__(self, address: str, carries: type, dialect: Dialect) -> None:
        check(address, ("value",))
        self._pack = Packer(address, tag_of(carries, dialect)).pack
        self._convert = converter(carries, dialect)

    def encode(self, message: float | str, at: Ns) -> Sequence[bytes]:
        """Return the one message of a number or text."""
        return (self._pack(self._convert(message)),)

    def example(self) -> Sequence[bytes]:
        """Return a message of the usual length; that of a text is not known."""
        return (self._pack("" if self._convert is text else 0),)


class ArgumentsLayout(Layout):
    """A number, switch, text or trigger among written arguments, or in the address, or both."""

    def __init__(
        self, address: str, carries: type, args: Sequence[Argument], dialect: Dialect
    ) -> None:
        self._address = address
        self._spelt = "value" in check(address, ("value",))
        self._convert = converter(carries, dialect)
        own = tag_of(carries, dialect)
        self._tags = "".join(own if arg == VALUE else tag_of(type(arg), dialect) for arg in args)
        self._args = [text(arg) if isinstance(arg, str) else finite(arg) for arg in args]
        self._open = [index for index, arg in enumerate(args) if arg == VALUE]
        self._packers: dict[str, Packer] = {}

    def encode(self, message: float | str, at: Ns) -> Sequence[bytes]:
        """Return the one message, with the value wherever it was asked for."""
        return (self.fill(message),)

    def fill(self, message: float | str) -> bytes:
        """Return the one message of a value."""
        value = self._convert(message)
        arguments = self._args.copy()
        for index in self._open:
            arguments[index] = value
        return self._packer(message).pack(*arguments)

    def example(self) -> Sequence[bytes]:
        """Return a message of the usual length."""
        return (self.fill("" if self._convert is text else 0),)

    def _packer(self, message: float | str) -> Packer:
        address = self._address
        if self._spelt:
            address = address.format(value=message if isinstance(message, str) else spell(message))
        packer = self._packers.get(address)
        if packer is None:
            if len(self._packers) >= _SPELLINGS:
                self._packers.clear()
            packer = self._packers[address] = Packer(address, self._tags)
        return packer


def number_or_text(address: str, carries: type, options: OscOptions, dialect: Dialect) -> Layout:
    """Return the layout of a number, switch or text. Raise ParameterError for unfit options."""
    options.only("a text" if carries is str else "a number", "args")
    if options.args is None and VALUE not in address:
        return NumberLayout(address, carries, dialect)
    return ArgumentsLayout(
        address, carries, [VALUE] if options.args is None else options.args, dialect
    )


def tag_of(carries: type, dialect: Dialect) -> str:
    """Return the type tag of what a cable carries: text "s", switch and count "i", else "f"."""
    if carries is str:
        return "s"
    return dialect.tag("i" if carries in (int, bool) else "f")


def converter(carries: type, dialect: Dialect) -> Callable[[Any], Any]:
    """Return the function that prepares a message of this type for packing."""
    if carries is str:
        return text
    if dialect.clamp and (dialect.floats or carries not in (int, bool)):
        return lambda value: dialect.clamped(finite(value))
    return finite


def text(value: float | str) -> str:
    """Return a text without zeros: one would end it on the wire."""
    return str(value).replace("\0", "")
