"""Boxes that learn from examples, as the page shows them: what they know, and what they were shown.

What they know is read from their outlets. What they were shown is what came in while the number of
their examples grew, whoever held the button: a page, a pedal, a pad or a program. It is kept here
for as long as the show runs, and goes nowhere else. Pictures are dropped as soon as it is private.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.core.kinds import is_picture, picture_of
from engine.core.source import Remote
from engine.patch.plan import Into
from engine.runtime.engine import Engine
from engine.runtime.schedule.slots import Slot
from engine.runtime.schedule.state import BoxState
from engine.web.framing import Framing
from engine.web.lesson_now import LessonNow, LessonReader, held
from engine.web.rights import is_taught
from engine.web.take_seen import Example, TakeSeen

KEPT: Final = 12
"""Examples of a class that are shown, the newest."""
_INLETS: Final = (Into.HOT, Into.MORE, Into.COLD)


class Lessons:
    """The boxes of a playing patch that learn."""

    def __init__(self, engine: Engine, previous: Lessons | None = None) -> None:
        """``previous`` are those of the same engine with its previous plan."""
        self._privacy, self._master = engine.privacy, engine.picture_master
        self._pupils = {
            name: _pupil(engine, state, Framing(engine))
            for name, state in engine.states.items()
            if not state.hidden and not isinstance(state.box, Remote) and is_taught(state)
        }
        for name, before in (previous._pupils if previous else {}).items():
            if name in self._pupils:
                self._pupils[name].take_over(before)

    def read(self) -> list[LessonNow]:
        """Return how they stand now."""
        return [pupil.reader.now() for pupil in self._pupils.values()]

    def watch(self) -> None:
        """Look at what they are shown now."""
        may = self._privacy.pictures_may_leave
        light = may and not (self._master.blackout or self._master.frozen)
        for pupil in self._pupils.values():
            if not may:
                pupil.drop_pictures()
            pupil.watch(light=light)

    def shown(self) -> dict[str, dict[str, list[Example]]]:
        """Return what they were shown, by box and class."""
        return {
            name: {label: list(each) for label, each in pupil.shown.items()}
            for name, pupil in self._pupils.items()
        }


@dataclass(slots=True)
class _Pupil:
    """A box that learns, and the examples that were seen on their way to it."""

    reader: LessonReader
    inlets: list[Slot]
    pictures: list[Slot]
    shown: dict[str, list[Example]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _examples: int = 0
    _take: TakeSeen | None = None

    def take_over(self, before: _Pupil) -> None:
        """Go on from what was seen by one of the same box."""
        self._counts, self.shown = before._counts, before.shown

    def drop_pictures(self) -> None:
        """Forget the pictures of what was shown."""
        if self._take is not None:
            self._take.drop_pictures()
        self.shown = {
            name: [replace(each, picture="") if each.picture else each for each in shown]
            for name, shown in self.shown.items()
        }

    def watch(self, *, light: bool) -> None:
        """Follow the counts of the box: they change when a take is kept, or taken back.

        Until it is kept, the moments of a take are more than all that is counted. ``light`` says
        that pictures may be looked at.
        """
        counts, examples = self.reader.counts(), self.reader.examples()
        if counts != self._counts:
            self._settle(counts)
        elif examples <= sum(counts.values()):
            self._take = None
        elif examples != self._examples:
            self._take = self._take or TakeSeen()
            self._look(self._take, light)
        self._examples = examples

    def _settle(self, counts: dict[str, int]) -> None:
        """Put the take to what grew, and let go what shrank: the last take, or all of a class."""
        before, self._counts = self._counts, counts
        take, self._take = self._take, None
        self.shown = {name: each for name, each in self.shown.items() if name in counts}
        grown = [name for name, count in counts.items() if count > before.get(name, 0)]
        for name in self.shown:
            if counts[name] < before.get(name, 0):
                del self.shown[name][-1:]
        if take is not None and not take.is_empty and len(grown) == 1:
            kept = self.shown.setdefault(grown[0], [])
            kept.append(take.example())
            del kept[:-KEPT]

    def _look(self, take: TakeSeen, light: bool) -> None:
        """Add what is shown now."""
        take.add(one for slot in self.inlets if (one := held(slot)) is not None)
        if light and take.wants_picture:
            images = (
                image for slot in reversed(self.pictures) if (image := _image(slot)) is not None
            )
            if (image := next(images, None)) is not None:
                take.add_picture(image)


def _pupil(engine: Engine, state: BoxState, framing: Framing) -> _Pupil:
    name = state.name
    outlets = {outlet.name: slot for outlet, slot in engine.slots.items() if outlet.box == name}
    ends = [wire.source for wire in engine.plan.wires if wire.box == name and wire.into in _INLETS]
    seen = [
        slot
        for outlet, slot in engine.slots.items()
        if outlet.box != name and framing.is_seen_through(outlet.box, name)
    ]
    label = engine.plan.boxes[name].label or name
    inlets = [engine.slots[end] for end in ends]
    return _Pupil(LessonReader(state, label, outlets), inlets, seen)


def _image(slot: Slot) -> NDArray[np.uint8] | None:
    value = slot.value
    if not is_picture(type(value)):
        return None
    try:
        return picture_of(value)
    except Exception:
        return None
