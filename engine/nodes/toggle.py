"""A switch that each press flips, or that is on while it is held."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal

from engine.core.clock import ns
from engine.core.messages import Note, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.presses import Presses


class Toggle(Node):
    """Flip a switch: one press turns it on, the next one off again.

    A press is a trigger, a switch or pad that goes on, or a note that begins. With
    ``mode = "momentary"`` it is on only as long as that is held; a trigger, which has no length,
    holds it for ``length``.

    ``set`` turns it on and ``reset`` off, whatever it was. It speaks as the show begins, and when
    it changes.
    """

    self_starting: ClassVar[bool] = True

    mode: Annotated[
        Literal["latch", "momentary"], Param("flip at each press, or be on while it is held")
    ] = "latch"
    length: Annotated[
        float, Param("how long a trigger holds a momentary switch", 0, 3600, unit="s")
    ] = 0.1
    start: Annotated[bool, Param("whether it is on before the first press")] = False

    _on: bool | None = None
    _ends: Ns | None = None
    _presses: Presses = field(default_factory=Presses)

    def process(self, press: Trigger | bool | Note, at: Ns) -> bool | None:
        """Return the switch when it changes."""
        found = self._presses.take(press)
        if found is None:
            return None
        if self.mode == "latch":
            return None if found == "released" else self._turn(not self._is_on())
        if found == "struck":
            on = self._turn(True)
            self._ends = Ns(at + ns(self.length))
            return on
        return self._turn(found == "pressed")

    def on_set(self, set: Trigger) -> bool | None:
        """Turn it on."""
        return self._turn(True)

    def on_reset(self, reset: Trigger) -> bool | None:
        """Turn it off."""
        return self._turn(False)

    def wake(self) -> Ns | None:
        """Return when a trigger has held it long enough."""
        return self._ends

    def on_wake(self, at: Ns) -> bool | None:
        """Return how it stands as the show begins; turn it off again later."""
        if self._on is None:
            self._on = self.start
            return self._on
        return self._turn(False) if self._ends is not None and at >= self._ends else None

    def let_go(self, at: Ns) -> bool | None:
        """Return that it is as at the start, if it was not."""
        self._presses = Presses()
        return self._turn(self.start)

    def reset(self) -> None:
        """Be as at the start, with nothing held."""
        self._on = self._ends = None
        self._presses = Presses()

    def _is_on(self) -> bool:
        return self.start if self._on is None else self._on

    def _turn(self, on: bool) -> bool | None:
        """Turn it on or off; return that if it is a change."""
        self._ends = None
        changed = on != self._is_on()
        self._on = on
        return on if changed else None
