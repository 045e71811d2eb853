"""The values of boxes and cables for the page, read from the engine's slots without waiting.

Why pull: the show writes its slots anyway. The page reads them fifteen or twenty times a second on
a thread of its own, and a show without a viewer pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.core.box import Box
from engine.core.clock import MILLISECOND
from engine.core.kinds import is_picture, summary_of
from engine.core.messages import Text
from engine.core.source import Source
from engine.patch.plan import Outlet, Wire, group_of
from engine.runtime.engine import Engine
from engine.runtime.schedule.slots import NOTHING, Slot, reader
from engine.runtime.schedule.state import BoxState
from engine.web.drawing import drawn_wires, origin_wire

WORDS = 200
"""How many characters are shown of what a box says in words."""

Entry = tuple[object, float] | None
"""A value as shown, and the moment it describes in ms since the start; None before the first."""


class Values:
    """Reads the values of every box and cable of a playing patch."""

    def __init__(self, engine: Engine) -> None:
        plan = engine.plan
        self._started = engine.metrics.started
        self._slots = engine.slots
        self._boxes = _main_outlets(engine)
        self._captioned = {
            group_of(name): state
            for name, state in engine.states.items()
            if not state.hidden and type(state.box).caption is not Box.caption
        }
        self._wires = [(self._slots[w.source], _safely(self._slots, w)) for w in drawn_wires(plan)]
        self._origins = [
            _safely(self._slots, origin_wire(plan, wire)) for wire in drawn_wires(plan)
        ]

    def boxes(self) -> dict[str, Entry]:
        """Return the value at the main outlet of each visible box."""
        return {name: self._entry(slot, slot.value) for name, slot in self._boxes.items()}

    def captions(self) -> dict[str, str]:
        """Return what boxes say of themselves in words, such as how much they were shown."""
        said = {name: caption_of(state) for name, state in self._captioned.items()}
        return {name: text for name, text in said.items() if text}

    def cables(self) -> list[Entry]:
        """Return the value at the end of each cable, in the order of the drawing."""
        return [self._entry(slot, read()) for slot, read in self._wires]

    def before(self, cable: int) -> object:
        """Return the number at the start of a cable, before any scale; None without one."""
        value = self._origins[cable]()
        return None if value is NOTHING else value

    def pictures(self) -> list[str]:
        """Return the outlets whose value is a picture now."""
        return [str(outlet) for outlet in self._slots if self.is_picture(outlet)]

    def texts(self) -> dict[str, str]:
        """Return what boxes say in words, by their outlets; of what is long, its end."""
        named = ((outlet, slot.value) for outlet, slot in self._slots.items() if outlet.name)
        said = ((outlet, one.text if isinstance(one, Text) else one) for outlet, one in named)
        return {str(outlet): _end(text) for outlet, text in said if isinstance(text, str)}

    def is_picture(self, outlet: Outlet) -> bool:
        """Return whether the value of an outlet is a picture now."""
        return is_picture(type(self._slots[outlet].value))

    def _entry(self, slot: Slot, value: Any) -> Entry:
        if value is NOTHING:
            return None
        return summary_of(value), round((slot.at - self._started) / MILLISECOND, 1)


def caption_of(state: BoxState) -> str:
    """Return what a box says of itself, "" where it raises."""
    try:
        return state.box.caption()
    except Exception:
        return ""


def _end(text: str) -> str:
    return text if len(text) <= WORDS else f"…{text[1 - WORDS :]}"


def _main_outlets(engine: Engine) -> dict[str, Slot]:
    """Return for each visible box the slot of its main outlet, that of its last link.

    Of a source whose main outlet goes nowhere, that of the first one that does.
    """
    cabled = {wire.source for wire in engine.plan.wires}
    found: dict[str, Slot] = {}
    for name, planned in engine.plan.boxes.items():
        if planned.hidden:
            continue
        slot = next((s for o, s in engine.slots.items() if o.box == name), None)
        if isinstance(planned.box, Source):
            main = Outlet(name, next(iter(planned.box.outlets()), ""))
            shown = next((o for o in (main, *engine.slots) if o.box == name and o in cabled), main)
            slot = engine.slots.get(shown, slot)
        if slot is not None:
            found[group_of(name)] = slot
    return found


def _safely(slots: Any, wire: Wire) -> Callable[[], Any]:
    """Return a function that reads a wire from another thread than the show's, else NOTHING.

    A slot may be written between two reads, and a part of a message be missing in the next one.
    """
    read = reader(slots[wire.source], wire)

    def read_safely() -> Any:
        try:
            return read()
        except Exception:
            return NOTHING

    return read_safely
