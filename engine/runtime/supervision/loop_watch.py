"""Tells in which box the loop of a show is stuck: a thread, for the loop itself cannot.

A box without a lane is called on the loop; where its call does not return, the whole show stands
still. Nothing can end that call, but the performer learns which box it is, and at which line.
"""

from __future__ import annotations

import asyncio
import threading
from types import FrameType
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.runtime.engine import Engine
from engine.runtime.supervision.places import WATCHED, innermost_frame, is_own, line_of

BEAT: Final = 0.25
"""Seconds between two beats of the loop, and between two looks for them."""
MISSED: Final = 8
"""After so many looks in a row without a beat, the show stands still.

Counted in looks and not by a clock, as a machine that slept has missed only one."""
SHOW: Final = "the show"
"""Under which name it is told where no box is to blame."""


class LoopWatch:
    """Watches the loop that plays an engine; made, opened and closed on that loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread_id = threading.get_ident()
        self._beats = 0
        self._last = Ns(0)
        self._stuck_in = ""
        self._over = threading.Event()
        self._next: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to watch."""
        self._thread_id = threading.get_ident()
        WATCHED.add(self._thread_id)
        self._beat()
        threading.Thread(target=self._watch, name="loop watch", daemon=True).start()

    def close(self) -> None:
        """Watch no longer."""
        self._over.set()
        WATCHED.discard(self._thread_id)
        if self._next is not None:
            self._next.cancel()

    def where(self) -> tuple[str, str]:
        """Return in which box the loop is now (``SHOW`` for none), and where in its code."""
        frame = innermost_frame(self._thread_id)
        names = {id(state.box): name for name, state in list(self._engine.states.items())}
        innermost = frame
        while frame is not None:
            name = names.get(id(frame.f_locals.get("self")))
            if name is not None:
                return name, _place(innermost, frame)
            frame = frame.f_back
        return SHOW, line_of(innermost) if innermost is not None else "an unknown place"

    def _beat(self) -> None:
        now = self._engine.clock.now()
        stuck_in, self._stuck_in = self._stuck_in, ""
        if stuck_in:
            held = (now - self._last) / SECOND
            self._engine.tell(stuck_in, f"the whole show stood still for {held:.1f} s")
        self._beats += 1
        self._last = now
        self._next = asyncio.get_running_loop().call_later(BEAT, self._beat)

    def _watch(self) -> None:
        seen, silent = self._beats, 0
        while not self._over.wait(BEAT):
            silent = 0 if self._beats != seen else silent + 1
            seen = self._beats
            if silent == MISSED:
                self._tell()

    def _tell(self) -> None:
        """Report what holds the loop up, which itself can report nothing now."""
        name, place = self.where()
        self._stuck_in = name
        text = f"does not return, and the whole show stands still: {place}"
        self._engine.metrics.fault(name, text, self._engine.clock.now())


def _place(innermost: FrameType | None, of_box: FrameType) -> str:
    """Return the innermost line of a performer's own file, else where the box itself is."""
    frame = innermost
    while frame is not None and frame is not of_box:
        if is_own(frame):
            return line_of(frame)
        frame = frame.f_back
    return line_of(of_box)
