"""Parameters: the public fields of a box, with range, unit and help, checked and converted.

    smooth: Annotated[float, Param("0 passes everything, 1 hardly moves", 0, 1)] = 0.5
    port:   Fixed[Annotated[int, Param("UDP port", 1, 65535)]] = 9000
    choose: Event[Annotated[int, Param("which of the three", 1, 3)]] = 1
    hold:   Annotated[float, Param("how long", 0, 60, unit="s")] = 0.5      # written "500 ms"

A parameter can be changed while the patch plays unless it is ``Fixed``: changing that needs a new
instance of the box (another device, model or port). An ``Event`` is said, not held: what a hand
sets calls the box's ``on_NAME`` each time, and no value stays. A field whose Python name ends in
``_`` loses it in patches and addresses (``in_`` is written ``in``).
"""

from __future__ import annotations

import math
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import reduce
from operator import or_
from typing import (
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from engine.core.errors import ParameterError, as_written
from engine.core.memo import cached_by_class
from engine.core.nearest import nearest
from engine.core.tuning import as_hz
from engine.core.type_words import describe

T = TypeVar("T")

AUTO = "auto"
"""How patches and tools write the 0 of a parameter that has a ladder."""

FILE = "file"
"""Unit of a parameter that names files, looked up beside the patch first."""

NAME_OR_FILE = "name or file"
"""Unit of one that may name something else as well, such as a camera, a network or a tuning."""

_FIXED = object()
Fixed = Annotated[T, _FIXED]
"""Marks a parameter whose change needs a new instance."""

_EVENT = object()
Event = Annotated[T, _EVENT]
"""Marks a parameter that is said, not held: each value calls ``on_NAME`` of the box."""

_TIME = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h)\s*$")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_WINDOWS = re.compile(r"[A-Za-z]:(?![/ ])|[\\\b\t\n\f\r]{1,2}\w")
_ESCAPES = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r", "\x1b": r"\e"}


@dataclass(frozen=True)
class Param:
    """Metadata of a parameter: help for performers, inclusive range, and unit."""

    help: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    lighter: tuple[float, ...] | tuple[str, ...] = ()
    """Degradation steps when time is short: factors of a number, or texts from heavy to light."""
    ladder: tuple[int, ...] = ()
    """Values of a whole number, from light to heavy, among which 0, written "auto", chooses so that
    a box on a lane answers ``fps`` times a second: it finds the choice in a field of its own,
    ``_auto_NAME``."""
    more: Callable[[bool], frozenset[str]] | None = None
    """Further texts that fit beside those that the type names, which may become more at any time,
    such as the points of a performer's own skeleton; True asks for the shipped ones only."""
    fault: Callable[[Any], str] | None = None
    """What is wrong with a value whose type fits, or "": so a bad one is refused wherever it comes
    from, and the one before stays."""
    example: str = ""
    """What is expected where a value is of another type, for lists whose brackets are many: what it
    is in words, and an example."""
    shape: Shape | None = None
    """What its places are on the picture, each [x, y] in picture parts, y upwards: the page lets a
    hand draw it there."""


Shape = Literal["polygon", "line", "floor", "rectangle", "areas"]
"""What is drawn on a picture: corners once around, a line from one place to another, the near left,
near right, far right and far left corner of a floor, left, bottom, right and top of a rectangle
that may be missing, or any number of areas, each two opposite corners or corners once around."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a box, read from its class.

    ``name`` is its key in a patch, ``field`` the attribute, ``type`` the bare Python type. The
    entries of a table are parts: parameters with their ``key`` in it. An ``event`` is said, not
    held.
    """

    name: str
    field: str
    type: Any
    default: Any
    fixed: bool
    param: Param
    key: str = ""
    event: bool = False

    @property
    def required(self) -> bool:
        """Whether a patch must set it."""
        return self.default is MISSING

    @property
    def is_time(self) -> bool:
        """Whether it is written with a unit of time."""
        return self.param.unit == "s"

    @property
    def names_files(self) -> bool:
        """Whether it may name files."""
        return self.param.unit in (FILE, NAME_OR_FILE)

    @property
    def is_table(self) -> bool:
        """Whether it has parts."""
        return _table(self.type) is not None

    def expected(self) -> str:
        """Return a description of valid values, for errors and the reference."""
        if self.is_time:
            return 'a time with its unit, such as "20 ms" or "2 s"'
        words = describe(self.type)
        low, high = self.param.low, self.param.high
        if low is not None and high is not None:
            words += f" from {low:g} to {high:g}"
        elif low is not None:
            words += f" of {low:g} or more"
        unit = "" if self.names_files else self.param.unit
        note = ', or a note such as "A2"' if unit == "Hz" else ""
        return f"{words} {unit}".rstrip() + note + (f', or "{AUTO}"' if self.param.ladder else "")

    def from_patch(self, value: object) -> Any:
        """Convert a value from a patch. Raise ParameterError when it does not fit."""
        if isinstance(value, dict) and self.is_table:
            return {key: self._within(key, one, Parameter.from_patch) for key, one in value.items()}
        if self.is_time:
            return self._in_range(seconds(value), value)
        if isinstance(value, str) and (escape := _misread_path(value)):
            raise ParameterError(escape)
        return self._faultless(self._in_range(self._convert(self._number(value)), value))

    def from_wire(self, value: object) -> Any:
        """Convert a value that arrives while playing; numbers are clamped to the range.

        Clamped, since a slider that overshoots must not be refused in mid-show. A time is given in
        seconds. Raise ParameterError when it is of the wrong type or not finite.
        """
        if isinstance(value, dict) and self.is_table:
            return {key: self._within(key, one, Parameter.from_wire) for key, one in value.items()}
        converted = self._arrived(value)
        if _is_number(converted):
            low, high = self.param.low, self.param.high
            if low is not None and converted < low:
                return type(converted)(low)
            if high is not None and converted > high:
                return type(converted)(high)
        return self._faultless(converted)

    def from_hand(self, value: object) -> Any:
        """Convert what a hand says to an event; raise ParameterError when it does not fit.

        Nothing is clamped: that would be another event, which nobody meant.
        """
        return self._faultless(self._in_range(self._arrived(value), value))

    def _arrived(self, value: object) -> Any:
        """Convert a value that arrives while playing to the type, whatever its range."""
        if self.type is float and isinstance(value, bool):
            value = float(value)
        elif self.type is int and isinstance(value, float) and math.isfinite(value):
            value = round(value)
        elif self.type is bool and isinstance(value, int | float):
            value = value > 0
        elif self.is_time and isinstance(value, str):
            value = seconds(value)
        return self._convert(self._whole(self._number(value)))

    def from_knob(self, turned: float) -> Any:
        """Convert a knob position, 0 to 1, over the range or the choices.

        A switch is on from 0.5; a number without a range takes the position itself. Raise
        ParameterError for types that no knob can set, such as text.
        """
        turned = min(max(turned, 0.0), 1.0)
        choices = get_args(self.type) if get_origin(self.type) is Literal else ()
        if choices:
            return choices[min(int(turned * len(choices)), len(choices) - 1)]
        if self.type is bool:
            return turned >= 0.5
        low, high = self.param.low, self.param.high
        if low is not None and high is not None:
            turned = low + turned * (high - low)
        return self.from_wire(turned)

    def part(self, key: str) -> Parameter:
        """Return the parameter of one entry of this table. Raise ParameterError without one."""
        table = _table(self.type)
        if table is None:
            raise ParameterError(f'"{self.name}" has no parts')
        keys, kind = table
        known = _choices(keys)
        if known and key not in known:
            raise ParameterError(f'"{self.name}" has no "{key}".{nearest(key, known)}')
        return Parameter(
            f"{self.name}.{key}", self.field, kind, MISSING, self.fixed, self.param, key
        )

    def parts(self) -> tuple[Parameter, ...]:
        """Return the parts whose names the type declares, in its order."""
        table = _table(self.type)
        return tuple(self.part(key) for key in _choices(table[0])) if table else ()

    def _within(self, key: str, value: object, read: Callable[[Parameter, object], Any]) -> Any:
        part = self.part(key)
        try:
            return read(part, value)
        except ParameterError as error:
            raise ParameterError(f"{key}: {error}") from None

    def _number(self, value: object) -> object:
        """Return the number that a word stands for, a note or "auto"; other values unchanged."""
        if value == AUTO and self.param.ladder:
            return 0
        return as_hz(value, self.param.unit)

    def _whole(self, value: object) -> object:
        """Return 90 for 90.0 where only integers fit: many tools send nothing but floats."""
        takes_float = self.type is float or float in get_args(self.type)
        if isinstance(value, float) and value.is_integer() and not takes_float:
            return int(value)
        return value

    def _convert(self, value: object) -> Any:
        if not _all_finite(value):
            raise ParameterError(f"expected {self._wanted()}, got {as_written(value)}")
        try:
            return msgspec.convert(value, self.type)
        except msgspec.ValidationError:
            more = self.param.more(False) if self.param.more else frozenset()
            if isinstance(value, str) and value in more:
                return value
            hint = ""
            if isinstance(value, str):
                hint = nearest(value, (*_choices(self.type), *more))
            hint = f".{hint}" if hint else ""
            raise ParameterError(
                f"expected {self._wanted()}, got {as_written(value)}{hint}"
            ) from None

    def _wanted(self) -> str:
        return self.param.example or self.expected()

    def _faultless(self, value: Any) -> Any:
        if self.param.fault and (fault := self.param.fault(value)):
            raise ParameterError(fault)
        return value

    def _in_range(self, value: Any, written: object) -> Any:
        low, high = self.param.low, self.param.high
        if _is_number(value) and (
            (low is not None and value < low) or (high is not None and value > high)
        ):
            raise ParameterError(f"expected {self._span()}, got {as_written(written)}")
        return value

    def _span(self) -> str:
        if not self.is_time:
            return self.expected()
        low, high = self.param.low, self.param.high
        return f"a time from {low or 0:g} s" + (f" to {high:g} s" if high is not None else "")


class Choosy(Protocol):
    """A box that may know which texts its parameters take."""

    def known_texts(self) -> Mapping[str, Sequence[str]]:
        """Return those texts by the parameter."""
        ...


ON = Parameter("on", "on", bool, True, False, Param("off passes nothing"))
"""The switch that every box has beside its parameters; its value is that of the box's state."""


def seconds(value: object) -> float:
    """Parse a time with its unit ("20 ms", "2 s", "5 min"). Raise ParameterError."""
    match = _TIME.match(value) if isinstance(value, str) else None
    if not match:
        got = as_written(value)
        raise ParameterError(f'expected a time with its unit, such as "20 ms", got {got}')
    return float(match[1]) * _SECONDS[match[2]]


@cached_by_class
def read_parameters(cls: type) -> Mapping[str, Parameter]:
    """Return the parameters of a box class by name, in field order."""
    if not is_dataclass(cls):
        return {}
    hints = get_type_hints(cls, include_extras=True)
    found = (
        _parameter(field.name, hints[field.name], field.default, field.default_factory)
        for field in fields(cls)
        if not field.name.startswith("_")
    )
    return {parameter.name: parameter for parameter in found}


def parameters_of(box: Choosy) -> Mapping[str, Parameter]:
    """Return the parameters of a box, which may take fewer texts than its class does."""
    known = read_parameters(type(box))
    texts = box.known_texts()
    if not texts:
        return known
    return {
        name: replace(each, type=_among(each.type, texts[name])) if name in texts else each
        for name, each in known.items()
    }


def _among(kind: Any, names: Sequence[str]) -> Any:
    """Return a type with some texts in the place of any text."""
    if kind is str:
        return Literal[tuple(names)]
    if get_origin(kind) is dict:
        key, value = get_args(kind)
        return dict[_among(key, names), value]  # type: ignore[misc]
    if get_origin(kind) in (Union, types.UnionType):
        return reduce(or_, (_among(part, names) for part in get_args(kind)))
    return kind


def _parameter(name: str, hint: Any, default: Any, factory: Any) -> Parameter:
    metadata: tuple[Any, ...] = ()
    while get_origin(hint) is Annotated:
        hint, *more = get_args(hint)
        metadata = (*more, *metadata)
    param = next((entry for entry in metadata if isinstance(entry, Param)), Param())
    if default is MISSING and factory is not MISSING:
        default = factory()
    return Parameter(
        name.rstrip("_"), name, hint, default, _FIXED in metadata, param, event=_EVENT in metadata
    )


def _table(kind: Any) -> tuple[Any, Any] | None:
    """Return the key and value types where a dict fits, else None."""
    for one in (kind, *get_args(kind)):
        if get_origin(one) is dict:
            keys, values = get_args(one)
            return keys, values
    return None


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return [choice for part in get_args(kind) for choice in _choices(part)]


def _all_finite(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_all_finite(one) for one in value)
    return not isinstance(value, float) or math.isfinite(value)


def _misread_path(text: str) -> str:
    r"""Return what is wrong with a path of Windows in whose place TOML read escapes, else "".

    "C:\new\take.wav" is good TOML: a line break and a tab.
    """
    escapes = [char for char in text if char in _ESCAPES]
    if not escapes or not _WINDOWS.match(text):
        return ""
    written = "".join(_ESCAPES.get(char, char) for char in text)
    return (
        f"in quotes a \\ begins a special character, here {_ESCAPES[escapes[0]]}: "
        f"put the text in single quotes, '{written}', or write /"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
