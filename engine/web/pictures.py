"""The live picture: the newest one, with the skeletons found in it, encoded once for all who look.

Nothing is drawn or encoded while nobody looks. Who takes pictures slowly gets fewer, never older.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from engine.core.clock import MILLISECOND
from engine.core.messages import Frame, Ns, Pose
from engine.dsp.draw import draw_pose
from engine.dsp.jpeg import encode_jpeg, fitted
from engine.patch.plan import Into, Outlet, Plan
from engine.runtime.engine import Engine
from engine.runtime.tick import Slot

EVERY = 1 / 25
AGAIN = 1.0
LONGEST = 960
QUALITY = 78
PATIENCE = (0.008, 0.008, 0.008)
"""How long a picture waits for its own skeleton, so that the two belong together where they can."""

STALE = 300 * MILLISECOND
"""A skeleton this much older than the picture is not drawn: the body has moved on."""


class Picture:
    """The picture of one outlet, for any number of viewers on one loop."""

    def __init__(self, engine: Engine, outlet: Outlet) -> None:
        self._slot = engine.slots[outlet]
        self._poses = [
            slot
            for other, slot in engine.slots.items()
            if other.box in _seen_through(engine.plan, outlet)
        ]
        self._viewers = 0
        self._newest: tuple[int, bytes] = (0, b"")
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def look(self) -> AsyncGenerator[bytes, None]:
        """Give each new picture as JPEG; pictures that come while one is used are left out.

        Without a new one the last is given again now and then, so that it is noticed when who
        looked has gone.
        """
        seen = 0
        self._viewers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._draw())
        try:
            while True:
                if self._newest[0] == seen:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), AGAIN)
                seen, jpeg = self._newest
                if jpeg:
                    yield jpeg
        finally:
            self._viewers -= 1

    async def _draw(self) -> None:
        """Draw while anybody looks."""
        before: Any = None
        while self._viewers > 0:
            frame = self._slot.value
            if isinstance(frame, Frame) and frame is not before:
                before = frame
                jpeg = _drawn(frame, await self._skeletons(self._slot.at))
                if jpeg:
                    self._newest = (self._newest[0] + 1, jpeg)
                    news, self._news = self._news, asyncio.Event()
                    news.set()
            await asyncio.sleep(EVERY)

    async def _skeletons(self, at: Ns) -> Pose | None:
        """Give who was found in the picture of this moment, or a moment ago."""
        slot = next((slot for slot in self._poses if isinstance(slot.value, Pose)), None)
        if slot is None:
            return None
        for pause in PATIENCE:
            if slot.at >= at:
                break
            await asyncio.sleep(pause)
        return _fresh(slot, at)


def _fresh(slot: Slot, at: Ns) -> Pose | None:
    return slot.value if abs(at - slot.at) < STALE else None


def _drawn(frame: Frame, pose: Pose | None) -> bytes:
    """Draw and encode; nothing where that cannot be, such as for a picture of no pixels."""
    try:
        small = fitted(frame.image, LONGEST)
        return encode_jpeg(draw_pose(small, pose) if pose and pose.people else small, QUALITY)
    except Exception:
        return b""


def _seen_through(plan: Plan, outlet: Outlet) -> set[str]:
    """Name the boxes that look at this picture, directly or through others."""
    found: set[str] = set()
    ahead = [w.box for w in plan.wires if w.source == outlet and w.into is Into.HOT]
    while ahead:
        box = ahead.pop()
        if box not in found:
            found.add(box)
            ahead += [w.box for w in plan.wires if w.source.box == box and w.into is Into.HOT]
    return found
