"""A walk over the places of a list: up, down, there and back, or by chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.dsp.chance import uniform

Direction = Literal["up", "down", "pingpong", "random", "shuffle"]


@dataclass
class Walk:
    """A walk over the places 0 to ``length - 1``, which may grow and shrink meanwhile.

    - "up" and "down" go from one end to the other, and begin again there;
    - "pingpong" goes to the last place and back to the first, without repeating either;
    - "random" goes anywhere but where it is, "shuffle" to each place once, then to each once more.

    ``place`` is None before the first step. ``at_end``: whether it ends a round: the last place on
    the way, for "pingpong" the first one again, and for "random" every ``length``-th. Where chance
    leads is decided by ``seed`` alone.
    """

    seed: int = 0
    place: int | None = None
    at_end: bool = False
    _falls: bool = False
    _taken: int = 0
    _thrown: int = 0
    _order: list[int] = field(default_factory=list)

    def step(
        self, length: int, direction: Direction, *, loop: bool = True, back: bool = False
    ) -> int | None:
        """Take one step, and return the place; ``back`` goes the other way. ``length`` is > 0.

        Return None where there is no further: with ``loop`` false the round is not begun again.
        """
        if self.place is not None and self.place >= length:
            self.place, self._falls = None, False
        if not loop and (self._at_start(length, direction) if back else self.at_end):
            return None
        if direction == "random":
            self.place = self._anywhere(length)
        elif direction == "shuffle":
            self.place = self._once_each(length)
        else:
            self.place = self._along(length, direction, 1 if (direction == "down") == back else -1)
        self.at_end = self.at_end and not back
        return self.place

    def _at_start(self, length: int, direction: Direction) -> bool:
        first = length - 1 if direction == "down" else 0
        return self.place is None or (self.place == first and not self.at_end)

    def _along(self, length: int, direction: Direction, by: int) -> int:
        """Return the next place of a way: that of "pingpong" is a circle, twice as long."""
        swings = direction == "pingpong"
        circle = max(2 * (length - 1), 1) if swings else length
        begins = self.place is None
        if self.place is None:
            position = 0 if by > 0 else length - 1
        else:
            falls = swings and self._falls and self.place > 0
            position = ((circle - self.place if falls else self.place) + by) % circle
        self._falls = position >= length - 1
        place = min(position, circle - position) if swings and position else position
        if swings:
            self.at_end = place == 0 and (not begins or length == 1)
        else:
            self.at_end = place == (0 if direction == "down" else length - 1)
        return place

    def _anywhere(self, length: int) -> int:
        self._taken = self._taken % length + 1
        self.at_end = self._taken == length
        others = [each for each in range(length) if each != self.place]
        return self._draw(others or [0])

    def _once_each(self, length: int) -> int:
        self._order = [each for each in self._order if each < length]
        if not self._order:
            left = list(range(length))
            self._order = [self._draw(left) for _ in range(length)]
            if self._order[-1] == self.place:  # it would come twice in a row
                self._order.reverse()
        place = self._order.pop()
        self.at_end = not self._order
        return place

    def _draw(self, places: list[int]) -> int:
        """Take one of the places out, by chance, and return it."""
        chance = uniform(self.seed, self._thrown)
        self._thrown += 1
        return places.pop(int(chance * len(places)))
