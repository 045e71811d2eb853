"""One switch of two."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param


class Logic(Node):
    """Make one switch of two: on while both are on, while any is, while only one is.

    ``op`` is

    - "and": on while both are on;
    - "or": on while at least one is on;
    - "xor": on while they differ;
    - "not": on while the first is off; it needs no second.

    The first switch comes by ``from``, the second by ``b``. It answers as the show begins and
    whichever of them changes, and only when the answer is another. A switch that has not spoken yet
    counts as off.
    """

    self_starting: ClassVar[bool] = True

    op: Annotated[Literal["and", "or", "not", "xor"], Param("when it is on")] = "and"

    _a: bool = False
    _b: bool = False
    _last: bool | None = None
    _due: Ns | None = None

    def needs(self) -> tuple[str, ...]:
        """Return the second switch, where it takes two."""
        return () if self.op == "not" else ("b",)

    def open(self) -> None:
        """Begin with both off."""
        self._a = self._b = False

    def process(self, a: bool) -> bool | None:
        """Return the answer when it is another."""
        self._a = a
        return self._answer()

    def on_b(self, b: bool, at: Ns) -> None:
        """Take the second switch; the answer follows in the same moment.

        Why not at once: the first one may change in this moment too, and is called after this.
        """
        self._b, self._due = b, at

    def wake(self) -> Ns | None:
        """Return the moment of a second switch that is not answered yet."""
        return self._due

    def on_wake(self, at: Ns) -> bool | None:
        """Return the answer when it is another."""
        return self._answer()

    def reset(self) -> None:
        """Answer anew; both switches stay, as one that was not lost does not speak again."""
        self._last = self._due = None

    def _answer(self) -> bool | None:
        self._due = None
        answer = {
            "and": self._a and self._b,
            "or": self._a or self._b,
            "xor": self._a != self._b,
            "not": not self._a,
        }[self.op]
        if answer == self._last:
            return None
        self._last = answer
        return answer
