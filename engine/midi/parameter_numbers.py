"""Registered and non-registered parameter numbers: RPN and NRPN, by controllers 98 to 101.

Two controllers choose a parameter, data entry (6 and 38) sets it, 96 and 97 move it by one step of
its 14 bits; the number 127/127 chooses none (MIDI 1.0, pages 16 to 18).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.core.messages import Ns
from engine.midi.fourteen import LARGEST, FourteenBits

ENTRY: Final = 6
ENTRY_FINE: Final = 38
STEPS: Final = {96: 1, 97: -1}
CHOOSE: Final = {98: ("nrpn", 1), 99: ("nrpn", 0), 100: ("rpn", 1), 101: ("rpn", 0)}
"""The kind of number and the half of it, 0 the coarse, that each controller chooses."""
NONE: Final[list[int | None]] = [127, 127]
NUMBERS: Final = frozenset({ENTRY, ENTRY_FINE, *STEPS, *CHOOSE})
"""All the controllers that belong to parameters."""

Parameter = tuple[int, str, int]
"""Channel, "rpn" or "nrpn", and number, 0 to 16383."""


@dataclass(slots=True)
class _Chosen:
    kind: str = ""
    halves: dict[str, list[int | None]] = field(
        default_factory=lambda: {"rpn": [None, None], "nrpn": [None, None]}
    )


class ParameterNumbers:
    """The parameters of one port."""

    def __init__(self) -> None:
        self._chosen: dict[int, _Chosen] = {}
        self._values: FourteenBits[Parameter] = FourteenBits()

    @property
    def waits(self) -> bool:
        """Whether a parameter waits."""
        return self._values.waits

    def control(
        self, channel: int, controller: int, half: int, at: Ns
    ) -> tuple[Parameter, int] | None:
        """Take a controller; return the parameter that it sets and its value, None for none yet."""
        if controller in CHOOSE:
            self._choose(channel, *CHOOSE[controller], half)
            return None
        parameter = self._parameter(channel)
        if parameter is None:
            return None
        value: int | None = None
        if controller == ENTRY:
            value = self._values.coarse(parameter, half, at)
        elif controller == ENTRY_FINE:
            value = self._values.fine(parameter, half, at)
        elif controller in STEPS:
            moved = (self._values.get(parameter) or 0) + STEPS[controller]
            value = self._values.set(parameter, min(max(moved, 0), LARGEST))
        return None if value is None else (parameter, value)

    def settle(self, at: Ns) -> Iterator[tuple[Parameter, int]]:
        """Yield the parameters whose coarse half has waited long enough, with their values."""
        yield from self._values.settle(at)

    def forget(self, channel: int) -> None:
        """Choose no parameter, as when all controllers are reset; what was set stays (RP-015)."""
        self._chosen.pop(channel, None)

    def _choose(self, channel: int, kind: str, place: int, half: int) -> None:
        chosen = self._chosen.setdefault(channel, _Chosen())
        chosen.kind = kind
        chosen.halves[kind][place] = half

    def _parameter(self, channel: int) -> Parameter | None:
        """Return the parameter that is chosen; None before both halves came, and for 127/127."""
        chosen = self._chosen.get(channel, _Chosen())
        coarse, fine = chosen.halves.get(chosen.kind, NONE)
        if coarse is None or fine is None or [coarse, fine] == NONE:
            return None
        return channel, chosen.kind, coarse << 7 | fine
