"""Two numbers become one."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param

_TWO: Final[Mapping[str, Callable[[float, float], float]]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "modulo": operator.mod,
    "power": operator.pow,
    "min": min,
    "max": max,
    "average": lambda a, b: a / 2 + b / 2,
    "distance": lambda a, b: abs(a - b),
}
_ONE: Final[Mapping[str, Callable[[float], float]]] = {
    "abs": abs,
    "negate": operator.neg,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
}


class Math(Node):
    """Reckon with a number: add another one to it, multiply it, take the larger of two.

    ``op`` with two numbers, the one that comes by ``from`` and ``b``, a number or a cable: "add",
    "subtract" (``b`` from it), "multiply", "divide" (by ``b``), "modulo" (what is left of dividing,
    never below 0 when ``b`` is above), "power", "min" and "max" (the smaller and the larger),
    "average", "distance" (how far apart they are). With one number alone: "abs" (without its sign),
    "negate", "round", "floor", "ceil" and "sqrt".

    It answers whichever of the two comes. Where there is no answer, as when dividing by 0, and
    while ``b`` is not known, it says nothing.
    """

    op: Annotated[
        Literal[
            "add",
            "subtract",
            "multiply",
            "divide",
            "modulo",
            "power",
            "min",
            "max",
            "average",
            "distance",
            "abs",
            "negate",
            "round",
            "floor",
            "ceil",
            "sqrt",
        ],
        Param("what becomes of the numbers"),
    ] = "add"
    b: Annotated[float | None, Param("the second number")] = None

    _a: float | None = None
    _due: Ns | None = None

    def needs(self) -> tuple[str, ...]:
        """Return the second number, where it takes two."""
        return () if self.op in _ONE else ("b",)

    def process(self, a: float) -> float | None:
        """Return the answer."""
        self._a = a
        return self._answer()

    def on_b(self, b: float, at: Ns) -> None:
        """Answer again, in the same moment.

        Why not at once: the first number may be another in this moment too, and comes after this.
        """
        self._due = at

    def wake(self) -> Ns | None:
        """Return the moment of a second number that is not answered yet."""
        return self._due

    def on_wake(self, at: Ns) -> float | None:
        """Return the answer."""
        return self._answer()

    def reset(self) -> None:
        """Forget the first number."""
        self._a = self._due = None

    def _answer(self) -> float | None:
        self._due = None
        if self._a is None:
            return None
        try:
            if self.op in _ONE:
                answer = _ONE[self.op](self._a)
            elif self.b is None:
                return None
            else:
                answer = _TWO[self.op](self._a, self.b)
        except (ArithmeticError, ValueError):
            return None
        if isinstance(answer, complex) or not math.isfinite(answer):
            return None
        return float(answer)
