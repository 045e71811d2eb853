"""From one range of numbers to another."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from engine.core.errors import ParameterError
from engine.core.node import Node
from engine.core.parameter import Param

Range = tuple[float, float]


class Scale(Node):
    """Bring a number from one range into another, straight or along a curve.

    Either range may be reversed: ``to = [1, 0]`` turns a number round. ``curve`` is

    - "linear": halfway in is halfway out;
    - "exp": equal steps in are equal *ratios* out, as for frequencies: 0 to 1 becomes 20 to 20000
      so that every tenth sounds equally wide. Both ends of ``to`` must be above zero, or both
      below;
    - "log": the way back, equal ratios in are equal steps out: 20 to 20000 becomes 0 to 1. Both
      ends of ``in`` must be above zero, or both below;
    - "smooth": slow at both ends and quick in the middle;
    - "square": slow at first, quick later; "root": quick at first, slow later.

    The result stays within ``to`` unless ``clamp`` is false. Where ``in`` is no range, because both
    its ends are the same, the result is the first end of ``to``.

    Raises ParameterError for an "exp" or "log" whose range holds zero; one that comes to hold it
    while the patch plays is taken as "linear".
    """

    in_: Annotated[Range, Param("the range that comes in")] = (0.0, 1.0)
    to: Annotated[Range, Param("the range that goes out")] = (0.0, 1.0)
    curve: Annotated[
        Literal["linear", "exp", "log", "smooth", "square", "root"],
        Param("how the way from one end to the other is bent"),
    ] = "linear"
    clamp: Annotated[bool, Param("never leave the range that goes out")] = True

    def __post_init__(self) -> None:
        ends, key = (self.to, "to") if self.curve == "exp" else (self.in_, "in")
        if self.curve in ("exp", "log") and not _one_sided(*ends):
            raise ParameterError(
                f'curve = "{self.curve}" needs both ends of {key} above zero (or both below), '
                f"got [{ends[0]:g}, {ends[1]:g}]"
            )

    def process(self, value: float) -> float | None:
        """Return the number in its new range."""
        if not math.isfinite(value):
            return None
        try:
            result = self._out(self._bent(self._part(value)))
        except ArithmeticError:  # a number far outside its range, on a curve without clamp
            return None
        if self.clamp:
            result = min(max(result, min(self.to)), max(self.to))
        return result if math.isfinite(result) else None

    def _part(self, value: float) -> float:
        """Return where a number lies in the input range: 0 at one end, 1 at the other."""
        start, end = self.in_
        if self.curve == "log" and _one_sided(start, end):
            if not _one_sided(start, value):
                return 0.0
            start, end, value = (math.log(abs(number)) for number in (start, end, value))
        part = (value - start) / (end - start) if end != start else 0.0
        return min(1.0, max(0.0, part)) if self.clamp else part

    def _bent(self, part: float) -> float:
        if self.curve == "smooth":
            part = min(1.0, max(0.0, part))
            return part * part * (3.0 - 2.0 * part)
        if self.curve == "square":
            return part * abs(part)
        if self.curve == "root":
            return math.copysign(math.sqrt(abs(part)), part)
        return part

    def _out(self, part: float) -> float:
        low, high = self.to
        if self.curve == "exp" and _one_sided(low, high):
            return float(low * (high / low) ** part)
        return low + (high - low) * part


def _one_sided(one: float, other: float) -> bool:
    """Whether both ends lie on the same side of zero, and neither is zero."""
    return (one > 0 and other > 0) or (one < 0 and other < 0)
